/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desktop-exec.h"

#include <string.h>

/* As the specification lists them. */
static const char reserved[] = " \t\n\"'\\><~|&;$*?#()`";
static const char escaped[] = "\"`$\\";
static const char blanks[] = " \t\n";
static const char file_codes[] = "fFuU";

static void
free_word(gpointer data)
{
  struct exec_word *word = data;

  g_free(word->raw);
  g_free(word->text);
  g_free(word->prefix);
  g_free(word);
}

/* --- writing ---------------------------------------------------------------- */

/* TEXT as it is written, with the field codes that it has. */
static char *
quote(const char *text)
{
  if (text[0] != '\0' && !strpbrk(text, reserved))
    return g_strdup(text);
  GString *quoted = g_string_new("\"");
  for (; *text != '\0'; text++) {
    if (strchr(escaped, *text))
      g_string_append_c(quoted, '\\');
    g_string_append_c(quoted, *text);
  }
  g_string_append_c(quoted, '"');
  return g_string_free(quoted, FALSE);
}

void
exec_append(GString *line, const char *word)
{
  g_auto(GStrv) parts = g_strsplit(word, "%", -1);
  g_autofree char *doubled = g_strjoinv("%%", parts);
  g_autofree char *quoted = quote(doubled);

  if (line->len > 0)
    g_string_append_c(line, ' ');
  g_string_append(line, quoted);
}

/* --- reading ---------------------------------------------------------------- */

/* Where the word at TEXT ends, or NULL where a quote is not closed or a backslash is the last. */
static const char *
find_end(const char *text)
{
  char quote_mark = '\0';

  for (; *text != '\0'; text++) {
    if (quote_mark == '\0' && strchr(blanks, *text))
      return text;
    if (*text == '\\' && quote_mark != '\'') {
      if (*++text == '\0')
        return NULL;
    } else if (quote_mark != '\0') {
      if (*text == quote_mark)
        quote_mark = '\0';
    } else if (*text == '"' || *text == '\'') {
      quote_mark = *text;
    }
  }
  return quote_mark == '\0' ? text : NULL;
}

/* The first field code in TEXT, or NULL; "%%" is none. */
static const char *
find_code(const char *text)
{
  for (text = strchr(text, '%'); text; text = strchr(text + 2, '%')) {
    if (text[1] == '\0')
      return NULL;
    if (text[1] != '%')
      return text;
  }
  return NULL;
}

/* Whether RAW is a word that the specification allows: without reserved characters, or in double
 * quotes as a whole. */
static bool
conforms(const char *raw)
{
  size_t length = strlen(raw);

  if (!strpbrk(raw, reserved))
    return true;
  if (length < 2 || raw[0] != '"' || raw[length - 1] != '"')
    return false;
  for (const char *at = raw + 1; at < raw + length - 1; at++) {
    if (*at == '\\' && at[1] != '\0' && strchr(escaped, at[1]))
      at++;
    else if (strchr(escaped, *at))
      return false;
  }
  return true;
}

/* What stands in front of a code for files. Another code in front of it has no text here. Where
 * something stands behind it, the word would name another file than the one that is opened. */
static char *
find_prefix(const char *text)
{
  const char *code = find_code(text);

  if (!code || !strchr(file_codes, code[1]) || code[2] != '\0')
    return NULL;
  g_autofree char *prefix = g_strndup(text, (gsize)(code - text));
  g_auto(GStrv) parts = g_strsplit(prefix, "%%", -1);
  return g_strjoinv("%", parts);
}

/* Takes RAW over. A word without need of its quotes loses them: what a field code within quotes
 * means is not defined, and what it means elsewhere is. Others with codes stay as they are. */
static struct exec_word *
read_word(char *raw, char **problem)
{
  struct exec_word *word = g_new0(struct exec_word, 1);

  word->raw = raw;
  word->text = g_shell_unquote(raw, NULL);
  if (!word->text)
    *problem = g_strdup_printf("%s cannot be read", raw);
  else if (strncmp(word->text, EXEC_MARK_PREFIX, strlen(EXEC_MARK_PREFIX)) == 0)
    *problem = g_strdup_printf("%s is a word of hutch-wrap's own", raw);
  else if (!conforms(raw) && !find_code(word->text))
    word->raw = quote(word->text);
  else if (find_code(word->text) && !strpbrk(word->text, reserved))
    word->raw = g_strdup(word->text);
  if (word->raw != raw)
    g_free(raw);
  if (word->text && !strpbrk(word->raw, reserved))
    word->prefix = find_prefix(word->text);
  return word;
}

GPtrArray *
exec_read(const char *line, char **problem)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(free_word);

  *problem = NULL;
  for (line += strspn(line, blanks); *line != '\0'; line += strspn(line, blanks)) {
    const char *end = find_end(line);
    if (!end)
      *problem = g_strdup_printf("a quote or a backslash lacks what belongs to it: %s", line);
    else if (*line == '#')
      *problem = g_strdup_printf("launchers disagree on what begins with \"#\": %s", line);
    else
      g_ptr_array_add(words, read_word(g_strndup(line, (gsize)(end - line)), problem));
    if (!end || *problem)
      return NULL;
    line = end;
  }
  if (words->len > 0)
    return g_steal_pointer(&words);
  *problem = g_strdup("holds no command");
  return NULL;
}

char *
exec_program(const GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++) {
    const struct exec_word *word = words->pdata[i];
    g_autofree char *base = g_path_get_basename(word->text);
    bool is_env = i == 0 && strcmp(base, "env") == 0;
    bool is_variable = i > 0 && strchr(word->text, '=');
    if (i > 0 && word->text[0] == '-')
      break;
    if (!is_env && !is_variable) {
      g_auto(GStrv) parts = g_strsplit(word->text, "%%", -1);
      return g_strjoinv("%", parts);
    }
  }
  return g_strdup(((const struct exec_word *)words->pdata[0])->text);
}
