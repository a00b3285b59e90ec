/* The waiting room of a schedule: who comes first gets in first, no faster than the organizer allows and no more than fit at once.
 *
 * Everybody who joins is given a place, a number that counts up. A serving counter moves on by the clock; the places it passes are admitted and
 * get a pass, which the front asks for wherever something is taken (platform/call/admit.c). So a position is a subtraction, and neither waiting nor
 * asking costs any storage. */
#ifndef QUEUE_H
#define QUEUE_H

#include "platform/call/call.h"

extern const struct service queue_service;

enum queue_mode { QUEUE_OFF, QUEUE_FIFO, QUEUE_DRAW };

/* ---- from any thread, memory only ---- */

/* Mode of a schedule's room (enum queue_mode); QUEUE_OFF too when it has none. */
int queue_mode_get(const struct app *app, int64_t schedule);
/* Must buyers show a pass? */
bool queue_on(const struct app *app, int64_t schedule);

/* The data of the event `queue` on a schedule's stream: {"serving","waiting","paused","message","message_en"}. Written only when the room has changed since
 * the version `seen`; returns the version it has now, 0 when there is no room. */
int64_t queue_event_write(const struct app *app, int64_t schedule, int64_t seen, struct buf *out);

/* For struct app_options: may cx->actor take this with this pass? OK when the room is off, or what is held was taken without one; else `pass` must be of
 * this schedule, account and device, and either be good now or be the one with which the held seats were taken. Sets cx->pass. ERR_DENIED:
 * `pass_required`, `pass_other_device`, `pass_revoked`. */
err queue_pass_admit(void *self, struct ctx *cx, const struct taken *what, struct str pass) MUST_USE;

/* What cx->pass is with a pass of the waiting list. */
#define PASS_OF_OFFER (-1)
/* A pass for cx->actor to take what the waiting list offers, and only that, in the arena. Empty while the room is off. */
struct str queue_pass_of_offer(const struct app *app, struct ctx *cx, int64_t schedule, int64_t until);

/* ---- only in a command ---- */

/* Booking sells the schedule from another time on: its presale. */
void queue_sale_moved(const struct app *app, int64_t schedule);

/* Listens to:
 *   performance.schedule_opened  booking's struct schedule_opening: the schedule has a room, which is off until its organizer says otherwise
 *   performance.schedule_changed the same body: the room follows the sale's new beginning and end
 *   performance.schedule_cancelled  nobody waits for it any more
 *   booking.confirmed  struct booking_confirmed: the buyer's pass is used, the next one may come in */

#endif
