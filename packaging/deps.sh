#!/bin/sh
# Installs the Debian or Ubuntu packages that are missing for one purpose:
#   deps.sh run    what building and running the kiosk needs
#   deps.sh test   that, and what the tests need besides
#   deps.sh vm     what the tests on real device nodes need (packaging/vm)
#   deps.sh fresh  what clean folders of Debian need (packaging/fresh.sh)
#   deps.sh packages      what "run" needs, and making packages
#   deps.sh testpackages  that, and what trying them on clean machines needs
#   deps.sh windows       what "run" needs, and making programs and installer for Windows
#   deps.sh testwindows   that, and what trying them on wine needs
# It says which packages it installs, and uses sudo when it is not root.
set -eu

run="gcc libc6-dev pkg-config libpcsclite-dev libgl-dev libegl-dev libx11-dev libxcursor-dev libxrandr-dev
libxinerama-dev libxi-dev libxxf86vm-dev libgl1-mesa-dri pcscd"
test="vsmartcard-vpcd xvfb xauth xdotool openbox zbar-tools imagemagick curl chromium chromium-driver nodejs python3 swtpm
php-cli default-jdk-headless mosquitto mosquitto-clients cups-daemon cups-client cups cups-ipp-utils dbus poppler-utils man-db bash"
vm="qemu-system-x86 busybox-static cpio kmod"
fresh="debootstrap util-linux iproute2 tar"
packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross libpcsclite-dev:arm64 gzip"
testpackages="$fresh lintian rpm rpm2cpio cpio minisign"
windows="gcc-mingw-w64-x86-64 g++-mingw-w64-x86-64 wixl msitools osslsigncode openssl"

case "${1:-}" in
run) wanted=$run ;;
test) wanted="$run $test" ;;
vm) wanted="$run $vm" ;;
fresh) wanted="$fresh" ;;
packages) wanted="$run $packages" ;;
testpackages) wanted="$run $packages $testpackages" ;;
windows) wanted="$run $windows" ;;
testwindows) wanted="$run $windows $fresh" ;;
*)
	echo "usage: deps.sh run|test|vm|fresh|packages|testpackages|windows|testwindows" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "This is not Debian or Ubuntu. Please install the counterparts of: $wanted" >&2
	exit 0
fi

missing=
for package in $wanted; do
	# One that is there for two architectures says it twice.
	status=$(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null || true)
	case " $status" in *" installed "*) ;; *) missing="$missing $package" ;; esac
done
# Each test has a pcscd of its own, but from version 2 on it does not start for a
# person without rights where this directory is missing, as on a machine without systemd.
directory=
case "${1:-}" in test) [ -d /run/pcscd ] || directory=/run/pcscd ;; esac
[ -n "$missing$directory" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "Please have this done by the administrator:${missing:+ apt-get install$missing;}${directory:+ mkdir $directory}" >&2
		exit 1
	fi
	as_root=sudo
fi
[ -z "$directory" ] || $as_root mkdir -p "$directory"
[ -n "$missing" ] || exit 0
echo "Installing the missing system packages:$missing"
case $missing in *:arm64*) $as_root dpkg --add-architecture arm64 ;; esac
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the names are separate words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
