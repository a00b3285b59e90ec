/* Signed words: the place token, which shows a place to whoever has it, and the pass, which lets one account in until it expires. Both name the
 * account by its public id, and by another the number under which it joined; whatever is changed in them, or cut from them, makes them nothing. */
#include "queue_int.h"

#define REF_TEXT (2 * ID_TEXT)

static const struct str place_purpose = { "place", 5 }, pass_purpose = { "pass", 4 };

static void ref_encode(const struct queue *q, const struct place_ref *who, char out[REF_TEXT])
{
    id_encode(&q->keys->ids, ID_PLACE, who->room << PLACE_BITS | who->number, out);
    id_encode(&q->keys->ids, ID_USER, who->user, out + ID_TEXT);
}

static bool ref_decode(const struct queue *q, struct str text, struct place_ref *ret)
{
    int64_t key;
    if (text.n < REF_TEXT || !id_decode(&q->keys->ids, ID_PLACE, str_of(text.p, ID_TEXT), &key) ||
        !id_decode(&q->keys->ids, ID_USER, str_of(text.p + ID_TEXT, ID_TEXT), &ret->user))
        return false;
    ret->room = key >> PLACE_BITS;
    ret->number = key & PLACE_MAX;
    return true;
}

struct str place_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who)
{
    char ref[REF_TEXT];
    ref_encode(q, who, ref);
    return token_seal(cx->arena, q->keys->place, place_purpose, str_of(ref, sizeof(ref)));
}

bool place_open(struct ctx *cx, const struct queue *q, struct str token, struct place_ref *ret)
{
    struct str payload;
    return token_open(cx->arena, q->keys->place, place_purpose, token, &payload) && payload.n == REF_TEXT && ref_decode(q, payload, ret);
}

struct str pass_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who, int64_t until)
{
    char ref[REF_TEXT];
    ref_encode(q, who, ref);
    return token_seal(cx->arena, q->keys->place, pass_purpose, arena_fmt(cx->arena, "%.*s%lld", REF_TEXT, ref, (long long)until));
}

bool pass_open(struct ctx *cx, const struct queue *q, struct str pass, struct place_ref *ret, int64_t *ret_until)
{
    struct str payload;
    return token_open(cx->arena, q->keys->place, pass_purpose, pass, &payload) && ref_decode(q, payload, ret) &&
           str_to_int(str_of(payload.p + REF_TEXT, payload.n - REF_TEXT), ret_until);
}
