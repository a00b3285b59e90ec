/* Inserts that a group has collected: those of one statement go together, many rows at a time. */
#include "platform/db/mysql_impl.h"

#include <stdlib.h>

#include "platform/obs/log.h"

#define PARAMS_MAX 4096
#define INSERT_BYTES (1 << 20)    /* of values in one statement, as long as there is more than one row */

/* Rows of an insert; each a statement of its own, so that few sizes serve any number. */
static const size_t sizes[] = { 64, 16, 4, 1 };
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))
_Static_assert(sizeof(struct query) > SIZES, "the numbers from a query's address on are keys of its statements");

/* "INSERT ... VALUES (...)" with its last bracket `rows` times. */
static bool many_rows(struct buf *out, struct str sql, size_t rows)
{
    my_text(out, sql);
    struct str text = str_trim(buf_view(out));
    while (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    const char *values = memmem(text.p, text.n, "VALUES", 6);
    if (!values || text.p[text.n - 1] != ')')
        return false;
    size_t begin = (size_t)(values + 6 - out->p), n = (size_t)(text.p + text.n - out->p) - begin;
    out->n = begin + n;
    for (size_t i = 1; i < rows; i++) {
        char *room = buf_room(out, n + 1);
        if (!room)
            return false;
        room[0] = ',';
        memcpy(room + 1, out->p + begin, n);
        out->n += n + 1;
    }
    return true;
}

static struct my_stmt *insert_statement(struct conn *c, const struct query *q, size_t size)
{
    uint64_t key = (uint64_t)(uintptr_t)q + SIZES - 1 - size;
    if (sizes[size] == 1)
        return my_statement(c, q);
    struct my_stmt *s = map_ptr(&c->statements, key);
    if (s)
        return my_conn_of(c)->lost ? NULL : s;
    struct buf sql;
    buf_init(&sql, MY_SQL_MAX);
    bool ok = many_rows(&sql, str_c(q->sql), sizes[size]);
    ASSERT(ok);                              /* db_put takes plain inserts only */
    s = my_prepare(c, q->name, buf_view(&sql));
    buf_free(&sql);
    if (s)
        map_put_ptr(&c->statements, key, s);
    return s;
}

/* Which size of insert the next puts of a list fill. */
static size_t size_for(const struct put *list)
{
    size_t rows = 0, bytes = 0;
    for (const struct put *p = list; p && rows < sizes[0] && (rows + 1) * p->n <= PARAMS_MAX; p = p->next) {
        for (size_t i = 0; i < p->n; i++)
            bytes += 8 + p->vals[i].s.n;
        if (bytes > INSERT_BYTES && rows)
            break;
        rows++;
    }
    size_t size = 0;
    while (sizes[size] > rows)
        size++;
    return size;
}

/* Sends puts of one query. */
static err insert_alike(struct conn *c, const struct put *list, MYSQL_BIND *params, const struct put **ret_at)
{
    while (list) {
        const struct put *first = list;
        size_t size = size_for(list), n = 0;
        for (size_t row = 0; row < sizes[size]; row++, list = list->next)
            for (size_t i = 0; i < list->n; i++)
                my_bind_value(&params[n++], &list->vals[i]);
        struct my_stmt *s = insert_statement(c, first->query, size);
        if (!s)
            return my_not_connected(c);
        unsigned code = my_execute(s, params, n);
        if (code) {
            *ret_at = first;
            return my_failed(c, code, my_statement_why(s));
        }
    }
    return OK;
}

/* Takes those of one query out of a list, in their order. */
static struct put *take_alike(struct put **list)
{
    const struct query *q = (*list)->query;
    struct put *alike = NULL, **alike_end = &alike, **at = list;
    while (*at) {
        struct put *p = *at;
        if (p->query != q) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        p->next = NULL;
        *alike_end = p;
        alike_end = &p->next;
    }
    return alike;
}

/* Which table is filled first does not matter: all of it becomes visible at once. */
err my_insert(struct conn *c, struct put *list, const struct put **ret_at)
{
    MYSQL_BIND *params = calloc(PARAMS_MAX, sizeof(*params));
    if (!params)
        abort();
    err e = OK;
    while (list && !e)
        e = insert_alike(c, take_alike(&list), params, ret_at);
    free(params);
    return e;
}
