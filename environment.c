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

/* The entries in their order, NULL where one was removed, and where the one of
 * each name stands. */
struct entries {
  GPtrArray *list;
  GHashTable *places;
};

static void
remove_variable(struct entries *entries, const char *name)
{
  gpointer place;

  if (!g_hash_table_steal_extended(entries->places, name, NULL, &place))
    return;
  entries->list->pdata[GPOINTER_TO_UINT(place)] = NULL;
}

static void
add_variable(struct entries *entries, const char *name, char *entry)
{
  remove_variable(entries, name);
  g_hash_table_insert(entries->places, (gpointer)name, GUINT_TO_POINTER(entries->list->len));
  g_ptr_array_add(entries->list, entry);
}

static void
apply(struct entries *entries, const struct variable *variable)
{
  if (!variable->name) {
    g_ptr_array_set_size(entries->list, 0);
    g_hash_table_remove_all(entries->places);
  } else if (variable->value) {
    add_variable(entries, variable->name, g_strconcat(variable->name, "=", variable->value, NULL));
  } else {
    remove_variable(entries, variable->name);
  }
}

char **
environment_build(char **base, const GArray *variables, size_t *pwd_slot)
{
  struct entries entries = {
      .list = g_ptr_array_new(),
      .places = g_hash_table_new(g_str_hash, g_str_equal),
  };

  for (char **entry = base; *entry; entry++)
    add_variable(&entries, g_strndup(*entry, strcspn(*entry, "=")), *entry);
  for (guint i = 0; i < variables->len; i++)
    apply(&entries, &g_array_index(variables, struct variable, i));
  remove_variable(&entries, "PWD");
  char **environment = g_new(char *, entries.list->len + 2);
  size_t count = 0;
  for (guint i = 0; i < entries.list->len; i++)
    if (entries.list->pdata[i])
      environment[count++] = entries.list->pdata[i];
  *pwd_slot = count;
  environment[count] = environment[count + 1] = NULL;
  g_hash_table_destroy(entries.places);
  g_ptr_array_free(entries.list, TRUE);
  return environment;
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
  struct word_area area = {.start = argc > 0 ? (*argv)[0] : environ[0]};

  if (!area.start)
    return area;
  char *end = contiguous_end(area.start, *argv);
  area.size = (size_t)(contiguous_end(end, environ) - area.start);
  char *copy = g_memdup2(area.start, area.size);
  *argv = rebase(*argv, &area, copy);
  environ = rebase(environ, &area, copy);
  return area;
}
