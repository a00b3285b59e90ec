/* What those who were there say of a performance: one review a person and performance, likes, reports, and a rating that is exact at once. */
#ifndef SERVICES_REVIEW_REVIEW_H
#define SERVICES_REVIEW_REVIEW_H

#include "platform/call/call.h"

extern const struct service review_service;

/* Listens to:
 *   auth.user_left  {"user_id"}  the reviews of an erased account stay, without a name */

#endif
