/* outlet: text for a reader who may be slow, or gone.
 *
 * What is to be written waits here until poll(2) says that the descriptor takes something; then
 * as much is written as does not block. A reader who is gone is not missed. Left of the fork
 * line. It must not wait: who has other things to wait for does that.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

struct outlet {
  int fd;        /* -1: nobody reads */
  GString *text; /* what is left to be written; NULL for none */
};

/* Adds TEXT, which it takes over, to what is to be written. */
void outlet_add(struct outlet *outlet, char *text);

/* Drops what is to be written. */
void outlet_clear(struct outlet *outlet);

/* The descriptor to be waited for, or -1 when there is nothing to be written. */
int outlet_fd(const struct outlet *outlet);

/* Writes some of it. A descriptor that takes no more is given up: -1, and errno. */
int outlet_write(struct outlet *outlet);
