/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "descriptor.h"

#include <limits.h>
#include <unistd.h>

/* The lowest of the COUNT descriptors in KEEP that is FIRST or above, or INT_MAX. */
static int
lowest(int first, const int *keep, size_t count)
{
  int found = INT_MAX;

  for (size_t i = 0; i < count; i++)
    if (keep[i] >= first && keep[i] < found)
      found = keep[i];
  return found;
}

int
descriptor_close_but(int first, const int *keep, size_t count)
{
  int next;

  while ((next = lowest(first, keep, count)) != INT_MAX) {
    if (next > first && close_range((unsigned)first, (unsigned)next - 1, 0) < 0)
      return -1;
    first = next + 1;
  }
  return close_range((unsigned)first, UINT_MAX, 0);
}
