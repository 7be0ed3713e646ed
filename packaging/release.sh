#!/bin/sh
# Makes in out/release what is given out for those systems: for linux, from out/packages, the
# packages and those for updates by file, without their signatures (docs/updates.md); for
# windows, from out/windows, the installer. Besides, what each program is made of (SBOM in
# CycloneDX's form, JSON), licences, what has changed (RELEASE_NOTES.md), and SHA256SUMS.
#   release.sh VERSION linux|windows...
set -eu
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC0
[ $# -ge 2 ] || {
	echo "usage: release.sh VERSION linux|windows..., after make packages and make msi" >&2
	exit 2
}
version=$1
shift
out=out/release
cyclonedx="go tool -modfile=tools/packaging/go.mod cyclonedx-gomod"

rm -rf "$out"
mkdir -p "$out"
# parts lists the modules that are in a program, read from the program itself. What
# changes from one run to the next (the tool's own serial number and the time) is left out.
parts() {
	$cyclonedx bin -json -licenses -noserial -version "$version" -output "$out/$2.cdx.json.new" "$1" 2>/dev/null
	grep -v '^    "timestamp":' "$out/$2.cdx.json.new" >"$out/$2.cdx.json"
	rm "$out/$2.cdx.json.new"
}
# byfile ARCH PROGRAM...: the package for updates by file. What it is for stands first in it.
byfile() {
	arch=$1
	shift
	dir=out/packages/byfile-$arch
	rm -rf "$dir"
	mkdir "$dir"
	cp "$@" "$dir/"
	printf '{"version":"%s","os":"linux","arch":"%s"}\n' "$version" "$arch" >"$dir/update.json"
	(cd "$dir" && tar --format=ustar --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$(git log -1 --format=%ct)" -cf - update.json authen*) |
		gzip -9n >"$out/authenkiosk-$version-linux-$arch.tar.gz"
	echo "$version" >"$out/latest-linux-$arch.txt"
}
of_linux() {
	[ -e out/packages/arm64/authenagent ] || {
		echo "a release has the agent for arm64, too: make deps-packages installs the cross compiler" >&2
		exit 1
	}
	cp out/packages/*.deb out/packages/*.rpm "$out/"
	parts out/authenkiosk "authenkiosk_${version}_amd64"
	parts out/authenagent "authenagent_${version}_amd64"
	parts out/packages/arm64/authenagent "authenagent_${version}_arm64"
	byfile amd64 out/authenkiosk out/authenagent
	byfile arm64 out/packages/arm64/authenagent
}
of_windows() {
	cp "out/windows/authenkiosk-$version.msi" "$out/"
	parts out/windows/authenkiosk.exe "authenkiosk_${version}_windows_amd64"
	parts out/windows/authenagent.exe "authenagent_${version}_windows_amd64"
}
for system in "$@"; do "of_$system"; done
cp assets/licences/LICENCES.txt "$out/"
packaging/releasenotes.sh "$version" >"$out/RELEASE_NOTES.md"
(cd "$out" && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
