/* What the front counts. */
#ifndef PLATFORM_CALL_FRONT_H
#define PLATFORM_CALL_FRONT_H

#include "platform/obs/metrics.h"

extern struct metric *const front_metrics[];

#endif
