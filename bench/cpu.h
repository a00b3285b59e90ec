/* Processor time of this process and of the server, from the scheduler's own count. */
#ifndef BENCH_CPU_H
#define BENCH_CPU_H

#include <stdint.h>

/* Nanoseconds all threads of the process have run; 0 when it is not there. */
uint64_t cpu_of(int pid);

#endif
