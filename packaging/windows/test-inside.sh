#!/bin/sh
# The steps of test.sh in the folder, in their order:
#   test-inside.sh VERSION [STEPS]
# The comment behind a step's name is what is printed.
set -eu
version=$1 steps=${2:-}
packages="atomicfile neterror storage update outbox app/config app/privatelog cli/kioskcmd cmd/authenagent nhso agent printer/spooler visit"

export WINEPREFIX=/root/prefix WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= LIBGL_ALWAYS_SOFTWARE=1
drive=$WINEPREFIX/drive_c
programs="$drive/Program Files/AuthenKiosk"
data=$drive/ProgramData/AuthenKiosk
agent=http://127.0.0.1:8189
older="Z:\\t\\authenkiosk-0.0.9.msi" newer="Z:\\t\\authenkiosk-$version.msi"

wine() { /usr/lib/wine/wine64 "$@"; } # not the wrapper: it asks for wine32, which is not needed
must_not() { ! "$@"; }
eventually() { # eventually SECONDS COMMAND...
	left=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || { echo "not within the time: $*"; "$@"; return 1; }
		sleep 0.2
	done
}
# msi WORDS...: msiexec, whose status must be 0. (3010, "restart Windows", is no success.)
msi() {
	got=0
	wine msiexec "$@" /qn /l*v 'Z:\t\msi.log' </dev/null || got=$?
	[ $got -eq 0 ] || { echo "msiexec $*: $got"; tail -40 /t/msi.log | tr -d '\000'; return 1; }
}
answers() { curl -s -o /dev/null "$agent/healthz"; }
silent() { must_not answers; }
says_version() { wine "$programs/authenagent.exe" version | tr -d '\r' | grep " $1,"; }
serviced() { grep -qi 'Services\\\\AuthenAgent\]' $WINEPREFIX/system.reg; }
# documented says that the manual is there, with what its pages lead to.
documented() {
	[ -s "$programs/docs/manual/index.html" ]
	for page in "$programs"/docs/manual/*/*.html; do
		for to in $(sed -E 's/(href|src)="/\n\1="/g' "$page" | sed -nE 's/^(href|src)="([^"#:]+).*/\2/p'); do
			[ -s "$(dirname "$page")/$to" ] || { echo "$page leads to $to, which is not there"; return 1; }
		done
	done
}
planned() { [ -e "$drive/windows/system32/tasks/AuthenKiosk" ]; }
# flushed waits until wine has written its registry, which it does every 30 s.
flushed() { eventually 45 "$@"; }
picture() { mkdir -p /t/pictures && import -silent -window root "/t/pictures/$1.png"; }
# wine chooses its desktop when it starts: the display is there before.
export DISPLAY=:95
rm -f /tmp/.X95-lock /tmp/.X11-unix/X95 # of a test that was ended
Xvfb $DISPLAY -noreset -screen 0 1080x1920x24 -nolisten tcp >/dev/null 2>&1 &
eventually 20 xdotool getmouselocation

do_prefix() { # wine starts
	rm -rf $WINEPREFIX
	wine wineboot -i
	[ -d "$drive/windows" ]
	sleep 15 # services are not ready before
}

do_alone() { # the program says its version, and plays a visit without a screen
	wine /t/authenkiosk.exe version | tr -d '\r' | grep "^authenkiosk $version,"
	wine /t/authenkiosk.exe demo -out 'Z:\t\pictures\demo' -data 'Z:\t\demo data' | tail -1 | grep -E '^PP[0-9]{10}'
	[ -s /t/pictures/demo/slip.png ]
}

do_refused() { # an installer that does not know enough leaves nothing behind
	must_not msi /i "$newer" FACE=kiosk
	must_not msi /i "$newer" HCODE=1
	[ ! -e "$programs/authenagent.exe" ]
	[ ! -e "$data/authenkiosk.toml" ]
	flushed must_not serviced
}

do_signs() { # a name with quotation marks and a backslash at its end comes through
	# wine's msiexec takes quotation marks away: the name is in the file, where the command line would put it.
	msi /i 'Z:\t\signs.msi' HCODE=12345
	eventually 20 answers
	grep -F 'name = "Hospital \"A\" -zone demo \\"' "$data/authenkiosk.toml"
	curl -s -D - "$agent/healthz" | grep -i '^X-AuthenKiosk-Zone: test'
	msi /x 'Z:\t\signs.msi' ERASEDATA=1
	[ ! -e "$data" ]
}

do_agent() { # the version before installs as an agent: service, configuration, event source
	msi /i "$older" HCODE=12345 UNITNAME=โรงพยาบาลตัวอย่าง
	eventually 20 answers
	says_version 0.0.9
	grep 'hcode = "12345"' "$data/authenkiosk.toml"
	grep 'name = "โรงพยาบาลตัวอย่าง"' "$data/authenkiosk.toml"
	curl -s -D - "$agent/healthz" | grep -i '^X-AuthenKiosk-Zone: test'
	flushed serviced
	grep -i 'EventLog\\\\Application\\\\AuthenAgent\]' $WINEPREFIX/system.reg
	must_not planned
	documented
	[ "$(wine "$programs/authenagent.exe" face show | tr -d '\r')" = agent ]
	printf '00000000-0000-4000-8000-000000000001\n' |
		wine "$programs/authenagent.exe" secret set nhso-token -config 'C:\ProgramData\AuthenKiosk\authenkiosk.toml'
}

do_upgrade() { # the upgrade keeps configuration and token, and the service runs the new version
	echo '# mine' >>"$data/authenkiosk.toml"
	sha256sum "$data/authenkiosk.toml" >/t/config.sum
	msi /i "$newer"
	says_version "$version"
	eventually 20 answers
	sha256sum -c /t/config.sum
	wine "$programs/authenagent.exe" doctor -config 'C:\ProgramData\AuthenKiosk\authenkiosk.toml' >/t/doctor.txt || true
	grep -i 'token' /t/doctor.txt | must_not grep -i 'secret set'
}

do_downgrade() { # the version before is refused, and the new one stays
	must_not msi /i "$older"
	says_version "$version"
	answers
}

do_repair() { # what was deleted comes back, also while the agent runs
	rm "$programs/example.toml" "$programs/authenkiosk.exe"
	msi /i "$newer" REINSTALL=ALL REINSTALLMODE=amus
	[ -s "$programs/authenkiosk.exe" ]
	[ -s "$programs/example.toml" ]
	eventually 20 answers
	sha256sum -c /t/config.sum
}

do_switched_off() { # a repair leaves a service off that is disabled, and face set switches it on
	# An upgrade does so by the same step of the program, but wine tells the version before that
	# it is removed for good: the service is taken out, and made anew.
	starts() { wine reg query "$service" /v Start | tr -d '\r' | grep "Start .*0x$1"; }
	service='HKLM\SYSTEM\CurrentControlSet\Services\AuthenAgent'
	starts 2
	wine net stop AuthenAgent
	# wine's own "sc" cannot configure: the list of services is read anew with the next start.
	wine reg add "$service" /v Start /t REG_DWORD /d 4 /f
	/usr/lib/wine/wineserver64 -k
	/usr/lib/wine/wineserver64 -w
	wine wineboot
	sleep 15 # services are not ready before
	msi /i "$newer" REINSTALL=ALL REINSTALLMODE=amus
	starts 4
	silent
	wine "$programs/authenagent.exe" face set agent
	starts 2
	eventually 20 answers
}

do_remove() { # what is removed is gone, and the data stay
	msi /x "$newer"
	[ ! -e "$programs" ]
	silent
	[ -s "$data/authenkiosk.toml" ]
	flushed must_not serviced
	must_not grep -i 'EventLog\\\\Application\\\\AuthenAgent\]' $WINEPREFIX/system.reg
}

do_kiosk() { # as a kiosk with a configuration that is handed in: the task is there, no service
	[ -e "$data/authenkiosk.toml" ] # of the agent that was here
	printf '[unit]\r\nhcode = "54321"\r\n[nhso]\r\nzone = "demo"\r\n[agent]\r\nenabled = true\r\n[kiosk]\r\nfullscreen = true\r\n' >/t/handed.toml
	msi /i "$newer" FACE=kiosk ACCOUNT=root CONFIGFILE='Z:\t\handed.toml'
	cmp /t/handed.toml "$data/authenkiosk.toml"
	[ -s "$data/authenkiosk.toml.before" ]
	planned
	silent
	[ "$(wine "$programs/authenagent.exe" face show | tr -d '\r')" = kiosk ]
	# wine keeps neither triggers nor words of a task: tests of cmd/authenagent look at them.
	grep -a '<MultipleInstancesPolicy>IgnoreNew<' "$drive/windows/system32/tasks/AuthenKiosk"
}

start_kiosk() { # with the words of the task, which wine does not start by itself
	wine 'C:\Program Files\AuthenKiosk\authenkiosk.exe' kiosk -config 'C:\ProgramData\AuthenKiosk\authenkiosk.toml' >/t/kiosk.log 2>&1 </dev/null &
	echo $! >/t/kiosk.pid
	eventually 60 answers
}

do_window() { # the task's words open the kiosk; a second one says that it is the second
	start_kiosk
	sleep 5
	picture kiosk
	wine 'C:\Program Files\AuthenKiosk\authenkiosk.exe' kiosk -config 'C:\ProgramData\AuthenKiosk\authenkiosk.toml' >/t/second.log 2>&1 </dev/null &
	second=$!
	eventually 30 grep 'cannot start' /t/second.log
	sleep 3
	picture second
	kill -9 $second
	answers
}

do_running() { # a repair ends the kiosk that runs, and needs no restart of Windows
	msi /i "$newer" REINSTALL=ALL REINSTALLMODE=amus
	eventually 20 silent
	must_not kill -0 "$(cat /t/kiosk.pid)" 2>/dev/null
	# wine has no sockets of the kind by which the kiosk is asked to end between two
	# patients: it was killed, and what it had on the disk is opened again.
	start_kiosk
}

do_erase() { # what runs is ended, and with ERASEDATA=1 the data go, too
	msi /x "$newer" ERASEDATA=1
	silent
	[ ! -e "$programs" ]
	[ ! -e "$data" ]
	must_not planned
}

do_wizard() { # where nobody said which unit it is, the kiosk begins with the wizard
	msi /i "$newer" FACE=kiosk ACCOUNT=root
	must_not grep '^hcode' "$data/authenkiosk.toml"
	planned
	wine 'C:\Program Files\AuthenKiosk\authenkiosk.exe' kiosk -config 'C:\ProgramData\AuthenKiosk\authenkiosk.toml' -test-layout 'Z:\t\layout.json' >/t/wizard.log 2>&1 </dev/null &
	eventually 60 grep setup- /t/layout.json
	sleep 3
	picture wizard
	msi /x "$newer" ERASEDATA=1
	[ ! -e "$data" ]
}

do_packages() { # tests of our packages
	failed=
	for package in $packages; do
		cd "/t/packages/$package"
		only=.
		# All of the store's would take an hour: what the system does to files is enough.
		[ "$package" != storage ] || only='DamagedFile|Holds|Panic|DPAPI|Lock|Room|Compact|Secret'
		if wine package.test.exe -test.short -test.run "$only" -test.timeout 15m >/t/package.log 2>&1 </dev/null; then
			echo "ok   $package"
		else
			failed=1
			echo "FAIL $package"
			# A program that wine did not start says nothing of tests.
			grep -aE '^ *--- FAIL|^panic|_test.go:[0-9]+:' /t/package.log | head -30 | grep . || tail -20 /t/package.log
		fi
	done
	[ -z "$failed" ]
}

do_visits() { # whole visits in the window, with a card in a real card service
	cat >/t/kiosk.sh <<'KIOSK'
#!/bin/sh
# A display has a wine of its own; what has none shares one.
if [ -n "${DISPLAY:-}" ]; then
	export WINEPREFIX=/root/prefix$DISPLAY
	[ -d "$WINEPREFIX" ] || cp -al /root/prefix "$WINEPREFIX"
fi
exec /usr/lib/wine/wine64 /t/authenkiosk.exe "$@"
KIOSK
	chmod +x /t/kiosk.sh
	rm -rf /root/prefix:* /t/pictures/TestE2E*
	mkdir -p /t/e2e /run/pcscd
	cd /t/e2e
	env -u DISPLAY /t/e2e.test -windows -program /t/kiosk.sh -pictures /t/pictures -test.parallel 1 -test.v -test.timeout 30m \
		-test.run 'AVisitFromTheCardToTheSlip|WhenThePowerWent|IsCutIsLookedUp|PullingTheCard|AGuardian' </dev/null
}

began() { date +%s.%N; }
# A step is no condition: in one the shell would go on after what fails.
set +e
for name in ${steps:-$(sed -n 's/^do_\([a-z_]*\)() { # .*/\1/p' "$0")}; do
	since=$(began) what=$(sed -n "s/^do_$name() { # //p" "$0")
	(set -e && "do_$name") >/t/step.log 2>&1
	if [ $? -ne 0 ]; then
		printf '%-88s FAILED\n' "$what"
		tail -80 /t/step.log
		exit 1
	fi
	printf '%-88s %6.1f s\n' "$what" "$(echo "$(began) $since" | awk '{ print $1 - $2 }')"
	[ "$name" != packages ] || cat /t/step.log
done
