/* desktop-exec: the command lines of desktop entries.
 *
 * The value of an Exec key is a line of words. Some may stand in quotes, and "%" begins a field
 * code, which launchers replace by the files to open and the like. Launchers agree on lines that
 * keep to the Desktop Entry Specification, and most take what a shell takes: this room should read
 * as GLib does, and write what the specification allows; it must not know of keys or files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What of a command line names files is marked, as otherwise only the launcher would know: the mark
 * with what stands in front of the file in its word, the words, the end. */
#define EXEC_MARK_READ "@hutch-ro@"
#define EXEC_MARK_WRITE "@hutch-rw@"
#define EXEC_MARK_END "@hutch-end@"
#define EXEC_MARK_PREFIX "@hutch-"

struct exec_word {
  char *raw;    /* as it is to be written */
  char *text;   /* what it stands for, with its field codes */
  char *prefix; /* of a word with a field code for files: what stands in front of that, else NULL */
};

/* The words of the Exec value LINE, of struct exec_word; NULL and *PROBLEM, to be freed with
 * g_free(), where it cannot be read. */
GPtrArray *exec_read(const char *line, char **problem);

/* Adds WORD, which has no field codes, to LINE. */
void exec_append(GString *line, const char *word);

/* The program that the words start, also if env(1) does it for them; the caller frees. */
char *exec_program(const GPtrArray *words);
