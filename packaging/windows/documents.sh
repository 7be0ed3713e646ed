#!/bin/sh
# Prints what wixl has to know of the documents of the installer: a component for each
# directory of FOLDER/docs, which lie in the same way beside the programs.
#   documents.sh FOLDER
# Names have letters, digits, points, hyphens and underscores: they become names of tables.
set -eu
export LC_ALL=C
[ $# -eq 1 ] && [ -d "$1/docs" ] || {
	echo "usage: documents.sh FOLDER, in which docs is" >&2
	exit 2
}
here=$(realpath "$(dirname "$0")")
cd "$1"
id() { printf %s "$1" | tr '/-' '._'; } # id PATH

echo '<?xml version="1.0" encoding="utf-8"?>'
echo '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Fragment>'
for dir in $(find docs -type d | sort); do
	parent=INSTALLDIR
	[ "$dir" = docs ] || parent=in.$(id "$(dirname "$dir")")
	printf '<DirectoryRef Id="%s"><Directory Id="in.%s" Name="%s">\n' "$parent" "$(id "$dir")" "$(basename "$dir")"
	printf '<Component Id="%s" Guid="%s" Win64="yes">\n' "$(id "$dir")" "$(sh "$here/guid.sh" "component $dir" | tr -d '{}')"
	key=' KeyPath="yes"'
	for file in $(find "$dir" -maxdepth 1 -type f | sort); do
		printf '<File Id="%s" Source="%s"%s/>\n' "$(id "$file")" "$file" "$key"
		key=
	done
	echo '</Component></Directory></DirectoryRef>'
done
echo '<ComponentGroup Id="Documents">'
for dir in $(find docs -type d | sort); do printf '<ComponentRef Id="%s"/>\n' "$(id "$dir")"; done
echo '</ComponentGroup></Fragment></Wix>'
