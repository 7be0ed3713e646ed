#!/bin/sh
# Makes the packages in out/packages from the built programs: .deb and .rpm of
# everything (amd64) and, where the cross compiler is there, of the agent for arm64.
# The same commit gives the same bytes.
#   packages.sh VERSION LDFLAGS
set -eu
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC0
[ $# -eq 2 ] || {
	echo "usage: packages.sh VERSION LDFLAGS, after make build agent" >&2
	exit 2
}
VERSION=$1 ldflags=$2
# nfpm and gzip take the times from here.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export VERSION SOURCE_DATE_EPOCH
out=out/packages
nfpm="go tool -modfile=tools/packaging/go.mod nfpm"

rm -rf "$out"
mkdir -p "$out/made" "$out/arm64"
go run ./packaging/manual "$VERSION" "$SOURCE_DATE_EPOCH" "$out/made"
go run ./packaging/site docs "$out/made/manual"
gzip -9nc CHANGELOG.md >"$out/made/changelog.gz"
# Where there is one answer, debconf does not ask.
sed 's/^Choices: kiosk, station, agent$/Choices: agent/' packaging/linux/deb/templates >"$out/made/agent.templates"
for kind in deb rpm; do
	$nfpm package -f packaging/linux/authenkiosk.yaml -p "$kind" -t "$out/" >/dev/null
done

libraries=/usr/lib/aarch64-linux-gnu/pkgconfig
if command -v aarch64-linux-gnu-gcc >/dev/null && [ -e "$libraries/libpcsclite.pc" ]; then
	GOARCH=arm64 CGO_ENABLED=1 CC=aarch64-linux-gnu-gcc PKG_CONFIG_LIBDIR=$libraries \
		go build -ldflags "$ldflags" -o "$out/arm64/authenagent" ./cmd/authenagent
	for kind in deb rpm; do
		$nfpm package -f packaging/linux/authenagent.yaml -p "$kind" -t "$out/" >/dev/null
	done
else
	echo "no package for arm64: make deps-packages installs the cross compiler" >&2
fi
(cd "$out" && sha256sum ./*.deb ./*.rpm)
