/* variable: what "${NAME}" in a profile stands for.
 *
 * The caller's environment, and a few names of hutch's own in lower case, which come
 * first. This room should replace names by values; it must not split words or read files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile.h"

/* TEXT with "${NAME}" and "${NAME:-DEFAULT}" replaced by what they stand for, and "$$" by "$"; to
 * be freed with g_free(). NULL and *PROBLEM when that cannot be. */
char *variable_expand(const char *text, struct profile_problem *problem);
