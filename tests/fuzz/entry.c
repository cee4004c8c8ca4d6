/* Fuzzes desktop entries: that one can be wrapped or is refused, and that the wrapped one starts
 * hutch-wrap with the words of the application's own, in each of its command lines.
 *
 * An input is a byte for what becomes of files, then the entry.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "desktop-entry.h"
#include "desktop-exec.h"

#include <string.h>

enum {
  ENTRY_FD = 100,
  START_LENGTH = 7, /* words, in front of the command's */
};

#define ENTRY_PATH "/proc/self/fd/100"

static char *options[] = {(char *)"--setenv", (char *)"A", (char *)"a \"$`\\ %b", NULL};

static const struct wrapping usual = {
    .path = "entry",
    .source = "/usr/share/applications/app.desktop",
    .id = "app",
    .runner = "/usr/bin/hutch-wrap",
    .profile = "desktop",
    .options = options,
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  fuzz_open(ENTRY_FD);
  return 0;
}

static char *
line_of(GKeyFile *entry, const char *group)
{
  return g_key_file_get_string(entry, group, G_KEY_FILE_DESKTOP_KEY_EXEC, NULL);
}

/* A launcher replaces the codes first, so what has none is to be the same to GLib. */
static void
check_reading(const char *line, const GPtrArray *own)
{
  g_auto(GStrv) words = NULL;

  if (strchr(line, '%'))
    return;
  fuzz_check(g_shell_parse_argv(line, NULL, &words, NULL), "GLib cannot read the command line");
  fuzz_check(g_strv_length(words) == own->len, "GLib reads other words");
  for (guint i = 0; i < own->len; i++)
    fuzz_check(strcmp(words[i], ((const struct exec_word *)own->pdata[i])->text) == 0,
               "GLib reads another word");
}

/* A percent sign is doubled: else it would begin a code. */
static void
check_start(char **words)
{
  const char *const start[START_LENGTH] = {
      usual.runner, "--run=app", "--profile=desktop", "--setenv", "A", "a \"$`\\ %%b", "--"};

  fuzz_check(g_strv_length(words) > START_LENGTH, "the line is too short");
  for (size_t i = 0; i < START_LENGTH; i++)
    fuzz_check(strcmp(words[i], start[i]) == 0, "the line does not start hutch-wrap as it is to");
}

static void
check_words(char **words, const GPtrArray *own)
{
  guint at = 0;

  for (; *words; words++)
    if (!g_str_has_prefix(*words, EXEC_MARK_PREFIX)) {
      const struct exec_word *word = at < own->len ? own->pdata[at++] : NULL;
      fuzz_check(word && strcmp(*words, word->text) == 0, "the command's words were changed");
    }
  fuzz_check(at == own->len, "words of the command are missing");
}

static void
check_group(GKeyFile *entry, GKeyFile *own, const char *group)
{
  g_autofree char *line = line_of(entry, group);
  g_autofree char *own_line = line_of(own, group);
  g_autofree char *problem = NULL;
  g_auto(GStrv) words = NULL;
  g_autoptr(GPtrArray) own_words = exec_read(own_line, &problem);

  fuzz_check(own_words != NULL, "what cannot be read was wrapped");
  check_reading(own_line, own_words);
  fuzz_check(g_shell_parse_argv(line, NULL, &words, NULL), "what was wrapped cannot be read");
  check_start(words);
  check_words(words + START_LENGTH, own_words);
}

static void
check_wrapped(GKeyFile *entry, GKeyFile *own)
{
  g_auto(GStrv) groups = g_key_file_get_groups(entry, NULL);

  fuzz_check(entry_is_wrapped(entry), "the entry does not say that it is wrapped");
  fuzz_check(!g_key_file_has_key(entry, G_KEY_FILE_DESKTOP_GROUP,
                                 G_KEY_FILE_DESKTOP_KEY_DBUS_ACTIVATABLE, NULL),
             "the entry can be started over D-Bus");
  for (char **group = groups; *group; group++)
    if (g_key_file_has_key(entry, *group, G_KEY_FILE_DESKTOP_KEY_EXEC, NULL))
      check_group(entry, own, *group);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_input input = {data, size};
  struct wrapping wrapping = usual;
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *problem = NULL;

  wrapping.files = (enum files)(fuzz_take_byte(&input) % FILES_COUNT);
  fuzz_fill(ENTRY_FD, input.at, input.left);
  g_autoptr(GKeyFile) entry = entry_load(ENTRY_PATH, &problem);
  if (!entry)
    return 0;
  fuzz_rewind(ENTRY_FD);
  g_autoptr(GKeyFile) own = entry_load(ENTRY_PATH, &problem);
  if (entry_wrap(entry, &wrapping, notes, &problem) < 0) {
    fuzz_check(problem && *problem, "a refusal without a reason");
    return 0;
  }
  size_t length;
  g_autofree char *text = g_key_file_to_data(entry, &length, NULL);
  g_autoptr(GKeyFile) written = g_key_file_new();
  fuzz_check(g_key_file_load_from_data(written, text, length, G_KEY_FILE_NONE, NULL),
             "what is written cannot be read");
  check_wrapped(written, own);
  return 0;
}
