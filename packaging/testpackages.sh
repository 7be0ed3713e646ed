#!/bin/sh
# Tries the packages of `make release-linux` on machines that have nothing yet: clean folders of
# Debian 12 and 13 in which systemd is the first process, as on a real machine, with a
# network of their own. What is done there is in testpackages-inside.sh; each step is
# printed with its time, and the first that fails ends the test with its output.
#
# The folder shares the kernel of this machine: no reader, no panel, no printer of glass
# and plastic is there. The X server has the driver for machines without a graphics card.
set -eu

suites="bookworm trixie" # Debian 12 and 13
rebuild=yes
pictures=
mirror=${MIRROR:-}
usage() {
	cat >&2 <<'USAGE'
usage: testpackages.sh [options] VERSION LDFLAGS, as root, after make release-linux
  -suites LIST     Debian's names for what to try (default "bookworm trixie")
  -no-rebuild      do not build a second time to compare
  -pictures DIR    keep a picture of the kiosk's screen
MIRROR is where Debian's packages come from (where this machine gets its own); FRESH is where the folders are made
(/var/tmp/authenkiosk-packages).
USAGE
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	-suites) suites=$2 && shift 2 ;;
	-no-rebuild) rebuild= && shift ;;
	-pictures) pictures=$2 && shift 2 ;;
	-*) usage ;;
	*) break ;;
	esac
done
[ $# -eq 2 ] || usage
version=$1 ldflags=$2
cd "$(dirname "$0")/.."
work=${FRESH:-/var/tmp/authenkiosk-packages}
packages=out/packages
deb=$packages/authenkiosk_${version}_amd64.deb

[ "$(id -u)" -eq 0 ] || {
	echo "testpackages.sh makes folders of Debian and boots them: it must be run as root" >&2
	exit 2
}
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1)
mkdir -p "$work"

step() { # step NAME COMMAND...: prints what it was and how long it took
	what=$1
	shift
	began=$(date +%s.%N)
	if "$@" >"$work/step.log" 2>&1; then
		printf '%-9s %-72s %6.1f s\n' "${suite:-host}" "$what" "$(echo "$(date +%s.%N) $began" | awk '{ print $1 - $2 }')"
	else
		printf '%-9s %-72s FAILED\n' "${suite:-host}" "$what"
		tail -60 "$work/step.log" >&2
		exit 1
	fi
}

# ---- what can be said of the packages as they lie here ----

same_as_deb() { # the .rpm has the files of the .deb, byte by byte
	rm -rf "$work/deb" "$work/rpm" && mkdir "$work/deb" "$work/rpm"
	dpkg-deb -x "$1" "$work/deb"
	(cd "$work/rpm" && rpm2cpio - | cpio -idm --quiet --no-absolute-filenames) <"$2"
	diff -r --no-dereference "$work/deb" "$work/rpm"
	(cd "$work/deb" && find . -printf '%m %p\n' | grep -v ' .$' | sort) >"$work/deb.modes"
	(cd "$work/rpm" && find . -type f -printf '%m %p\n' | sort) >"$work/rpm.modes"
	grep -Fxvf "$work/deb.modes" "$work/rpm.modes" && return 1
	rpm -qp --nosignature --requires "$2"
	rpm -qp --nosignature --scripts "$2" >"$work/rpm.scripts"
	grep -q 'face set' "$work/rpm.scripts"
}

# faultless lists what lintian finds, without what is so by intention.
faultless() {
	lintian --fail-on error,warning --allow-root --suppress-tags "$(sed 's/ .*//;/^#/d;/^$/d' packaging/linux/lintian | paste -sd,)" "$@"
}

# again makes the release from the commit in another place and with an empty cache.
again() {
	rm -rf "$work/again" && git clone -q . "$work/again"
	(cd "$work/again" && git checkout -q "$(git -C "$OLDPWD" rev-parse HEAD)" &&
		GOCACHE="$work/again.cache" make release-linux) >"$work/again.log" 2>&1 || { tail "$work/again.log"; return 1; }
	diff -r out/release "$work/again/out/release"
	rm -rf "$work/again" "$work/again.cache"
}

suite=
step "the .rpm of everything has what its .deb has" same_as_deb "$deb" "$packages/authenkiosk-$version-1.x86_64.rpm"
if [ -e "$packages/authenagent_${version}_arm64.deb" ]; then
	step "the .rpm of the agent for arm64 has what its .deb has" same_as_deb "$packages/authenagent_${version}_arm64.deb" "$packages/authenagent-$version-1.aarch64.rpm"
fi
step "lintian finds no fault" faultless "$packages"/*.deb
[ -z "$rebuild" ] || step "a second build, elsewhere and from nothing, has the same bytes" again

# older makes the version before: the same program under a lower number, with a key for
# updates by file.
older() {
	mkdir -p "$work/older"
	minisign -G -f -W -p "$work/older/minisign.pub" -s "$work/older/minisign.key"
	flags="$ldflags -X authenkiosk/app.version=0.0.9 -X authenkiosk/update.publicKey=$(sed -n 2p "$work/older/minisign.pub")"
	go build -tags x11,gles,migrated_fynedo,no_emoji -ldflags "$flags" -o "$work/older/authenkiosk" .
	go build -ldflags "$flags" -o "$work/older/authenagent" ./cmd/authenagent
	sed "s|src: out/authen|src: $work/older/authen|" packaging/linux/authenkiosk.yaml >"$work/older/nfpm.yaml"
	for kind in deb rpm; do
		VERSION=0.0.9 SOURCE_DATE_EPOCH=0 go tool -modfile=tools/packaging/go.mod nfpm package -f "$work/older/nfpm.yaml" -p "$kind" -t "$work/older/authenkiosk-0.0.9.$kind"
	done
}
step "the version before, for upgrades" older

# byfile signs the package of the release for updates by file, one that was changed after
# that, and one whose programs tell their version and do nothing else.
byfile() {
	rm -rf "$work/stick" "$work/changed" "$work/broken"
	mkdir "$work/stick" "$work/changed" "$work/broken"
	name=authenkiosk-$version-linux-amd64.tar.gz
	cp "out/release/$name" "$work/stick/"
	printf '#!/bin/sh\n[ "$1" != version ] || exec echo "$0" 9.9.9\nexit 1\n' >"$work/broken/authenagent"
	chmod 755 "$work/broken/authenagent"
	cp "$work/broken/authenagent" "$work/broken/authenkiosk"
	echo '{"version":"9.9.9","os":"linux","arch":"amd64"}' >"$work/broken/update.json"
	(cd "$work/broken" && tar -czf authenkiosk-9.9.9-linux-amd64.tar.gz update.json authenagent authenkiosk)
	minisign -S -W -s "$work/older/minisign.key" -m "$work/stick/$name" "$work/broken/authenkiosk-9.9.9-linux-amd64.tar.gz" </dev/null
	cp "$work/stick/$name" "$work/stick/$name.minisig" "$work/changed/"
	printf x | dd of="$work/changed/$name" bs=1 seek=100000 conv=notrunc status=none
}
step "packages for updates by file" byfile

# ---- machines ----

base() {
	[ -e "$work/$suite.tar" ] && return
	rm -rf --one-file-system "$work/$suite.base"
	unshare --mount --propagation private debootstrap --variant=minbase --include=systemd-sysv,dbus,udev,ca-certificates,procps "$suite" "$work/$suite.base" "$mirror"
	tar -C "$work/$suite.base" -cf "$work/$suite.tar.new" .
	mv "$work/$suite.tar.new" "$work/$suite.tar"
	rm -rf --one-file-system "$work/$suite.base"
}

lay() {
	rm -rf --one-file-system "$root"
	mkdir -p "$root" "$work/$suite.archives/partial"
	tar -C "$root" -xf "$work/$suite.tar"
	echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
	# The folder is thrown away: nothing in it has to survive a power cut.
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	printf '127.0.0.1\tlocalhost\n' >"$root/etc/hosts"
	mkdir -p "$root/media"
	cp -r "$work/stick" "$work/changed" "$work/broken" "$root/media/"
	cp -r docs/manual "$root/root/"
	cp "$work/older/authenkiosk-0.0.9.deb" "$root/root/authenkiosk_0.0.9_amd64.deb"
	cp "$work/older/authenkiosk-0.0.9.rpm" "$packages/authenkiosk-$version-1.x86_64.rpm" "$deb" packaging/testpackages-inside.sh docs/install-linux.md "$root/root/"
}

# fetch gets what the package asks for, as apt reads its description, and installs none
# of it: that is done later, without a network.
fetch() {
	unshare --mount --pid --fork --kill-child --propagation private sh -euc '
		mount --bind "$work/$suite.archives" "$root/var/cache/apt/archives"
		mount -t proc proc "$root/proc"
		chroot "$root" sh -euc "
			export DEBIAN_FRONTEND=noninteractive
			apt-get update -qq
			apt-get install -y -qq --download-only /root/authenkiosk_${version}_amd64.deb xserver-xorg-video-dummy curl sudo rpm
		"
	'
	cp "$work/$suite".archives/*.deb "$root/var/cache/apt/archives/"
}

# boot starts systemd in the folder, in namespaces and a cgroup of its own, and leaves
# the id of that process in $machine.
boot() {
	cgroups=/sys/fs/cgroup
	[ -e "$cgroups/cgroup.controllers" ] || cgroups=$cgroups/unified
	mkdir -p "$cgroups/authenkiosk-test.$$"
	# shellcheck disable=SC2016 # it is the inner shell that knows the names
	sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child --propagation private sh -euc "$2"' \
		sh "$cgroups/authenkiosk-test.$$" '
		ip link set lo up
		hostname machine
		mount --bind "$root" "$root"
		mount -t proc proc "$root/proc"
		mount -t sysfs -o ro sysfs "$root/sys"
		mount -t tmpfs -o mode=755 tmpfs "$root/dev"
		for n in null zero full random urandom tty; do touch "$root/dev/$n"; mount --bind "/dev/$n" "$root/dev/$n"; done
		for n in tty0 tty7; do [ ! -e /dev/$n ] || { touch "$root/dev/$n"; mount --bind "/dev/$n" "$root/dev/$n"; }; done
		mkdir "$root/dev/pts" "$root/dev/shm"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
		ln -s pts/ptmx "$root/dev/ptmx"
		mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
		mount -t tmpfs -o mode=755 tmpfs "$root/run"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
		# Not chroot: no namespace of users can be made in one, as services of Debian 13 do.
		cd "$root"
		mkdir -p .old
		pivot_root . .old
		umount -l /.old
		exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --show-status=false
	' >"$work/$suite.boot.log" 2>&1 &
	outer=$!
	machine=
	for _ in $(seq 100); do
		for child in $(cat "/proc/$outer/task/$outer/children" 2>/dev/null); do
			[ "$(cat "/proc/$child/comm")" != systemd ] || machine=$child
		done
		[ -z "$machine" ] || break
		sleep 0.1
	done
	[ -n "$machine" ]
	for _ in $(seq 300); do
		case $(inside systemctl is-system-running) in running | degraded) return 0 ;; esac
		sleep 0.1
	done
	inside systemctl list-jobs
	return 1
}

# inside runs a command on the machine.
inside() {
	nsenter -t "$machine" -m -p -n -u -i -C -r -w env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"
}

halt() {
	kill -KILL "$outer" 2>/dev/null || true
	wait "$outer" 2>/dev/null || true
	for _ in $(seq 50); do
		find "$cgroups/authenkiosk-test.$$" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.1
	done
}

picture() {
	[ -n "$pictures" ] && command -v import >/dev/null || return 0
	mkdir -p "$pictures"
	# "Ready" is the first frame; the window grows to the panel after that, part by part.
	before=
	for _ in $(seq 20); do
		XAUTHORITY=/proc/$machine/root/run/authenkiosk-x/auth nsenter -t "$machine" -n import -display :0 -window root "$pictures/$suite.png"
		now=$(stat -c %s "$pictures/$suite.png")
		[ "$now" != "$before" ] || [ "$now" -lt 20000 ] || return 0
		before=$now
		sleep 0.5
	done
	echo "the screen is not whole: $pictures/$suite.png"
	return 1
}

for suite in $suites; do
	root=$work/$suite.machine
	export root suite work version
	step "a clean folder" base
	step "a machine" lay
	step "what the package depends on is downloaded" fetch
	trap halt EXIT
	step "the machine starts" boot
	for name in $(sed -n 's/^do_\([a-z_]*\)() { # .*/\1/p' packaging/testpackages-inside.sh); do
		step "$(sed -n "s/^do_$name() { # //p" packaging/testpackages-inside.sh)" inside sh /root/testpackages-inside.sh "$name" "$version"
		[ "$name" != kiosk ] || step "a picture of its screen" picture
	done
	halt
	trap - EXIT
	rm -rf --one-file-system "$root"
done
