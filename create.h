/* create: what options have made on the host before the sandbox starts.
 *
 * Left of the fork line. It should make missing directories, as the caller; it must not
 * change what exists.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Makes the sources that are to be made, unless nothing of the host is to be changed. */
int create_sources(const struct plan *plan, struct failure *failure);
