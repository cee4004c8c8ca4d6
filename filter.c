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

enum filter_result
filter_read(int fd, struct sock_fprog *filter)
{
  g_autofree char *data = g_malloc(FILTER_BYTES_MAX + 1);
  size_t size = 0;

  while (size <= FILTER_BYTES_MAX) {
    ssize_t got = read(fd, data + size, FILTER_BYTES_MAX + 1 - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return FILTER_UNREADABLE;
    if (got == 0)
      break;
    size += (size_t)got;
  }
  if (size > FILTER_BYTES_MAX)
    return FILTER_TOO_LONG;
  if (size % sizeof(struct sock_filter) != 0)
    return FILTER_RAGGED;
  filter->len = (unsigned short)(size / sizeof(struct sock_filter));
  filter->filter = (struct sock_filter *)(void *)g_steal_pointer(&data);
  return size == 0 ? FILTER_EMPTY : FILTER_READ;
}

struct sock_fprog
filter_terminal(void)
{
  return (struct sock_fprog){
      .len = G_N_ELEMENTS(builtin_terminal),
      .filter = (struct sock_filter *)builtin_terminal,
  };
}
