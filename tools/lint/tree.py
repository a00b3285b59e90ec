"""What the checks share: the files of the tree, and how a check speaks."""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = {".git", "node_modules", "dist", "__pycache__"}
FETCHED = {"data", "deps/sqlite"}


def files(*folders, suffixes=None):
    """Paths, relative to the top, of the tree's own files below these folders (all of it when none is named)."""
    for folder in folders or (".",):
        for where, subfolders, names in os.walk(os.path.join(TOP, folder)):
            here = os.path.normpath(os.path.relpath(where, TOP))
            below = {s: os.path.normpath(os.path.join(here, s)) for s in subfolders if s not in SKIPPED}
            subfolders[:] = sorted(s for s, path in below.items() if path not in FETCHED and not (here == "." and s.startswith("build")))
            for name in sorted(names):
                path = os.path.normpath(os.path.join(here, name))
                if (suffixes is None or name.endswith(suffixes)) and not os.path.islink(os.path.join(TOP, path)):
                    yield path


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def code(path):
    """A C file without its comments, the lines where they were."""
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*',
                  lambda m: m[0] if m[0][0] in "\"'" else re.sub(r"[^\n]", " ", m[0]), read(path), flags=re.S)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def allowed(check):
    """Exceptions that tools/lint/allowed lists for a check: word -> reason."""
    rows = (line.split(None, 2) for line in read("tools/lint/allowed").splitlines() if line and line[0] != "#")
    return {row[1]: row[2] for row in rows if row[0] == check}


def tell(name, faults, notes=()):
    """Prints one result; returns how many failed."""
    for note in notes:
        print("#   " + note)
    for fault in faults:
        print("# " + fault)
    print(("not ok - %s: %d" % (name, len(faults))) if faults else "ok - " + name)
    return bool(faults)


def finish(failed):
    sys.exit(1 if failed else 0)
