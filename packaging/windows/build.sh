#!/bin/sh
# Builds the programs for Windows in out/windows, with what Windows shows of them (version,
# icon, manifest), and looks whether they need anything that is no part of Windows. The
# same commit gives the same bytes.
#   build.sh VERSION LDFLAGS
# The first build takes minutes: Fyne's C parts are compiled for another system.
set -eu
cd "$(dirname "$0")/../.."
umask 022
export LC_ALL=C TZ=UTC0
[ $# -eq 2 ] || {
	echo "usage: build.sh VERSION LDFLAGS" >&2
	exit 2
}
version=$1 ldflags=$2
out=${OUT:-out/windows}
go_winres="go tool -modfile=tools/packaging/go.mod go-winres"
mkdir -p "$out"

# resources DIRECTORY FILE MANIFEST DESCRIPTION: what the linker finds in the folder of a
# program. It is there only while that is built.
resources() {
	trap 'rm -f rsrc_windows_amd64.syso cmd/authenagent/rsrc_windows_amd64.syso' EXIT
	$go_winres simply --arch amd64 --out "$1/rsrc" --manifest "$3" --icon assets/icons/app.png \
		--product-version "$version.0" --file-version "$version.0" --product-name AuthenKiosk \
		--file-description "$4" --original-filename "$2" --copyright "Apache-2.0"
}

export GOOS=windows GOARCH=amd64
GOOS='' GOARCH='' resources . authenkiosk.exe gui "AuthenKiosk: kiosk and station"
GOOS='' GOARCH='' resources cmd/authenagent authenagent.exe cli "AuthenKiosk: agent"
# Without -static the program asks for libstdc++, which no Windows has.
CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc CXX=x86_64-w64-mingw32-g++ \
	go build -tags migrated_fynedo,no_emoji -ldflags "$ldflags -H windowsgui -extldflags -static" -o "$out/authenkiosk.exe" .
CGO_ENABLED=0 go build -ldflags "$ldflags" -o "$out/authenagent.exe" ./cmd/authenagent

# What Windows 10 and 11 have in every edition.
ofWindows=" advapi32.dll bcrypt.dll bcryptprimitives.dll comdlg32.dll crypt32.dll dwmapi.dll gdi32.dll imm32.dll kernel32.dll \
msvcrt.dll ole32.dll oleaut32.dll opengl32.dll quartz.dll shell32.dll shlwapi.dll user32.dll version.dll winmm.dll ws2_32.dll "
for program in "$out"/authenkiosk.exe "$out"/authenagent.exe; do
	for library in $(x86_64-w64-mingw32-objdump -p "$program" | sed -n 's/.*DLL Name: //p' | tr 'A-Z' 'a-z'); do
		case $ofWindows in *" $library "*) ;; *)
			echo "$program needs $library, which is no part of Windows" >&2
			exit 1
			;;
		esac
	done
	x86_64-w64-mingw32-objdump -h "$program" | grep -q ' \.rsrc ' || {
		echo "$program has neither version nor icon" >&2
		exit 1
	}
done
