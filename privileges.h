/* privileges: capability sets, no_new_privs, and the last check before exec.
 *
 * Right of the fork line. One gate for every way to the payload: what the kernel
 * says that the process may do is compared with what the plan says, and a
 * difference is fatal. It must not mount.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <stdint.h>

/* Reduces the bounding, permitted, effective and inheritable sets to KEEP, of
 * which those that exist go to *KEPT; sets no_new_privs. */
int privileges_limit(uint64_t keep, uint64_t *kept, struct failure *failure);

/* Lets KEPT survive execve, for whatever user id. */
int privileges_raise_ambient(uint64_t kept, struct failure *failure);

/* Gives up every capability. */
int privileges_drop_all(struct failure *failure);

/* Reads everything back; fails unless the process has exactly KEPT. */
int privileges_check(uint64_t kept, struct failure *failure);
