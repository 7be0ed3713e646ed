#!/usr/bin/env python3
"""A hospital program in the style of the field, for tests and as an example.

    poll.py BASE PHONE [CLAIM_TYPE]

It polls the readers every 0.8 s until a card is inside, reads it, asks for the
code of today, confirms, and prints the authen code as its last line. After a
refusal or an unclear answer it asks for the latest code and never posts again.
"""
import json
import sys
import time

try:
    import requests
except ImportError:  # the standard library does as well
    requests = None
import urllib.error
import urllib.request

POLL_SECONDS = 0.8
QUICK, SLOW = 5, 60  # seconds: a list of readers; a reading, a submission
PATIENCE = 90        # seconds in which an unclear submission has to show


def call(url, body=None, timeout=QUICK):
    """Return status and decoded JSON; status 0 when no answer came."""
    try:
        if requests is not None:
            r = requests.post(url, json=body, timeout=timeout) if body else requests.get(url, timeout=timeout)
            return r.status_code, r.json() if r.content else None
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
        with urllib.request.urlopen(request, timeout=timeout) as r:
            raw = r.read()
            return r.status, json.loads(raw) if raw else None
    except urllib.error.HTTPError as e:
        try:
            return e.code, json.loads(e.read())
        except ValueError:
            return e.code, None
    except (OSError, ValueError):
        return 0, None


def reason(answer):
    errors = (answer or {}).get("errors") or []
    return errors[0]["defaultMessage"] if errors else (answer or {}).get("message", "no answer")


def wait_for_card(base):
    while True:
        status, terminals = call(base + "/api/smartcard/terminals")
        if status == 200 and any(t["isPresent"] for t in terminals):
            return
        time.sleep(POLL_SECONDS)


def code_of_today(base, pid, claim_type):
    """Return the code, or None; raise when that is not known."""
    status, latest = call(base + "/api/nhso-service/latest-authen-code/" + pid, timeout=SLOW)
    if status != 200:
        raise RuntimeError(reason(latest))
    if "claimCode" not in latest or latest["claimType"] != claim_type:
        return None
    today = latest["checkDate"][:10]
    return latest["claimCode"] if latest["claimDateTime"][:10] == today else None


def main(base, phone, claim_type="PG0060001"):
    base = base.rstrip("/")
    wait_for_card(base)
    status, card = call(base + "/api/smartcard/read?readImageFlag=false", timeout=SLOW)
    if status != 200:
        raise SystemExit("read: %s %s" % (status, reason(card)))
    pid = card["pid"]
    if not any(c["claimType"] == claim_type for c in card.get("claimTypes", [])):
        raise SystemExit("claim type not open to this person")
    print("right", card["mainInscl"].split(")")[0].strip("("))
    code = code_of_today(base, pid, claim_type)
    if code is None:
        status, saved = call(base + "/api/nhso-service/confirm-save/", {
            "pid": pid, "claimType": claim_type, "mobile": phone, "correlationId": card["correlationId"], "hn": "000012345",
        }, timeout=SLOW)
        if status in (200, 201):
            code = saved["claimCode"]
        else:
            print("confirm-save", status, reason(saved))
            end = time.monotonic() + (0 if status == 400 else PATIENCE)
            while code is None:
                try:
                    code = code_of_today(base, pid, claim_type)
                except RuntimeError as e:
                    print("latest", e)
                if code is None and time.monotonic() > end:
                    raise SystemExit("no code")
                if code is None:
                    time.sleep(POLL_SECONDS)
    print(code)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
