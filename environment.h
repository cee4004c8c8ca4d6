/* environment: the payload's environment, and hutch's own words.
 *
 * It should apply the environment operations in their order, and move hutch's
 * words away from where the kernel shows them in /proc. Left of the fork line;
 * it must not change the environment of hutch itself by setenv().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"

/* The environment after VARIABLES were applied to BASE, NULL-terminated and
 * without PWD, with one more slot for it before the NULL, whose index goes to
 * *PWD_SLOT. The strings are the process's own for its whole life. */
char **environment_build(char **base, const GArray *variables, size_t *pwd_slot);

/* The value of NAME in an environment, or NULL. */
const char *environment_get(char *const *environment, const char *name);

/* The words of this process as /proc/PID/cmdline and environ show them. */
struct word_area {
  char *start;
  size_t size;
};

/* Copies argv and environ to memory of their own and makes *ARGV and environ
 * point there, so that the old area can be wiped; returns that area. */
struct word_area environment_detach(int argc, char ***argv);
