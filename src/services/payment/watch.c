#include "payment_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"

struct entry {
    struct timer timer;       /* not set while a story has it */
    int64_t payment;
    int attempts;
    bool wanted;              /* another story asked for it meanwhile */
};

void watch_open(struct watch *w, int64_t now)
{
    *w = (struct watch){ 0 };
    pthread_mutex_init(&w->lock, NULL);
    wheel_init(&w->wheel, now);
}

void watch_close(struct watch *w)
{
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&w->entries, &at, &key, &value))
        free((void *)(uintptr_t)value);
    map_free(&w->entries);
    pthread_mutex_destroy(&w->lock);
}

/* With the lock held. */
static struct entry *entry_make(struct watch *w, int64_t payment)
{
    struct entry *t = calloc(1, sizeof(*t));
    ASSERT(t != NULL);
    t->payment = payment;
    map_put_ptr(&w->entries, (uint64_t)payment, t);
    return t;
}

/* With the lock held: one that its caller has taken. */
static struct entry *entry_taken(struct watch *w, int64_t payment)
{
    struct entry *t = map_ptr(&w->entries, (uint64_t)payment);
    ASSERT(t && !t->timer.at);
    return t;
}

void watch_add(struct watch *w, int64_t payment, int64_t due)
{
    pthread_mutex_lock(&w->lock);
    struct entry *t = map_ptr(&w->entries, (uint64_t)payment);
    if (!t)
        wheel_set(&w->wheel, &entry_make(w, payment)->timer, due);
    else if (!t->timer.at)
        t->wanted = true;
    else if (due < t->timer.due)
        wheel_set(&w->wheel, &t->timer, due);
    pthread_mutex_unlock(&w->lock);
}

bool watch_take(struct watch *w, int64_t payment)
{
    pthread_mutex_lock(&w->lock);
    struct entry *t = map_ptr(&w->entries, (uint64_t)payment);
    bool free_to_take = !t || t->timer.at;
    if (!t)
        entry_make(w, payment);
    else if (free_to_take)
        wheel_cancel(&w->wheel, &t->timer);
    else
        t->wanted = true;
    pthread_mutex_unlock(&w->lock);
    return free_to_take;
}

bool watch_take_due(struct watch *w, int64_t now, int64_t *ret_payment)
{
    pthread_mutex_lock(&w->lock);
    struct timer *timer = wheel_due(&w->wheel, now);
    if (timer)
        *ret_payment = ((struct entry *)timer)->payment;
    pthread_mutex_unlock(&w->lock);
    return timer != NULL;
}

int watch_attempts(struct watch *w, int64_t payment)
{
    pthread_mutex_lock(&w->lock);
    int attempts = entry_taken(w, payment)->attempts;
    pthread_mutex_unlock(&w->lock);
    return attempts;
}

void watch_give_back(struct watch *w, int64_t payment, int64_t due, bool attempt)
{
    pthread_mutex_lock(&w->lock);
    struct entry *t = entry_taken(w, payment);
    t->attempts = attempt ? t->attempts + 1 : 0;
    wheel_set(&w->wheel, &t->timer, t->wanted ? 0 : due);
    t->wanted = false;
    pthread_mutex_unlock(&w->lock);
}

void watch_end(struct watch *w, int64_t payment)
{
    pthread_mutex_lock(&w->lock);
    struct entry *t = entry_taken(w, payment);
    if (t->wanted) {
        t->wanted = false;
        wheel_set(&w->wheel, &t->timer, 0);
    } else {
        map_remove(&w->entries, (uint64_t)payment);
        free(t);
    }
    pthread_mutex_unlock(&w->lock);
}

int64_t watch_next(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    int64_t next = wheel_next(&w->wheel);
    pthread_mutex_unlock(&w->lock);
    return next;
}
