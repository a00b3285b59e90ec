#include "platform/call/idem_batch.h"

#include <lz4.h>
#include <string.h>

#include "platform/obs/log.h"

struct head {                 /* before each answer */
    uint32_t length;
    uint32_t status;
};

void batch_init(struct batch *b, size_t answers_max)
{
    *b = (struct batch){ 0 };
    buf_init(&b->keys, answers_max);
    buf_init(&b->answers, answers_max);
    buf_init(&b->packed, (size_t)LZ4_COMPRESSBOUND(answers_max));
}

void batch_free(struct batch *b)
{
    buf_free(&b->keys);
    buf_free(&b->answers);
    buf_free(&b->packed);
}

void batch_clear(struct batch *b)
{
    buf_clear(&b->keys);
    buf_clear(&b->answers);
    b->n = 0;
}

void batch_add(struct batch *b, const struct batch_key *key, int status, struct str body)
{
    struct head head = { (uint32_t)body.n, (uint32_t)status };
    buf_add(&b->keys, key, sizeof(*key));
    buf_add(&b->answers, &head, sizeof(head));
    buf_str(&b->answers, body);
    ASSERT(!b->answers.full);
    b->n++;
}

struct str batch_pack(struct batch *b)
{
    int bound = LZ4_compressBound((int)b->answers.n);
    buf_clear(&b->packed);
    char *room = buf_room(&b->packed, (size_t)bound);
    ASSERT(room);
    int n = LZ4_compress_default(b->answers.p, room, (int)b->answers.n, bound);
    ASSERT(n > 0);
    b->packed.n = (size_t)n;
    return buf_view(&b->packed);
}

size_t batch_keys(struct str keys)
{
    return keys.n / sizeof(struct batch_key);
}

struct batch_key batch_key_at(struct str keys, size_t at)
{
    struct batch_key k;
    memcpy(&k, keys.p + at * sizeof(k), sizeof(k));
    return k;
}

bool batch_find(struct str keys, struct str answers, size_t at, struct batch_answer *ret)
{
    if (at >= batch_keys(keys))
        return false;
    for (size_t i = 0;; i++) {
        struct head head;
        if (answers.n < sizeof(head))
            return false;
        memcpy(&head, answers.p, sizeof(head));
        answers = str_of(answers.p + sizeof(head), answers.n - sizeof(head));
        if (answers.n < head.length)
            return false;
        if (i == at) {
            *ret = (struct batch_answer){ batch_key_at(keys, at), (int)head.status, str_of(answers.p, head.length) };
            return true;
        }
        answers = str_of(answers.p + head.length, answers.n - head.length);
    }
}

bool batch_unpack(struct str packed, char *into, size_t size)
{
    return size <= LZ4_MAX_INPUT_SIZE && LZ4_decompress_safe(packed.p, into, (int)packed.n, (int)size) == (int)size;
}
