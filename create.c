/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "create.h"

#include <glib.h>

int
create_sources(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->operation_count && !plan_keeps_host(plan); i++) {
    const struct operation *operation = &plan->operations[i];
    if ((operation->flags & OPERATION_CREATE) &&
        g_mkdir_with_parents(operation->source, 0700) < 0) {
      failure_record(failure, STAGE_SOURCE, "mkdir", operation->source);
      failure->operation = (int)i;
      return -1;
    }
  }
  return 0;
}
