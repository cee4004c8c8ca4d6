/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "conflict.h"
#include "dbus.h"
#include "dest.h"
#include "draft.h"
#include "environment.h"
#include "filter.h"
#include "trust.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <unistd.h>

void
draft_init(struct draft *draft, const struct persona *persona)
{
  *draft = (struct draft){
      .persona = persona,
      .operations = g_array_new(FALSE, FALSE, sizeof(struct operation)),
      .split = g_ptr_array_new(),
      .typed = g_array_new(FALSE, FALSE, sizeof(struct typed)),
      .claims = g_array_new(FALSE, FALSE, sizeof(struct claim)),
      .builtins = g_array_new(FALSE, FALSE, sizeof(struct filter)),
      .filters = g_array_new(FALSE, FALSE, sizeof(struct filter)),
      .keep_fds = g_array_new(FALSE, FALSE, sizeof(int)),
      .consumed = g_array_new(FALSE, FALSE, sizeof(int)),
      .layers = g_ptr_array_new(),
      .locks = g_array_new(FALSE, FALSE, sizeof(struct lock)),
      .warnings = g_ptr_array_new(),
      .profiles = g_array_new(FALSE, FALSE, sizeof(struct source_file)),
      .questions = g_array_new(FALSE, FALSE, sizeof(struct question)),
      .variables = g_array_new(FALSE, FALSE, sizeof(struct variable)),
  };
}

enum purpose
draft_purpose(const struct draft *draft)
{
  if (draft->questions->len > 0)
    return PURPOSE_EXPLAIN;
  if (draft_asked(&draft->dry_run))
    return PURPOSE_CHECK;
  return draft_asked(&draft->print_plan) ? PURPOSE_PRINT : PURPOSE_RUN;
}

static int
fd_of(const struct request *request)
{
  return draft_asked(request) ? (int)request->number : -1;
}

void
draft_show(const struct draft *draft, struct plan *plan)
{
  plan->level_prefix = draft_asked(&draft->level_prefix);
  plan->error_fd = fd_of(&draft->error_fd);
  plan->status_fd = fd_of(&draft->status_fd);
}

/* What cannot be looked up for another reason is there: if it cannot be made, that is an error, and
 * no reason to do without. */
static bool
is_missing(const char *path)
{
  return access(path, F_OK) < 0 && errno == ENOENT;
}

static bool
has_user_namespaces(void)
{
  g_autofree char *limit = NULL;

  return !is_missing("/proc/self/ns/user") &&
         !(g_file_get_contents("/proc/sys/user/max_user_namespaces", &limit, NULL, NULL) &&
           g_ascii_strtoll(limit, NULL, 10) == 0);
}

/* The flags of NAMESPACES that this system has. */
static uint64_t
available(uint64_t namespaces)
{
  if ((namespaces & CLONE_NEWUSER) && !has_user_namespaces())
    namespaces &= ~(uint64_t)CLONE_NEWUSER;
  if ((namespaces & CLONE_NEWCGROUP) && is_missing("/proc/self/ns/cgroup"))
    namespaces &= ~(uint64_t)CLONE_NEWCGROUP;
  return namespaces;
}

/* An ordinary user can make the others only together with a user namespace. */
static uint64_t
namespaces_of(const struct draft *draft)
{
  uint64_t sure = draft->persona->namespaces | draft->unshare;
  uint64_t asked = sure | available(draft->unshare_try & ~sure);
  uint64_t namespaces = (asked & ~draft->share) | CLONE_NEWNS;

  if (draft_asked(&draft->userns))
    return namespaces & ~(uint64_t)CLONE_NEWUSER;
  if (!draft->persona->root_keeps_namespace || geteuid() != 0)
    namespaces |= CLONE_NEWUSER;
  return namespaces;
}

/* --- sealing -------------------------------------------------------------- */

static bool
has_operation(const struct draft *draft, enum operation_kind kind)
{
  for (guint i = 0; i < draft->operations->len; i++)
    if (g_array_index(draft->operations, struct operation, i).kind == kind)
      return true;
  return false;
}

static void
seal_privileges(const struct draft *draft, struct plan *plan)
{
  bool keeps = draft->persona->root_keeps_privileges && geteuid() == 0;

  plan->keep_privileges = keeps && !draft_asked(&draft->capabilities);
  plan->capabilities =
      ((keeps ? UINT64_MAX : 0) & ~draft->drop_capabilities) | draft->add_capabilities;
}

/* The inner user namespace, entered when the root is complete, has three uses:
 * devpts can be mounted only where id 0 is mapped, so other ids are mapped a
 * level further in; what is mounted by the outer one is locked in the inner one,
 * so that capabilities that are kept have no power over it; and it can use up the
 * outer one's limit, so that there can be no further one. */
static void
seal_inner(const struct draft *draft, struct plan *plan)
{
  const struct id_map uid = plan->uid, gid = plan->gid;
  bool lock = plan->capabilities != 0 && draft->persona->lock_mounts;
  bool nest =
      plan->map_ids && has_operation(draft, OPERATION_DEV) && (uid.inside != 0 || gid.inside != 0);

  plan->limit_userns = draft_asked(&draft->disable_userns);
  plan->assert_limited = plan->limit_userns || draft_asked(&draft->assert_userns_disabled);
  if (!lock && !nest && !plan->limit_userns)
    return;
  plan->inner_namespaces = CLONE_NEWUSER | (lock ? CLONE_NEWNS : 0);
  plan->inner_keeps_ids = !plan->map_ids;
  if (plan->map_ids && (lock || nest))
    plan->uid.inside = plan->gid.inside = 0;
  plan->inner_uid = (struct id_map){.inside = uid.inside, .outside = plan->uid.inside};
  plan->inner_gid = (struct id_map){.inside = gid.inside, .outside = plan->gid.inside};
  /* Capabilities that are kept are those of the inner one. */
  if (draft->persona->own_network && plan->map_ids && (lock || nest)) {
    uint64_t owned = plan->namespaces & (CLONE_NEWNET | CLONE_NEWUTS);
    plan->inner_namespaces |= owned;
    plan->namespaces &= ~owned;
  }
}

/* In a namespace whose maps are somebody else's, ids are taken on, not mapped. */
static enum change
change_to(const struct draft *draft, const struct request *asked)
{
  bool follows = draft_asked(&draft->userns) ||
                 (draft_asked(&draft->userns_block_fd) && draft->persona->map_to_root);

  if (!follows)
    return CHANGE_NOT;
  if (draft_asked(asked))
    return CHANGE_MUST;
  return draft->persona->map_to_root && !draft_asked(&draft->keep_id) ? CHANGE_TRY : CHANGE_NOT;
}

static void
seal_identity(const struct draft *draft, uint64_t namespaces, struct plan *plan)
{
  bool keep = draft_asked(&draft->keep_id) || !draft->persona->map_to_root;

  plan->namespaces = namespaces;
  plan->userns_fd = fd_of(&draft->userns);
  plan->userns2_fd = fd_of(&draft->userns2);
  plan->pidns_fd = fd_of(&draft->pidns);
  plan->map_ids = (namespaces & CLONE_NEWUSER) &&
                  (!draft_asked(&draft->userns_block_fd) || plan_keeps_host(plan));
  /* What is mounted in a new user namespace does not reach the caller's. */
  plan->detach_mounts = !(namespaces & CLONE_NEWUSER);
  plan->uid = (struct id_map){
      .inside = draft_asked(&draft->uid) ? draft->uid.number : (keep ? geteuid() : 0),
      .outside = geteuid(),
  };
  plan->gid = (struct id_map){
      .inside = draft_asked(&draft->gid) ? draft->gid.number : (keep ? getegid() : 0),
      .outside = getegid(),
  };
  plan->take_uid = change_to(draft, &draft->uid);
  plan->take_gid = change_to(draft, &draft->gid);
  plan->change_uid = plan->map_ids ? CHANGE_NOT : plan->take_uid;
  plan->change_gid = plan->map_ids ? CHANGE_NOT : plan->take_gid;
  plan->hostname = draft->hostname.text;
  seal_inner(draft, plan);
}

/* Without a process namespace of the sandbox's own the kernel gives it no proc of
 * its own either. Where the caller is root, root inside is the same user to the
 * host's settings in proc, whatever capabilities it lacks. */
static void
settle_proc(struct operation *operation, const struct persona *persona, bool share_pids)
{
  if (geteuid() == 0)
    operation->flags |= OPERATION_COVER | (persona->cover_settings ? OPERATION_COVER_ALL : 0);
  if (share_pids) {
    operation->kind = OPERATION_BIND;
    operation->flags |= OPERATION_HOST_PROC;
    operation->source = "/proc";
  }
}

/* A new mount namespace is a copy of the host's mounts: where the first operation
 * binds "/" on "/", that copy is the root, and a second one needs not be made. The
 * kernel makes user namespaces only for who is not in a chroot, so that "/" is then
 * the root of the mount namespace. */
static bool
has_root_in_place(const struct plan *plan)
{
  const struct operation *first = plan->operations;

  return plan->operation_count > 0 && first->kind == OPERATION_BIND && first->source[0] == '/' &&
         dest_is_root(first->source) && dest_is_root(first->dest) &&
         !(first->flags & OPERATION_COVER) && !plan->needs_scratch && !plan->has_buses &&
         (plan->namespaces & CLONE_NEWUSER);
}

static void
seal_operations(const struct draft *draft, struct plan *plan)
{
  for (guint i = 0; i < draft->operations->len; i++) {
    struct operation *operation = &g_array_index(draft->operations, struct operation, i);
    if (operation->kind == OPERATION_PROC)
      settle_proc(operation, draft->persona, !plan_has_pids(plan) && plan->pidns_fd < 0);
  }
  plan->operations = (const struct operation *)(const void *)draft->operations->data;
  plan->operation_count = draft->operations->len;
  for (size_t i = 0; i < plan->operation_count; i++) {
    const struct operation *operation = &plan->operations[i];
    plan->source_count += plan_sources_of(operation);
    plan->needs_scratch |=
        operation->kind == OPERATION_BIND_DATA ||
        (operation->kind == OPERATION_OVERLAY &&
         ((operation->flags & OPERATION_SCRATCH) || (operation->upper && plan_keeps_host(plan))));
  }
  plan->root_in_place = has_root_in_place(plan);
}

/* The built-in ones go first: one that the caller gave may refuse to load another. The
 * one for the terminal is a promise of hutch's own, so that it is never merely logged. */
static void
seal_filters(const struct draft *draft, struct plan *plan)
{
  GArray *filters = g_array_new(FALSE, FALSE, sizeof(struct filter));

  if (draft->persona->filter_terminal) {
    struct filter terminal = {
        .name = "terminal", .program = filter_find("terminal")->program, .fd = -1};
    g_array_append_val(filters, terminal);
  }
  for (guint i = 0; i < draft->builtins->len; i++) {
    struct filter builtin = g_array_index(draft->builtins, struct filter, i);
    builtin.logs = draft_asked(&draft->seccomp_log);
    if (builtin.logs)
      builtin.program = filter_logging(&builtin.program);
    g_array_append_val(filters, builtin);
  }
  g_array_append_vals(filters, draft->filters->data, draft->filters->len);
  plan->filter_count = filters->len;
  plan->filters = (const struct filter *)(void *)g_array_free(filters, FALSE);
}

/* What execvp(3) would try, in its order. */
static char **
candidates_of(const char *command, const char *path)
{
  GPtrArray *candidates = g_ptr_array_new();

  if (command && (command[0] == '\0' || strchr(command, '/'))) {
    g_ptr_array_add(candidates, (char *)command);
  } else if (command) {
    g_auto(GStrv) directories = g_strsplit(path ? path : "/bin:/usr/bin", ":", -1);
    for (char **directory = directories; *directory; directory++)
      g_ptr_array_add(candidates, g_strconcat(**directory ? *directory : ".", "/", command, NULL));
  }
  g_ptr_array_add(candidates, NULL);
  return (char **)g_ptr_array_free(candidates, FALSE);
}

static void
add_directory(struct directory *directories, struct plan *plan, const char *path)
{
  directories[plan->directory_count++] =
      (struct directory){.path = path, .pwd = g_strconcat("PWD=", path, NULL)};
}

static void
seal_directories(const struct draft *draft, struct plan *plan)
{
  struct directory *directories = g_new0(struct directory, DIRECTORIES_MAX);
  const char *home = environment_get(plan->environment, "HOME");
  char *current = getcwd(NULL, 0);

  plan->directories = directories;
  plan->directory_required = draft_asked(&draft->chdir);
  plan->chdir_typed = draft->chdir.typed;
  if (plan->directory_required) {
    add_directory(directories, plan, draft->chdir.text);
    return;
  }
  if (current && current[0] == '/')
    add_directory(directories, plan, current);
  if (home && home[0] == '/')
    add_directory(directories, plan, home);
  add_directory(directories, plan, "/");
}

static void
seal_command(const struct draft *draft, struct plan *plan)
{
  static char *no_words[] = {NULL};
  char **words = draft->command ? draft->command : no_words;
  size_t count = g_strv_length(words);
  char **argv = g_new(char *, count + 2);

  memcpy(argv + 1, words, (count + 1) * sizeof *argv);
  argv[0] = (char *)"/bin/sh";
  if (count > 0 && draft_asked(&draft->argv0))
    argv[1] = (char *)draft->argv0.text;
  plan->argv = argv;
  plan->words = words;
  plan->argv0 = draft->argv0.text;
  plan->command = words[0];
  plan->environment = environment_build(environ, dbus_variables(draft, plan), &plan->pwd_slot);
  plan->variables = (const struct variable *)(const void *)draft->variables->data;
  plan->variable_count = draft->variables->len;
  plan->candidates = candidates_of(words[0], environment_get(plan->environment, "PATH"));
}

/* Who writes the id maps must know of the process first. A process that two others
 * made together must not go on if they cannot tell of it. */
static enum moment
announcement_of(const struct plan *plan)
{
  bool tells = plan->info_fd >= 0 || plan->json_status_fd >= 0;

  if ((!tells && !plan_has_pids_below(plan)) || plan_keeps_host(plan))
    return ANNOUNCE_NEVER;
  return (plan->inner_namespaces & ~(uint64_t)CLONE_NEWUSER) && plan->userns_block_fd < 0
             ? ANNOUNCE_READY
             : ANNOUNCE_START;
}

/* Descriptors: who gets which, and who waits for which. */
static void
seal_descriptors(const struct draft *draft, struct plan *plan)
{
  plan->sync_fd = fd_of(&draft->sync_fd);
  plan->block_fd = fd_of(&draft->block_fd);
  plan->userns_block_fd = fd_of(&draft->userns_block_fd);
  plan->info_fd = fd_of(&draft->info_fd);
  plan->json_status_fd = fd_of(&draft->json_status_fd);
  plan->error_fd = fd_of(&draft->error_fd);
  plan->status_fd = fd_of(&draft->status_fd);
  if (plan->sync_fd >= 0 && !plan->reaper)
    g_array_append_val(draft->keep_fds, plan->sync_fd);
  plan->keep_fds = (const int *)(const void *)draft->keep_fds->data;
  plan->keep_count = draft->keep_fds->len;
  plan->consumed_fds = (const int *)(const void *)draft->consumed->data;
  plan->consumed_count = draft->consumed->len;
  plan->announcement = announcement_of(plan);
}

static void
seal_life(const struct draft *draft, struct plan *plan)
{
  bool something_to_hold = draft_asked(&draft->sync_fd) || draft->locks->len > 0;

  plan->reaper = !draft_asked(&draft->as_pid_1) &&
                 (draft->persona->always_reap || plan_has_pids(plan) || something_to_hold);
  plan->new_session = draft_asked(&draft->new_session);
  plan->umask = draft_asked(&draft->umask) ? (int)draft->umask.number : -1;
  plan->die_with_parent = draft_asked(&draft->die_with_parent);
  plan->die_with_monitor = draft->persona->die_with_monitor || plan->die_with_parent;
  plan->locks = (const struct lock *)(const void *)draft->locks->data;
  plan->lock_count = draft->locks->len;
}

int
plan_seal(const struct draft *draft, struct plan *plan, struct failure *failure)
{
  uint64_t namespaces = namespaces_of(draft);

  *plan = (struct plan){
      .persona = draft->persona,
      .purpose = draft_purpose(draft),
      .options = (const struct typed *)(const void *)draft->typed->data,
      .option_count = draft->typed->len,
      .form = draft_asked(&draft->json) ? FORM_JSON : (enum form)draft->print_plan.number,
      .questions = (const struct question *)(const void *)draft->questions->data,
      .question_count = draft->questions->len,
      .level_prefix = draft_asked(&draft->level_prefix),
      .exec_label = draft->exec_label.text,
      .file_label = draft->file_label.text,
  };
  if (conflict_check(draft, namespaces, failure) < 0 || trust_check_profiles(draft, failure) < 0)
    return -1;
  seal_privileges(draft, plan);
  seal_identity(draft, namespaces, plan);
  if (dbus_seal(draft, plan, failure) < 0)
    return -1;
  seal_operations(draft, plan);
  seal_filters(draft, plan);
  seal_life(draft, plan);
  seal_descriptors(draft, plan);
  seal_command(draft, plan);
  seal_directories(draft, plan);
  return 0;
}
