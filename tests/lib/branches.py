#!/usr/bin/env python3
"""branches.py BUILD FILE...: how many branches of each file the tests have taken that ran in BUILD, a build with -Db_coverage=true.

Asked of gcov; a file compiled into several objects (a header) counts what any of them took. The two ways out of an ASSERT are no branches: one of
them ends the program. Prints a TAP result a file; what was not taken is listed by line."""
import collections
import glob
import json
import os
import re
import subprocess
import sys


def reports(build):
    """What gcov says of every object that has run."""
    data = [os.path.abspath(path) for path in glob.glob(build + "/src/**/*.gcda", recursive=True)]
    told = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", *data], cwd=build, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in told.stdout.splitlines()]


def branches_taken(build, wanted):
    """{file: {(line, number of the branch): times}}"""
    taken = {path: collections.Counter() for path in wanted}
    for report in reports(build):
        for file in report["files"]:
            path = os.path.relpath(os.path.join(report["current_working_directory"], file["file"]))
            for line in file["lines"] if path in taken else ():
                for number, branch in enumerate(line["branches"]):
                    taken[path][line["line_number"], number] += branch["count"]
    return taken


def main():
    build, wanted = sys.argv[1], sys.argv[2:]
    for path, branches in branches_taken(build, wanted).items():
        source = open(path, encoding="utf-8").read().split("\n")
        counted = {at: times for at, times in branches.items() if not re.match(r"\s*ASSERT\(", source[at[0] - 1])}
        missed = sorted({line for (line, _), times in counted.items() if not times})
        for line in missed:
            print("#   %s:%d: %s" % (path, line, source[line - 1].strip()))
        done = sum(1 for times in counted.values() if times)
        share = 100 * done / len(counted) if counted else 0
        print("%s - %s: %d of %d branches, %.1f %%" % ("ok" if counted and not missed else "not ok", path, done, len(counted), share))


main()
