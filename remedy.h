/* remedy: failures, told.
 *
 * Says what went wrong, with the option as it was typed, and what can be done
 * about it where that is known: to people on the standard error, and to programs in
 * the failure's document. Left of the fork line; only the monitor's side prints.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Prints the failure in the persona's style: one line, and in hutch's own a second one
 * with a hint where there is one. In colours on a terminal, unless NO_COLOR is set. Writes
 * the document too, with the exit STATUS it leads to. PLAN may be unsealed, but names its
 * persona and its error_fd. */
void remedy_print(const struct plan *plan, const struct failure *failure, int status);

/* Prints a warning on the standard error. */
void remedy_warn(const struct plan *plan, const char *text);
