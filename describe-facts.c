/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "describe-facts.h"

#include "phrases.h"

#include <string.h>

const struct namespace_name facts_namespaces[] = {
    {CLONE_NEWUSER, "user"}, {CLONE_NEWNS, "mount"},
    {CLONE_NEWPID, "pid"},   {CLONE_NEWIPC, "ipc"},
    {CLONE_NEWUTS, "uts"},   {CLONE_NEWCGROUP, "cgroup"},
    {CLONE_NEWNET, "net"},   {0, NULL},
};

#define PLACE(field) offsetof(struct plan, field)

const struct descriptor_name facts_descriptors[] = {
    {"error", PLACE(error_fd)},
    {"status", PLACE(status_fd)},
    {"info", PLACE(info_fd)},
    {"json-status", PLACE(json_status_fd)},
    {"userns-block", PLACE(userns_block_fd)},
    {"block", PLACE(block_fd)},
    {"sync", PLACE(sync_fd)},
    {NULL, 0},
};

const struct flag_name facts_flags[] = {
    {OPERATION_READONLY, "read-only"},
    {OPERATION_DEVICES, "devices"},
    {OPERATION_OPTIONAL, "optional"},
    {OPERATION_SCRATCH, "scratch"},
    {OPERATION_HOST_PROC, "host"},
    {OPERATION_CREATE, "create"},
    {0, NULL},
};

static const struct shape shapes[] = {
    [OPERATION_BIND] = {"bind", FACT_SOURCE,
                        OPERATION_READONLY | OPERATION_DEVICES | OPERATION_OPTIONAL |
                            OPERATION_CREATE},
    [OPERATION_BIND_FD] = {"bind-fd", FACT_FD, OPERATION_READONLY},
    [OPERATION_TMPFS] = {"tmpfs", FACT_MODE | FACT_PARENTS | FACT_SIZE, 0},
    [OPERATION_PROC] = {"proc", 0, OPERATION_HOST_PROC},
    [OPERATION_DEV] = {"dev", 0, 0},
    [OPERATION_MQUEUE] = {"mqueue", 0, 0},
    [OPERATION_DIR] = {"dir", FACT_MODE | FACT_PARENTS, 0},
    [OPERATION_FILE] = {"file", FACT_FD | FACT_MODE | FACT_PARENTS, 0},
    [OPERATION_BIND_DATA] = {"bind-data", FACT_FD | FACT_MODE | FACT_PARENTS, OPERATION_READONLY},
    [OPERATION_SYMLINK] = {"symlink", FACT_SOURCE, 0},
    [OPERATION_REMOUNT] = {"remount-ro", 0, 0},
    [OPERATION_CHMOD] = {"chmod", FACT_MODE, 0},
    [OPERATION_DBUS] = {"dbus", FACT_SOURCE, OPERATION_OPTIONAL},
    [OPERATION_OVERLAY] = {"overlay", FACT_LAYERS, OPERATION_READONLY | OPERATION_SCRATCH},
};

/* Those that are the inner user namespace's are made later than the others. */
uint64_t
facts_namespaces_of(const struct plan *plan)
{
  return plan->namespaces | (plan->inner_namespaces & (CLONE_NEWNET | CLONE_NEWUTS));
}

int
facts_descriptor_of(const struct plan *plan, const struct descriptor_name *name)
{
  return *(const int *)(const void *)((const char *)plan + name->place);
}

/* Without a reaper it is the payload that holds the last of them open. */
size_t
facts_kept_fds_of(const struct plan *plan)
{
  return plan->keep_count - (plan->sync_fd >= 0 && !plan->reaper ? 1 : 0);
}

const struct shape *
facts_shape_of(const struct operation *operation)
{
  return &shapes[operation->flags & OPERATION_HOST_PROC ? OPERATION_PROC : operation->kind];
}

/* With an inner user namespace it is that one's id which the payload has. */
static struct identity
identity_of(const struct plan *plan, const struct id_map *outer, const struct id_map *inner,
            enum change take)
{
  bool maps = (plan->namespaces & CLONE_NEWUSER) && plan->userns_block_fd < 0;
  struct identity identity = {
      .way = WAY_KEPT,
      .id = plan->inner_namespaces & CLONE_NEWUSER ? inner->inside : outer->inside,
  };

  if (maps)
    identity.way = WAY_MAPPED;
  else if (take != CHANGE_NOT)
    identity.way = take == CHANGE_MUST ? WAY_REQUIRED : WAY_TRIED;
  return identity;
}

struct identity
facts_uid_of(const struct plan *plan)
{
  return identity_of(plan, &plan->uid, &plan->inner_uid, plan->take_uid);
}

struct identity
facts_gid_of(const struct plan *plan)
{
  return identity_of(plan, &plan->gid, &plan->inner_gid, plan->take_gid);
}

struct kept
facts_capabilities_of(const struct plan *plan)
{
  bool all = __builtin_popcountll(plan->capabilities) > 32;

  return (struct kept){.all = all, .listed = all ? ~plan->capabilities : plan->capabilities};
}

/* --- quoting -------------------------------------------------------------- */

/* $'...', in which nothing ends the line or reaches a terminal as a command. */
static char *
quote_controls(const char *word)
{
  GString *text = g_string_new("$'");
  const char *next;

  for (; *word != '\0'; word = next ? next : word + 1) {
    next = phrases_skip_plain(word);
    if (*word == '\n')
      g_string_append(text, "\\n");
    else if (*word == '\t')
      g_string_append(text, "\\t");
    else if (!next)
      g_string_append_printf(text, "\\%03o", (unsigned)(unsigned char)*word);
    else if (*word == '\'' || *word == '\\')
      g_string_append_printf(text, "\\%c", *word);
    else
      g_string_append_len(text, word, next - word);
  }
  g_string_append_c(text, '\'');
  return g_string_free(text, FALSE);
}

char *
facts_quote(const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-+:,./@%";

  if (word[0] != '\0' && word[strspn(word, plain)] == '\0')
    return g_strdup(word);
  for (const char *at = word; *at != '\0';)
    if (!(at = phrases_skip_plain(at)))
      return quote_controls(word);
  return g_shell_quote(word);
}

char *
facts_quote_all(char *const *words)
{
  GString *line = g_string_new(NULL);

  for (; *words; words++) {
    g_autofree char *quoted = facts_quote(*words);
    if (line->len > 0)
      g_string_append_c(line, ' ');
    g_string_append(line, quoted);
  }
  return g_string_free(line, FALSE);
}
