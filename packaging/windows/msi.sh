#!/bin/sh
# Makes out/windows/authenkiosk-VERSION.msi of the programs that build.sh has built.
#   msi.sh VERSION
# WINDOWS_SIGN are options of osslsigncode that name the key, for example
#   WINDOWS_SIGN="-pkcs12 /media/key.p12 -readpass /media/password -ts http://timestamp.example"
# Without it a certificate is made that is good for trying and that no Windows trusts;
# WINDOWS_SIGN=none signs nothing: the same commit gives the same bytes then.
set -eu
cd "$(dirname "$0")/../.."
umask 022
export LC_ALL=C TZ=UTC0
[ $# -eq 1 ] || {
	echo "usage: msi.sh VERSION, after build.sh" >&2
	exit 2
}
version=$1
out=$(realpath "${OUT:-out/windows}")
here=$(pwd)
stage=$out/msi
msi=$out/authenkiosk-$version.msi
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
rm -rf "$stage" "$msi"
mkdir -p "$stage"

if [ -z "${WINDOWS_SIGN:-}" ]; then
	[ -e "$out/test-certificate.pem" ] || openssl req -x509 -newkey rsa:3072 -nodes -days 30 -subj "/CN=AuthenKiosk, for trying only" \
		-addext extendedKeyUsage=codeSigning -keyout "$out/test-key.pem" -out "$out/test-certificate.pem" 2>/dev/null
	WINDOWS_SIGN="-certs $out/test-certificate.pem -key $out/test-key.pem"
fi
sign() { # sign FROM TO
	if [ "$WINDOWS_SIGN" = none ]; then
		cp "$1" "$2"
		return
	fi
	# shellcheck disable=SC2086 # options are separate words
	osslsigncode sign $WINDOWS_SIGN -h sha256 -n AuthenKiosk -i https://authenkiosk.invalid "$1" "$2" >/dev/null
}

code() { sh "$here/packaging/windows/guid.sh" "$1"; } # code NAME

sign "$out/authenkiosk.exe" "$stage/authenkiosk.exe"
sign "$out/authenagent.exe" "$stage/authenagent.exe"
cp app/config/example.toml assets/licences/LICENCES.txt CHANGELOG.md "$stage/"
# The documents lie to each other as in the source: pages of the manual lead to the others.
mkdir "$stage/docs"
cp docs/*.md "$stage/docs/"
go run ./packaging/site docs "$stage/docs/manual"
sh packaging/windows/documents.sh "$stage" >"$stage/documents.wxs"
go tool -modfile=tools/packaging/go.mod go-winres extract --dir "$stage/icon" "$out/authenagent.exe"
mv "$stage"/icon/*.ico "$stage/app.ico"
rm -r "$stage/icon"
find "$stage" -type f -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

what="$version $(git rev-parse HEAD)"
(cd "$stage" && wixl -a x64 -D "VERSION=$version" -D "CODE=$(code "product $what")" -o made "$here/packaging/windows/authenkiosk.wxs" documents.wxs)

# wixl has no word for some things, and writes tables in another order each time. So they
# are taken apart and put together again, in the order of the alphabet:
# - the version before is removed right after the start, by one step with the installation,
#   so that it comes back when that fails; a build of the same version is replaced, too;
# - "Set" is the last step, when all that it works with is there;
# - the programs have their version, so that a repair knows an older one;
# - what may be said on the command line holds when a person is asked for the right, too.
cd "$stage"
mkdir tables tables/Icon
for table in $(msiinfo tables made | LC_ALL=C sort); do
	case $table in _SummaryInformation | _ForceCodepage) continue ;; esac
	msiinfo export made "$table" | tr -d '\r' >table
	{ head -n 3 table && tail -n +4 table | LC_ALL=C sort; } >"tables/$table.idt"
done
tab=$(printf '\t')
sed -i -E -e "s/^(RemoveExistingProducts$tab.*$tab)[0-9]+$/\11501/" -e "s/^(Set$tab.*$tab)[0-9]+$/\16500/" tables/InstallExecuteSequence.idt
sed -i -E "s/^(.*${tab}$version$tab$tab)1($tab.*WIX_UPGRADE_DETECTED)$/\1513\2/" tables/Upgrade.idt
sed -i -E "s/^((authenkiosk|authenagent)\.exe$tab.*$tab[0-9]+)$tab$tab${tab}512$tab/\1$tab$version.0${tab}1033${tab}512$tab/" tables/File.idt
sed -i -E "s/^(SecureCustomProperties$tab.*)$/\1;ACCOUNT;CONFIGFILE;ERASEDATA;FACE;HCODE;NHSOAGENT;UNITNAME;ZONE/" tables/Property.idt
when=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y\/%m\/%d %H:%M:%S')
msiinfo export made _SummaryInformation | tr -d '\r' |
	sed -E -e "s/^(12|13)$tab.*/\1$tab$when/" -e "s/^9$tab.*/9$tab$(code "package $what")/" >tables/_SummaryInformation.idt
# What the lines above have to find is not where they look: another wixl.
for line in "RemoveExistingProducts$tab${tab}1501" "Set${tab}NOT REMOVE=\"ALL\"${tab}6500"; do
	grep -qxF "$line" tables/InstallExecuteSequence.idt || { echo "this wixl makes other tables: $line" >&2; exit 1; }
done
[ "$(grep -c "$tab$version\.0$tab" tables/File.idt)" = 2 ] && [ "$(grep -c "${tab}docs" tables/File.idt)" = "$(find docs -type f | wc -l)" ] && grep -qF "${tab}513$tab" tables/Upgrade.idt && grep -qF ';ZONE' tables/Property.idt || { echo "this wixl makes other tables" >&2; exit 1; }
msiinfo extract made files.cab >tables/files.cab
msiinfo extract made Icon.app.ico >tables/Icon/Icon.app.ico
cd tables
set --
for table in *.idt; do set -- "$@" -i "$table"; done
msibuild "$stage/whole.msi" "$@" -a files.cab files.cab
sign "$stage/whole.msi" "$msi"
rm -r "$stage"
sha256sum "$msi"
