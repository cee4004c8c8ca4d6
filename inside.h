/* inside: the child's story, from the first instruction behind the fork line to
 * the payload and the reaper.
 *
 * Everything here is system calls on prepared data. It should read like a list
 * of what happens; the rooms it calls know how.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus.h"
#include "inspect.h"
#include "plan.h"

/* Where the descriptors stand that the reaper holds. */
enum held {
  HELD_PROC,
  HELD_STATUS,
  HELD_SYNC,
  HELD_LOCKS, /* the first of the lock files */
};

/* What the monitor's side hands over besides the plan. */
struct hand_over {
  int control_fd;       /* the child's end */
  int status_fd;        /* takes how the payload ended; or -1 */
  struct bus_link link; /* leads to the proxy, where the plan has buses */
  uint64_t mask;        /* the signals that the caller had blocked */
  int *trees;           /* room for plan->source_count descriptors */
  int *kept;            /* room for plan->keep_count + 1 descriptors */
  struct mark *marks;   /* room for one an operation, where nothing is started, else NULL */
  dev_t *own;           /* ... and for as many devices and one more */
  int *held;            /* room for HELD_LOCKS + plan->lock_count descriptors */
  char *words;          /* the area of hutch's own words, to be wiped; or NULL */
  size_t words_size;
};

/* Builds the sandbox around the calling process and starts the payload in it. */
_Noreturn void inside_run(const struct plan *plan, const struct hand_over *hand_over);
