/* filter: seccomp filters on the left of the fork line.
 *
 * Reads filters that were compiled elsewhere and hands out the built-in ones,
 * which the build compiled from seccomp/. It should check what can be checked
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

/* A filter that hutch brings along. */
struct builtin {
  const char *name;
  const char *summary; /* one line */
  struct sock_fprog program;
};

/* All of them; the last has no name. */
extern const struct builtin filter_builtins[];

/* The built-in filter NAME, or NULL. */
const struct builtin *filter_find(const char *name);

/* A copy of PROGRAM that has every call logged which PROGRAM would refuse, and lets it
 * pass. The memory lives as long as the process. */
struct sock_fprog filter_logging(const struct sock_fprog *program);
