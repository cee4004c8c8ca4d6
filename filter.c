/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "filter.h"

#include "builtin-filters.h"

#include <errno.h>
#include <glib.h>
#include <linux/seccomp.h>
#include <string.h>
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

#define PROGRAM(array)                                                                             \
  {                                                                                                \
    G_N_ELEMENTS(array), (struct sock_filter *)(array)                                             \
  }

const struct builtin filter_builtins[] = {
    {"terminal", "refuses the ioctls that type into a terminal", PROGRAM(builtin_terminal)},
    {"default", "refuses what no ordinary program needs", PROGRAM(builtin_default)},
    {"strict", "allows what builds and tests need, and nothing else", PROGRAM(builtin_strict)},
    {0},
};

const struct builtin *
filter_find(const char *name)
{
  for (const struct builtin *one = filter_builtins; one->name; one++)
    if (strcmp(one->name, name) == 0)
      return one;
  return NULL;
}

struct sock_fprog
filter_logging(const struct sock_fprog *program)
{
  struct sock_filter *copy = g_memdup2(program->filter, program->len * sizeof(struct sock_filter));

  for (unsigned short i = 0; i < program->len; i++)
    if (copy[i].code == (BPF_RET | BPF_K) && copy[i].k != SECCOMP_RET_ALLOW)
      copy[i].k = SECCOMP_RET_LOG;
  return (struct sock_fprog){.len = program->len, .filter = copy};
}
