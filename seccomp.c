/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "seccomp.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>

/* One that is hutch's own lets what it did be asked for; of others that is not known. */
static bool
is_own(const struct filter *filter)
{
  return filter->typed.count == 0;
}

/* By prctl(2) and not by seccomp(2): filters that callers give in a row allow the
 * former to those that follow, as bubblewrap has always loaded them. */
int
seccomp_load_filters(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->filter_count; i++) {
    const struct filter *filter = &plan->filters[i];
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter->program, 0, 0) < 0) {
      failure_set(failure, STAGE_SECCOMP, "prctl PR_SET_SECCOMP", "a filter");
      failure->operation = (int)i;
      return -1;
    }
    if (is_own(filter) && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
      return failure_say(failure, STAGE_SECCOMP, CODE_HARDENING_FAILED, NULL,
                         "no seccomp filter is loaded");
  }
  return 0;
}
