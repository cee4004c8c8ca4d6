/* Fuzzes the option parser, and what is made of the words: the plan, its descriptions, and the
 * messages about those that are refused.
 *
 * An input is a byte, whose lowest bit is the name of the program, then the words behind that, each
 * ended by a NUL byte; the data of descriptor 10; those of descriptor 11; those of a profile "p".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/command.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  command_prepare();
  return 0;
}

/* The words of TEXT, behind the program's name. */
static char **
split_words(const char *name, char *text, size_t size, int *argc)
{
  GPtrArray *words = g_ptr_array_new();

  g_ptr_array_add(words, (char *)name);
  for (size_t at = 0; at < size; at += strlen(text + at) + 1)
    g_ptr_array_add(words, text + at);
  *argc = (int)words->len;
  g_ptr_array_add(words, NULL);
  return (char **)g_ptr_array_free(words, FALSE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_input input = {.at = data, .left = size};

  fuzz_begin();
  const char *name = fuzz_take_byte(&input) & 1 ? "bwrap" : "hutch";
  size_t words_size = 0, part_size = 0;
  char *words = fuzz_take_part(&input, &words_size);
  for (int fd = COMMAND_FIRST_DATA; fd <= COMMAND_LAST_DATA; fd++) {
    g_autofree char *part = fuzz_take_part(&input, &part_size);
    fuzz_fill(fd, part, part_size);
  }
  char *profile = fuzz_take_part(&input, &part_size);
  command_write_profile("p", profile, part_size);
  int argc = 0;
  char **argv = split_words(name, words, words_size, &argc);
  command_read(argc, argv);
  fuzz_end(COMMAND_KEPT(size));
  return 0;
}
