/* The gateway: paths that the settings name are other servers', over HTTP/1.1. All that is ours goes before it; what nobody has named is 404. */
#ifndef SERVICES_GATEWAY_H
#define SERVICES_GATEWAY_H

#include "platform/call/call.h"

extern const struct service gateway_service;

/* Does every upstream have somebody to ask, as far as is known? Any thread. */
bool gateway_well(const struct app *app);

#endif
