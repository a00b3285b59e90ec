/* Halls. Their plans are read on a worker; the writer only stores the bytes that came out. */
#include "performance_int.h"

/* ---- making one ---- */

static struct list plan_categories(const struct plan *plan)
{
    return (struct list){ plan->categories, plan->category_count };
}

err hall_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct hall_create_in *in = in_;
    struct hall_out *ret = ret_out;
    struct plan *plan;
    struct list warnings;
    (void)self;

    err e = plan_import(cx, (enum plan_format)in->format, in->plan, in->repair, &plan, &warnings);
    if (e)
        return e;

    struct buf blob;
    buf_init(&blob, PLAN_BLOB_MAX);
    plan_encode(plan, &blob);
    struct hall_insert_in row = {
        .hall = {
            .owner = cx->actor.user,
            .name = str_trim(in->name),
            .address = str_trim(in->address),
            .region = str_trim(in->region),
            .seat_count = plan->seat_count,
        },
        .warnings = lines_join(cx->arena, warnings),
        .plan = buf_view(&blob),
    };
    e = blob.full ? fail(cx, ERR_TOO_LARGE, NULL, "The plan is too large.", "도면이 너무 큽니다.") : call_run(cx, &hall_insert_call, &row, &ret->hall);
    buf_free(&blob);
    ret->categories = plan_categories(plan);
    ret->warnings = warnings;
    return e;
}

err hall_insert(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    struct hall_insert_in row = *(const struct hall_insert_in *)in_;

    row.hall.id = sequence_next(&p->halls);
    row.hall.created_at = cx->now;
    store_hall_insert(cx, &row);
    catalogue_hall(cx, p->catalogue, row.hall.id, row.hall.region);
    *(struct hall *)ret_out = row.hall;
    return OK;
}

/* ---- looking at them ---- */

err hall_plan(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct hall_ref *in = in_;
    struct stored_plan stored;
    (void)self;

    err e = store_hall_plan(cx, in->hall, &stored);
    if (e)
        return e;
    *(struct str *)ret_out = stored.blob;
    return OK;
}

err performance_hall_plan(struct ctx *cx, int64_t hall, struct str *ret_blob)
{
    return call_run(cx, &hall_plan_call, &(struct hall_ref){ hall }, ret_blob);
}

err hall_plan_read(struct ctx *cx, int64_t id, struct plan **ret, struct str *ret_warnings)
{
    struct stored_plan stored;
    err e = store_hall_plan(cx, id, &stored);
    if (e)
        return e;
    struct plan *plan = plan_decode(cx->arena, stored.blob);
    if (!plan)
        return fail(cx, ERR_INTERNAL, "plan_damaged", "The plan of this hall cannot be read.", "공연장 도면을 읽을 수 없습니다.");
    *ret = plan;
    if (ret_warnings)
        *ret_warnings = stored.warnings;
    return OK;
}


err hall_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct hall_ref *in = in_;
    struct hall_out *ret = ret_out;
    struct plan *plan;
    struct str warnings;
    (void)self;

    err e = store_hall(cx, in->hall, &ret->hall);
    if (e)
        return e;
    e = hall_plan_read(cx, in->hall, &plan, &warnings);
    if (e)
        return e;
    ret->categories = plan_categories(plan);
    ret->warnings = lines_split(cx->arena, warnings);
    return OK;
}

err hall_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct halls_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : 20, n;
    struct hall *items = NEW_ARRAY(cx->arena, struct hall, limit + 1);
    (void)self;

    err e = store_halls(cx, in, limit + 1, items, &n);
    if (e)
        return e;
    ret->items = (struct list){ items, n > limit ? limit : n };
    ret->next = n > limit ? items[limit - 1].id : 0;
    return OK;
}

/* ---- changing them ---- */

static err own_hall(struct ctx *cx, int64_t id, struct hall *ret)
{
    err e = store_hall(cx, id, ret);
    if (e)
        return e;
    return may_manage(cx, ret->owner) ? OK : fail(cx, ERR_MISSING, NULL, "There is no such hall of yours.", "관리할 수 있는 공연장이 아닙니다.");
}

err hall_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct hall_change_in *in = in_;
    struct hall *ret = ret_out;

    err e = own_hall(cx, in->hall, ret);
    if (e)
        return e;
    if (in->has_name)
        ret->name = str_trim(in->name);
    if (in->has_address)
        ret->address = str_trim(in->address);
    if (in->has_region)
        ret->region = str_trim(in->region);
    tx_after(cx, map_cache_clear, &p->maps);     /* the maps show the hall's name */
    catalogue_hall(cx, p->catalogue, ret->id, ret->region);
    return store_hall_update(cx, ret);
}

err hall_delete(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct hall_ref *in = in_;
    struct hall hall;
    bool gone;
    (void)self;
    (void)ret_out;

    err e = own_hall(cx, in->hall, &hall);
    if (e)
        return e;
    e = store_hall_delete(cx, hall.id, &gone);
    if (e)
        return e;
    return gone ? OK : fail(cx, ERR_CONFLICT, "hall_in_use", "Something is still to be played in this hall.", "이 공연장에 아직 예정된 공연이 있습니다.");
}
