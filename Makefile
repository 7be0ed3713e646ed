# Two commands are enough: make run, make test.

SHELL := /bin/bash

# One set of flags everywhere: every other set would compile the C parts again.
export GOFLAGS := -trimpath -buildvcs=false
TAGS      := x11,gles,migrated_fynedo,no_emoji
TEST_TAGS := ci,migrated_fynedo,no_emoji
VERSION   := $(shell sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)
# The day of the last change: no right clock is before it.
BUILT     := $(shell git log -1 --format=%cs 2>/dev/null)
COMMIT    := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS   := -s -w -X authenkiosk/app.version=$(VERSION) -X authenkiosk/app.built=$(BUILT) -X authenkiosk/app.commit=$(COMMIT)
# UPDATE_KEY is the second line of a minisign.pub: packages for updates by file are known
# by it. Programs that are built without one take no updates by file.
ifdef UPDATE_KEY
LDFLAGS += -X authenkiosk/update.publicKey=$(UPDATE_KEY)
endif

# Daemons that tests run (pcscd, cupsd, mosquitto) stand where a person's path on
# Debian does not look.
export PATH := $(PATH):/usr/sbin:/sbin

# What a machine other than Linux calls its windows is found by Fyne itself.
ifneq ($(shell uname -s),Linux)
TAGS := migrated_fynedo,no_emoji
endif

.PHONY: run build agent deps test testdeps check lint unit whole flow screens e2e morning pictures field pcscd bench-ui long prove hostile vm testdeps-vm fresh testdeps-fresh packages licences release release-linux committed deps-packages test-packages windows msi test-windows fmt clean

# run opens the kiosk in the demo zone with its dock. Without a display it plays
# one whole visit and leaves the pictures in out/demo.
run: deps build
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display. One visit is played instead."; \
		./out/authenkiosk demo -out out/demo; \
		echo "The pictures of every screen and the slip are in out/demo."; \
	else \
		./out/authenkiosk kiosk -demo; \
	fi

deps:
	@sh packaging/deps.sh run

build:
	go build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o out/authenkiosk .

# agent builds the headless program: no window, no OpenGL.
agent:
	go build -ldflags "$(LDFLAGS)" -o out/authenagent ./cmd/authenagent

# test is everything: form, meaning, every test with the race detector, the card
# reader on a real card service, programs of hospitals against the built agent, and
# whole visits clicked through in a window.
#
# unit computes, whole computes on one processor for the most part, and pcscd waits:
# they run beside each other. What they print comes when each has ended.
test: testdeps check
	@$(MAKE) --no-print-directory --output-sync=target -j 3 unit whole pcscd
	@$(MAKE) --no-print-directory field
	@$(MAKE) --no-print-directory e2e

testdeps:
	@sh packaging/deps.sh test

check:
	@unformatted=$$(go tool gofumpt -l .); if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted"; exit 1; fi
	go vet -tags $(TEST_TAGS) ./...
	go vet -tags $(TEST_TAGS),pcscd,e2e,field ./...
	go vet -tags $(TEST_TAGS),benchui .
	GOOS=windows CGO_ENABLED=0 go vet ./cmd/... ./cli/... ./app/... ./outbox/... ./atomicfile/... ./cardreader/... ./nhso/... ./storage/... ./printer/... ./agent/...
	GOOS=darwin CGO_ENABLED=0 go vet ./storage/... ./printer/... ./agent/... ./nhso/...
	go tool staticcheck -tags $(TEST_TAGS) ./...

# lint says what .golangci.yml asks for. It is not part of check: the tool takes
# minutes to build for the first time. It needs 200 modules, so that it has a go.mod of
# its own.
lint:
	go tool -modfile=tools/go.mod golangci-lint run

# unit runs every test with the race detector, experiments less often (-short). Half of
# the packages mostly wait, so that more of them than processors run at once. A slow
# machine may take its time.
#
# The detector watches what goroutines share, and makes ten times as slow what it watches.
# So UNWATCHED, which draws and computes in the goroutine of its caller, is compiled
# without it, and the tests of UNSHARED, in which nothing is done by two goroutines, are
# left to whole. A test holds our own packages to that.
UNIT = AUTHENKIOSK_REQUIRE_TOOLS=1 go test -tags $(TEST_TAGS) -p $(SIDE_BY_SIDE) -timeout 60m
UNWATCHED = image/... compress/... github.com/esimov/... github.com/go-text/... golang.org/x/image/... \
	github.com/fyne-io/oksvg github.com/srwiley/... authenkiosk/camera/gate
UNSHARED = authenkiosk/visit/flow authenkiosk/ui/kiosk authenkiosk/ui/station
unit:
	$(UNIT) -race $(UNWATCHED:%=-gcflags=%=-race=false) -short $(filter-out $(UNSHARED),$(shell go list ./...))

# whole runs what unit leaves out, in full and without the race detector: every reachable
# model of the patient's way, every screen in every look, slips, experiments on the store.
#
# Of SINGLY unit has run all but EXPERIMENTS as they are: the rest need not run again.
whole:
	$(UNIT) $(UNSHARED) $(filter-out $(SINGLY),$(SHORTENED))
	$(UNIT) -run '$(EXPERIMENTS)' $(SINGLY)
SINGLY = ./app ./app/headless
EXPERIMENTS = TestWhateverDesks|TestTwoDesks
SHORTENED = $(shell grep -rl --include='*_test.go' 'testing\.Short()' . | xargs -n 1 dirname | sort -u)

# flow walks every reachable model of the patient's way, and says how many they are; it
# is a part of whole.
flow:
	go test -tags $(TEST_TAGS) -run Every -count 1 -v -timeout 40m ./visit/flow | grep -v '^=== '

# screens looks at every screen in both languages, on every display, in every size of
# text and contrast; it is a part of whole.
screens:
	go test -tags $(TEST_TAGS) -run 'EveryScreen|Larger|EveryText|Touched' -count 1 ./ui/kiosk

pcscd:
	go test -race -tags $(TEST_TAGS),pcscd -run PCSCD -count 1 -p 1 ./cardreader/... ./app/headless

# SIDE_BY_SIDE tests of whole programs run at once: they mostly wait, for card readers,
# printers and limits of the program.
SIDE_BY_SIDE := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
E2E = go test -tags $(TEST_TAGS),e2e -count 1 -timeout 20m -parallel $(SIDE_BY_SIDE) -v ./e2e

e2e: build
	$(E2E)

# morning has 200 patients come to a front desk, a quarter of an hour, with figures.
morning: build
	go test -tags $(TEST_TAGS),e2e -count 1 -timeout 60m -run Morning -v ./e2e -args -morning 200

# pictures leaves a picture of every screen of every end-to-end test in out/pictures.
pictures: testdeps build
	$(E2E) -args -pictures $(CURDIR)/out/pictures

# bench-ui measures the screens in a real window without a graphics card, beside a
# bare window of Fyne: the first frame, memory, the processor at rest, the time
# from a touch to its answer, and what a thousand sessions leave behind (about an
# hour). It fails when an aim is missed.
bench-ui: testdeps
	@set -o pipefail; go test -tags $(TAGS),benchui -run XXX -bench Screens -benchtime 1x -count 1 -timeout 4h . | grep -v '^goos\|^goarch\|^cpu'

# field holds the built agent against programs as hospitals have them (fieldtest).
field:
	@set -o pipefail; AUTHENKIOSK_REQUIRE_TOOLS=1 go test -tags $(TEST_TAGS),field -count 1 -timeout 15m -parallel $(SIDE_BY_SIDE) -v ./fieldtest | grep -v '^=== '

# long runs what takes minutes: ten million random events through the flow.
long:
	go test ./visit/flow -run Random -count 1 -v -timeout 30m -random-events 10000000

# prove runs the experiments behind the promises at full length (some
# hours) and prints their figures. A shortened run of each is part of make test.
PROVE = go test -tags $(TEST_TAGS) -count 1 -v -timeout 40m
# MEMORY is where files are kept whose way to the disk is no part of the experiment.
MEMORY = $(or $(wildcard /dev/shm),$(TMPDIR),/tmp)
FIGURES = | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+: '

prove: testdeps
	@set -o pipefail; $(PROVE) ./app/kiosk -run Killing -args -kills 1000 $(FIGURES)
	@set -o pipefail; $(PROVE) ./app/kiosk -run 'BadLine|EveryFault' $(FIGURES)
	@set -o pipefail; $(PROVE) ./outbox -run '365|FivePercent' $(FIGURES)
	@set -o pipefail; $(PROVE) ./app -run WrongClocks -args -clocks 200 $(FIGURES)
	@set -o pipefail; TMPDIR=$(MEMORY) $(PROVE) -timeout 90m ./app -run WhateverDesks -args -desk-steps 1000000 $(FIGURES)
	@set -o pipefail; TMPDIR=$(MEMORY) $(PROVE) -timeout 90m ./app/headless -run TwoDesks -args -desk-rounds 500 $(FIGURES)
	@set -o pipefail; $(PROVE) ./storage/powercut -args -cuts 1000 -first-start-cuts 400 -compact-cuts 400 -disk-full 1000 -made-directory-cuts 200 -failed-syncs 1000 -each-sync 60 -restore-cuts 200 $(FIGURES)
	@set -o pipefail; $(PROVE) ./storage -args -damages 400 -mutations 100000 -auditedits 10000 -kills 120 $(FIGURES)
	@set -o pipefail; $(PROVE) ./app/kiosk -run NothingPersonal -args -sessions 10000 $(FIGURES)
	go test -run XXX -bench Save -benchtime 3s ./storage
	@set -o pipefail; $(PROVE) ./visit/flow -run Random -args -random-events 10000000 $(FIGURES)

# hostile attacks the built agent, and its parts, for a minute each: bodies of 1 GB,
# slow connections, floods, deep JSON, wrong tokens, every hostile combination.
hostile: testdeps
	@set -o pipefail; $(PROVE) ./cmd/authenagent -run Hostile -args -hostile 1m $(FIGURES)
	@set -o pipefail; $(PROVE) ./agent -run 'Hostile|BadToken|Abuse|Flood' -args -long $(FIGURES)

# vm runs the tests that need a camera and a USB printer on the device nodes of
# an emulated machine (packaging/vm).
vm: testdeps-vm
	@mkdir -p out/vm
	go test -c -tags $(TEST_TAGS),vm -o out/vm/camera.test ./camera
	go test -c -tags $(TEST_TAGS),vm -o out/vm/escpos.test ./printer/escpos
	@set -o pipefail; packaging/vm/run.sh -modules camera,usbprinter -log out/vm/kernel.log -timeout 300 \
		out/vm/camera.test -test.v -test.run VM -- out/vm/escpos.test -test.v -test.run VM | tee out/vm/tests.log
	@if grep -E '^ *--- SKIP|no tests to run' out/vm/tests.log; then echo "a test was left out"; exit 1; fi

# fresh plays the two commands of the README in clean folders of Debian 12 and 13, as
# root and as a person with sudo: four machines that have nothing yet (an hour and
# more; as root).
fresh: testdeps-fresh
	packaging/fresh.sh

testdeps-fresh:
	@sh packaging/deps.sh fresh

# packages makes .deb and .rpm of both programs in out/packages: the same bytes for the
# same commit (packaging/packages.sh).
packages: build agent
	@sh packaging/packages.sh "$(VERSION)" "$(LDFLAGS)"

# licences writes the page that "version -licences" prints; a test says when it is old.
licences:
	@mkdir -p out
	@go run ./packaging/licences >out/LICENCES.txt
	@mv out/LICENCES.txt assets/licences/LICENCES.txt

# release is what is given out: the packages, those for updates by file, the installer for
# Windows, for each program the list of its parts (SBOM, CycloneDX), licences, release
# notes, and the checksums of all; the same bytes for the same commit. A person signs the
# installer later, unless WINDOWS_SIGN names the key.
release: export WINDOWS_SIGN ?= none
release: committed deps-packages packages msi
	@sh packaging/release.sh "$(VERSION)" linux windows

# release-linux is the part of it that test-packages tries: Windows takes minutes.
release-linux: deps-packages packages
	@sh packaging/release.sh "$(VERSION)" linux

# committed refuses what is in no commit: nobody else could make the same of it.
committed:
	@test -z "$$(git status --porcelain)" || { echo "a release is made of a commit, and there is more here: see git status"; exit 1; }

deps-packages:
	@sh packaging/deps.sh packages

# test-packages installs, uses, upgrades and purges them on clean machines of Debian 12
# and 13 (some minutes each; as root).
test-packages: release-linux
	@sh packaging/deps.sh testpackages
	@sh packaging/testpackages.sh -pictures out/pictures/packages "$(VERSION)" "$(LDFLAGS)"

# windows builds both programs for Windows in out/windows, from Linux (minutes at first).
windows:
	@sh packaging/deps.sh windows
	@sh packaging/windows/build.sh "$(VERSION)" "$(LDFLAGS)"

# msi makes the installer for Windows of them. WINDOWS_SIGN names the key with which it is
# signed (packaging/windows/msi.sh); without it that is one that no Windows trusts.
msi: windows
	@sh packaging/windows/msi.sh "$(VERSION)"

# test-windows installs, uses, upgrades and removes it on wine, clicks whole visits through
# its window, and runs tests of the packages that Windows treats differently (as root).
test-windows: msi
	@sh packaging/deps.sh testwindows
	@sh packaging/windows/test.sh -pictures out/pictures/windows "$(VERSION)" "$(LDFLAGS)"

testdeps-vm:
	@sh packaging/deps.sh vm

fmt:
	go tool gofumpt -w .

clean:
	rm -rf out
