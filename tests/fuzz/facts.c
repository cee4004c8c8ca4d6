/* Fuzzes what is read of the system: the files of /proc, in which names are others' choice, and
 * those that list ids.
 *
 * An input is a byte for what is looked up, then the two files that are read for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char *contents[2];
static size_t contents_read;

/* Every file is what the input says; the second one is what is read after the first. */
static gboolean
get_contents(const char *path, char **text, gsize *size, GError **error)
{
  const char *which = contents[contents_read++ == 0 ? 0 : 1];

  (void)path;
  (void)error;
  *text = g_strdup(which);
  if (!which)
    return FALSE;
  if (size)
    *size = strlen(which);
  return TRUE;
}

/* What reads the files is no other room's. Two of these have a function of the same name. */
#define g_file_get_contents get_contents
#include "grant.c"
#include "probe.c"
#include "system.c"
#define is_mapped has_owner
#include "profile.c"
#undef is_mapped

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  return 0;
}

static void
look_up_ids(void)
{
  struct range ranges[RANGES_MAX];
  g_autofree char *name = name_of(1000);
  size_t count = read_ranges("file", name, 1000, ranges);

  fuzz_check(count <= RANGES_MAX, "more ranges than there is room for");
  g_free(ranges_as_text(ranges, count));
  contents_read = 1;
  (void)is_mapped(&user_ids, 1, ranges, count);
}

static void
look_up_group(void)
{
  int version = 0;

  g_free(own_group(&version));
  fuzz_check(version >= 0 && version <= 2, "no such version");
}

static void
look_up_host(void)
{
  g_free(system_covers_of_proc());
  g_free(system_apparmor_profile());
  (void)system_is_chroot();
  (void)system_has_module("apparmor");
  (void)system_is_filtered();
  (void)system_is_mapped();
  (void)system_sysctl("kernel/none");
}

static void
look_up_process(void)
{
  (void)has_owner(65534);
  contents_read = 0;
  (void)parent_of("self");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static void (*const looks[])(void) = {look_up_ids, look_up_group, look_up_host, look_up_process};
  struct fuzz_input input = {.at = data, .left = size};
  uint8_t which = fuzz_take_byte(&input);
  g_autofree char *first = fuzz_take_part(&input, NULL);
  g_autofree char *second = fuzz_take_part(&input, NULL);

  contents[0] = first;
  contents[1] = which & 0x80 ? NULL : second;
  contents_read = 0;
  looks[which % G_N_ELEMENTS(looks)]();
  return 0;
}
