/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "environment.h"

#include <string.h>
#include <unistd.h>

/* True if ENTRY ("NAME=value") is the variable NAME of LENGTH bytes. */
static bool
is_variable(const char *entry, const char *name, size_t length)
{
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static void
remove_variable(GPtrArray *entries, const char *name)
{
  size_t length = strlen(name);

  for (guint i = entries->len; i-- > 0;)
    if (is_variable(entries->pdata[i], name, length))
      g_ptr_array_remove_index(entries, i);
}

static void
apply(GPtrArray *entries, const struct variable *variable)
{
  if (!variable->name) {
    g_ptr_array_set_size(entries, 0);
    return;
  }
  remove_variable(entries, variable->name);
  if (variable->value)
    g_ptr_array_add(entries, g_strconcat(variable->name, "=", variable->value, NULL));
}

char **
environment_build(char **base, const GArray *variables, size_t *pwd_slot)
{
  GPtrArray *entries = g_ptr_array_new();

  for (char **entry = base; *entry; entry++)
    g_ptr_array_add(entries, *entry);
  for (guint i = 0; i < variables->len; i++)
    apply(entries, &g_array_index(variables, struct variable, i));
  remove_variable(entries, "PWD");
  *pwd_slot = entries->len;
  g_ptr_array_add(entries, NULL);
  g_ptr_array_add(entries, NULL);
  return (char **)g_ptr_array_free(entries, FALSE);
}

const char *
environment_get(char *const *environment, const char *name)
{
  size_t length = strlen(name);

  for (; *environment; environment++)
    if (is_variable(*environment, name, length))
      return *environment + length + 1;
  return NULL;
}

/* The end of the run of strings that lie one behind the other from START. */
static char *
contiguous_end(char *end, char *const *strings)
{
  for (; *strings && *strings == end; strings++)
    end += strlen(end) + 1;
  return end;
}

static char **
rebase(char **strings, const struct word_area *area, char *copy)
{
  size_t count = 0;

  while (strings[count])
    count++;
  char **moved = g_new(char *, count + 1);
  for (size_t i = 0; i < count; i++) {
    bool inside = strings[i] >= area->start && strings[i] < area->start + area->size;
    moved[i] = inside ? copy + (strings[i] - area->start) : strings[i];
  }
  moved[count] = NULL;
  return moved;
}

struct word_area
environment_detach(int argc, char ***argv)
{
  struct word_area area = {.start = argc > 0 ? (*argv)[0] : NULL};

  if (!area.start)
    return area;
  char *end = contiguous_end(area.start, *argv);
  area.size = (size_t)(contiguous_end(end, environ) - area.start);
  char *copy = g_memdup2(area.start, area.size);
  *argv = rebase(*argv, &area, copy);
  environ = rebase(environ, &area, copy);
  return area;
}
