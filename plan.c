/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "draft.h"
#include "environment.h"
#include "filter.h"

#include <linux/sched.h>
#include <string.h>
#include <unistd.h>

static const struct persona personas[] = {
    {
        .name = "hutch",
        .reaper_name = "hutch-reaper",
        .namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                      CLONE_NEWCGROUP,
        .map_to_root = true,
        .close_descriptors = true,
        .forward_signals = true,
        .reset_signals = true,
        .die_with_monitor = true,
        .wipe_arguments = true,
        .filter_terminal = true,
        .private_mounts = true,
        .new_keyring = true,
        .lock_mounts = true,
        .status_failed = 125,
        .status_not_executable = 126,
        .status_not_found = 127,
    },
};

const struct persona *
persona_find(const char *program)
{
  const char *slash = program ? strrchr(program, '/') : NULL;
  const char *name = slash ? slash + 1 : program;

  for (size_t i = 0; name && i < G_N_ELEMENTS(personas); i++)
    if (strcmp(name, personas[i].name) == 0)
      return &personas[i];
  return &personas[0];
}

void
draft_init(struct draft *draft, const struct persona *persona)
{
  *draft = (struct draft){
      .persona = persona,
      .operations = g_array_new(FALSE, FALSE, sizeof(struct operation)),
      .claims = g_array_new(FALSE, FALSE, sizeof(struct claim)),
      .filters = g_array_new(FALSE, FALSE, sizeof(struct filter)),
      .keep_fds = g_array_new(FALSE, FALSE, sizeof(int)),
      .layers = g_ptr_array_new(),
      .variables = g_array_new(FALSE, FALSE, sizeof(struct variable)),
  };
}

static bool
needs_quotes(const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-+=:,./@%^";

  return word[0] == '\0' || word[strspn(word, plain)] != '\0';
}

char *
typed_to_string(const struct typed *typed)
{
  GString *text = g_string_new(NULL);

  for (int i = 0; i < typed->count; i++) {
    g_autofree char *quoted = needs_quotes(typed->words[i]) ? g_shell_quote(typed->words[i]) : NULL;
    if (i > 0)
      g_string_append_c(text, ' ');
    g_string_append(text, quoted ? quoted : typed->words[i]);
  }
  return g_string_free(text, FALSE);
}

/* --- cross-option rules --------------------------------------------------- */

static uint64_t
namespaces_of(const struct draft *draft)
{
  return ((draft->persona->namespaces | draft->unshare) & ~draft->share) | CLONE_NEWUSER |
         CLONE_NEWNS;
}

static bool
asked(const struct request *request)
{
  return request->typed.count > 0;
}

static bool
hostname_without_uts(const struct draft *draft)
{
  return asked(&draft->hostname) && !(namespaces_of(draft) & CLONE_NEWUTS);
}

static bool
pid_1_without_namespace(const struct draft *draft)
{
  return asked(&draft->as_pid_1) && !(namespaces_of(draft) & CLONE_NEWPID);
}

static bool
keep_id_and_uid(const struct draft *draft)
{
  return asked(&draft->keep_id) && asked(&draft->uid);
}

static bool
keep_id_and_gid(const struct draft *draft)
{
  return asked(&draft->keep_id) && asked(&draft->gid);
}

static bool
perms_for_nothing(const struct draft *draft)
{
  return asked(&draft->perms);
}

static bool
layers_for_nothing(const struct draft *draft)
{
  return asked(&draft->overlay_source);
}

static bool
size_for_nothing(const struct draft *draft)
{
  return asked(&draft->size);
}

static const struct rule {
  bool (*broken)(const struct draft *draft);
  size_t request; /* where in the draft the option to name is */
  const char *text;
} rules[] = {
    {hostname_without_uts, DRAFT_REQUEST(hostname), "does not go together with --share-uts"},
    {pid_1_without_namespace, DRAFT_REQUEST(as_pid_1), "does not go together with --share-pid"},
    {keep_id_and_uid, DRAFT_REQUEST(uid), "does not go together with --keep-id"},
    {keep_id_and_gid, DRAFT_REQUEST(gid), "does not go together with --keep-id"},
    {perms_for_nothing, DRAFT_REQUEST(perms), "no option follows that it could concern"},
    {layers_for_nothing, DRAFT_REQUEST(overlay_source),
     "no overlay follows that it could be a layer of"},
    {size_for_nothing, DRAFT_REQUEST(size), "no option follows that it could concern"},
};

static int
check_rules(const struct draft *draft, struct failure *failure)
{
  for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
    if (!rules[i].broken(draft))
      continue;
    const struct request *culprit = draft_request((struct draft *)draft, rules[i].request);
    g_autofree char *typed = typed_to_string(&culprit->typed);
    return failure_say(failure, STAGE_PLAN, typed, rules[i].text);
  }
  if (!draft->command)
    return failure_say(failure, STAGE_PLAN, NULL, "no command given, see --help");
  return 0;
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

/* The inner user namespace, entered when the root is complete, has two uses:
 * devpts can be mounted only where id 0 is mapped, so other ids are mapped a
 * level further in; and what is mounted by the outer one is locked in the inner
 * one, so that capabilities that are kept have no power over it. The namespaces
 * that are set up or used with capabilities once the root is entered belong to
 * the inner one then. */
static void
seal_identity(const struct draft *draft, struct plan *plan)
{
  bool keep = asked(&draft->keep_id) || !draft->persona->map_to_root;
  uint32_t uid = asked(&draft->uid) ? draft->uid.number : keep ? geteuid() : 0;
  uint32_t gid = asked(&draft->gid) ? draft->gid.number : keep ? getegid() : 0;
  bool lock = draft->capabilities != 0 && draft->persona->lock_mounts;
  bool nest = has_operation(draft, OPERATION_DEV) && (uid != 0 || gid != 0);

  plan->namespaces = namespaces_of(draft);
  plan->uid = (struct id_map){.inside = uid, .outside = geteuid()};
  plan->gid = (struct id_map){.inside = gid, .outside = getegid()};
  if (!lock && !nest)
    return;
  plan->uid.inside = plan->gid.inside = 0;
  plan->inner_uid = (struct id_map){.inside = uid, .outside = 0};
  plan->inner_gid = (struct id_map){.inside = gid, .outside = 0};
  uint64_t owned = plan->namespaces & (CLONE_NEWNET | CLONE_NEWUTS);
  plan->inner_namespaces = CLONE_NEWUSER | owned | (lock ? CLONE_NEWNS : 0);
  plan->namespaces &= ~owned;
}

/* Without a process namespace of the sandbox's own the kernel gives it no proc of
 * its own either. Where the caller is root, root inside is the same user to the
 * host's settings in proc, whatever capabilities it lacks. */
static void
settle_proc(struct operation *operation, bool share_pids)
{
  operation->flags |= geteuid() == 0 ? OPERATION_COVER : 0;
  if (share_pids) {
    operation->kind = OPERATION_BIND;
    operation->source = "/proc";
  }
}

static void
seal_operations(const struct draft *draft, struct plan *plan)
{
  for (guint i = 0; i < draft->operations->len; i++) {
    struct operation *operation = &g_array_index(draft->operations, struct operation, i);
    if (operation->kind == OPERATION_PROC)
      settle_proc(operation, !(plan->namespaces & CLONE_NEWPID));
  }
  plan->operations = (const struct operation *)(const void *)draft->operations->data;
  plan->operation_count = draft->operations->len;
  for (size_t i = 0; i < plan->operation_count; i++) {
    const struct operation *operation = &plan->operations[i];
    plan->source_count += plan_sources_of(operation);
    plan->needs_scratch |=
        operation->kind == OPERATION_BIND_DATA ||
        (operation->kind == OPERATION_OVERLAY && (operation->flags & OPERATION_SCRATCH));
  }
}

/* The terminal filter goes first: one that the caller gave may refuse to load
 * another. */
static void
seal_filters(const struct draft *draft, struct plan *plan)
{
  GArray *filters = g_array_new(FALSE, FALSE, sizeof(struct filter));

  if (draft->persona->filter_terminal) {
    struct filter terminal = {.program = filter_terminal()};
    g_array_append_val(filters, terminal);
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

  if (command[0] == '\0' || strchr(command, '/')) {
    g_ptr_array_add(candidates, (char *)command);
  } else {
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
  plan->directory_required = asked(&draft->chdir);
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
  size_t count = g_strv_length(draft->command);
  char **argv = g_new(char *, count + 2);

  memcpy(argv + 1, draft->command, (count + 1) * sizeof *argv);
  argv[0] = (char *)"/bin/sh";
  if (asked(&draft->argv0))
    argv[1] = (char *)draft->argv0.text;
  plan->argv = argv;
  plan->command = draft->command[0];
  plan->environment = environment_build(environ, draft->variables, &plan->pwd_slot);
  plan->candidates = candidates_of(draft->command[0], environment_get(plan->environment, "PATH"));
}

int
plan_seal(const struct draft *draft, struct plan *plan, struct failure *failure)
{
  *plan = (struct plan){.persona = draft->persona};
  if (check_rules(draft, failure) < 0)
    return -1;
  seal_identity(draft, plan);
  plan->hostname = draft->hostname.text;
  plan->loopback = ((plan->namespaces | plan->inner_namespaces) & CLONE_NEWNET) != 0;
  seal_operations(draft, plan);
  seal_filters(draft, plan);
  plan->capabilities = draft->capabilities;
  plan->keep_fds = (const int *)(const void *)draft->keep_fds->data;
  plan->keep_count = draft->keep_fds->len;
  plan->reaper = !asked(&draft->as_pid_1);
  plan->new_session = asked(&draft->new_session);
  plan->die_with_parent = asked(&draft->die_with_parent);
  seal_command(draft, plan);
  seal_directories(draft, plan);
  return 0;
}
