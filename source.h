/* source: what the operations name on the host.
 *
 * Every source is cloned into a detached tree and restricted before anything is
 * attached or made: a source that is missing ends the story while there is
 * nothing to undo. Files made from data, and the changes of overlays that keep them
 * in memory, lie on a scratch tmpfs, which is attached to "/" for as long as the
 * host's root is there; their own mounts remain. Right of the fork line. It must not resolve a
 * destination.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bind-mount.h"
#include "bus.h"
#include "failure.h"
#include "plan.h"

#include <sys/resource.h>

/* Raises the soft limit of open files to the hard one: each source takes a
 * descriptor. The limit that the caller had goes to *SAVED; the payload is to have it back. */
int source_raise_limit(const struct plan *plan, struct rlimit *saved, struct failure *failure);

/* Clones all sources into TREES, of plan->source_count descriptors, in the order
 * of the operations; -1 stands for an optional one that does not exist, and for the
 * root that is in place. LINK leads to the proxy, if the plan has buses. The failure names the
 * operation. */
int source_clone_all(const struct plan *plan, int *trees, const struct bus_link *link,
                     struct failure *failure);

/* What the tree of OPERATION is restricted to. */
struct tree_flags source_flags(const struct plan *plan, const struct operation *operation);

/* Copies FROM, from where it stands to its end, to TO. NAME is for the failure. */
int source_copy_data(int from, int to, const char *name, struct failure *failure);
