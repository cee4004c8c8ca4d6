/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "dbus.h"
#include "describe-facts.h"
#include "describe.h"

#include <string.h>
#include <sys/capability.h>

enum {
  DEST_WIDTH_MAX = 32, /* longer ones push what follows aside */
};

/* A line: what it is about, and what there is to say. */
__attribute__((format(printf, 3, 4))) static void
append_row(GString *text, const char *label, const char *format, ...)
{
  va_list arguments;

  g_string_append_printf(text, "%-17s ", label);
  va_start(arguments, format);
  g_string_append_vprintf(text, format, arguments);
  va_end(arguments);
  g_string_append_c(text, '\n');
}

/* One for a word that may be missing, quoted. */
static void
append_word(GString *text, const char *label, const char *word)
{
  if (!word)
    return;
  g_autofree char *quoted = facts_quote(word);
  append_row(text, label, "%s", quoted);
}

/* Adds ITEM to a list. */
static void
append_item(GString *list, const char *item)
{
  if (list->len > 0)
    g_string_append(list, ", ");
  g_string_append(list, item);
}

static void
append_list(GString *text, const char *label, GString *list)
{
  if (list->len > 0)
    append_row(text, label, "%s", list->str);
  g_string_free(list, TRUE);
}

/* --- namespaces and ids ---------------------------------------------------- */

static void
append_joined(GString *text, const char *label, int fd)
{
  if (fd >= 0)
    append_row(text, label, "that of descriptor %d", fd);
}

static void
append_namespaces(GString *text, const struct plan *plan)
{
  uint64_t namespaces = facts_namespaces_of(plan);
  GString *own = g_string_new(NULL), *shared = g_string_new(NULL);

  for (const struct namespace_name *name = facts_namespaces; name->name; name++) {
    bool joins = (name->flag == CLONE_NEWUSER && plan->userns_fd >= 0) ||
                 (name->flag == CLONE_NEWPID && plan->pidns_fd >= 0);
    if (namespaces & name->flag)
      append_item(own, name->name);
    else if (!joins)
      append_item(shared, name->name);
  }
  append_list(text, "own namespaces", own);
  append_list(text, "shared ones", shared);
  append_joined(text, "joined user", plan->userns_fd);
  append_joined(text, "joined pid", plan->pidns_fd);
  append_joined(text, "inner user", plan->userns2_fd);
}

static void
append_identity(GString *text, const char *label, struct identity identity)
{
  static const char *const ways[] = {
      [WAY_MAPPED] = "",
      [WAY_REQUIRED] = ", which must be mapped",
      [WAY_TRIED] = ", if it is mapped",
  };

  if (identity.way == WAY_KEPT)
    append_row(text, label, "as the caller's is mapped");
  else
    append_row(text, label, "%u%s", identity.id, ways[identity.way]);
}

/* --- operations ------------------------------------------------------------ */

static void
append_mode(GString *text, const struct operation *operation)
{
  g_string_append_printf(text, ", mode %04o", (unsigned)operation->mode);
  if (operation->parent_mode != PLAN_PARENT_MODE)
    g_string_append_printf(text, ", missing parents %04o", (unsigned)operation->parent_mode);
}

static void
append_overlay(GString *text, const struct operation *operation)
{
  for (size_t i = 0; i < operation->layer_count; i++) {
    g_autofree char *layer = facts_quote(operation->layers[i]);
    g_string_append_printf(text, "%s%s", i == 0 ? "the layers " : ", ", layer);
  }
  if (operation->upper) {
    g_autofree char *upper = facts_quote(operation->upper), *work = facts_quote(operation->work);
    g_string_append_printf(text, ", changes go to %s by way of %s", upper, work);
  } else if (operation->flags & OPERATION_SCRATCH) {
    g_string_append(text, ", changes are kept in memory");
  } else {
    g_string_append(text, ", read-only");
  }
}

static void
append_access(GString *text, unsigned flags)
{
  g_string_append(text, flags & OPERATION_READONLY ? ", read-only" : ", writable");
  if (flags & OPERATION_DEVICES)
    g_string_append(text, ", device nodes work");
  if (flags & OPERATION_OPTIONAL)
    g_string_append(text, ", if there is such a thing");
  if (flags & OPERATION_CREATE)
    g_string_append(text, ", made if there is none");
}

/* What an operation does at its destination. */
static void
append_deed(GString *text, const struct operation *operation)
{
  g_autofree char *source = operation->source ? facts_quote(operation->source) : NULL;

  switch (operation->kind) {
  case OPERATION_BIND:
    g_string_append_printf(text, "the host's %s", source);
    if (!(operation->flags & OPERATION_HOST_PROC))
      append_access(text, operation->flags);
    break;
  case OPERATION_BIND_FD:
    g_string_append_printf(text, "what descriptor %d refers to", operation->fd);
    append_access(text, operation->flags);
    break;
  case OPERATION_TMPFS:
    g_string_append(text, "an empty file system in memory");
    append_mode(text, operation);
    if (operation->size > 0)
      g_string_append_printf(text, ", of %" G_GUINT64_FORMAT " bytes", operation->size);
    break;
  case OPERATION_PROC:
    g_string_append(text, "a proc file system");
    break;
  case OPERATION_DEV:
    g_string_append(text, "a small /dev");
    break;
  case OPERATION_MQUEUE:
    g_string_append(text, "a message queue file system");
    break;
  case OPERATION_DIR:
    g_string_append(text, "a directory");
    append_mode(text, operation);
    break;
  case OPERATION_FILE:
    g_string_append_printf(text, "a file with the data of descriptor %d", operation->fd);
    append_mode(text, operation);
    break;
  case OPERATION_BIND_DATA:
    g_string_append_printf(text, "a file in memory with the data of descriptor %d", operation->fd);
    append_access(text, operation->flags);
    append_mode(text, operation);
    break;
  case OPERATION_SYMLINK:
    g_string_append_printf(text, "a symbolic link to %s", source);
    break;
  case OPERATION_REMOUNT:
    g_string_append(text, "the mount there becomes read-only");
    break;
  case OPERATION_CHMOD:
    g_string_append_printf(text, "the mode becomes %04o", (unsigned)operation->mode);
    break;
  case OPERATION_DBUS:
    g_string_append_printf(text, "the proxy's socket for the %s bus", source);
    if (operation->flags & OPERATION_OPTIONAL)
      g_string_append(text, ", if there is something");
    break;
  case OPERATION_OVERLAY:
    append_overlay(text, operation);
    break;
  }
}

static void
append_operations(GString *text, const struct plan *plan)
{
  g_autoptr(GPtrArray) dests = g_ptr_array_new_with_free_func(g_free);
  int width = 0;

  append_row(text, "operations", "%zu", plan->operation_count);
  for (size_t i = 0; i < plan->operation_count; i++) {
    char *dest = facts_quote(plan->operations[i].dest);
    g_ptr_array_add(dests, dest);
    width = MAX(width, (int)strlen(dest));
  }
  for (guint i = 0; i < dests->len; i++) {
    g_string_append_printf(text, "  %3u  %-*s  ", i + 1, MIN(width, DEST_WIDTH_MAX),
                           (const char *)dests->pdata[i]);
    append_deed(text, &plan->operations[i]);
    g_string_append_c(text, '\n');
  }
}

/* --- the process ------------------------------------------------------------ */

static void
append_variables(GString *text, const struct plan *plan)
{
  for (size_t i = 0; i < plan->variable_count; i++) {
    const struct variable *variable = &plan->variables[i];
    g_autofree char *name = variable->name ? facts_quote(variable->name) : NULL;
    g_autofree char *value = variable->value ? facts_quote(variable->value) : NULL;
    if (!name)
      append_row(text, "environment", "without all variables so far");
    else if (!value)
      append_row(text, "environment", "without %s", name);
    else
      append_row(text, "environment", "%s=%s", name, value);
  }
}

static GString *
list_capabilities(uint64_t set)
{
  GString *list = g_string_new(NULL);

  for (int i = 0; i < 64; i++) {
    if (!(set & UINT64_C(1) << i))
      continue;
    char *name = cap_to_name((cap_value_t)i);
    append_item(list, name);
    cap_free(name);
  }
  return list;
}

static void
append_privileges(GString *text, const struct plan *plan)
{
  struct kept kept = facts_capabilities_of(plan);
  GString *list = list_capabilities(kept.listed);

  if (plan->keep_privileges)
    g_string_assign(list, "as the caller's");
  else if (kept.all)
    g_string_prepend(list, list->len > 0 ? "all but " : "all");
  else if (list->len == 0)
    g_string_append(list, "none");
  append_list(text, "capabilities", list);
  for (size_t i = 0; i < plan->filter_count; i++) {
    const struct filter *filter = &plan->filters[i];
    if (filter->name)
      append_row(text, "filter", "%s, built in%s", filter->name,
                 filter->logs ? "; logs what it would refuse" : "");
    else
      append_row(text, "filter", "that of descriptor %d", filter->fd);
  }
  if (plan->assert_limited)
    append_row(text, "user namespaces", "%s",
               plan->limit_userns ? "none can be made inside"
                                  : "an error if one can be made inside");
  append_word(text, "label of command", plan->exec_label);
  append_word(text, "label of files", plan->file_label);
}

static void
append_descriptors(GString *text, const struct plan *plan)
{
  GString *kept = g_string_new(NULL);

  for (size_t i = 0; i < facts_kept_fds_of(plan); i++) {
    g_autofree char *number = g_strdup_printf("%d", plan->keep_fds[i]);
    append_item(kept, number);
  }
  append_list(text, "kept descriptors", kept);
  for (const struct descriptor_name *name = facts_descriptors; name->name; name++) {
    g_autofree char *label = g_strconcat(name->name, "-fd", NULL);
    int fd = facts_descriptor_of(plan, name);
    if (fd >= 0)
      append_row(text, label, "%d", fd);
  }
}

static void
append_buses(GString *text, const struct plan *plan)
{
  for (int which = 0; which < BUSES; which++) {
    const struct bus *bus = &plan->buses[which];
    g_autofree char *label = g_strconcat(dbus_names[which], " bus", NULL);
    if (!bus->address)
      continue;
    append_row(text, label, "%s", bus->rule_count > 0 ? "by a proxy" : "by a proxy, nothing of it");
    for (size_t i = 0; i < bus->rule_count; i++)
      append_word(text, label, bus->rules[i]);
  }
}

static void
append_life(GString *text, const struct plan *plan)
{
  append_row(text, "first process", "%s",
             plan->reaper ? "a reaper, which starts the command" : "the command itself");
  if (plan->new_session)
    append_row(text, "session", "a new one");
  if (plan->die_with_parent)
    append_row(text, "ends with", "the calling process");
  for (size_t i = 0; i < plan->lock_count; i++)
    append_word(text, "locked inside", plan->locks[i].path);
  if (plan->level_prefix)
    append_row(text, "messages", "begin with their level");
}

/* --- the whole -------------------------------------------------------------- */

char *
describe_text(const struct plan *plan)
{
  GString *text = g_string_new(NULL);
  g_autofree char *command = facts_quote_all(plan->words);

  append_row(text, "plan of", "%s", plan->persona->name);
  append_row(text, "command", "%s", plan->command ? command : "none");
  append_word(text, "called", plan->argv0);
  if (plan->directory_required)
    append_word(text, "directory", plan->directories[0].path);
  if (plan->umask >= 0)
    append_row(text, "umask", "%04o", (unsigned)plan->umask);
  append_variables(text, plan);
  append_namespaces(text, plan);
  append_identity(text, "user id", facts_uid_of(plan));
  append_identity(text, "group id", facts_gid_of(plan));
  append_word(text, "host name", plan->hostname);
  append_privileges(text, plan);
  append_descriptors(text, plan);
  append_buses(text, plan);
  append_life(text, plan);
  append_operations(text, plan);
  return g_string_free(text, FALSE);
}
