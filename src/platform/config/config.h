/* Configuration: each key is a row in a table of its owner. Values come from the default, then the file (--config), then the environment
 * (TAKENSEAT_HTTP_PORT for http.port), then flags (--http.port=8080). `--print-config` shows every key, its value, default and meaning. */
#ifndef PLATFORM_CONFIG_CONFIG_H
#define PLATFORM_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum config_type { CONFIG_INT, CONFIG_BOOL, CONFIG_STR };

struct config_key {
    const char *name;         /* "booking.hold_seconds": "section.key" */
    enum config_type type;
    const char *def;
    int64_t low, high;        /* CONFIG_INT */
    const char *help;         /* one sentence with the unit */
    bool secret;              /* --print-config shows ***, as a comment */
};

struct config;

struct config *config_new(struct arena *arena);
/* Adds rows (an array that ends with a NULL name). Two rows of one name are a bug. */
void config_declare(struct config *c, const struct config_key *rows);
/* File in INI form: [section], key = value, ; and # comments (read by libinih). Unknown keys, bad values: false, *ret_why names file, line and key. */
bool config_read_file(struct config *c, const char *path, struct str *ret_why);
/* TAKENSEAT_SECTION_KEY. Unknown names of a known section are refused; others are not ours (orchestrators make TAKENSEAT_SERVICE_HOST). */
bool config_read_environment(struct config *c, char *const *environ, struct str *ret_why);
/* One "section.key" and its value. Spaces around it are dropped; what could not be read back from a file is refused. */
bool config_set(struct config *c, struct str name, struct str value, struct str *ret_why);
/* Asking for a key that was not declared, or as another type, is a bug. */
int64_t config_int(const struct config *c, const char *name);
bool config_bool(const struct config *c, const char *name);
struct str config_str(const struct config *c, const char *name);
/* Writes all keys as a file that config_read_file reads, help as comments, by section. */
void config_print(const struct config *c, int fd);

#endif
