#!/bin/sh
# Changes a machine from NHSO's test zone to production, by the name that units know
# from NHSO's own agent. It asks before it changes anything; the data of the zones
# never mix. -yes does not ask.
set -eu

config=${AUTHENKIOSK_CONFIG:-/etc/authenkiosk/authenkiosk.toml}
data=${AUTHENKIOSK_DATA:-/var/lib/authenkiosk}
program=$(command -v authenagent || command -v authenkiosk) || {
	echo "neither authenagent nor authenkiosk is installed" >&2
	exit 1
}
if [ "$(id -u)" -ne 0 ] && [ ! -w "$config" ]; then
	echo "run it as the administrator: sudo $0" >&2
	exit 1
fi

"$program" zone set production -config "$config" -data "$data" "$@"

for unit in authenagent.service authenkiosk.service; do
	if command -v systemctl >/dev/null 2>&1 && systemctl --quiet is-active "$unit"; then
		systemctl restart "$unit"
		systemctl --no-pager --lines=0 status "$unit"
	fi
done
