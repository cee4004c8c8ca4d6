/* conflict: the rules that concern more than one option.
 *
 * An option that another contradicts, or that has nothing to act on, is refused before anything
 * is done. This room should only compare what was asked for; it must not decide what is done
 * with it. Left of the fork line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"

/* -1 and a failure, which names the option, if DRAFT breaks a rule. NAMESPACES are those that the
 * sandbox is to have, as CLONE_NEW flags. */
int conflict_check(const struct draft *draft, uint64_t namespaces, struct failure *failure);
