/* How a receiver knows that a delivery is ours. */
#ifndef NOTIFY_SIGNATURE_H
#define NOTIFY_SIGNATURE_H

#include "base/arena.h"

#define SECRET_TEXT 32

/* The secret of a webhook, made from its salt and a key of the installation; it is never stored. */
void signature_secret(const uint8_t key[32], struct str salt, char out[SECRET_TEXT]);
/* "t=<unix seconds>,v1=<hex HMAC-SHA-256 of the secret over t, a dot and the body>". */
struct str signature_make(struct arena *arena, const char secret[SECRET_TEXT], int64_t now_ms, struct str body);

#endif
