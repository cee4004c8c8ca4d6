/* remedy: failures in the user's words.
 *
 * Says what went wrong, with the option as it was typed, and what can be done
 * about it where that is known. Causes are looked up (sysctls, limits), not
 * guessed. Left of the fork line; only the monitor's side prints.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Prints the failure on the standard error in the persona's style: one line, and in
 * hutch's own a second one with a hint where there is one. PLAN may be unsealed, but names its
 * persona. */
void remedy_print(const struct plan *plan, const struct failure *failure);

/* Prints a warning on the standard error. */
void remedy_warn(const struct plan *plan, const char *text);
