#!/bin/sh
# Plays the two commands of the README, `make run` and `make test`, on machines that
# have nothing yet: clean folders of Debian 12 and 13, entered with chroot, as root
# and as a person with sudo. It prints the time of each and fails with the first
# command that fails.
#
# What comes from this machine is the source as it stands here, the Go toolchain, and
# what the go command has downloaded (both read-only), so that the network is needed
# for Debian's packages alone. A folder has no services and no display, as a server has.
set -eu

suites="bookworm trixie" # Debian 12 and 13
people="root user"
first="make run"
second="make test"
mirror=${MIRROR:-}
keep=

usage() {
	cat >&2 <<'USAGE'
usage: fresh.sh [options], as root
  -suites LIST   Debian's names for what to try (default "bookworm trixie")
  -people LIST   root, user or both (default "root user")
  -first CMD     in place of "make run"
  -second CMD    in place of "make test"; empty: nothing
  -keep          leave the folders to look at
MIRROR is where Debian's packages come from (where this machine gets its own); FRESH is where the folders and logs
are made (/var/tmp/authenkiosk-fresh).
USAGE
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	-keep) keep=yes; shift; continue ;;
	esac
	[ $# -ge 2 ] || usage
	case $1 in
	-suites) suites=$2 ;;
	-people) people=$2 ;;
	-first) first=$2 ;;
	-second) second=$2 ;;
	*) usage ;;
	esac
	shift 2
done

cd "$(dirname "$0")/.."
# Not below the source: its own checks would look at what is laid out here.
work=${FRESH:-/var/tmp/authenkiosk-fresh}

[ "$(id -u)" -eq 0 ] || {
	echo "fresh.sh makes folders of Debian and enters them: it must be run as root" >&2
	exit 2
}
# Debian's main archive, as this machine has it: not that of the security updates.
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1)
[ -n "$mirror" ] || {
	echo "this machine gets its packages from no Debian archive: say where from in MIRROR" >&2
	exit 2
}
for tool in debootstrap go tar unshare ip; do
	command -v "$tool" >/dev/null || {
		echo "$tool is missing (apt-get install debootstrap util-linux iproute2; Go 1.26 or newer)" >&2
		exit 2
	}
done

# Everything that the go command needs is downloaded here, the tools of `make check`
# included, and nothing over there.
go mod download
goroot=$(go env GOROOT)
downloads=$(go env GOMODCACHE)/cache/download

# erase takes a folder away, and never what is mounted in it.
erase() { rm -rf --one-file-system "$1"; }

# base makes the clean folder of a suite once: what debootstrap gives, and what a
# person must have installed before `make` and the Go toolchain are of use.
base() {
	suite=$1
	[ -e "$work/$suite.tar" ] && return
	erase "$work/$suite.base"
	mkdir -p "$work"
	unshare --mount --propagation private debootstrap --variant=minbase --include=make,ca-certificates,sudo "$suite" "$work/$suite.base" "$mirror" >"$work/$suite.debootstrap.log" 2>&1 || {
		tail -5 "$work/$suite.debootstrap.log" >&2
		exit 1
	}
	tar -C "$work/$suite.base" -cf "$work/$suite.tar.new" .
	mv "$work/$suite.tar.new" "$work/$suite.tar"
	erase "$work/$suite.base"
}

# lay lays out a machine for one person.
lay() {
	suite=$1 who=$2 root=$3
	erase "$root"
	mkdir -p "$root"
	tar -C "$root" -xf "$work/$suite.tar"
	echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
	# No package may start its service: the folder has no init.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	# The installer of Debian writes this; debootstrap does not.
	printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
	home=/root
	if [ "$who" = user ]; then
		home=/home/user
		chroot "$root" useradd --create-home --shell /bin/bash user
		echo 'user ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/user"
		chmod 440 "$root/etc/sudoers.d/user"
	fi
	mkdir -p "$root$home/authenkiosk" "$root/usr/local/go" "$root/var/lib/go-downloads" "$work/$suite.archives"
	git ls-files -co --exclude-standard -z | tar --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -C "$root$home/authenkiosk" -xf -
	[ "$who" = root ] || chroot "$root" chown -R user:user "$home"
}

# enter runs a command in a folder, in namespaces of its own: its mounts and its
# processes end with it. Tests have a network of their own as well, with nothing but
# themselves in it: ports and displays of this machine are not theirs, and a test that
# asks somebody outside fails.
enter() {
	suite=$1 who=$2 root=$3 command=$4 net=
	[ "$command" != "$second" ] || net=--net
	export root goroot downloads who command archives="$work/$suite.archives"
	# shellcheck disable=SC2016 # it is the inner shell that knows the names
	# shellcheck disable=SC2086 # net is a word or none
	unshare $net --mount --pid --fork --kill-child --propagation private sh -eu -c '
		ip link set lo up
		mount --bind "$goroot" "$root/usr/local/go"
		mount -o remount,bind,ro "$root/usr/local/go"
		mount --bind "$downloads" "$root/var/lib/go-downloads"
		mount -o remount,bind,ro "$root/var/lib/go-downloads"
		mount --bind "$archives" "$root/var/cache/apt/archives"
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		home=/root path=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin become=
		if [ "$who" = user ]; then # a person has no paths of the administrator
			home=/home/user path=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin
			become="setpriv --reuid=user --regid=user --init-groups"
		fi
		# shellcheck disable=SC2086 # become is several words
		exec chroot "$root" $become env -i HOME="$home" USER="$who" LOGNAME="$who" LANG=C.UTF-8 TERM=dumb PATH="$path" \
			GOPROXY=file:///var/lib/go-downloads GOSUMDB=off GOTOOLCHAIN=local sh -c "cd $home/authenkiosk && $command"
	'
}

# play times one command of one person on one machine.
play() {
	suite=$1 who=$2 root=$3 command=$4
	log="$work/$suite.$who.$(echo "$command" | tr -c 'a-z0-9\n' '-').log"
	began=$(date +%s)
	if enter "$suite" "$who" "$root" "$command" >"$log" 2>&1; then
		verdict=passed
	else
		verdict="FAILED with status $?"
	fi
	took=$(($(date +%s) - began))
	printf '%-9s %-5s %-20s %s after %d min %02d s (%s)\n' "$suite" "$who" "$command" "$verdict" $((took / 60)) $((took % 60)) "$log"
	if [ "$verdict" != passed ]; then
		tail -40 "$log" >&2
		exit 1
	fi
}

for suite in $suites; do
	base "$suite"
	for who in $people; do
		root=$work/$suite.$who
		lay "$suite" "$who" "$root"
		play "$suite" "$who" "$root" "$first"
		if [ -n "$second" ]; then
			play "$suite" "$who" "$root" "make testdeps"
			play "$suite" "$who" "$root" "$second"
		fi
		[ -n "$keep" ] || erase "$root"
	done
done
