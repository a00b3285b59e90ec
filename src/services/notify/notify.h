/* Notify tells people and machines outside what has happened: mails to buyers and account owners, webhooks to organizers.
 *
 * Nobody asks it for anything but over its routes: it hears events, keeps what has to be told, and tells it again and again until somebody has
 * taken it or it is given up. What a mail says is asked for when it is sent, so that no address and no secret waits in a queue. */
#ifndef SERVICES_NOTIFY_NOTIFY_H
#define SERVICES_NOTIFY_NOTIFY_H

#include "platform/call/call.h"

extern const struct service notify_service;

#endif
