/* Whatever is sent as an instance, in XML or JSON: it is refused with a reason, or what is kept of it is written in both forms and read back to the
 * same. The first byte chooses the form. */
#include <stdlib.h>

#include "platform/obs/log.h"
#include "services/registry/instance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NODES_MAX 1000

static void write(struct buf *out, enum format format, const struct instance *i)
{
    struct pen pen = { out, format };
    buf_init(out, 4 << 20);
    pen_document(&pen);
    pen_begin(&pen, "instance");
    instance_write(&pen, i);
    pen_end(&pen, "instance");
    pen_document_end(&pen);
    ASSERT(!out->full);
}

static void check_kept(struct ctx *cx, const struct instance *i, enum format format)
{
    struct buf once, again;
    struct node *root;
    struct instance back = { .port = { .enabled = false } };
    write(&once, format, i);
    err e = tree_read(cx, format, buf_view(&once), 2 * NODES_MAX, &root);
    ASSERT(e == OK);
    e = instance_read(cx, node_child(root, "instance"), &back);
    ASSERT(e == OK);
    write(&again, format, &back);
    ASSERT(str_eq(buf_view(&once), buf_view(&again)));
    buf_free(&once);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx cx = { .arena = arena_new(0) };
    struct instance one = { .port = { .enabled = false } }, kept;
    struct node *root;
    enum format format = size && data[0] == '<' ? FORMAT_XML : FORMAT_JSON;
    err e = tree_read(&cx, format, size ? str_of((const char *)data + 1, size - 1) : S(""), NODES_MAX, &root);
    if (!e)
        e = instance_read(&cx, node_child(root, "instance"), &one);
    ASSERT(!e || cx.problem.detail.n > 0 || cx.problem.field_count > 0);
    if (!e) {
        struct arena *own = instance_keep(&one, &kept);
        ASSERT(arena_used(own) <= instance_bytes(&one));
        check_kept(&cx, &kept, FORMAT_JSON);
        check_kept(&cx, &kept, FORMAT_XML);
        arena_free(own);
    }
    arena_free(cx.arena);
    return 0;
}
