/* Runs a fuzz target on files, one after the other, where there is no libFuzzer:
 *
 *   replay FILE...
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  SECONDS_MAX = 10, /* for one input; on a busy machine, too */
};

static double
seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* In memory of exactly that size, so that a sanitizer sees what reads behind it. */
static void
replay(const char *path)
{
  g_autofree char *text = NULL;
  gsize size = 0;

  if (!g_file_get_contents(path, &text, &size, NULL)) {
    dprintf(STDERR_FILENO, "%s: cannot be read\n", path);
    exit(EXIT_FAILURE);
  }
  uint8_t *data = malloc(size > 0 ? size : 1);
  fuzz_check(data != NULL, "no memory");
  for (gsize i = 0; i < size; i++)
    data[i] = (uint8_t)text[i];
  dprintf(STDERR_FILENO, "%s\n", path);
  double start = seconds();
  (void)LLVMFuzzerTestOneInput(data, size);
  fuzz_check(seconds() - start < SECONDS_MAX, "it takes too long");
  free(data);
}

int
main(int argc, char **argv)
{
  LLVMFuzzerInitialize(&argc, &argv);
  for (int i = 1; i < argc; i++)
    replay(argv[i]);
  printf("%d inputs\n", argc - 1);
  return EXIT_SUCCESS;
}
