/* What both measuring tools need of the machine: memory that is there or ends the run, clocks, reproducible chance. */
#ifndef LOAD_TOOL_H
#define LOAD_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array)                  (sizeof(array) / sizeof((array)[0]))
#define PRINTF_LIKE(text_at, args_at) __attribute__((format(printf, text_at, args_at)))

enum { US_A_MS = 1000, US_A_SECOND = 1000 * 1000 };

/* Says why on stderr and ends the process with status 2: the run could not be made at all. */
_Noreturn void tool_die(const char *format, ...) PRINTF_LIKE(1, 2);

/* Zeroed memory for `count` things of `size` bytes; ends the process when there is none. */
void *mem_take(size_t count, size_t size);
/* `old` made larger; what is new is not zeroed. */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_text(const char *text);
char *mem_print(const char *format, ...) PRINTF_LIKE(1, 2);

int64_t clock_us(void);      /* never goes back; for durations */
int64_t clock_wall_ms(void); /* since 1970; for logs that are compared with the server's */

/* The whole file as NUL-terminated text, or NULL with errno set. */
char *file_read(const char *path, size_t *ret_size);

struct rng {
    uint64_t state;
};

struct rng rng_seeded(uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *r);
double rng_unit(struct rng *r);                    /* [0, 1) */
uint32_t rng_below(struct rng *r, uint32_t limit); /* [0, limit), limit > 0 */
bool rng_chance(struct rng *r, double share);
double rng_exponential(struct rng *r, double mean);

/* Fills `text` with hexadecimal digits that nobody can foresee, and a NUL. */
void random_hex(char *text, size_t size);

uint64_t hash_text(const char *text);

#endif
