/* typed: an option as the caller typed it.
 *
 * Whatever came from an option keeps this, so that a message about it names the option
 * and its operands, and its place among the options. It should hold words and must not
 * own them: they live as long as the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

struct typed {
  char *const *words; /* the name and its operands */
  int count;          /* 0: no option */
  int index;          /* among all options in the order they were read, from 0 */
  const char *origin; /* the profile and the line that it stands in, as "ci:12", or NULL */
};
