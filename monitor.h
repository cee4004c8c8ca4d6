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
#include "launch.h"
#include "plan.h"

/* Waits until nothing of the sandbox runs any more, or, for a persona that lingers,
 * until the payload has ended, and returns the exit status.
 * A failure that the child reported, or the monitor's own, is in *FAILURE. */
int monitor_run(const struct plan *plan, const struct sandbox *sandbox, struct failure *failure);
