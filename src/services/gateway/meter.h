/* What the gateway counts. */
#ifndef GATEWAY_METER_H
#define GATEWAY_METER_H

#include "platform/obs/metrics.h"

extern struct metric gateway_forwarded, gateway_failed, gateway_late, gateway_refused, gateway_cut, gateway_cancelled;
extern struct metric gateway_retries, gateway_ejections, gateway_breaks, gateway_limited, gateway_outstanding;

#endif
