/* Signed words: the place token, which shows a place to whoever has it, and the pass, which lets one account in until it expires. Both name the
 * account by its public id, the number under which it joined by another, and the device they are bound to by the thumbprint of its key; whatever is
 * changed in them, or cut from them, makes them nothing. */
#include "queue_int.h"
#include "store.h"

#define IDS_TEXT (2 * ID_TEXT)
#define REF_MAX  (IDS_TEXT + 1 + DEVICE_BYTES)

enum { OF_ANY_DEVICE = '-', OF_DEVICE = '+' };

static const struct str place_purpose = { "place", 5 }, pass_purpose = { "pass", 4 };

/* Two ids, a mark, and after OF_DEVICE a thumbprint. Returns the length. */
static size_t ref_encode(const struct queue *q, const struct place_ref *who, char out[REF_MAX])
{
    id_encode(&q->keys->ids, ID_PLACE, place_key(who->room, who->number), out);
    id_encode(&q->keys->ids, ID_USER, who->user, out + ID_TEXT);
    out[IDS_TEXT] = who->bound ? OF_DEVICE : OF_ANY_DEVICE;
    if (!who->bound)
        return IDS_TEXT + 1;
    memcpy(out + IDS_TEXT + 1, who->device, DEVICE_BYTES);
    return REF_MAX;
}

/* Takes it from the front of *text. */
static bool ref_decode(const struct queue *q, struct str *text, struct place_ref *ret)
{
    int64_t key;
    *ret = (struct place_ref){ 0 };
    if (text->n <= IDS_TEXT || !id_decode(&q->keys->ids, ID_PLACE, str_of(text->p, ID_TEXT), &key) ||
        !id_decode(&q->keys->ids, ID_USER, str_of(text->p + ID_TEXT, ID_TEXT), &ret->user))
        return false;
    ret->room = key_room(key);
    ret->number = key_number(key);
    ret->bound = text->p[IDS_TEXT] == OF_DEVICE;
    size_t n = ret->bound ? REF_MAX : IDS_TEXT + 1;
    if (text->n < n)
        return false;
    if (ret->bound)
        memcpy(ret->device, text->p + IDS_TEXT + 1, DEVICE_BYTES);
    *text = str_of(text->p + n, text->n - n);
    return true;
}

struct str place_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who)
{
    char ref[REF_MAX];
    size_t n = ref_encode(q, who, ref);
    return token_seal(cx->arena, q->keys->place, place_purpose, str_of(ref, n));
}

bool place_open(struct ctx *cx, const struct queue *q, struct str token, struct place_ref *ret)
{
    struct str rest;
    return token_open(cx->arena, q->keys->place, place_purpose, token, &rest) && ref_decode(q, &rest, ret) && !rest.n;
}

struct str pass_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who, int64_t until)
{
    char text[REF_MAX + sizeof(until)];
    size_t n = ref_encode(q, who, text);
    memcpy(text + n, &until, sizeof(until));
    return token_seal(cx->arena, q->keys->place, pass_purpose, str_of(text, n + sizeof(until)));
}

bool pass_open(struct ctx *cx, const struct queue *q, struct str pass, struct place_ref *ret, int64_t *ret_until)
{
    struct str rest;
    if (!token_open(cx->arena, q->keys->place, pass_purpose, pass, &rest) || !ref_decode(q, &rest, ret) || rest.n != sizeof(*ret_until))
        return false;
    memcpy(ret_until, rest.p, sizeof(*ret_until));
    return true;
}
