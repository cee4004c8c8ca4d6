/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "filter.h"

#include "builtin-filters.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

enum {
  FILTER_BYTES_MAX = BPF_MAXINSNS * sizeof(struct sock_filter),
};

int
filter_read(int fd, struct sock_fprog *filter, struct failure *failure)
{
  g_autofree char *data = g_malloc(FILTER_BYTES_MAX + 1);
  size_t size = 0;

  while (size <= FILTER_BYTES_MAX) {
    ssize_t got = read(fd, data + size, FILTER_BYTES_MAX + 1 - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failure_say(failure, STAGE_OPTIONS, NULL, g_strerror(errno));
    if (got == 0)
      break;
    size += (size_t)got;
  }
  if (size == 0)
    return failure_say(failure, STAGE_OPTIONS, NULL, "the filter is empty");
  if (size > FILTER_BYTES_MAX)
    return failure_say(failure, STAGE_OPTIONS, NULL, "the filter has over 4096 instructions");
  if (size % sizeof(struct sock_filter) != 0)
    return failure_say(failure, STAGE_OPTIONS, NULL,
                       "the data are no whole number of instructions");
  filter->len = (unsigned short)(size / sizeof(struct sock_filter));
  filter->filter = (struct sock_filter *)(void *)g_steal_pointer(&data);
  return 0;
}

struct sock_fprog
filter_terminal(void)
{
  return (struct sock_fprog){
      .len = G_N_ELEMENTS(builtin_terminal),
      .filter = (struct sock_filter *)builtin_terminal,
  };
}
