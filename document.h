/* document: who is inside which namespaces, as callers read it.
 *
 * Two formats, byte for byte those of bubblewrap: an object over several lines,
 * and one object a line. They hold numbers only. Left of the fork line; it should
 * look at the first process and write, and must not wait.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

#include <sys/types.h>

/* Writes to the plan's info_fd and closes it, and the first line to its
 * json_status_fd, as far as it has them. PID is the first process inside. */
int document_announce(const struct plan *plan, pid_t pid, struct failure *failure);

/* Writes the exit STATUS to the plan's json_status_fd, if it has one. A reader who
 * is gone does not change how the command ended, so nothing is said of that. */
void document_end(const struct plan *plan, int status);
