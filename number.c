/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "number.h"

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
