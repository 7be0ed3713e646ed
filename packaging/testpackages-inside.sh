#!/bin/sh
# The steps of testpackages.sh on the machine, in their order, one a call:
#   testpackages-inside.sh STEP VERSION
# The comment behind a step's name is what is printed.
set -eu
version=$2
config=/etc/authenkiosk/authenkiosk.toml
data=/var/lib/authenkiosk
agent=http://127.0.0.1:8189

install_it() { apt-get install -y -qq "$@"; } # from the archive that was filled before
active() { systemctl --quiet is-active "$1"; }
must_not() { ! "$@"; }
eventually() { # eventually SECONDS COMMAND...
	left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || { echo "not within the time: $*"; "$@"; return 1; }
		sleep 0.1
	done
}
answers() { curl -s -o /dev/null "$agent/healthz"; }
pid_of() { systemctl show -p MainPID --value "$1"; }
ask() { # ask PATH [curl's options]
	path=$1
	shift
	curl -sf -H "Authorization: Bearer $(cat /root/token)" "$@" "$agent$path"
}
preseed() { echo "authenkiosk authenkiosk/$1 $2 $3" | debconf-set-selections; }

do_install() { # the version before installs with what it depends on; nobody is asked
	install_it curl sudo xserver-xorg-video-dummy
	find / -xdev \( -name '*authenkiosk*' -o -name '*authenagent*' \) ! -path '/root/*' ! -path '/proc/*' ! -path '/var/cache/apt/*' | sort >/root/before
	install_it /root/authenkiosk_0.0.9_amd64.deb
	[ "$(/usr/lib/authenkiosk/face show)" = agent ]
	grep -q '^zone = "test"' $config
}

do_libraries() { # every library that the programs name is there
	for program in authenkiosk authenagent; do
		ldd /usr/bin/$program | tee /dev/stderr | must_not grep 'not found'
	done
	authenkiosk demo -out /root/demo -data /root/demodata | grep -q .
	gzip -t /usr/share/man/man1/authenkiosk.1.gz /usr/share/man/man1/authenagent.1.gz
	bash -c '. /usr/share/bash-completion/completions/authenkiosk && complete -p authenkiosk'
}

do_service() { # the agent runs as its own account, ready, sandboxed, and answers
	active authenagent.service
	[ "$(stat -c %U "/proc/$(pid_of authenagent.service)")" = authenkiosk ]
	[ "$(stat -c '%U %a' $data)" = "authenkiosk 700" ]
	eventually 5 answers
	curl -s -D - "$agent/healthz" | grep -i '^X-AuthenKiosk-Zone: test'
	# It listens on 127.0.0.1 and ::1 alone.
	awk '$4 == "0A" && $2 ~ /:1FFD$/ { print $2 }' /proc/net/tcp /proc/net/tcp6 >/root/listens
	[ -s /root/listens ]
	must_not grep -vx -e 0100007F:1FFD -e 00000000000000000000000001000000:1FFD /root/listens
	# It has found the card service through its sandbox, and may use it.
	eventually 10 active pcscd.service
	must_not sh -c 'journalctl -b -u pcscd -u authenagent | grep -i "not authorized\|access denied"'
	systemd-analyze --no-pager security authenagent.service | tail -1
	active authenkiosk-update.timer
}

do_card() { # a made-up card is read, and its code comes (demo zone)
	sed -i 's/^zone = "test"/zone = "demo"/' $config
	systemctl restart authenagent.service
	eventually 5 answers
	sudo authenagent client add try -scopes read-card,submit,codes,events -config $config -data $data | head -1 >/root/token
	curl -sf -X PUT -H 'Content-Type: application/json' -d '{"pid":"9000000000004"}' http://127.0.0.1:8199/testzone/agent/card
	eventually 5 ask /api/smartcard/read
	correlation=$(ask /api/smartcard/read | sed 's/.*"correlationId":"\([^"]*\)".*/\1/')
	ask /api/nhso-service/confirm-save -H 'Content-Type: application/json' \
		-d "{\"pid\":\"9000000000004\",\"claimType\":\"PG0060001\",\"mobile\":\"0800001234\",\"correlationId\":\"$correlation\"}" | tee /root/code
	grep -q '"claimCode":"[^"]' /root/code
}

do_killed() { # kill -9: it is there again, with what it had kept
	visits >/root/visits
	[ -s /root/visits ]
	before=$(pid_of authenagent.service)
	kill -9 "$before"
	eventually 10 different authenagent.service "$before"
	eventually 10 answers
	visits | cmp - /root/visits
	sudo authenagent audit verify -config $config -data $data
}
different() { [ "$(pid_of "$1")" != "$2" ] && active "$1"; }
visits() { ask '/api/v1/visits'; }

update() { sudo authenagent update "$@" -config $config -data $data; }
runs() { # runs VERSION: it is in use, and the agent of it answers
	[ "$(readlink /opt/authenkiosk/current)" = "versions/$1" ] && authenagent version | grep -q " $1," && answers &&
		[ "$(readlink "/proc/$(pid_of authenagent.service)/exe")" = "/opt/authenkiosk/versions/$1/authenagent" ]
}

do_stick() { # a stick with a newer version: nothing happens without an administrator
	systemctl start authenkiosk-update.service
	must_not sudo -u authenkiosk authenagent update apply /media/stick -config $config -data $data
	eventually 10 runs 0.0.9
}

do_changed() { # a package by file that was changed after it was signed is refused
	update apply /media/changed >/root/said 2>&1 && return 1
	grep 'not signed' /root/said
	eventually 10 runs 0.0.9
	[ "$(ls /opt/authenkiosk/versions)" = 0.0.9 ]
}

do_by_file() { # an update by file: the new version runs, with what was kept, and goes back when asked
	visits >/root/visits
	update check /media/stick
	update apply /media/stick
	eventually 10 runs "$version"
	visits | cmp - /root/visits
	[ -s /opt/authenkiosk/configuration/0.0.9-authenkiosk.toml ]
	update rollback
	eventually 10 runs 0.0.9
	visits | cmp - /root/visits
}

do_by_timer() { # the timer takes from the source in its window, but no version that was taken back
	printf '\n[update]\nsource = "/media/stick"\nwindow = "00:00-23:59"\n' >>$config
	systemctl start authenkiosk-update.service
	eventually 10 runs 0.0.9
	rm /opt/authenkiosk/refused
	systemctl start authenkiosk-update.service
	eventually 10 runs "$version"
	update rollback
	eventually 10 runs 0.0.9
}

do_broken() { # a version that cannot serve people goes back by itself
	update apply /media/broken >/root/said 2>&1 && return 1
	grep 'in place again' /root/said
	eventually 20 runs 0.0.9
	visits | cmp - /root/visits
}

do_upgrade() { # the upgrade keeps configuration, clients and visits, and runs the new version
	sha256sum $config >/root/config.sum
	authenagent version | grep -q ' 0.0.9,'
	before=$(pid_of authenagent.service)
	install_it "/root/authenkiosk_${version}_amd64.deb"
	authenagent version | grep -q " $version,"
	eventually 10 different authenagent.service "$before"
	eventually 10 answers
	sha256sum -c /root/config.sum
	visits | cmp - /root/visits
	[ "$(stat -c '%U %a' $data)" = "authenkiosk 700" ]
	[ -z "$(dpkg --verify authenkiosk)" ]
}

do_reconfigured() { # questions that are answered anew bring no version back that was taken back
	update rollback
	eventually 10 runs 0.0.9
	dpkg-reconfigure authenkiosk
	eventually 10 runs 0.0.9
	dpkg -i "/root/authenkiosk_${version}_amd64.deb"
	eventually 10 runs "$version"
	visits | cmp - /root/visits
}

do_disabled() { # a service that the administrator has switched off stays off on an upgrade
	systemctl --quiet disable --now authenagent.service
	dpkg -i "/root/authenkiosk_${version}_amd64.deb"
	must_not active authenagent.service
	must_not systemctl --quiet is-enabled authenagent.service
	systemctl --quiet enable --now authenagent.service
}

do_kiosk() { # the face kiosk: X server, window manager and kiosk come up, and are ready
	printf 'Section "Device"\n\tIdentifier "none"\n\tDriver "dummy"\n\tVideoRam 65536\nEndSection\nSection "Screen"\n\tIdentifier "none"\n\tDevice "none"\n\tDefaultDepth 24\n\tSubSection "Display"\n\t\tDepth 24\n\t\tModes "1024x768"\n\tEndSubSection\nEndSection\n' >/etc/authenkiosk/xorg.conf.d/90-test.conf
	/usr/lib/authenkiosk/face set kiosk
	[ "$(/usr/lib/authenkiosk/face show)" = kiosk ]
	must_not active authenagent.service
	eventually 60 active authenkiosk.service
	active authenkiosk-x.service
	active authenkiosk-wm.service
	eventually 5 answers
	systemd-analyze --no-pager security authenkiosk.service | tail -1
	systemd-analyze cat-config systemd/sleep.conf | grep -x AllowSuspend=no
	# Nobody but the kiosk's account draws there.
	must_not sudo -u nobody DISPLAY=:0 xset q
}

do_watched() { # the kiosk is killed, stands still, and loses its screen: it comes back
	for blow in KILL STOP; do
		before=$(pid_of authenkiosk.service)
		kill -$blow "$before"
		eventually 90 different authenkiosk.service "$before"
	done
	before=$(pid_of authenkiosk.service)
	kill -9 "$(pid_of authenkiosk-x.service)"
	eventually 60 different authenkiosk.service "$before"
	eventually 10 active authenkiosk-x.service
	before=$(pid_of authenkiosk-wm.service)
	kill -9 "$before"
	eventually 10 different authenkiosk-wm.service "$before"
	active authenkiosk.service
}

do_document() { # the commands of docs/install-linux.md, in their order
	sed -n '/^```sh$/,/^```$/{/^```/d;p}' /root/install-linux.md >/root/commands
	[ -s /root/commands ]
	cd /root
	rm -f authenkiosk_0.0.9_amd64.deb
	echo 00000000-0000-0000-0000-000000000000 >/root/input
	sh -eux /root/commands </root/input
	grep -q 'Rotate" "left' /etc/authenkiosk/xorg.conf.d/50-screen.conf
}

do_manual() { # the commands of the manual, in their order, but those that wait for a person, a token or a key
	[ -s /usr/share/doc/authenkiosk/manual/th/it.html ]
	cd /root
	for page in it developer privacy; do
		sed -n '/^```console$/,/^```$/{/^```/d;p}' "/root/manual/en/$page.md"
	done | grep -v ' nano \|libinput\|/screen \| remove \| purge \|/media/stick\|systemctl st\| pair \| backup \| restore \| update \|production\| agent$' >/root/commands
	[ "$(wc -l </root/commands)" -ge 13 ]
	while read -r line; do
		case $line in
		*' secret '*) typed=00000000-0000-0000-0000-000000000000 ;;
		*' erase '*) typed=9000000000004 ;;
		*) typed=204916 ;;
		esac
		echo "+ $line"
		case $line in
		*' doctor '*) echo | sh -c "$line" || true ;; # a machine without a reader is not ready
		*) echo $typed | sh -c "$line" ;;
		esac
	done </root/commands
	eventually 60 active authenkiosk.service
}

do_station() { # the face station has no service
	/usr/lib/authenkiosk/face set station
	must_not [ -e /etc/systemd/sleep.conf.d/50-authenkiosk.conf ]
	for unit in authenkiosk authenagent; do
		must_not systemctl --quiet is-enabled $unit.service
	done
	# The screen ends when nothing needs it.
	for unit in authenkiosk authenkiosk-x authenkiosk-wm authenagent; do
		eventually 10 must_not active $unit.service
	done
}

do_face_kept() { # the face stays on an upgrade, and over a removal with what was kept
	dpkg -i "/root/authenkiosk_${version}_amd64.deb"
	[ "$(/usr/lib/authenkiosk/face show)" = station ]
	must_not systemctl --quiet is-enabled authenagent.service
	/usr/lib/authenkiosk/face set agent
	eventually 10 answers
	visits >/root/visits
	sha256sum $config >/root/config.sum
	apt-get remove -y -qq authenkiosk
	must_not [ -e /usr/bin/authenkiosk ]
	sha256sum -c /root/config.sum
	install_it "/root/authenkiosk_${version}_amd64.deb"
	[ "$(/usr/lib/authenkiosk/face show)" = agent ]
	eventually 10 answers
	visits | cmp - /root/visits
}

do_purge() { # removed and purged: the visits stay, and that is said
	cp $config $config.before # as config apply does
	apt-get purge -y -qq authenkiosk 2>&1 | tee /root/said
	grep -q 'visits stay in /var/lib/authenkiosk' /root/said
	[ -d $data ]
	must_not [ -e $config ]
	must_not [ -e /etc/authenkiosk ] || [ "$(ls /etc/authenkiosk/xorg.conf.d)" = 90-test.conf ]
	rm -rf /etc/authenkiosk
}

do_noticed() { # an agent of NHSO on port 8189 is noticed and told, and nothing is started
	# The simulator plays it, under the name that NHSO's service has.
	cat >/etc/systemd/system/secureagent.service <<-UNIT
		[Service]
		ExecStart=/root/nhso testzone -listen 127.0.0.1:8198 -agent 127.0.0.1:8189
		[Install]
		WantedBy=multi-user.target
	UNIT
	dpkg-deb --fsys-tarfile "/root/authenkiosk_${version}_amd64.deb" | tar -xO ./usr/lib/authenkiosk/programs/authenagent >/root/nhso
	chmod 755 /root/nhso
	systemctl daemon-reload
	systemctl enable --now secureagent.service
	eventually 5 curl -sf -o /dev/null $agent/api/smartcard/terminals
	echo 'authenkiosk authenkiosk/face select agent' | debconf-set-selections
	install_it "/root/authenkiosk_${version}_amd64.deb" 2>&1 | tee /root/said
	grep -q 'another program listens on port 8189' /root/said
	must_not active authenagent.service
	active secureagent.service
}

do_used() { # use: AuthenKiosk listens beside NHSO's agent, which goes on
	apt-get purge -y -qq authenkiosk
	preseed face select agent
	preseed nhso-agent select use
	install_it "/root/authenkiosk_${version}_amd64.deb"
	active authenagent.service
	active secureagent.service
	grep -q '^upstream = "agent"' $config
	eventually 5 curl -s -o /dev/null http://127.0.0.1:8190/healthz
}

do_replaced() { # replace: NHSO's service is stopped, and ours is in its place
	apt-get purge -y -qq authenkiosk
	preseed face select agent
	preseed nhso-agent select replace
	install_it "/root/authenkiosk_${version}_amd64.deb"
	must_not active secureagent.service
	active authenagent.service
	eventually 5 answers
	curl -s -D - "$agent/healthz" | grep -i '^X-AuthenKiosk-Zone: test'
	rm /etc/systemd/system/secureagent.service
}

do_erased() { # purged with the visits: no file and no account is left
	preseed purge-data boolean true
	apt-get purge -y -qq authenkiosk
	find / -xdev \( -name '*authenkiosk*' -o -name '*authenagent*' \) ! -path '/root/*' ! -path '/proc/*' ! -path '/var/cache/apt/*' | sort >/root/after
	diff /root/before /root/after
	must_not getent passwd authenkiosk
	must_not grep -r authenkiosk /var/cache/debconf/config.dat
}

do_rpm() { # the .rpm installs, upgrades and is removed; its dependencies have other names here
	install_it rpm
	rpm -i --nodeps /root/authenkiosk-0.0.9.rpm
	[ "$(/usr/lib/authenkiosk/face show)" = agent ]
	eventually 10 runs 0.0.9
	rpm -U --nodeps "/root/authenkiosk-$version-1.x86_64.rpm"
	eventually 10 runs "$version"
	rpm -V --nodeps authenkiosk
	/usr/lib/authenkiosk/face set station
	rpm -e --nodeps authenkiosk
	rpm -i --nodeps "/root/authenkiosk-$version-1.x86_64.rpm"
	[ "$(/usr/lib/authenkiosk/face show)" = station ]
	/usr/lib/authenkiosk/face set agent
	rpm -e --nodeps authenkiosk
	must_not active authenagent.service
	must_not [ -e /usr/bin/authenkiosk ]
	must_not [ -e /opt/authenkiosk/versions ]
	[ -d $data/test ]
}

"do_$1"
