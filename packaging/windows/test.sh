#!/bin/sh
# Tries the installer of `make msi` and its programs on wine, in a folder of Debian 13 with
# a network of its own. What is done there is in test-inside.sh; each step is printed with
# its time, and the first that fails ends the test with its output.
#
# wine is no Windows: it keeps no rights of files, runs no scheduled task, starts no
# service again and has no driver. docs/install-windows.md says what nobody has tried.
set -eu
pictures=
steps=
usage() {
	cat >&2 <<'USAGE'
usage: test.sh [options] VERSION LDFLAGS, as root, after make msi
  -pictures DIR   keep pictures of the screens
  -steps LIST     only these steps of test-inside.sh, with blanks between
MIRROR is where Debian's packages come from (where this machine gets its own); FRESH is where the folder is made
(/var/tmp/authenkiosk-windows).
USAGE
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	-pictures) pictures=$2 && shift 2 ;;
	-steps) steps=$2 && shift 2 ;;
	-*) usage ;;
	*) break ;;
	esac
done
[ $# -eq 2 ] && [ "$(id -u)" -eq 0 ] || usage
version=$1 ldflags=$2
cd "$(dirname "$0")/../.."
work=${FRESH:-/var/tmp/authenkiosk-windows}
root=$work/folder
mkdir -p "$work"

sh packaging/windows/folder.sh "$root"

# The version before is the same program under a lower number.
OUT=$work/older sh packaging/windows/build.sh 0.0.9 "$ldflags -X authenkiosk/app.version=0.0.9"
OUT=$work/older WINDOWS_SIGN=none sh packaging/windows/msi.sh 0.0.9

# What the folder gets: installers, programs, tests.
rm -rf --one-file-system "$root/t"
mkdir -p "$root/t/packages"
cp "$work/older/authenkiosk-0.0.9.msi" "out/windows/authenkiosk-$version.msi" out/windows/authenkiosk.exe out/windows/authenagent.exe packaging/windows/test-inside.sh "$root/t/"
# An installer that is told a name with signs that mean something to a command line.
cp "out/windows/authenkiosk-$version.msi" "$root/t/signs.msi"
msibuild "$root/t/signs.msi" -q "INSERT INTO \`Property\` (\`Property\`, \`Value\`) VALUES ('UNITNAME', 'Hospital \"A\" -zone demo \\')"
go test -c -tags ci,migrated_fynedo,no_emoji,e2e -o "$root/t/e2e.test" ./e2e
mkdir -p "$root/t/assets" && cp -r assets/words "$root/t/assets/" # which those tests read
for package in $(sed -n 's/^packages="\(.*\)"$/\1/p' packaging/windows/test-inside.sh); do
	mkdir -p "$root/t/packages/$package"
	GOOS=windows CGO_ENABLED=0 go test -c -tags ci,migrated_fynedo,no_emoji -o "$root/t/packages/$package/package.test.exe" "./$package"
	# Tests read files beside them.
	(cd "$package" && find . -maxdepth 3 -type f ! -name '*_test.go' -size -2000k -print0 | tar --null -T - -cf -) | tar -C "$root/t/packages/$package" -xf -
done

export root steps version
unshare --mount --pid --net --ipc --uts --fork --kill-child --propagation private sh -euc '
	ip link set lo up
	hostname kiosk
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb sh /t/test-inside.sh "$version" "$steps"
' || failed=$?
if [ -n "$pictures" ] && [ -d "$root/t/pictures" ]; then
	mkdir -p "$pictures"
	cp -r "$root/t/pictures/." "$pictures/"
fi
exit "${failed:-0}"
