/* report: the child's end of the control socket.
 *
 * One record at most crosses it: why the sandbox could not be built. Its end
 * without a record means that the payload runs. Before that the child may ask, with a
 * byte, for the announcement of the plan, and waits for a byte as the answer. Right of the fork
 * line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* The exit status that a failure leads to. */
int report_status(const struct persona *persona, const struct failure *failure);

/* Sends the record. What fails here can be told nobody. */
void report_failure(int control_fd, const struct failure *failure);

/* Asks the monitor to announce who is inside, and waits until it has. -1 if there
 * is no monitor any more. */
int report_ask_announcement(int control_fd);

/* True while the monitor holds its end of the socket. */
bool report_is_heard(int control_fd);
