/* What is asked of those who join (toll.c), what is noted of refusals (refusals.c), and what those say who were refused (appeals.c). */
#ifndef QUEUE_TOLL_H
#define QUEUE_TOLL_H

#include "queue_int.h"

struct config;
void toll_configure(struct queue *q, const struct config *c);
/* In the writer: may cx->actor take a place? Counts it when he may. */
err toll_take(struct ctx *cx, const struct room *general, const struct join_in *in) MUST_USE;
/* In the writer: may he try another code? This one was wrong. */
err toll_guess(struct ctx *cx, const struct room *general) MUST_USE;
void toll_wrong_code(struct ctx *cx, const struct room *general);
/* In the writer: has the refusal in cx->problem written down; returns `e`. */
err refusal_note(struct ctx *cx, struct queue *q, int64_t schedule, err e) MUST_USE;
int64_t refusals_due(void *queue);
err appeals_load(struct ctx *cx, struct queue *q) MUST_USE;
extern const struct call queue_challenge_call, queue_refusals_call;
extern const struct call queue_appeal_call, queue_appeal_mine_call, queue_appeals_call, queue_appeal_decide_call, queue_person_left_call;

#endif
