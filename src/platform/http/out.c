#include "platform/http/http_impl.h"

#include <stdlib.h>

/* Not a power of two: pieces of many connections would share the same lines of the cache. */
#define PIECE_BYTES (2032 - sizeof(struct http_piece))

static struct http_piece *piece_new(struct http_loop *l, size_t n)
{
    size_t cap = n <= PIECE_BYTES ? PIECE_BYTES : n;
    struct http_piece *piece = l->spare_pieces;
    if (piece && cap == PIECE_BYTES) {
        l->spare_pieces = piece->next;
        l->spare_piece_count--;
    } else {
        piece = malloc(sizeof(*piece) + cap);
        if (!piece)
            abort();
        piece->cap = cap;
    }
    piece->next = NULL;
    piece->p = piece->bytes;
    piece->n = 0;
    return piece;
}

static void piece_free(struct http_loop *l, struct http_piece *piece)
{
    if (piece->cap == PIECE_BYTES && l->spare_piece_count < HTTP_SPARE_REQUESTS) {
        piece->next = l->spare_pieces;
        l->spare_pieces = piece;
        l->spare_piece_count++;
    } else {
        free(piece);
    }
}

static void append(struct http_out *o, struct http_piece *piece)
{
    if (o->last)
        o->last->next = piece;
    else
        o->first = piece;
    o->last = piece;
}

void http_out_add(struct http_loop *l, struct http_out *o, struct str s)
{
    struct http_piece *piece = o->last;
    if (!s.n)
        return;
    /* The end of the piece counts from its memory, since its beginning moves when a part was sent. */
    size_t used = piece && piece->cap ? (size_t)(piece->p + piece->n - piece->bytes) : 0;
    if (!piece || piece->cap - used < s.n) {
        piece = piece_new(l, s.n);
        append(o, piece);
        used = 0;
    }
    memcpy(piece->bytes + used, s.p, s.n);
    piece->n += s.n;
    o->n += s.n;
}

void http_out_keep(struct http_out *o, struct str s)
{
    if (!s.n)
        return;
    struct http_piece *piece = malloc(sizeof(*piece));
    if (!piece)
        abort();
    *piece = (struct http_piece){ .p = s.p, .n = s.n };
    append(o, piece);
    o->n += s.n;
}

void http_out_join(struct http_out *o, struct http_out *from)
{
    if (!from->first)
        return;
    append(o, from->first);
    o->last = from->last;
    o->n += from->n;
    *from = (struct http_out){ 0 };
}

void http_out_drop(struct http_loop *l, struct http_out *o, size_t n)
{
    o->n -= n;
    while (o->first && n >= o->first->n) {
        struct http_piece *piece = o->first;
        n -= piece->n;
        o->first = piece->next;
        piece_free(l, piece);
    }
    if (!o->first)
        o->last = NULL;
    else {
        o->first->p += n;
        o->first->n -= n;
    }
}
