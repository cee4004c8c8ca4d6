/* status: the lines of --status-fd.
 *
 * One object a line: "started", when the command runs, with what is enforced on it; and at the end
 * "exit", or "failed" when there was no start. schema/status.schema.json describes them. Left of
 * the fork line. It should put into words what others have found out; whether there is room for
 * it is not asked here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan.h"
#include "receipt.h"

#include <sys/resource.h>
#include <sys/socket.h>

struct status_start {
  pid_t first;                   /* the first process, or 0 if its number is not known */
  struct ucred payload;          /* the payload's process, as the kernel told the monitor */
  const struct receipt *receipt; /* ... and as it told itself */
};

struct status_end {
  int status;      /* hutch's own exit status */
  int wait_status; /* the payload's, as waitpid(2) tells it */
  double seconds;
  struct rusage usage;
};

/* Each returns one line, to be freed with g_free(). The calling process is the monitor. */
char *status_started(const struct plan *plan, const struct status_start *start);
char *status_ended(const struct status_end *end);

/* The start came to nothing, and no failure tells why: SIGNAL ended it, or 0. */
char *status_cut_short(int status, int signal);
