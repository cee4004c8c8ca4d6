/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "seccomp.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>

/* By prctl(2) and not by seccomp(2): filters that callers give in a row allow the
 * former to those that follow, as bubblewrap has always loaded them. */
int
seccomp_load_filters(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->filter_count; i++)
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &plan->filters[i].program, 0, 0) < 0) {
      failure_set(failure, STAGE_SECCOMP, "prctl PR_SET_SECCOMP", NULL);
      failure->operation = (int)i;
      return -1;
    }
  return 0;
}
