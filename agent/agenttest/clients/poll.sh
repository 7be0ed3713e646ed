#!/bin/sh
# A client that speaks plain HTTP, as programs in C# or Delphi do that cut their
# fields out of the text, for tests and as an example (needs curl):
#
#   poll.sh BASE PHONE [CLAIM_TYPE]
#
# It polls the readers every 0.8 s until a card is inside, reads it, confirms, and
# prints the authen code as its last line. After a refusal or an unclear answer it
# asks for the latest code and never posts again.
set -u
[ $# -ge 2 ] || { echo "poll.sh BASE PHONE [CLAIM_TYPE]" >&2; exit 2; }
base=${1%/} phone=$2 claim=${3:-PG0060001}

field() { printf '%s' "$2" | sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" | head -n 1; }

until curl -s -m 5 "$base/api/smartcard/terminals" | grep -q '"isPresent":true'; do sleep 0.8; done

card=$(curl -s -f -m 60 "$base/api/smartcard/read?readImageFlag=false") || { echo "read: no answer" >&2; exit 1; }
pid=$(field pid "$card")
correlation=$(field correlationId "$card")
case $card in *"\"claimType\":\"$claim\""*) ;; *) echo "claim type not open to this person" >&2; exit 1 ;; esac

# The body goes through standard input: an argument can be seen in the list of
# processes.
saved=$(printf '{"pid":"%s","claimType":"%s","mobile":"%s","correlationId":"%s"}' "$pid" "$claim" "$phone" "$correlation" |
	curl -s -m 60 -H 'Content-Type: application/json; charset=utf-8' --data-binary @- "$base/api/nhso-service/confirm-save")
code=$(field claimCode "$saved")

tries=0
while [ -z "$code" ] && [ $tries -lt 20 ]; do
	latest=$(curl -s -m 60 "$base/api/nhso-service/latest-authen-code/$pid")
	day=$(field checkDate "$latest" | cut -c 1-10)
	if [ "$(field claimType "$latest")" = "$claim" ] && [ "$(field claimDateTime "$latest" | cut -c 1-10)" = "$day" ]; then
		code=$(field claimCode "$latest")
	fi
	tries=$((tries + 1))
	[ -n "$code" ] || sleep 0.8
done
[ -n "$code" ] || { echo "no code" >&2; exit 1; }
echo "$code"
