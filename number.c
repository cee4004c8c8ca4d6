/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "number.h"

#include <string.h>

char *
number_write(char *at, uint64_t value, unsigned base)
{
  char digits[NUMBER_SIZE];
  int count = 0;

  do
    digits[count++] = (char)('0' + value % base);
  while ((value /= base) != 0);
  while (count > 0)
    *at++ = digits[--count];
  *at = '\0';
  return at;
}

void
number_write_fd_path(char *path, int fd)
{
  static const char prefix[] = "/proc/self/fd/";

  memcpy(path, prefix, sizeof prefix);
  number_write(path + sizeof prefix - 1, (uint64_t)fd, 10);
}
