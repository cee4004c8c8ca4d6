/* Fuzzes the profiles: their lines, their variables, and that they include each other.
 *
 * An input is the profile "p", which is read, and "q", which it may include.
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const words[] = {"hutch", "--profile", "p", "true", NULL};
  struct fuzz_input input = {.at = data, .left = size};
  size_t part_size = 0;

  fuzz_begin();
  for (const char *name = "p"; name; name = name[0] == 'p' ? "q" : NULL) {
    g_autofree char *part = fuzz_take_part(&input, &part_size);
    command_write_profile(name, part, part_size);
  }
  command_read(G_N_ELEMENTS(words) - 1, (char **)words);
  fuzz_end(COMMAND_KEPT(size));
  return 0;
}
