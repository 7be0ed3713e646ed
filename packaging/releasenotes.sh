#!/bin/sh
# Prints what CHANGELOG.md has of a version; where it has none, what is not released yet.
#   releasenotes.sh VERSION
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || {
	echo "usage: releasenotes.sh VERSION" >&2
	exit 2
}
part() {
	awk -v name="$1" '/^## / { on = index($0, "## [" name "]") == 1; next } on' "${CHANGELOG:-CHANGELOG.md}"
}
notes=$(part "$1")
[ -n "$notes" ] || notes=$(part Unreleased)
[ -n "$notes" ] || {
	echo "CHANGELOG.md has nothing of $1" >&2
	exit 1
}
printf '# AuthenKiosk %s\n%s\n' "$1" "$notes"
