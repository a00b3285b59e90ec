#!/usr/bin/env python3
"""meson_tap.py BUILD [ARGUMENT of `meson test`]...

Runs tests by Meson and tells their results as TAP: those of each case where the program speaks TAP (cmocka does so when asked), otherwise one
for the program. A program that fails without a failed case (it crashed, or a sanitizer stopped it) is a failure of its own.
"""
import json
import os
import re
import subprocess
import sys

CASE = re.compile(r"^(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s+(.*)$", re.M)


def tell(program):
    program["name"] = program["name"].rpartition(" / ")[2]
    cases = [(not m[1], m[2]) for m in CASE.finditer(program.get("stdout", ""))]
    good = program["result"] in ("OK", "EXPECTEDFAIL")
    for ok, case in cases:
        ok = ok or "SKIP" in case
        print("%s - %s: %s" % ("ok" if ok else "not ok", program["name"], case))
    if program["result"] == "SKIP":
        print("ok - %s # SKIP" % program["name"])
    elif not good and all(ok or "SKIP" in case for ok, case in cases):
        print("not ok - %s: %s, exit status %s" % (program["name"], program["result"], program.get("returncode")))
    elif good and not cases:
        print("ok - " + program["name"])
    if not good:
        for text in (program.get("stdout", ""), program.get("stderr", "")):
            for line in text.splitlines()[-80:]:
                print("#   " + line)


def main():
    build, arguments = sys.argv[1], sys.argv[2:]
    log = os.path.join(build, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    ended = subprocess.run(["meson", "test", "-C", build, "--print-errorlogs"] + arguments, env=environment, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace")
    if not os.path.exists(log):
        print(ended.stdout)
        print("not ok - the tests in %s could not be built" % build)
        sys.exit(1)
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            tell(json.loads(line))
    sys.exit(ended.returncode)


main()
