/* seccomp: loads filters.
 *
 * Right of the fork line; what a filter says was settled on the left of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Loads the plan's filters in their order. After the last one the payload's own
 * rules hold: little but execve can be counted on. */
int seccomp_load_filters(const struct plan *plan, struct failure *failure);
