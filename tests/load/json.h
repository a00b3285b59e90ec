/* Short forms for reading answers with cJSON. */
#ifndef LOAD_JSON_H
#define LOAD_JSON_H

#include <cjson/cJSON.h>
#include <stdint.h>

/* The member's text, or NULL when it is missing or no text. */
const char *json_text(const cJSON *object, const char *name);
/* The member's whole number, or `otherwise`. */
int64_t json_int(const cJSON *object, const char *name, int64_t otherwise);
/* The amount of a money member {"amount","currency"}, or -1. */
int64_t json_amount(const cJSON *object, const char *name);
/* Compact text of `object`, which is freed; ends the process when memory is short. */
char *json_print(cJSON *object);

#endif
