/* dbus: which message buses the sandbox reaches, and what of them.
 *
 * A bus is reached through xdg-dbus-proxy alone, by rules that name what is seen, talked to,
 * owned, called and heard. This room should check the rules, find the buses of the host and
 * decide where their sockets appear inside; it must not start anything. Left of the fork line.
 *
 * The proxy's socket lies over everything else in the sandbox: at the place where programs
 * look for the bus, and at the one where the host has it, by the name in its address and by that
 * which links lead to, if the sandbox shows these.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"

/* Why RULE is none, or NULL if it is one: see=NAME, talk=NAME, own=NAME, call=NAME=RULE,
 * broadcast=NAME=RULE, or none. */
const char *dbus_check_rule(const char *rule);

/* Fills in the plan's buses, and appends the operations that show their sockets. Comes when
 * the plan's identity and namespaces are known, and before its operations are. -1 and a failure
 * when a bus, or the proxy's program, is not to be had. */
int dbus_seal(const struct draft *draft, struct plan *plan, struct failure *failure);

/* The draft's changes to the environment, and those that tell where the buses are. */
const GArray *dbus_variables(const struct draft *draft, const struct plan *plan);

/* The words of the proxy's command line, NULL-terminated: READY_FD is the descriptor that it
 * tells its readiness on, PLACE_FD the directory for its sockets. */
char **dbus_proxy_words(const struct plan *plan, int ready_fd, int place_fd);

/* "session" or "system". */
extern const char *const dbus_names[BUSES];
