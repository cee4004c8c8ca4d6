/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "dbus.h"
#include "describe-facts.h"
#include "describe.h"

#include <sys/capability.h>

/* --- words ---------------------------------------------------------------- */

static void
add(GPtrArray *words, const char *word)
{
  g_ptr_array_add(words, g_strdup(word));
}

/* OPTION and OPERAND, if there is one to name. */
static void
add_text(GPtrArray *words, const char *option, const char *operand)
{
  if (!operand)
    return;
  add(words, option);
  add(words, operand);
}

static void
add_number(GPtrArray *words, const char *option, uint64_t number)
{
  add(words, option);
  g_ptr_array_add(words, g_strdup_printf("%" G_GUINT64_FORMAT, number));
}

static void
add_fd(GPtrArray *words, const char *option, int fd)
{
  if (fd >= 0)
    add_number(words, option, (uint64_t)fd);
}

static void
add_flag(GPtrArray *words, const char *option, bool is_set)
{
  if (is_set)
    add(words, option);
}

static void
add_mode(GPtrArray *words, mode_t mode)
{
  g_ptr_array_add(words, g_strdup_printf("%04o", (unsigned)mode));
}

/* --- the parts ------------------------------------------------------------ */

static void
add_descriptors(GPtrArray *words, const struct plan *plan)
{
  for (const struct descriptor_name *name = facts_descriptors; name->name; name++) {
    g_autofree char *option = g_strdup_printf("--%s-fd", name->name);
    add_fd(words, option, facts_descriptor_of(plan, name));
  }
  for (size_t i = 0; i < facts_kept_fds_of(plan); i++)
    add_fd(words, "--keep-fd", plan->keep_fds[i]);
}

/* What concerns user namespaces must be asked for together with one, be it that there
 * are none to be had. */
static bool
tries_user(const struct plan *plan, uint64_t namespaces)
{
  return !(namespaces & CLONE_NEWUSER) && (plan->limit_userns || plan->userns_block_fd >= 0);
}

static void
add_namespaces(GPtrArray *words, const struct plan *plan)
{
  uint64_t namespaces = facts_namespaces_of(plan), standard = plan->persona->namespaces;

  for (const struct namespace_name *name = facts_namespaces; name->name; name++) {
    if (!((namespaces ^ standard) & name->flag))
      continue;
    g_autofree char *unshare = g_strconcat("--unshare-", name->name, NULL);
    g_autofree char *share = g_strconcat("--share-", name->name, NULL);
    if (namespaces & name->flag)
      add(words, unshare);
    else if (name->flag != CLONE_NEWUSER)
      add(words, share);
  }
  add_flag(words, "--unshare-user-try", tries_user(plan, namespaces));
  add_fd(words, "--userns", plan->userns_fd);
  add_fd(words, "--userns2", plan->userns2_fd);
  add_fd(words, "--pidns", plan->pidns_fd);
  if (plan->limit_userns)
    add(words, "--disable-userns");
  else
    add_flag(words, "--assert-userns-disabled", plan->assert_limited);
  add_text(words, "--hostname", plan->hostname);
}

static bool
keeps_ids(const struct plan *plan, struct identity uid, struct identity gid)
{
  if (!plan->persona->map_to_root)
    return false;
  if (uid.way != WAY_MAPPED)
    return uid.way == WAY_KEPT;
  return uid.id == plan->uid.outside && gid.id == plan->gid.outside && (uid.id | gid.id) != 0;
}

static void
add_id(GPtrArray *words, const char *option, struct identity identity, uint32_t standard)
{
  if (identity.way == WAY_REQUIRED || (identity.way == WAY_MAPPED && identity.id != standard))
    add_number(words, option, identity.id);
}

static void
add_identity(GPtrArray *words, const struct plan *plan)
{
  struct identity uid = facts_uid_of(plan), gid = facts_gid_of(plan);
  bool to_root = plan->persona->map_to_root;

  if (keeps_ids(plan, uid, gid)) {
    add(words, "--keep-id");
    return;
  }
  add_id(words, "--uid", uid, to_root ? 0 : plan->uid.outside);
  add_id(words, "--gid", gid, to_root ? 0 : plan->gid.outside);
}

/* The name of an operation's option, made of its kind's and its flags'. */
static char *
option_of(const struct operation *operation, const struct shape *shape)
{
  unsigned flags = operation->flags & shape->flags;
  const char *prefix = "", *suffix = "";

  if (flags & OPERATION_OPTIONAL)
    suffix = "-try";
  else if (flags & OPERATION_CREATE)
    suffix = "-create";
  if (flags & OPERATION_READONLY)
    prefix = "ro-";
  else if (flags & OPERATION_DEVICES)
    prefix = "dev-";
  else if (flags & OPERATION_SCRATCH)
    prefix = "tmp-";
  return g_strconcat("--", prefix, shape->name, suffix, NULL);
}

/* Permissions that are asked for narrow those of missing parents, the same ones by
 * default do not. */
static void
add_waiting(GPtrArray *words, const struct operation *operation, const struct shape *shape)
{
  if ((shape->facts & FACT_PARENTS) && (operation->mode != plan_mode_of(operation->kind) ||
                                        operation->parent_mode != PLAN_PARENT_MODE)) {
    add(words, "--perms");
    add_mode(words, operation->mode);
  }
  if ((shape->facts & FACT_SIZE) && operation->size > 0)
    add_number(words, "--size", operation->size);
  for (size_t i = 0; i < operation->layer_count; i++)
    add_text(words, "--overlay-src", operation->layers[i]);
}

static void
add_operation(GPtrArray *words, const struct operation *operation)
{
  const struct shape *shape = facts_shape_of(operation);
  g_autofree char *option = option_of(operation, shape);

  add_waiting(words, operation, shape);
  if (shape->facts & FACT_FD)
    add_fd(words, option, operation->fd);
  else
    add(words, option);
  if (shape->facts & FACT_SOURCE)
    add(words, operation->source);
  if ((shape->facts & (FACT_MODE | FACT_PARENTS)) == FACT_MODE)
    add_mode(words, operation->mode);
  if (operation->upper) {
    add(words, operation->upper);
    add(words, operation->work);
  }
  add(words, operation->dest);
}

/* The operations that show the buses' sockets come by themselves. */
static void
add_buses(GPtrArray *words, const struct plan *plan)
{
  for (int which = 0; which < BUSES; which++) {
    const struct bus *bus = &plan->buses[which];
    g_autofree char *option =
        g_strconcat("--dbus-", dbus_names[which], bus->is_optional ? "-try" : "", NULL);
    if (!bus->address)
      continue;
    if (bus->rule_count == 0)
      add_text(words, option, "none");
    for (size_t i = 0; i < bus->rule_count; i++)
      add_text(words, option, bus->rules[i]);
  }
}

static void
add_process(GPtrArray *words, const struct plan *plan)
{
  for (size_t i = 0; i < plan->variable_count; i++) {
    const struct variable *variable = &plan->variables[i];
    if (!variable->name) {
      add(words, "--clearenv");
    } else {
      add_text(words, variable->value ? "--setenv" : "--unsetenv", variable->name);
      if (variable->value)
        add(words, variable->value);
    }
  }
  if (plan->directory_required)
    add_text(words, "--chdir", plan->directories[0].path);
  if (plan->umask >= 0) {
    add(words, "--umask");
    add_mode(words, (mode_t)plan->umask);
  }
  for (size_t i = 0; i < plan->lock_count; i++)
    add_text(words, "--lock-file", plan->locks[i].path);
  add_flag(words, "--new-session", plan->new_session);
  add_flag(words, "--die-with-parent", plan->die_with_parent);
  add_flag(words, "--as-pid-1", !plan->reaper && plan_has_pids(plan));
  add_text(words, "--argv0", plan->argv0);
}

static void
add_each_capability(GPtrArray *words, const char *option, uint64_t set)
{
  for (int i = 0; i < 64; i++) {
    if (!(set & UINT64_C(1) << i))
      continue;
    char *name = cap_to_name((cap_value_t)i);
    add_text(words, option, name);
    cap_free(name);
  }
}

static void
add_capabilities(GPtrArray *words, const struct plan *plan)
{
  bool has_all = plan->persona->root_keeps_privileges && plan->uid.outside == 0;
  struct kept kept = facts_capabilities_of(plan);

  if (plan->keep_privileges)
    return;
  if (!kept.all) {
    add_text(words, "--cap-drop", has_all ? "ALL" : NULL);
    add_each_capability(words, "--cap-add", kept.listed);
    return;
  }
  /* To ask for what is there already still is to ask. */
  add_text(words, "--cap-add", has_all && kept.listed != 0 ? NULL : "ALL");
  add_each_capability(words, "--cap-drop", kept.listed);
}

static void
add_privileges(GPtrArray *words, const struct plan *plan)
{
  size_t given = 0;
  bool logs = false;

  add_capabilities(words, plan);
  for (size_t i = 0; i < plan->filter_count; i++) {
    const struct filter *filter = &plan->filters[i];
    given += filter->fd >= 0;
    logs |= filter->logs;
    add_text(words, "--seccomp-filter", filter->typed.count > 0 ? filter->name : NULL);
  }
  add_flag(words, "--seccomp-log", logs);
  for (size_t i = 0; i < plan->filter_count; i++)
    add_fd(words, given == 1 ? "--seccomp" : "--add-seccomp-fd", plan->filters[i].fd);
  add_text(words, "--exec-label", plan->exec_label);
  add_text(words, "--file-label", plan->file_label);
}

/* --- the whole ------------------------------------------------------------ */

char *
describe_args(const struct plan *plan)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

  add(words, plan->persona->name);
  add_descriptors(words, plan);
  add_flag(words, "--level-prefix", plan->level_prefix);
  add_namespaces(words, plan);
  add_identity(words, plan);
  for (size_t i = 0; i < plan->operation_count; i++)
    if (plan->operations[i].kind != OPERATION_DBUS)
      add_operation(words, &plan->operations[i]);
  add_buses(words, plan);
  add_process(words, plan);
  add_privileges(words, plan);
  add_flag(words, "--", plan->command != NULL);
  for (char *const *word = plan->words; *word; word++)
    add(words, *word);
  g_ptr_array_add(words, NULL);
  g_autofree char *line = facts_quote_all((char *const *)words->pdata);
  return g_strconcat(line, "\n", NULL);
}
