/* label: SELinux contexts, left of the fork line.
 *
 * Says whether contexts can be asked for. They are set by the kernel's files in
 * /proc/self/attr, right of the fork line, so that a word is all there is to do.
 * libselinux is not used: its initialisation costs each start eight system calls,
 * also of the many that name no context.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* True if SELinux is there and has a policy. */
bool label_is_supported(void);
