#!/usr/bin/env python3
"""A program in an endless loop: noisy.py BASE SECONDS. It prints how often it asked."""
import sys
import threading
import time
import urllib.error
import urllib.request

BASE, END = sys.argv[1], time.monotonic() + float(sys.argv[2])
PATHS = ["/api/smartcard/terminals", "/api/smartcard/read", "/api/nhso-service/latest-authen-code/9000000000012"]
asked = []


def loop(path):
    request = urllib.request.Request(BASE + path, headers={"User-Agent": "his-loop/1.0"})
    while time.monotonic() < END:
        asked.append(path)
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except (urllib.error.URLError, OSError):
            pass


threads = [threading.Thread(target=loop, args=(PATHS[i % 3],)) for i in range(30)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(asked))
