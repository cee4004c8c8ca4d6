/* fuzz: what the fuzz targets have in common.
 *
 * A target is one program that hands data to a parser. With clang's libFuzzer it invents the data;
 * with replay.c it reads those of a corpus. A target calls hutch's own functions, and they open
 * what the data name: it has to be run where there is nothing that reading could harm, in a
 * directory of its own. It must start no process, and write nowhere but there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What stands between the parts of an input. */
#define FUZZ_DIVIDER '\x1e'

/* The data of an input that were not taken yet. */
struct fuzz_input {
  const uint8_t *at;
  size_t left;
};

/* Whatever a target does first, once: descriptors that are open are not the caller's to the option
 * parser, the environment is a small one, and what libraries keep for good is there. */
void fuzz_prepare(void);

/* The next byte, or 0. */
uint8_t fuzz_take_byte(struct fuzz_input *input);

/* What stands up to the next divider, or the end, as a text; the caller frees with g_free(). */
char *fuzz_take_part(struct fuzz_input *input, size_t *size);

/* A file in memory of that number, which the option parser takes for the caller's. */
void fuzz_open(int fd);

/* Makes SIZE bytes the contents of a file, or lets one be read from its beginning. */
void fuzz_fill(int fd, const void *data, size_t size);
void fuzz_rewind(int fd);

/* Between these two, what is allocated and lives as long as the process is known, and freed at the
 * end. More than MOST bytes are a finding. Without a sanitizer they do nothing. */
void fuzz_begin(void);
void fuzz_end(size_t most);

/* What hutch prints to the standard error between these two; the caller frees with g_free(). */
void fuzz_catch(void);
char *fuzz_caught(void);

_Noreturn void fuzz_find(const char *what);

/* A finding, unless it HOLDS. */
static inline void
fuzz_check(bool holds, const char *what)
{
  if (!holds)
    fuzz_find(what);
}

/* A finding unless it can be shown on a terminal, line by line. */
void fuzz_check_printable(const char *text);
