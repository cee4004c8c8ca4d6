/* describe: a sealed plan, in words.
 *
 * As text for people, as JSON for programs, and as a command line that makes the same
 * plan. Left of the fork line. It should say all that the plan holds and nothing that it
 * does not; it must look at nothing but the plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan.h"

#include <jansson.h>

/* The plan as its documented object, schema/plan.schema.json; the caller owns it. */
json_t *describe_json(const struct plan *plan);

/* The plan as a summary, one thing a line; the caller frees with g_free(). */
char *describe_text(const struct plan *plan);

/* The plan as a command line, the program's name first, quoted for a shell, on one line;
 * the caller frees with g_free(). */
char *describe_args(const struct plan *plan);

/* The plan in FORM, lines ended; the caller frees with g_free(). */
char *describe_plan(const struct plan *plan, enum form form);
