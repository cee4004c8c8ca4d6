/* bus: the sockets of message buses, as they come into the sandbox.
 *
 * The proxy runs outside, and its sockets are to have no name on the host that could be
 * left behind: it is handed a file system in memory, which holds nothing else, makes them there,
 * and says when they are there. Each becomes a mount of its own; the place where they were made is
 * gone with the host's root. Right of the fork line. It must not start the proxy, nor speak to
 * a bus.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dest.h"
#include "failure.h"
#include "plan.h"

/* The sandbox's ends of what joins it to the proxy. */
struct bus_link {
  int place_fd; /* takes the directory for the sockets */
  int ready_fd; /* gives a byte when they are there, and its end when the proxy ends */
};

/* Has the sockets of all the plan's buses made in the directory DIR_FD; where nothing is
 * to be started, by what looks the same. */
int bus_make_sockets(const struct plan *plan, int dir_fd, const struct bus_link *link,
                     struct failure *failure);

/* Whether OPERATION shows a socket only where there is something already, and there is nothing
 * in ROOT. */
bool bus_has_no_place(const struct dest_root *root, const struct operation *operation);
