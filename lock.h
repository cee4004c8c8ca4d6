/* lock: read locks on files inside, held while the sandbox lives.
 *
 * The locks belong to the descriptors that are returned: they end with the last
 * copy of those. Right of the fork line. It must not create files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Locks the plan's files, in their order, into FDS of plan->lock_count descriptors,
 * for the reaper to hold. To be called in the new root. Does not wait for a lock that somebody else
 * holds. */
int lock_files(const struct plan *plan, int *fds, struct failure *failure);
