#!/usr/bin/env python3
"""sqlpack.py SERVICE OUT.h OUT.c FILE.sql...

Packs a service's SQL into C tables.
  queries*.sql   blocks that begin with "-- name: hold_insert"   -> const struct SERVICE_sql SERVICE_sql, a member a statement
  NNN_title.sql  migrations                                      -> const struct migration SERVICE_migrations[], ends with version 0
  audit*.sql     blocks "-- name: x" and "-- help: sentence"     -> const struct audit SERVICE_audits[], ends with a NULL name
A comment that begins a line with "-- mysql: " stays in: what MariaDB and MySQL are told instead of the line before it (platform/db/mysql_text.c).
"""
import os
import re
import sys


def c_string(sql):
    lines = [line.rstrip() for line in sql.strip().split("\n")]
    lines = [line for line in lines if line and (line.startswith("-- mysql: ") or not line.lstrip().startswith("--"))]
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return "\n        ".join('"%s\\n"' % line for line in quoted)


def blocks(path):
    """Yields (name, help, sql) of a file of named statements."""
    text = open(path, encoding="utf-8").read()
    for part in re.split(r"^-- name: *", text, flags=re.M)[1:]:
        name, _, rest = part.partition("\n")
        name = name.split()[0]
        hint = re.match(r"-- help: *(.*)\n", rest)
        yield name, hint.group(1) if hint else "", rest


def main():
    service, header, source, files = sys.argv[1], sys.argv[2], sys.argv[3], sorted(sys.argv[4:])
    queries, migrations, audits = [], [], []
    for path in files:
        base = os.path.basename(path)
        numbered = re.match(r"(\d+)_(\w+)\.sql$", base)
        if numbered:
            migrations.append((int(numbered.group(1)), numbered.group(2), open(path, encoding="utf-8").read()))
        elif base.startswith("audit"):
            audits += blocks(path)
        else:
            queries += blocks(path)
    versions = [m[0] for m in migrations]
    if versions != list(range(1, len(versions) + 1)):
        sys.exit("sqlpack: %s: migrations must be numbered 1, 2, ...: %s" % (service, versions))
    names = [q[0] for q in queries]
    for name in names:
        if names.count(name) > 1:
            sys.exit("sqlpack: %s: statement %s stands twice" % (service, name))
    guard = service.upper() + "_SQL_H"
    with open(header, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/sqlpack.py. */\n#ifndef %s\n#define %s\n\n#include \"platform/db/db.h\"\n\n" % (guard, guard))
        out.write("extern const struct %s_sql {\n" % service)
        for name in names:
            out.write("    struct query %s;\n" % name)
        out.write("} %s_sql;\n\n" % service)
        out.write("extern const struct migration %s_migrations[];\nextern const struct audit %s_audits[];\n\n#endif\n" % (service, service))
    with open(source, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/sqlpack.py. */\n#include \"%s\"\n\n" % os.path.basename(header))
        out.write("const struct %s_sql %s_sql = {\n" % (service, service))
        for name, _, sql in queries:
            out.write("    .%s = { \"%s.%s\",\n        %s },\n" % (name, service, name, c_string(sql)))
        out.write("};\n\n")
        for name, _, sql in audits:
            out.write("static const struct query audit_%s = { \"%s.audit_%s\",\n        %s };\n" % (name, service, name, c_string(sql)))
        out.write("\nconst struct audit %s_audits[] = {\n" % service)
        for name, hint, _ in audits:
            out.write("    { \"%s\", \"%s\", &audit_%s },\n" % (name, hint.replace('"', '\\"'), name))
        out.write("    { 0 },\n};\n\nconst struct migration %s_migrations[] = {\n" % service)
        for version, name, sql in migrations:
            out.write("    { %d, \"%s\",\n        %s },\n" % (version, name, c_string(sql)))
        out.write("    { 0 },\n};\n")


main()
