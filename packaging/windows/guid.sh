#!/bin/sh
# Prints a GUID that is the same for the same name:
#   guid.sh NAME
set -eu
[ $# -eq 1 ] || {
	echo "usage: guid.sh NAME" >&2
	exit 2
}
printf %s "authenkiosk $1" | sha256sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/{\1-\2-5\3-8\4-\5}/' | tr 'a-f' 'A-F'
