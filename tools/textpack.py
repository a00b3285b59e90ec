#!/usr/bin/env python3
"""textpack.py NAME OUT.h OUT.c FILE...

Packs texts that people edit into a C table: const struct NAME_text NAME_texts[], in the order of their file names, ends with a NULL name.
"""
import os
import sys


def c_string(text):
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") for line in text.rstrip("\n").split("\n")]
    return "\n        ".join('"%s\\n"' % line for line in quoted)


def main():
    name, header, source, files = sys.argv[1], sys.argv[2], sys.argv[3], sorted(sys.argv[4:])
    guard = name.upper() + "_TEXTS_H"
    with open(header, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/textpack.py. */\n#ifndef %s\n#define %s\n\n" % (guard, guard))
        out.write("extern const struct %s_text {\n    const char *name, *text;\n} %s_texts[];\n\n#endif\n" % (name, name))
    with open(source, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/textpack.py. */\n#include \"%s\"\n\n#include <stddef.h>\n\n" % os.path.basename(header))
        out.write("const struct %s_text %s_texts[] = {\n" % (name, name))
        for path in files:
            out.write("    { \"%s\",\n        %s },\n" % (os.path.basename(path), c_string(open(path, encoding="utf-8").read())))
        out.write("    { NULL, NULL },\n};\n")


main()
