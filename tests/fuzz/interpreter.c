/* Fuzzes the beginnings of programs and scripts, in which hutch looks for what the kernel needs to
 * execute them. An input is such a file.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "interpreter.h"

#include <string.h>

enum {
  DATA = 10, /* the descriptor */
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  fuzz_open(DATA);
  return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  /* Of its own size, so that what is written behind it is seen. */
  g_autofree char *name = g_malloc(PATH_MAX);

  memset(name, 'x', PATH_MAX);
  fuzz_fill(DATA, data, size);
  enum interpreter found = interpreter_find("/proc/self/fd/10", name);
  bool is_program = interpreter_is_program("/proc/self/fd/10");
  if (found != INTERPRETER_NONE)
    fuzz_check(memchr(name, '\0', PATH_MAX) != NULL, "a name that has no end");
  fuzz_check(found != INTERPRETER_LOADER || is_program, "the loader of what is no program");
  fuzz_check(found != INTERPRETER_SCRIPT || !is_program, "a script that is a program");
  return 0;
}
