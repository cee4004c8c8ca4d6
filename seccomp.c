/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "seccomp.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int
seccomp_load_filters(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->filter_count; i++)
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &plan->filters[i].program) < 0) {
      failure_set(failure, STAGE_SECCOMP, "seccomp", NULL);
      failure->operation = (int)i;
      return -1;
    }
  return 0;
}
