/* Which machines a webhook may be on: those of the public internet, so that nobody reaches through us into the network we stand in. */
#ifndef NOTIFY_ADDRESS_H
#define NOTIFY_ADDRESS_H

#include <sys/socket.h>

#include "base/str.h"

#define URL_TEXT_MAX 500

/* Is this an address of the public internet? Not so: private, shared, loopback, link-local, documentation, multicast and reserved ones, and
 * IPv6 addresses that carry such an IPv4 address. */
bool address_public(const struct sockaddr *a);
bool address_loopback(const struct sockaddr *a);
/* NULL when a webhook may be called there; else what is wrong with it. *ret_ko is the same in Korean. `loopback`: http:// and loopback addresses are
 * fine as well. Names are not looked up: that is done, and each address checked, with every delivery. */
const char *address_url_fault(struct str url, bool loopback, const char **ret_ko);

#endif
