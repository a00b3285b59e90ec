#!/usr/bin/env python3
"""embed.py DIST OUT.S OUT.c OUT.h NAME

Embeds the files of a folder in the program: an assembler file that includes their bytes and a table (struct http_assets NAME) that names them.
FILE.gz and FILE.br beside FILE are its compressed forms. Names under assets/ carry a hash of their content and may be cached for ever.
"""
import hashlib
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".png": "image/png", ".ico": "image/x-icon", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2", ".jpg": "image/jpeg", ".webp": "image/webp",
}


def main():
    dist, asm_path, c_path, h_path, name = sys.argv[1:6]
    if not os.path.isfile(os.path.join(dist, "index.html")):
        sys.exit("embed: %s has no index.html: run ./setup first, it builds the web client" % dist)
    files = []
    for folder, _, names in os.walk(dist):
        for file_name in names:
            full = os.path.join(folder, file_name)
            if not file_name.endswith((".gz", ".br", ".map")):
                files.append(("/" + os.path.relpath(full, dist).replace(os.sep, "/"), full))
    files.sort(key=lambda f: f[0].encode())
    asm, table, symbols = [".section .rodata\n"], [], 0
    for path, full in files:
        variants = []
        for suffix in ("", ".gz", ".br"):
            source = full + suffix
            if not os.path.isfile(source):
                variants.append("{ NULL, 0 }")
                continue
            symbol = "%s_%d" % (name, symbols)
            symbols += 1
            asm.append('.global %s\n.balign 16\n%s:\n.incbin "%s"\n' % (symbol, symbol, os.path.abspath(source)))
            variants.append("{ %s, %d }" % (symbol, os.path.getsize(source)))
        etag = hashlib.sha256(open(full, "rb").read()).hexdigest()[:20]
        kind = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
        table.append('    { "%s", "%s", "\\"%s\\"", %s, %s, %s, %s },\n'
                     % (path, kind, etag, "true" if path.startswith("/assets/") else "false", *variants))
    asm.append('.section .note.GNU-stack,"",%progbits\n')
    with open(asm_path, "w", encoding="utf-8") as out:
        out.writelines(asm)
    with open(c_path, "w", encoding="utf-8") as out:
        out.write('/* Made by tools/embed.py. */\n#include "%s"\n\n' % os.path.basename(h_path))
        for i in range(symbols):
            out.write("extern const unsigned char %s_%d[];\n" % (name, i))
        out.write("\nstatic const struct http_asset files[] = {\n%s};\n\n" % "".join(table))
        out.write("const struct http_assets %s = { files, sizeof(files) / sizeof(files[0]) };\n" % name)
    with open(h_path, "w", encoding="utf-8") as out:
        out.write('/* Made by tools/embed.py. */\n#include "platform/http/http.h"\n\nextern const struct http_assets %s;\n' % name)


main()
