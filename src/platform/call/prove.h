/* Proofs of a device's key, in the manner of DPoP (RFC 9449): with a request comes a signature over what the request is, by a key that cannot leave
 * the browser it was made in. Whoever copies tokens from there cannot copy that.
 *
 *   Device-Proof: KEY.TIME.NONCE.SIGNATURE    all base64url but TIME, which is milliseconds since 1970
 *
 * KEY is x and y of a P-256 point, NONCE 16 bytes of chance, SIGNATURE by ECDSA with SHA-256 over the lines that prove_statement writes. They are
 * not sent: the server writes them from the request it has, so there is nothing in a proof that could differ from the request. */
#ifndef PLATFORM_CALL_PROVE_H
#define PLATFORM_CALL_PROVE_H

#include "base/ctx.h"

/* So much may the device's clock differ from ours, either way. */
#define PROVE_SKEW_MS 60000

struct prove_what {
    struct str method, path;
    struct str pass;          /* the pass that is sent along; empty: none */
};

/* The proofs that were seen of late, up to `max` in two minutes. For all threads. */
#define PROOFS_MAX 650000     /* 16 MiB for these, and as much for those of two minutes before */
struct proofs;
struct proofs *proofs_open(int64_t now, size_t max);
void proofs_close(struct proofs *p);

/* The bytes that are signed; `time` and `nonce` as they stand in the proof. */
struct str prove_statement(struct arena *arena, const struct prove_what *what, struct str time, struct str nonce);

/* Sets cx->actor.device. ERR_INPUT for what has not the form of a proof. ERR_DENIED: `proof_invalid` (of something else), `proof_stale` (made too
 * long ago or too far in the future; the answer's Date is our time), `proof_replayed`. When more come than can be remembered all are forgotten, and
 * those made before are stale. With `again` the same proof may come twice: for requests that do the same the second time. About 100 us. */
err prove(struct ctx *cx, struct proofs *p, const struct prove_what *what, struct str proof, bool again) MUST_USE;

#endif
