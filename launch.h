/* launch: clone3, the control socket, the hand-over to the child.
 *
 * The fork line runs through launch_sandbox(): what returns from it is the
 * monitor. It should make every namespace at once, and must not print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "environment.h"
#include "failure.h"
#include "plan.h"
#include "proxy.h"

#include <sys/types.h>

/* The running sandbox, as the monitor holds it. */
struct sandbox {
  pid_t pid; /* of the first process inside */
  int pidfd;
  int control_fd;     /* the monitor's end of the control socket */
  int status_fd;      /* where the payload's end is told, or -1: with the first process's */
  int parent_fd;      /* a pidfd of the caller, or -1 when nobody asked */
  uint64_t mask;      /* the signals that the caller had blocked */
  struct proxy proxy; /* ... which is made before the sandbox */
  int64_t start;      /* when it was made, in nanoseconds of the monotonic clock */
};

/* What was noted before anything else was done. */
struct origin {
  pid_t parent;           /* the caller, who may end while its words are read */
  struct word_area words; /* what the plan's persona may want to have wiped */
};

/* Starts the sandbox. All signals are blocked when it returns, and the child's ends of
 * the channels are still open, for the monitor to close. The namespaces that the plan
 * names are joined by the calling process on the way. */
int launch_sandbox(const struct plan *plan, const struct origin *origin, struct sandbox *sandbox,
                   struct failure *failure);

/* The time on the clock that a sandbox's start is on. */
int64_t launch_now(void);
