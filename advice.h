/* advice: what helps against a failure, wherever it happens.
 *
 * This room should hold the sentences that belong to a code as such; what depends on the
 * system is cause's to find out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "code.h"

/* The remedy for what has CODE, or NULL. */
const char *advice_for(enum code code);
