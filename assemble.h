/* assemble: rules to a seccomp filter.
 *
 * A filter begins with the architecture that a call is made for, then searches the call's number
 * in a tree of comparisons; the conditions of its lines follow one after the other. This room
 * should turn what rules.h describes into instructions, and must not read files nor load a filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "architecture.h"
#include "rules.h"

#include <linux/filter.h>

/* The filter for calls of ARCHITECTURE and of the older one that its kernel takes, too. Whatever
 * else a call may be made for is refused with ENOSYS. An array of struct sock_filter, to be freed;
 * NULL if it is longer than the kernel takes. */
GArray *assemble_filter(const struct rules *rules, const struct architecture *architecture);
