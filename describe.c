/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "describe.h"

#include "dbus.h"
#include "describe-facts.h"
#include "record.h"

#include <stdio.h>

/* --- small things --------------------------------------------------------- */

static json_t *
fd_value(int fd)
{
  return fd < 0 ? json_null() : json_integer(fd);
}

/* People and chmod(1) read permission bits in octal. */
static json_t *
mode_value(mode_t mode)
{
  char text[8];

  snprintf(text, sizeof text, "%04o", (unsigned)mode & 07777);
  return json_string(text);
}

static json_t *
string_array(const char *const *strings, size_t count)
{
  json_t *array = json_array();

  for (size_t i = 0; i < count; i++)
    json_array_append_new(array, record_string(strings[i]));
  return array;
}

static json_t *
fd_array(const int *fds, size_t count)
{
  json_t *array = json_array();

  for (size_t i = 0; i < count; i++)
    json_array_append_new(array, json_integer(fds[i]));
  return array;
}

/* --- the parts ------------------------------------------------------------ */

static json_t *
namespace_array(const struct plan *plan)
{
  uint64_t namespaces = facts_namespaces_of(plan);
  json_t *array = json_array();

  for (const struct namespace_name *name = facts_namespaces; name->name; name++)
    if (namespaces & name->flag)
      json_array_append_new(array, json_string(name->name));
  return array;
}

static json_t *
identity_object(struct identity identity)
{
  static const char *const ways[] = {
      [WAY_MAPPED] = "mapped",
      [WAY_REQUIRED] = "required",
      [WAY_TRIED] = "tried",
      [WAY_KEPT] = "kept",
  };

  return json_pack("{s:s, s:o}", "way", ways[identity.way], "id",
                   identity.way == WAY_KEPT ? json_null() : json_integer(identity.id));
}

static json_t *
operation_object(const struct operation *operation)
{
  const struct shape *shape = facts_shape_of(operation);
  json_t *object = json_pack("{s:s}", "kind", shape->name);

  if (shape->facts & FACT_SOURCE)
    json_object_set_new(object, "source", record_string(operation->source));
  if (shape->facts & FACT_FD)
    json_object_set_new(object, "fd", json_integer(operation->fd));
  if (shape->facts & FACT_LAYERS) {
    json_object_set_new(object, "layers", string_array(operation->layers, operation->layer_count));
    json_object_set_new(object, "upper", record_string(operation->upper));
    json_object_set_new(object, "work", record_string(operation->work));
  }
  json_object_set_new(object, "dest", record_string(operation->dest));
  if (shape->facts & FACT_MODE)
    json_object_set_new(object, "mode", mode_value(operation->mode));
  if (shape->facts & FACT_PARENTS)
    json_object_set_new(object, "parent-mode", mode_value(operation->parent_mode));
  if (shape->facts & FACT_SIZE)
    json_object_set_new(object, "size",
                        operation->size == 0 ? json_null()
                                             : json_integer((json_int_t)operation->size));
  for (const struct flag_name *flag = facts_flags; flag->name; flag++)
    if (shape->flags & flag->flag)
      json_object_set_new(object, flag->name, json_boolean(operation->flags & flag->flag));
  return object;
}

static json_t *
operation_array(const struct plan *plan)
{
  json_t *array = json_array();

  for (size_t i = 0; i < plan->operation_count; i++)
    json_array_append_new(array, operation_object(&plan->operations[i]));
  return array;
}

static json_t *
variable_array(const struct plan *plan)
{
  json_t *array = json_array();

  for (size_t i = 0; i < plan->variable_count; i++) {
    const struct variable *variable = &plan->variables[i];
    if (!variable->name)
      json_array_append_new(array, json_pack("{s:s}", "change", "clear"));
    else if (!variable->value)
      json_array_append_new(
          array, json_pack("{s:s, s:o}", "change", "unset", "name", record_string(variable->name)));
    else
      json_array_append_new(array, json_pack("{s:s, s:o, s:o}", "change", "set", "name",
                                             record_string(variable->name), "value",
                                             record_string(variable->value)));
  }
  return array;
}

static json_t *
command_array(const struct plan *plan)
{
  json_t *array = json_array();

  for (char *const *word = plan->words; *word; word++)
    json_array_append_new(array, record_string(*word));
  return array;
}

static json_t *
capability_object(const struct plan *plan)
{
  struct kept kept = facts_capabilities_of(plan);

  return json_pack("{s:b, s:o, s:o}", "untouched", plan->keep_privileges, "keep",
                   kept.all ? json_pack("[s]", "ALL") : record_capabilities(kept.listed), "drop",
                   kept.all ? record_capabilities(kept.listed) : json_array());
}

static json_t *
filter_array(const struct plan *plan)
{
  json_t *array = json_array();

  for (size_t i = 0; i < plan->filter_count; i++) {
    const struct filter *filter = &plan->filters[i];
    json_array_append_new(array, json_pack("{s:o, s:b, s:o}", "name", record_string(filter->name),
                                           "log", filter->logs, "fd", fd_value(filter->fd)));
  }
  return array;
}

static json_t *
descriptor_object(const struct plan *plan)
{
  json_t *object = json_pack("{s:o}", "keep", fd_array(plan->keep_fds, facts_kept_fds_of(plan)));

  for (const struct descriptor_name *name = facts_descriptors; name->name; name++)
    json_object_set_new(object, name->name, fd_value(facts_descriptor_of(plan, name)));
  return object;
}

static json_t *
bus_or_null(const struct bus *bus)
{
  if (!bus->address)
    return json_null();
  return json_pack("{s:o, s:o, s:b}", "address", record_string(bus->address), "rules",
                   string_array(bus->rules, bus->rule_count), "optional", bus->is_optional);
}

static json_t *
bus_object(const struct plan *plan)
{
  json_t *object = json_object();

  for (int which = 0; which < BUSES; which++)
    json_object_set_new(object, dbus_names[which], bus_or_null(&plan->buses[which]));
  return object;
}

static json_t *
lock_array(const struct plan *plan)
{
  json_t *array = json_array();

  for (size_t i = 0; i < plan->lock_count; i++)
    json_array_append_new(array, record_string(plan->locks[i].path));
  return array;
}

static const char *
nesting_of(const struct plan *plan)
{
  if (plan->limit_userns)
    return "disabled";
  return plan->assert_limited ? "asserted" : "allowed";
}

/* --- the whole ------------------------------------------------------------ */

static void
set_members(json_t *object, json_t *members)
{
  json_object_update(object, members);
  json_decref(members);
}

json_t *
describe_json(const struct plan *plan)
{
  const char *directory = plan->directory_required ? plan->directories[0].path : NULL;
  json_t *object = json_pack("{s:s}", "persona", plan->persona->name);

  set_members(object,
              json_pack("{s:o, s:{s:o, s:o, s:o}, s:{s:o, s:o}, s:s, s:o}", "namespaces",
                        namespace_array(plan), "join", "user", fd_value(plan->userns_fd), "pid",
                        fd_value(plan->pidns_fd), "inner-user", fd_value(plan->userns2_fd), "ids",
                        "user", identity_object(facts_uid_of(plan)), "group",
                        identity_object(facts_gid_of(plan)), "user-namespaces", nesting_of(plan),
                        "hostname", record_string(plan->hostname)));
  set_members(object,
              json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "operations", operation_array(plan),
                        "environment", variable_array(plan), "chdir", record_string(directory),
                        "umask", plan->umask < 0 ? json_null() : mode_value((mode_t)plan->umask),
                        "command", command_array(plan), "argv0", record_string(plan->argv0)));
  set_members(object,
              json_pack("{s:o, s:o, s:{s:o, s:o}, s:o, s:o}", "capabilities",
                        capability_object(plan), "filters", filter_array(plan), "labels", "exec",
                        record_string(plan->exec_label), "file", record_string(plan->file_label),
                        "descriptors", descriptor_object(plan), "locks", lock_array(plan)));
  set_members(object, json_pack("{s:o, s:b, s:b, s:b, s:b}", "buses", bus_object(plan), "reaper",
                                plan->reaper, "new-session", plan->new_session, "die-with-parent",
                                plan->die_with_parent, "level-prefix", plan->level_prefix));
  return object;
}

char *
describe_plan(const struct plan *plan, enum form form)
{
  switch (form) {
  case FORM_JSON:
    return record_text(describe_json(plan), false);
  case FORM_ARGS:
    return describe_args(plan);
  default:
    return describe_text(plan);
  }
}
