/* monitor: the process outside.
 *
 * It sleeps in one poll and wakes for events: the control socket's record or its
 * end, a signal to be passed on, the caller's end, the payload's status, the sandbox's
 * end. It owns the exit status. It must not mount, and prints nothing: a failure is
 * returned.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "inspect.h"
#include "launch.h"
#include "plan.h"

/* What the child found out where nothing was to be started. */
struct findings {
  struct answer *answers; /* one for each of the plan's questions */
  size_t answered;        /* how many of them came */
  char **sources;         /* where on the host lies what each operation shows, or NULL */
  bool *is_pending;       /* one for each of its operations */
};

/* Waits until nothing of the sandbox runs any more, or, for a persona that lingers,
 * until the payload has ended, and returns the exit status.
 * What the child answers goes to *FINDINGS, which may be NULL where nothing is asked.
 * A failure that the child reported, or the monitor's own, is in *FAILURE. */
int monitor_run(const struct plan *plan, const struct sandbox *sandbox, struct findings *findings,
                struct failure *failure);
