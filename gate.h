/* gate: the last look before the command.
 *
 * The process that becomes the command has given up what it must give up; here it asks the
 * kernel whether that is so, and compares the answer with the plan: ids, capabilities,
 * no_new_privs, securebits, a umask that was asked for, open descriptors. A difference is a
 * failure, whatever each step has reported. Right of the fork line. It must not change anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "payload.h"

/* Fails unless the calling process is what PLAN wants, with nothing open above the
 * standard descriptors but CONTROL_FD and what is to be kept. */
int gate_check(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
               struct failure *failure);
