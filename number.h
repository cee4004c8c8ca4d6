/* number: numbers as text, without the C library's formatting.
 *
 * Right of the fork line. It should write digits and nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

enum {
  NUMBER_SIZE = 23, /* the longest, in octal, and its NUL */
  FD_PATH_SIZE = sizeof "/proc/self/fd/" + NUMBER_SIZE,
};

/* Writes VALUE to the base of BASE (8 or 10) at AT, which must have room for
 * NUMBER_SIZE bytes, with a NUL behind it. Returns where the NUL is. */
char *number_write(char *at, uint64_t value, unsigned base);

/* Writes the name that a descriptor has below /proc/self/fd to PATH, of
 * FD_PATH_SIZE bytes. */
void number_write_fd_path(char *path, int fd);
