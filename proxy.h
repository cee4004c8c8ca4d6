/* proxy: the life of xdg-dbus-proxy.
 *
 * One process speaks for all buses of a sandbox. It is made before the sandbox is, waits
 * for the place that its sockets are to be in, and becomes a small sandbox of its own, which shows
 * nothing but the program, its libraries and the buses, with the proxy in it. It ends with
 * the monitor in every case: by the end of a pipe, by its parent's death, or by force. Where it
 * ends earlier, the sandbox goes on without a bus. Left of the fork line. This room should start
 * and end the proxy; it must not know rules.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus.h"
#include "failure.h"
#include "plan.h"

/* The proxy as the monitor holds it. */
struct proxy {
  pid_t pid;            /* 0: none */
  struct bus_link link; /* the sandbox's ends; ready_fd is the monitor's, too, and the proxy ends
                         * when all have closed it */
  int words_fd;         /* what it says on its standard error */
};

/* Makes the process, if the plan has buses and is to be run. */
int proxy_start(const struct plan *plan, struct proxy *proxy, struct failure *failure);

/* Leaves the sandbox's ends to the sandbox, once that has been started or has failed to be. */
void proxy_let_go(struct proxy *proxy);

/* Adds what the proxy said to a failure of its own. */
void proxy_explain(const struct proxy *proxy, struct failure *failure);

/* Ends the process, if there is one, and waits until it is gone. */
void proxy_end(struct proxy *proxy);
