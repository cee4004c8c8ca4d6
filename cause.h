/* cause: why something failed, found out.
 *
 * A failure says which call failed on what. Its cause is looked up on the system: the
 * sysctls, AppArmor, what covers /proc, what the host has that the sandbox does not
 * show. Left of the fork line. It should look and compare; it must not guess, print, or
 * change anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "code.h"
#include "failure.h"
#include "plan.h"

struct cause {
  enum code code;
  char *remedy; /* what can be done about it, or NULL; to be freed with g_free() */
};

/* Finds out why FAILURE happened. PLAN may be unsealed. */
struct cause cause_find(const struct plan *plan, const struct failure *failure);

/* The option that FAILURE concerns; its count is 0 if there is none. */
struct typed cause_option(const struct plan *plan, const struct failure *failure);
