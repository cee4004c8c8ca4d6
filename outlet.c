/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "outlet.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

void
outlet_add(struct outlet *outlet, char *text)
{
  if (outlet->fd >= 0) {
    if (!outlet->text)
      outlet->text = g_string_new(NULL);
    g_string_append(outlet->text, text);
  }
  g_free(text);
}

void
outlet_clear(struct outlet *outlet)
{
  if (outlet->text)
    g_string_free(outlet->text, TRUE);
  outlet->text = NULL;
}

int
outlet_fd(const struct outlet *outlet)
{
  return outlet->text && outlet->text->len > 0 ? outlet->fd : -1;
}

/* A pipe with room has room for PIPE_BUF bytes. */
int
outlet_write(struct outlet *outlet)
{
  ssize_t put = write(outlet->fd, outlet->text->str, MIN(outlet->text->len, (gsize)PIPE_BUF));

  if (put >= 0) {
    g_string_erase(outlet->text, 0, put);
    return 0;
  }
  if (errno == EINTR || errno == EAGAIN)
    return 0;
  outlet->fd = -1;
  return -1;
}
