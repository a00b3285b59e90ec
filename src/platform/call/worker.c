/* A fixed number of threads over one bounded queue. */
#include "platform/call/call_impl.h"

#include <stdlib.h>

#include "platform/obs/log.h"

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct work *first, **tail;
    size_t queued, max;
    bool stop;
    int n;
    pthread_t threads[];
};

static void *worker_main(void *self)
{
    struct workers *w = self;
    pthread_setname_np(pthread_self(), "worker");
    for (;;) {
        pthread_mutex_lock(&w->lock);
        while (!w->first && !w->stop)
            pthread_cond_wait(&w->wake, &w->lock);
        struct work *work = w->first;
        if (work) {
            w->first = work->next;
            if (!w->first)
                w->tail = &w->first;
            w->queued--;
        }
        pthread_mutex_unlock(&w->lock);
        if (!work)
            return NULL;
        work->run(work);
    }
}

struct workers *workers_start(int threads, size_t queue_max)
{
    struct workers *w = calloc(1, sizeof(*w) + (size_t)threads * sizeof(w->threads[0]));
    if (!w)
        abort();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->tail = &w->first;
    w->max = queue_max;
    for (; w->n < threads; w->n++)
        if (pthread_create(&w->threads[w->n], NULL, worker_main, w))
            panic(__FILE__, __LINE__, "cannot start a worker");
    return w;
}

bool workers_submit(struct workers *w, struct work *work)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->queued < w->max && !w->stop;
    if (room) {
        work->next = NULL;
        *w->tail = work;
        w->tail = &work->next;
        w->queued++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n; i++)
        pthread_join(w->threads[i], NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    free(w);
}

int64_t workers_queued(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    int64_t n = (int64_t)w->queued;
    pthread_mutex_unlock(&w->lock);
    return n;
}
