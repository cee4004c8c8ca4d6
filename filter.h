/* filter: seccomp filters on the left of the fork line.
 *
 * Reads filters that were compiled elsewhere and hands out the built-in one,
 * which the build compiled with libseccomp. It should check what can be checked
 * of a filter; it must not load one (that is seccomp.c's).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <linux/filter.h>

/* Reads struct sock_filter from FD to its end. The memory lives as long as the
 * process. -1 and a failure if the data cannot be read or are no filter. */
int filter_read(int fd, struct sock_fprog *filter, struct failure *failure);

/* The filter that refuses, with EPERM, the ioctls that type into a terminal. */
struct sock_fprog filter_terminal(void);
