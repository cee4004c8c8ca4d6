/* wording: failures of the set-up in bubblewrap's words.
 *
 * Callers of bubblewrap look for these in what it prints. A row says which failure
 * has which text. This room should hold the rows; it must not print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "phrases.h"
#include "plan.h"

/* The text for FAILURE of the option TYPED, whose count is 0 if it concerns none;
 * the caller frees. */
char *wording_of_failure(const struct plan *plan, const struct failure *failure,
                         const struct typed *typed);
