/* descriptor: closing everything but what is to stay.
 *
 * Usable on both sides of the fork line. It should close whole ranges; it must
 * not read directories of proc.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Closes every descriptor from FIRST on but the COUNT in KEEP, in any order; -1
 * stands for none. Returns -1 with errno set when some are still open. */
int descriptor_close_but(int first, const int *keep, size_t count);
