/* filter: seccomp filters on the left of the fork line.
 *
 * Reads filters that were compiled elsewhere and hands out the built-in one,
 * which the build compiled with libseccomp. It should check what can be checked
 * of a filter; it must not load one (that is seccomp.c's).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <linux/filter.h>

enum filter_result {
  FILTER_READ,
  FILTER_UNREADABLE, /* errno says why */
  FILTER_EMPTY,
  FILTER_TOO_LONG, /* more than the kernel's 4096 instructions */
  FILTER_RAGGED,   /* no whole number of instructions */
};

/* Reads struct sock_filter from FD to its end. The memory lives as long as the
 * process. */
enum filter_result filter_read(int fd, struct sock_fprog *filter);

/* The filter that refuses, with EPERM, the ioctls that type into a terminal. */
struct sock_fprog filter_terminal(void);
