#!/usr/bin/env python3
"""A well-behaved program beside others: quiet.py BASE SECONDS

Each 0.8 s it polls the readers and reads the card, and now and then asks for the
latest code. It prints how often it asked, and ends with an error when it was refused.
"""
import collections
import sys
import time
import urllib.error
import urllib.request

BASE, END = sys.argv[1], time.monotonic() + float(sys.argv[2])
got = collections.Counter()
turn = 0
while time.monotonic() < END:
    paths = ["/api/smartcard/terminals", "/api/smartcard/read-card-only"]
    if turn % 3 == 0:
        paths.append("/api/nhso-service/latest-authen-code/9000000000004")
    turn += 1
    for path in paths:
        request = urllib.request.Request(BASE + path, headers={"User-Agent": "queue/2.0"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                got[answer.status] += 1
        except urllib.error.HTTPError as refused:
            got[refused.code] += 1
        except OSError as broken:
            got[str(broken)] += 1
    time.sleep(0.8)
print(dict(got))
sys.exit(0 if set(got) == {200} else 1)
