/* command: a command line, from its words to a plan and to what is said of it, for fuzz targets.
 *
 * Nothing is started. It should hold what is read against what hutch promises of it: what is
 * printed gives no orders to a terminal, documents are JSON, and a plan as a command line is that
 * plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <string.h>

enum {
  COMMAND_FIRST_DATA = 10, /* descriptors whose contents are an input's */
  COMMAND_LAST_DATA = 11,
  COMMAND_OUTPUT = 12,    /* one to write to */
  COMMAND_DIRECTORY = 13, /* one of a directory */
};

/* What an input of SIZE may leave behind, which lives as long as the process: a short option can
 * stand for a whole built-in filter. */
#define COMMAND_KEPT(size) (((size_t)2 << 20) + 16384 * (size_t)(size))

void command_prepare(void);

/* Writes the profile that is found by NAME. */
void command_write_profile(const char *name, const char *text, size_t size);

/* Reads the words, and makes of them what can be made. */
void command_read(int argc, char **argv);
