/* privileges: capability sets, no_new_privs, SELinux contexts, and the last check
 * before exec.
 *
 * Right of the fork line. One gate for every way to the payload: what the kernel
 * says that the process may do is compared with what the plan says, and a
 * difference is fatal. It must not mount.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Reduces the bounding, permitted, effective and inheritable sets to what the plan
 * keeps, of which those that exist go to *KEPT; sets no_new_privs. Where the plan
 * leaves the caller's privileges as they are, it sets no_new_privs alone. */
int privileges_limit(const struct plan *plan, uint64_t *kept, struct failure *failure);

/* Lets KEPT survive execve, for whatever user id. */
int privileges_raise_ambient(const struct plan *plan, uint64_t kept, struct failure *failure);

/* Makes every capability effective that is permitted. */
int privileges_regain(struct failure *failure);

/* Gives up every capability but those in KEEP. */
int privileges_drop(uint64_t keep, struct failure *failure);

enum label_of {
  LABEL_OF_FILES,   /* files that the calling process makes from now on */
  LABEL_OF_COMMAND, /* what it or a child executes next */
};

/* Sets a SELinux context of the calling process. PROC_FD is a proc that lists it. */
int privileges_set_label(int proc_fd, enum label_of what, const char *label,
                         struct failure *failure);

/* Whether other processes may trace the calling one, and look at its descriptors. */
int privileges_set_traceable(bool traceable, struct failure *failure);

/* What the kernel says that the calling process may do. */
struct privileges {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
  uint64_t bounding;
  uint64_t ambient;
  int no_new_privs;
  int securebits;
};

int privileges_read(struct privileges *privileges, struct failure *failure);

/* Reads everything back; fails unless the process has exactly KEPT, as far as that
 * is the plan's to say. */
int privileges_check(const struct plan *plan, uint64_t kept, struct failure *failure);
