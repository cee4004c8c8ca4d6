/* Compiles the built-in filters and prints them as a C header.
 *
 * Their rules are read and searched for names once, while hutch is built: that takes longer than
 * hutch needs to start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "assemble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
print_filter(const char *path, const struct architecture *architecture)
{
  g_autofree char *file = g_path_get_basename(path);
  char *error = NULL;

  *strchrnul(file, '.') = '\0';
  struct rules *rules = rules_read(path, NULL, &error);
  if (!rules) {
    fprintf(stderr, "compile-filter: %s\n", error);
    g_free(error);
    return -1;
  }
  g_autoptr(GArray) filter = assemble_filter(rules, architecture);
  rules_free(rules);
  if (!filter) {
    fprintf(stderr, "compile-filter: %s: longer than the kernel takes\n", path);
    return -1;
  }
  printf("\nstatic const struct sock_filter builtin_%s[] = {\n", file);
  for (guint i = 0; i < filter->len; i++) {
    const struct sock_filter *one = &g_array_index(filter, struct sock_filter, i);
    printf("    {0x%04x, %u, %u, 0x%08x},\n", one->code, one->jt, one->jf, one->k);
  }
  printf("};\n");
  return 0;
}

int
main(int argc, char **argv)
{
  const struct architecture *native = architecture_native();

  if (!native) {
    fprintf(stderr, "compile-filter: the rules do not know this architecture\n");
    return EXIT_FAILURE;
  }
  printf("/* Made by compile-filter while building. */\n#include <linux/filter.h>\n");
  for (int i = 1; i < argc; i++)
    if (print_filter(argv[i], native) < 0)
      return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
