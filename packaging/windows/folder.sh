#!/bin/sh
# Makes a folder with wine 10, in which programs of Windows are tried: Debian 13, entered
# with chroot. That of Debian 12 (wine 8) does not start programs of Go 1.26.
#   folder.sh FOLDER, as root
set -eu
[ $# -eq 1 ] && [ "$(id -u)" -eq 0 ] || {
	echo "usage: folder.sh FOLDER, as root" >&2
	exit 2
}
root=$1
[ ! -e "$root/made" ] || exit 0
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1)}
mkdir -p "$root"
[ -e "$root/usr/bin/apt-get" ] || unshare --mount --propagation private debootstrap --variant=minbase --include=ca-certificates trixie "$root" "$mirror"
echo "deb $mirror trixie main" >"$root/etc/apt/sources.list"
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '127.0.0.1\tlocalhost\n' >"$root/etc/hosts"
unshare --mount --pid --fork --kill-child --propagation private sh -euc '
	mount -t proc proc "$1/proc"
	chroot "$1" sh -euc "
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends wine wine64 libgl1 libglx-mesa0 libgl1-mesa-dri libxrandr2 libxi6 libxcursor1 \
			libxinerama1 libxcomposite1 libpcsclite1 pcscd vsmartcard-vpcd xvfb xauth xdotool openbox imagemagick zbar-tools curl iproute2
		apt-get clean
	"
' sh "$root"
touch "$root/made"
