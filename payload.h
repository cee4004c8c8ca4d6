/* payload: the last steps of the process that becomes the command.
 *
 * Right of the fork line. It should undo what hutch changed for its own sake
 * (signals, umask), take the last privileges away, check, and execute. It must
 * not return.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inspect.h"
#include "plan.h"
#include "receipt.h"

#include <sys/resource.h>
#include <sys/types.h>

/* What the payload is to find as its caller left it. */
struct inheritance {
  mode_t mask;          /* umask */
  uint64_t signal_mask; /* the signals that were blocked */
  struct rlimit open_files;
  uint64_t capabilities;    /* what privileges_limit() kept */
  int proc_fd;              /* the host's proc, or -1 when it is not needed any more */
  struct receipt receipt;   /* where the status is told: the namespaces, so far */
  int *kept;                /* room for what is not closed */
  const struct mark *marks; /* where nothing is started: what each operation put into the root */
};

/* The umask that the payload is to have. */
static inline mode_t
payload_mask(const struct plan *plan, const struct inheritance *inheritance)
{
  return plan->umask < 0 ? inheritance->mask : (mode_t)plan->umask;
}

/* Becomes the plan's command. A failure goes to CONTROL_FD. */
_Noreturn void payload_run(const struct plan *plan, const struct inheritance *inheritance,
                           int control_fd);
