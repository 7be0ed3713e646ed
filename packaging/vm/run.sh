#!/bin/sh
# Runs test binaries inside a virtual machine whose kernel has device nodes that
# this machine has not: a camera, a USB printer and its other end. README.md
# tells how; init is what runs inside.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/authenkiosk-vm

# Every module a guest may ask for; the ones they depend on come along.
modules="vivid dummy_hcd libcomposite usb_f_printer usblp snd-dummy"

# 512 MB hold the files twice while the kernel unpacks them, and a race build.
memory=512
# Seconds for the whole guest. Booting takes 5 of them, 15 on a busy machine.
limit=240
# Seconds kept back from the limit: a test still running then is made to print
# its goroutines (SIGQUIT) while the guest can still pass them on.
reserve=40

kinds=all
log=
with=

usage() {
	cat >&2 <<'USAGE'
usage: run.sh [options] TEST.test [arguments] [-- TEST.test [arguments]]...
  -modules LIST  what the guest has, separated by commas: camera, usbprinter,
                 sound, or all (default)
  -with PATH     a file or folder the tests want, put into their working
                 directory (may be given several times)
  -timeout N     seconds for everything in the guest (default 240)
  -memory N      MB of the guest (default 512)
  -log FILE      keep the kernel's log there
exit status: of the first test binary that failed, 0 when all passed,
124 when the time was over, 125 when the guest died or never started
USAGE
	exit 2
}

fail() {
	echo "vm: $*" >&2
	exit 125
}

while [ $# -gt 0 ]; do
	case $1 in
	-modules | -with | -timeout | -memory | -log)
		[ $# -ge 2 ] || usage
		case $1 in
		-modules) kinds=$2 ;;
		-with) with="$with$(readlink -f "$2")
" ;;
		-timeout) limit=$2 ;;
		-memory) memory=$2 ;;
		-log) log=$2 ;;
		esac
		shift 2
		;;
	-*) usage ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || usage
[ "$limit" -gt $((2 * reserve)) ] || fail "a time limit below $((2 * reserve)) s does not even let the guest start"

# depmod and modprobe are not in everybody's path.
PATH=$PATH:/usr/sbin:/sbin
for tool in qemu-system-x86_64 cpio depmod dpkg-deb apt-get; do
	command -v "$tool" >/dev/null || fail "$tool is missing: sh packaging/deps.sh vm"
done
[ -x /bin/busybox ] || fail "busybox is missing: sh packaging/deps.sh vm"

work=$(mktemp -d)
qemu=
# shellcheck disable=SC2317 # called by the trap
stop() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# fetch_kernel puts the kernel and the modules above, of Debian's present kernel
# package, into the cache and sets $kernel. The package is only unpacked, never
# installed: nothing of the running system changes.
fetch_kernel() {
	package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	[ -n "$package" ] || fail "apt knows no linux-image-amd64: apt-get update, on Debian"
	# The list of modules is part of the name, so a longer list fetches again.
	kernel=$cache/$package-$(printf %s "$modules" | cksum | cut -d ' ' -f 1)
	[ ! -d "$kernel" ] || return 0

	echo "vm: fetching $package once, into $cache" >&2
	mkdir "$work/deb" "$work/unpacked" "$work/kernel"
	(cd "$work/deb" && apt-get download -qq -o APT::Sandbox::User=root "$package") || fail "cannot download $package; are the package lists fresh (apt-get update)?"
	dpkg-deb -x "$work"/deb/*.deb "$work/unpacked"
	release=${package#linux-image-}
	tree=$work/unpacked/lib/modules/$release
	[ -d "$tree" ] || fail "$package has no modules in /lib/modules/$release"
	depmod -b "$work/unpacked" "$release"
	# shellcheck disable=SC2086 # the names are separate words
	modprobe -d "$work/unpacked" -S "$release" -a --show-depends $modules >"$work/depends" || fail "$package lacks one of: $modules"
	(
		cd "$work/unpacked"
		sed -n "s|^insmod $work/unpacked/\([^ ]*\).*|\1|p" "$work/depends" | sort -u
		find lib/modules -name 'modules.*'
	) >"$work/list"
	(cd "$work/unpacked" && cpio -pdm --quiet "$work/kernel") <"$work/list"
	cp "$work/unpacked/boot/vmlinuz-$release" "$work/kernel/vmlinuz"
	mkdir -p "$cache"
	# The last step is a rename: a broken copy leaves no half kernel behind, and
	# of two that fetch at the same time one wins.
	mv "$work/kernel" "$kernel.$$"
	mv -T "$kernel.$$" "$kernel" 2>/dev/null || rm -rf "$kernel.$$"
	[ -d "$kernel" ] || fail "cannot write $kernel"
	rm -rf "$work/deb" "$work/unpacked"
}

# add_program puts a program and the shared libraries it needs into the guest.
add_program() {
	cp -L "$1" "$root/work/$2"
	# ldd fails for a static program, which needs nothing.
	{ ldd "$1" 2>/dev/null || true; } | sed -n 's/^.*[[:space:]]\(\/[^ ]*\) (0x.*$/\1/p' | while read -r library; do
		mkdir -p "$root${library%/*}"
		cp -L "$library" "$root$library"
	done
}

# quoted prints its arguments so that a shell reads the same words again.
quoted() {
	for word in "$@"; do
		printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")"
	done
}

# next_test takes the first test binary and its arguments, up to --, from the
# command line, adds it to the guest's list and leaves the number of words taken
# in $taken.
next_test() {
	binary=$1
	[ -f "$binary" ] || fail "there is no test binary $binary"
	shift
	taken=1
	name=$(basename "$binary")
	[ ! -e "$root/work/$name" ] || fail "two test binaries are called $name"
	add_program "$binary" "$name"
	words=
	for word in "$@"; do
		taken=$((taken + 1))
		[ "$word" != -- ] || break
		words="$words$(quoted "$word")"
	done
	printf 'run_test%s%s\n' "$(quoted "$name")" "$words" >>"$root/tests"
}

fetch_kernel

root=$work/root
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/work" "$root/etc"
cp /bin/busybox "$root/bin/busybox"
cp "$here/init" "$root/init"
chmod 755 "$root/init"
cp -r "$kernel/lib" "$root/"
echo "root:x:0:0:root:/work:/bin/sh" >"$root/etc/passwd"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
printf '%s' "$with" | while read -r path; do
	cp -rL "$path" "$root/work/"
done
case $kinds in
*[!a-z,]*) usage ;;
esac
printf 'kinds=%s\nlimit=%s\n' "$kinds" "$((limit - reserve))" >"$root/settings"
while [ $# -gt 0 ]; do
	next_test "$@"
	shift "$taken"
done
# The kernel reads an archive that is not compressed; under emulation that is
# quicker than unpacking.
(cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$work/initramfs"

# Three serial lines: the kernel's log, what the tests print, the exit status.
# panic=-1 with -no-reboot ends the machine at a panic, which then has no status.
log=${log:-$work/kernel.log}
timeout -k 5 "$limit" nice qemu-system-x86_64 \
	-machine pc -accel tcg -cpu max -smp 1 -m "$memory" \
	-nodefaults -no-user-config -display none -no-reboot \
	-kernel "$kernel/vmlinuz" -initrd "$work/initramfs" \
	-append "console=ttyS0 loglevel=5 panic=-1 oops=panic random.trust_cpu=on" \
	-serial "file:$log" -serial stdio -serial "file:$work/status" </dev/null &
qemu=$!
code=0
wait "$qemu" || code=$?
qemu=

if [ "$code" -eq 124 ]; then
	echo "vm: the guest was not done after $limit s" >&2
	exit 124
fi
case $(cat "$work/status" 2>/dev/null) in
"done "[0-9]*) exit "$(cut -d ' ' -f 2 "$work/status")" ;;
esac
echo "vm: the guest died (status of the emulator: $code). The end of its kernel's log:" >&2
tail -n 40 "$log" >&2 || true
exit 125
