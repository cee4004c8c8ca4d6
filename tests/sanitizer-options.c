/* What AddressSanitizer is to do in hutch, for a build with --enable-sanitizers only. The
 * environment variable does not reach a binary that is setuid or setgid.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

const char *__asan_default_options(void);

/* What the plan is made of lives as long as the process, and so is no leak. */
__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
  return "detect_leaks=0";
}
