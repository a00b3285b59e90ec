/* Notes of staff on a booking. */
#include "services/booking/admin.h"

struct note_in {
    int64_t booking;
    struct str text;
};

struct notes_in {
    int64_t booking, limit, before;
};

struct notes_out {
    struct list items;        /* struct note */
    int64_t next;
};

static err add(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct note_in *in = in_;
    struct note *ret = out;
    struct overview o;
    struct sale *s;
    err e = overview_managed(cx, b, in->booking, &o, &s);
    if (e)
        return e;
    *ret = (struct note){ .id = sequence_next(&b->notes), .author = cx->actor.user, .created_at = cx->now, .text = in->text };
    store_note_put(cx, o.id, ret);
    return OK;
}

static err list(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct notes_in *in = in_;
    struct notes_out *ret = out;
    int64_t limit = in->limit ? in->limit : 20;
    struct overview o;
    struct sale *s;
    err e = overview_managed(cx, self, in->booking, &o, &s);
    if (!e)
        e = store_notes(cx, o.id, in->before ? in->before : INT64_MAX, limit + 1, &ret->items);
    if (e || ret->items.n <= (size_t)limit)
        return e;
    ret->items.n = (size_t)limit;
    ret->next = ((struct note *)ret->items.at)[limit - 1].id;
    return OK;
}

/* ---- tables ---- */

#define BOOKING_FROM_PATH(owner)                                                                                                           \
    { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, .at = offsetof(owner, booking) }

FIELDS(note_in_fields, "NoteRequest", struct note_in, BOOKING_FROM_PATH(struct note_in),
    { .name = "text", .type = F_TEXT, .at = offsetof(struct note_in, text), .low = 1, .high = 2000 });

static const struct field note_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_NOTE, .at = offsetof(struct note, id) },
    { .name = "author_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct note, author) },
    { .name = "text", .type = F_TEXT, .at = offsetof(struct note, text) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct note, created_at) },
};
const struct fields note_fields = { "Note", sizeof(struct note), note_rows, sizeof(note_rows) / sizeof(note_rows[0]) };

FIELDS(notes_in_fields, "NotesQuery", struct notes_in, BOOKING_FROM_PATH(struct notes_in),
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .optional = true, .at = offsetof(struct notes_in, limit), .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .from = FROM_QUERY, .optional = true, .id = ID_NOTE, .at = offsetof(struct notes_in, before) });

FIELDS(notes_out_fields, "Notes", struct notes_out,
    { .name = "items", .type = F_LIST, .of = &note_fields, .at = offsetof(struct notes_out, items), .help = "Newest first." },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_NOTE, .at = offsetof(struct notes_out, next) });

const struct call note_add_call = { "booking.note_add", "Writes a note on a booking, for staff only.", CALL_COMMAND, &note_in_fields, &note_fields, add };
const struct call note_list_call = { "booking.note_list", "The notes on a booking.", CALL_READ, &notes_in_fields, &notes_out_fields, list };
