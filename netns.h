/* netns: what a new network namespace needs before it is of use.
 *
 * Right of the fork line. It should configure the namespace that the calling
 * process is in; it must not create one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

/* Brings the loopback interface up; the kernel gives it 127.0.0.1 and ::1 by
 * itself. */
int netns_raise_loopback(struct failure *failure);
