#!/usr/bin/env python3
"""A registration desk: desk.py BASE PHONE

It polls the readers, reads the card, and asks for the code when a line comes on
standard input: the clerk types the phone after the card was given back. The code is
its last line.
"""
import datetime
import json
import re
import sys
import time
import urllib.error
import urllib.request

BASE, PHONE = sys.argv[1].rstrip("/"), sys.argv[2]


def ask(path, body=None, timeout=30):
    """Return status and JSON, as requests.get(...).json() would."""
    data = None if body is None else json.dumps(body).encode("utf-8")
    headers = {"Content-Type": "application/json", "Authorization": "1234567890"}
    request = urllib.request.Request(BASE + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def wrong(text):
    print(text, file=sys.stderr)
    sys.exit(1)


# No card: a message, and no person.
status, result = ask("/api/smartcard/read?readImageFlag=false")
if status != 500 or "pid" in result or not result["errors"][0]["defaultMessage"]:
    wrong("without a card: %s %s" % (status, result))
print("WAITING", flush=True)

while True:
    status, terminals = ask("/api/smartcard/terminals", timeout=3)
    if isinstance(terminals, dict):  # an object is an error: no card service
        wrong(terminals)
    if any(t["isPresent"] for t in terminals):
        break
    time.sleep(0.8)

status, card = ask("/api/smartcard/read?readImageFlag=true")
if status != 200:
    wrong("read: %s %s" % (status, card))
insurance = re.search(r"\((.*?)\)", card["mainInscl"]).group(1)
birth = datetime.date(int(card["birthDate"][:4]) - 543, int(card["birthDate"][4:6]), int(card["birthDate"][6:8]))
if insurance != "UCS" or birth.year < 1900 or not card["image"].startswith("/9j/"):
    wrong("the card says %s %s" % (insurance, birth))
hospital = (card.get("hospMainOp") or card.get("hospMain") or {}).get("hname", "")
claim = [c for c in card["claimTypes"] if c["claimType"] == "PG0060001"][0]["claimType"]
print("READ", card["pid"], hospital, flush=True)
sys.stdin.readline()

status, latest = ask("/api/nhso-service/latest-authen-code/" + card["pid"])
if "claimCode" in latest:
    wrong("a code before it was asked for: %s" % latest)
order = {"pid": card["pid"], "claimType": claim, "mobile": PHONE, "correlationId": card["correlationId"], "hn": "000012345"}
status, result = ask("/api/nhso-service/confirm-save", order)
if "errors" in result or "error" in result:  # how one program tells good from bad
    wrong("confirm-save: %s %s" % (status, result["errors"][0]["defaultMessage"]))
created = datetime.datetime.strptime(result["createdDate"], "%Y-%m-%dT%H:%M:%S")

# The same once more, after a time-out as it were.
status, again = ask("/api/nhso-service/confirm-save/", order)
if again.get("claimCode") != result["claimCode"]:
    wrong("the same again: %s %s" % (status, again))
status, codes = ask("/api/nhso-service/latest-5-authen-code-all-hospital/" + card["pid"])
today = [c for c in codes if c["claimType"] == claim and datetime.datetime.fromisoformat(c["claimDateTime"]).date() == created.date()]
if today[0]["claimCode"] != result["claimCode"] or today[0]["claimDateTime"] != result["createdDate"]:
    wrong("latest: %s" % codes)
print(result["claimCode"], flush=True)
