/* explain: what paths are inside, in words.
 *
 * The child has looked at each path that is asked about, inside the finished sandbox;
 * this room adds what the host has there, and prints. Left of the fork line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "monitor.h"
#include "plan.h"

/* Room for what the child finds out of PLAN; to be freed with explain_free_findings(). */
struct findings *explain_new_findings(const struct plan *plan);

void explain_free_findings(const struct plan *plan, struct findings *findings);

/* Fails if the child, which ended with STATUS, has not found out all that was asked. */
int explain_check(const struct plan *plan, const struct findings *findings, int status,
                  struct failure *failure);

/* The answers to the plan's questions, or the plan itself with what is pending where
 * nothing was asked, in the plan's form; the caller frees with g_free(). */
char *explain_text(const struct plan *plan, const struct findings *findings);
