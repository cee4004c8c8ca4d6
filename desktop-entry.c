/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desktop-entry.h"

#include "desktop-exec.h"

#include <stdarg.h>
#include <string.h>

#define MAIN G_KEY_FILE_DESKTOP_GROUP
#define ACTION_GROUP "Desktop Action "
#define EXEC G_KEY_FILE_DESKTOP_KEY_EXEC
#define TRY_EXEC G_KEY_FILE_DESKTOP_KEY_TRY_EXEC
#define ACTIVATABLE G_KEY_FILE_DESKTOP_KEY_DBUS_ACTIVATABLE
#define ACTIONS G_KEY_FILE_DESKTOP_KEY_ACTIONS

const char *const files_names[FILES_COUNT] = {
    [FILES_READ] = "ro", [FILES_WRITE] = "rw", [FILES_NONE] = "none"};

__attribute__((format(printf, 2, 3))) static int
refuse(char **problem, const char *format, ...)
{
  va_list operands;

  va_start(operands, format);
  *problem = g_strdup_vprintf(format, operands);
  va_end(operands);
  return -1;
}

GKeyFile *
entry_load(const char *path, char **problem)
{
  const guint flags = G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS;
  g_autoptr(GKeyFile) entry = g_key_file_new();
  g_autoptr(GError) error = NULL;

  /* GLib would wait for a writer of a pipe. */
  if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
    refuse(problem, "%s: is no regular file", path);
    return NULL;
  }
  if (!g_key_file_load_from_file(entry, path, (GKeyFileFlags)flags, &error)) {
    refuse(problem, "%s: %s", path, error->message);
    return NULL;
  }
  if (!g_key_file_has_group(entry, MAIN)) {
    refuse(problem, "%s: has no group [%s]: it is no desktop entry", path, MAIN);
    return NULL;
  }
  return g_steal_pointer(&entry);
}

bool
entry_is_wrapped(GKeyFile *entry)
{
  return g_key_file_has_key(entry, MAIN, ENTRY_VERSION, NULL);
}

/* GLib's own leaves tabs as they are, which entries may not hold. */
static void
set_string(GKeyFile *entry, const char *group, const char *key, const char *text)
{
  static const char *const escapes[] = {
      ['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r", ['\\'] = "\\\\"};
  GString *value = g_string_new(text[0] == ' ' ? "\\s" : NULL);

  for (text += text[0] == ' '; *text != '\0'; text++) {
    size_t character = (unsigned char)*text;
    if (character < G_N_ELEMENTS(escapes) && escapes[character])
      g_string_append(value, escapes[character]);
    else
      g_string_append_c(value, *text);
  }
  g_key_file_set_value(entry, group, key, value->str);
  g_string_free(value, TRUE);
}

/* --- command lines ----------------------------------------------------------- */

static void
append_raw(GString *line, const char *raw)
{
  g_string_append_c(line, ' ');
  g_string_append(line, raw);
}

static void
append_word(GString *line, const struct exec_word *word, const char *mark)
{
  if (!word->prefix || !mark) {
    append_raw(line, word->raw);
    return;
  }
  g_autofree char *begin = g_strconcat(mark, word->prefix, NULL);
  exec_append(line, begin);
  append_raw(line, word->raw);
  exec_append(line, EXEC_MARK_END);
}

/* The command line that starts WORDS sandboxed. */
static char *
wrap_words(const GPtrArray *words, const struct wrapping *wrapping)
{
  static const char *const marks[FILES_COUNT] = {
      [FILES_READ] = EXEC_MARK_READ, [FILES_WRITE] = EXEC_MARK_WRITE};
  GString *line = g_string_new(NULL);
  g_autofree char *run = g_strconcat("--run=", wrapping->id, NULL);
  g_autofree char *profile = g_strconcat("--profile=", wrapping->profile, NULL);

  exec_append(line, wrapping->runner);
  exec_append(line, run);
  exec_append(line, profile);
  for (char **option = wrapping->options; *option; option++)
    exec_append(line, *option);
  exec_append(line, "--");
  for (guint i = 0; i < words->len; i++)
    append_word(line, words->pdata[i], marks[wrapping->files]);
  return g_string_free(line, FALSE);
}

/* The words of a group's command line, or NULL and *PROBLEM. */
static GPtrArray *
read_exec(GKeyFile *entry, const char *path, const char *group, char **problem)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = g_key_file_get_string(entry, group, EXEC, &error);
  g_autofree char *reason = NULL;

  GPtrArray *words = line ? exec_read(line, &reason) : NULL;
  if (!words)
    refuse(problem, "%s: [%s] %s: %s", path, group, EXEC, line ? reason : error->message);
  return words;
}

static int
wrap_group(GKeyFile *entry, const char *group, const struct wrapping *wrapping, char **problem)
{
  g_autoptr(GPtrArray) words = read_exec(entry, wrapping->path, group, problem);

  if (!words)
    return -1;
  g_autofree char *line = wrap_words(words, wrapping);
  set_string(entry, group, EXEC, line);
  if (strcmp(group, MAIN) == 0 && !g_key_file_has_key(entry, MAIN, TRY_EXEC, NULL)) {
    g_autofree char *program = exec_program(words);
    set_string(entry, MAIN, TRY_EXEC, program);
  }
  return 0;
}

/* --- the rest of the entry ---------------------------------------------------- */

static int
check(GKeyFile *entry, const char *path, char **problem)
{
  g_autofree char *type = g_key_file_get_string(entry, MAIN, G_KEY_FILE_DESKTOP_KEY_TYPE, NULL);

  if (!type || strcmp(type, G_KEY_FILE_DESKTOP_TYPE_APPLICATION) != 0)
    return refuse(problem, "%s: [%s] Type: %s is no application", path, MAIN,
                  type ? type : "what has none");
  if (entry_is_wrapped(entry))
    return refuse(problem, "%s: [%s] %s: is wrapped already", path, MAIN, ENTRY_VERSION);
  if (g_key_file_get_boolean(entry, MAIN, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL))
    return refuse(problem, "%s: [%s] Hidden: the entry counts as deleted", path, MAIN);
  if (!g_key_file_has_key(entry, MAIN, EXEC, NULL))
    return refuse(problem, "%s: [%s] %s: there is none, so there is no command to wrap", path, MAIN,
                  EXEC);
  return 0;
}

/* Launchers disagree on which of two keys of the same name counts, and whether these can be
 * translated: what starts the application is to be there once, wrapped. */
static int
settle_keys(GKeyFile *entry, const char *path, const char *group, GPtrArray *notes, char **problem)
{
  static const char *const single[] = {EXEC, TRY_EXEC, ACTIVATABLE, ACTIONS, NULL};
  g_auto(GStrv) keys = g_key_file_get_keys(entry, group, NULL, NULL);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

  for (char **key = keys; *key; key++) {
    g_autofree char *name = g_strndup(*key, strcspn(*key, "["));
    if (!g_strv_contains(single, name))
      continue;
    if (!g_hash_table_add(seen, *key))
      return refuse(problem, "%s: [%s] %s: is there twice", path, group, *key);
    if (strcmp(name, *key) == 0)
      continue;
    g_ptr_array_add(
        notes, g_strdup_printf("[%s] %s is left out: %s has no translations", group, *key, name));
    g_key_file_remove_key(entry, group, *key, NULL);
  }
  return 0;
}

/* An action without a command line is one of D-Bus, and would not be sandboxed. */
static void
drop_actions(GKeyFile *entry, GPtrArray *notes)
{
  g_auto(GStrv) actions = g_key_file_get_string_list(entry, MAIN, ACTIONS, NULL, NULL);
  g_autoptr(GPtrArray) kept = g_ptr_array_new();

  for (char **action = actions; action && *action; action++) {
    g_autofree char *group = g_strconcat(ACTION_GROUP, *action, NULL);
    if (!g_key_file_has_group(entry, group) || g_key_file_has_key(entry, group, EXEC, NULL)) {
      g_ptr_array_add(kept, *action);
      continue;
    }
    g_ptr_array_add(notes, g_strdup_printf("[%s] has no %s and is left out: only D-Bus could "
                                           "start it, unsandboxed",
                                           group, EXEC));
    g_key_file_remove_group(entry, group, NULL);
  }
  if (!actions || kept->len == g_strv_length(actions))
    return;
  if (kept->len == 0)
    g_key_file_remove_key(entry, MAIN, ACTIONS, NULL);
  else
    g_key_file_set_string_list(entry, MAIN, ACTIONS, (const char *const *)kept->pdata, kept->len);
}

static void
add_marks(GKeyFile *entry, const struct wrapping *wrapping)
{
  guint count = g_strv_length(wrapping->options);

  set_string(entry, MAIN, ENTRY_VERSION, PACKAGE_VERSION);
  set_string(entry, MAIN, ENTRY_SOURCE, wrapping->source);
  set_string(entry, MAIN, ENTRY_PROFILE, wrapping->profile);
  set_string(entry, MAIN, ENTRY_FILES, files_names[wrapping->files]);
  if (count > 0)
    g_key_file_set_string_list(entry, MAIN, ENTRY_OPTIONS, (const char *const *)wrapping->options,
                               count);
}

int
entry_wrap(GKeyFile *entry, const struct wrapping *wrapping, GPtrArray *notes, char **problem)
{
  if (check(entry, wrapping->path, problem) < 0)
    return -1;
  g_auto(GStrv) groups = g_key_file_get_groups(entry, NULL);
  for (char **group = groups; *group; group++)
    if (settle_keys(entry, wrapping->path, *group, notes, problem) < 0 ||
        (g_key_file_has_key(entry, *group, EXEC, NULL) &&
         wrap_group(entry, *group, wrapping, problem) < 0))
      return -1;
  drop_actions(entry, notes);
  g_key_file_remove_key(entry, MAIN, ACTIVATABLE, NULL);
  add_marks(entry, wrapping);
  return 0;
}
