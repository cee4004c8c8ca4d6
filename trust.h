/* trust: what the sandbox can write decides about no sandbox.
 *
 * A profile that lies where the sandbox writes could be changed by one command, and let the
 * next one out. This room should compare the files that options were read from with what
 * the options hand out; it must not read them, and not look into the sandbox.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"

/* -1 and a failure when an operation hands out a profile, or a directory above it, writable. */
int trust_check_profiles(const struct draft *draft, struct failure *failure);

/* Whether the sandbox gets what PATH names, or a directory above it, so that it can put something
 * else there: what the caller can write, or let himself write. PATH is absolute, and counts as it
 * is and with its links followed. */
bool trust_is_writable(const struct draft *draft, const char *path);
