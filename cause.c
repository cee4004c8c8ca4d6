/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cause.h"

#include "advice.h"
#include "system.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#define NEEDS_LINUX "Linux 5.12 or later is needed, and no seccomp filter that refuses its calls"

static struct cause
found(enum code code, const char *remedy)
{
  return (struct cause){.code = code, .remedy = g_strdup(remedy)};
}

static struct cause
found_text(enum code code, char *remedy)
{
  return (struct cause){.code = code, .remedy = remedy};
}

static struct cause
nothing(void)
{
  return (struct cause){.code = CODE_UNKNOWN};
}

static bool
calls(const struct failure *failure, const char *prefix)
{
  return g_str_has_prefix(failure->call, prefix);
}

static const struct operation *
operation_of(const struct plan *plan, const struct failure *failure)
{
  bool is_operation = failure->stage == STAGE_SOURCE || failure->stage == STAGE_ROOT;

  if (!is_operation || failure->operation < 0 ||
      (size_t)failure->operation >= plan->operation_count)
    return NULL;
  return &plan->operations[failure->operation];
}

/* The last option that is called NAME, of LENGTH bytes. */
static struct typed
last_option(const struct plan *plan, const char *name, size_t length)
{
  for (size_t i = plan->option_count; i-- > 0;)
    if (strncmp(plan->options[i].words[0], name, length) == 0 &&
        strchr("=", plan->options[i].words[0][length]))
      return plan->options[i];
  return (struct typed){0};
}

/* The option that asked for a step which concerns no operation: its text begins with the
 * name, or the call tells. */
static struct typed
option_behind(const struct plan *plan, const struct failure *failure)
{
  static const struct {
    const char *call;
    const char *option;
  } steps[] = {
      {"sethostname", "--hostname"}, {"setsid", "--new-session"}, {"setresuid", "--uid"},
      {"setresgid", "--gid"},        {"socket", "--unshare-net"}, {"ioctl", "--unshare-net"},
      {"socket", "--unshare-all"},   {"ioctl", "--unshare-all"},
  };
  struct typed typed = {0};

  /* A command may be called as an option is. */
  if (failure->stage <= STAGE_PLAN || failure->stage == STAGE_EXEC)
    return typed;
  if (g_str_has_prefix(failure->text, "--"))
    return last_option(plan, failure->text, strcspn(failure->text, " :"));
  for (size_t i = 0; i < G_N_ELEMENTS(steps) && typed.count == 0; i++)
    if (calls(failure, steps[i].call))
      typed = last_option(plan, steps[i].option, strlen(steps[i].option));
  return typed;
}

/* The operand of an option that takes one, be it in a word of its own or behind "=". */
static const char *
only_operand(const struct typed *typed)
{
  return typed->count > 1 ? typed->words[1] : strchr(typed->words[0], '=') + 1;
}

/* The layer that the failure is about, which has an option of its own before that of
 * OVERLAY; or OVERLAY itself. */
static struct typed
layer_or(const struct plan *plan, const struct failure *failure, const struct typed *overlay)
{
  for (int i = overlay->index; i-- > 0;) {
    const struct typed *typed = &plan->options[i];
    if (!g_str_has_prefix(typed->words[0], "--overlay-src"))
      break;
    if (strcmp(only_operand(typed), failure->text) == 0)
      return *typed;
  }
  return *overlay;
}

struct typed
cause_option(const struct plan *plan, const struct failure *failure)
{
  const struct operation *operation = operation_of(plan, failure);
  size_t index = (size_t)failure->operation;

  if (operation && failure->stage == STAGE_SOURCE && operation->layer_count > 0)
    return layer_or(plan, failure, &operation->typed);
  if (operation)
    return operation->typed;
  if (failure->stage == STAGE_SECCOMP && failure->operation >= 0 && index < plan->filter_count)
    return plan->filters[index].typed;
  if (failure->stage == STAGE_LOCK && failure->operation >= 0 && index < plan->lock_count)
    return plan->locks[index].typed;
  if (failure->stage == STAGE_DIRECTORY)
    return plan->chdir_typed;
  return failure->typed.count > 0 ? failure->typed : option_behind(plan, failure);
}

/* --- user namespaces ------------------------------------------------------ */

/* Why a user namespace that could be made gives no power in it. */
static struct cause
power_refused(void)
{
  if (system_sysctl("kernel/apparmor_restrict_unprivileged_userns") == 1 && geteuid() != 0)
    return found(
        CODE_USERNS_FORBIDDEN_APPARMOR,
        "the sysctl kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor gives user "
        "namespaces no power; an administrator can add an AppArmor profile for hutch that "
        "allows userns, or set it to 0");
  return nothing();
}

static struct cause
userns_switched_off(void)
{
  if (system_sysctl("kernel/unprivileged_userns_clone") == 0 && geteuid() != 0)
    return found(CODE_USERNS_FORBIDDEN_SYSCTL,
                 "the sysctl kernel.unprivileged_userns_clone is 0: unprivileged user namespaces "
                 "are switched off; an administrator can set it to 1");
  if (system_sysctl("user/max_user_namespaces") == 0)
    return found(CODE_USERNS_FORBIDDEN_SYSCTL,
                 "the sysctl user.max_user_namespaces is 0: user namespaces are switched off; an "
                 "administrator can raise it");
  return nothing();
}

static struct cause
userns_refused(void)
{
  g_autofree char *profile = system_apparmor_profile();
  struct cause cause = power_refused();

  if (cause.code == CODE_UNKNOWN && !system_is_mapped())
    return found(CODE_ID_UNMAPPED, "this user is not mapped in the user namespace that it is in: "
                                   "whoever made that has to write its maps");
  if (cause.code != CODE_UNKNOWN)
    return cause;
  if (profile)
    return found_text(CODE_USERNS_FORBIDDEN_APPARMOR,
                      g_strdup_printf("the AppArmor profile %s refuses user namespaces; an "
                                      "administrator can allow it userns",
                                      profile));
  if (system_is_chroot())
    return found(CODE_USERNS_FORBIDDEN_CHROOT,
                 "the calling process is in a chroot, where the kernel refuses user namespaces: "
                 "pivot_root, or another sandbox, can be entered instead");
  if (system_is_filtered())
    return found(CODE_SYSCALL_FORBIDDEN,
                 "a seccomp filter, as that of a container, refuses user namespaces: whoever "
                 "started it can allow clone3, unshare and the calls that mount");
  return found(CODE_USERNS_FORBIDDEN,
               "a security module refuses user namespaces to this program, which an administrator "
               "can allow in its policy; or the calling process is in a chroot, where the kernel "
               "refuses them");
}

/* Which kind of namespace there are too many of. */
static struct cause
too_many_namespaces(const struct plan *plan)
{
  const char *kind = system_exhausted_namespace(plan->namespaces | plan->inner_namespaces);

  if (kind && strcmp(kind, "user") != 0)
    return found_text(
        CODE_NAMESPACE_LIMIT,
        g_strdup_printf("the sysctl user.max_%s_namespaces of this user namespace, or "
                        "of one around it, is reached; an administrator can raise it",
                        kind));
  return found(CODE_USERNS_LIMIT,
               "a limit on namespaces is reached: they nest 32 deep at most, and the sysctl "
               "user.max_user_namespaces says how many there may be");
}

static struct cause
clone_failed(const struct plan *plan, const struct failure *failure)
{
  struct cause cause = userns_switched_off();

  if (cause.code != CODE_UNKNOWN && failure->error != ENOSYS)
    return cause;
  g_free(cause.remedy);
  switch (failure->error) {
  case ENOSPC:
  case EUSERS:
    return too_many_namespaces(plan);
  case EACCES:
  case EPERM:
    return userns_refused();
  case EAGAIN:
    return found(CODE_PROCESS_LIMIT, "the limit of processes (ulimit -u, or a control group's "
                                     "pids.max) is reached");
  default:
    return nothing();
  }
}

static struct cause
map_failed(const struct failure *failure)
{
  if (strcmp(failure->call, "open") == 0 && failure->error == ENOENT)
    return found(CODE_HOST_PROC_MISSING,
                 "the host's /proc must be mounted for the id maps to be written");
  if (failure->error == EROFS)
    return found(CODE_HOST_PROC_MISSING, "the /proc here is read-only, as inside another sandbox: "
                                         "start the outer one with --proc /proc");
  if (failure->error != EPERM && failure->error != EACCES)
    return nothing();
  struct cause cause = power_refused();
  if (cause.code == CODE_UNKNOWN && geteuid() == 0)
    return found(CODE_USERNS_NESTED_ROOT,
                 "user 0 without the capability setfcap, as inside another sandbox, cannot be "
                 "mapped once more: start the outer one with --keep-id, or with --cap-add setfcap");
  return cause;
}

/* --- mounts --------------------------------------------------------------- */

/* The power to mount is there, and is not enough. Each module is asked for; Landlock
 * answers nobody, and is what is left. */
static struct cause
mount_refused(const struct failure *failure)
{
  g_autofree char *profile = system_apparmor_profile();
  struct cause cause = power_refused();

  if (cause.code != CODE_UNKNOWN)
    return cause;
  if (profile)
    return found_text(
        CODE_MOUNT_FORBIDDEN,
        g_strdup_printf("the AppArmor profile %s refuses mounts; an administrator can "
                        "allow them",
                        profile));
  if (system_is_filtered())
    return found(CODE_SYSCALL_FORBIDDEN, "a seccomp filter, as that of a container, refuses the "
                                         "call: whoever started it can allow it");
  if (failure->error == EPERM && system_has_module("landlock") && !system_has_module("selinux"))
    return found(CODE_LANDLOCKED, "hutch was started in a Landlock domain, where nothing can be "
                                  "mounted: start it outside of that");
  return found(CODE_MOUNT_FORBIDDEN, "a security module refuses mounts to this program, which an "
                                     "administrator can allow in its policy");
}

static struct cause
proc_refused(const struct failure *failure)
{
  g_autofree char *covers = system_covers_of_proc();

  if (!covers)
    return mount_refused(failure);
  if (covers[0] == '\0')
    return found(CODE_HOST_PROC_MISSING,
                 "no proc is mounted at /proc here, and the kernel allows a "
                 "new one only beside one that is fully visible");
  return found_text(CODE_PROC_TOO_REVEALING,
                    g_strdup_printf("the kernel allows a new proc only where the present /proc is "
                                    "fully visible, and %s covered, as in a container; --share-pid "
                                    "shows the present one instead",
                                    covers));
}

/* --- sources --------------------------------------------------------------- */

static struct cause
source_denied(const struct failure *failure)
{
  g_autofree char *closed = system_closed_directory(failure->text);

  if (closed)
    return found_text(CODE_SOURCE_DENIED,
                      g_strdup_printf("%s may not be searched by this user", closed));
  return found(CODE_SOURCE_DENIED, "this user may not reach it");
}

static struct cause
overlay_refused(const struct operation *operation)
{
  return found(CODE_OVERLAY_INVALID,
               operation->upper ? "RWSRC and WORKDIR must be two directories of the same file "
                                  "system, one that keeps user attributes"
                                : "the layers must be directories without other mounts in them, "
                                  "of file systems that overlays can be made of");
}

static struct cause
source_failed(const struct failure *failure, const struct operation *operation)
{
  bool is_overlay = operation && operation->kind == OPERATION_OVERLAY && calls(failure, "fs");
  bool is_data = calls(failure, "read") || calls(failure, "write");

  if (is_overlay && (failure->error == EINVAL || failure->error == EOPNOTSUPP ||
                     failure->error == EBUSY || failure->error == ELOOP))
    return overlay_refused(operation);
  switch (failure->error) {
  case ENOENT:
    if (!operation || operation->kind != OPERATION_BIND)
      return found(CODE_SOURCE_MISSING, NULL);
    return found_text(CODE_SOURCE_MISSING,
                      g_strdup_printf("the source does not exist on the host; %s-try would skip it",
                                      operation->typed.words[0]));
  case EACCES:
    return is_data ? found(CODE_DATA_UNREADABLE, NULL) : source_denied(failure);
  case ENOTDIR:
    return found(CODE_SOURCE_NOT_A_DIRECTORY, NULL);
  case EBADF:
  case EISDIR:
  case EIO:
    return found(is_data ? CODE_DATA_UNREADABLE : CODE_SOURCE_UNMOUNTABLE, NULL);
  case EINVAL:
    return found(CODE_SOURCE_UNMOUNTABLE,
                 is_data ? NULL : "it is no file or directory of this mount namespace");
  case EPERM:
    return mount_refused(failure);
  default:
    return nothing();
  }
}

/* --- the new root ---------------------------------------------------------- */

static bool
makes_an_entry(const struct failure *failure)
{
  return calls(failure, "mkdirat") || calls(failure, "mknodat") || calls(failure, "openat2") ||
         calls(failure, "symlinkat");
}

static struct cause
root_invalid(const struct failure *failure, const struct operation *operation)
{
  if (operation && operation->kind == OPERATION_OVERLAY)
    return overlay_refused(operation);
  if (operation && operation->kind == OPERATION_REMOUNT)
    return found(CODE_DEST_NOT_A_MOUNT,
                 "--ro-bind of the same directory on itself makes a mount of "
                 "it");
  if (calls(failure, "pivot_root"))
    return found(CODE_ROOT_UNPIVOTABLE,
                 "the root file system is the initial ramfs, which pivot_root cannot leave");
  return nothing();
}

static struct cause
root_failed(const struct failure *failure, const struct operation *operation)
{
  bool is_proc = operation && operation->kind == OPERATION_PROC && calls(failure, "fs");

  switch (failure->error) {
  case EPERM:
    if (is_proc)
      return proc_refused(failure);
    if (calls(failure, "openat2") && system_is_filtered())
      return mount_refused(failure);
    return makes_an_entry(failure) || calls(failure, "fchmodat") ? found(CODE_DEST_DENIED, NULL)
                                                                 : mount_refused(failure);
  case EACCES:
    return calls(failure, "fs") || calls(failure, "move_mount") || calls(failure, "pivot_root") ||
                   calls(failure, "umount2")
               ? mount_refused(failure)
               : found(CODE_DEST_DENIED, NULL);
  case ENOTDIR:
    return found_text(
        CODE_DEST_NOT_A_DIRECTORY,
        g_strdup_printf("%s is no directory inside, and cannot hold or become one", failure->text));
  case EISDIR:
    return found_text(
        CODE_DEST_IS_A_DIRECTORY,
        g_strdup_printf("%s is a directory inside, and no file can take its place", failure->text));
  case EROFS:
    return found(CODE_DEST_READ_ONLY,
                 makes_an_entry(failure)
                     ? "the destination does not exist and its parent is read-only: make it on the "
                       "host, or put a --tmpfs there first"
                     : "it lies in a read-only mount");
  case ENOENT:
    return found(CODE_DEST_MISSING, NULL);
  case EEXIST:
    return found(CODE_DEST_EXISTS, NULL);
  case EINVAL:
  case ELOOP:
    return root_invalid(failure, operation);
  default:
    return nothing();
  }
}

/* --- the command ----------------------------------------------------------- */

static char *
host_remedy(const char *path)
{
  return g_strdup_printf("%s exists on the host; no operation shows it in the sandbox", path);
}

static struct cause
command_not_found(const struct plan *plan)
{
  for (char *const *path = plan->candidates; path && *path; path++)
    if ((*path)[0] == '/' && access(*path, F_OK) == 0)
      return found_text(CODE_EXEC_NOT_FOUND, host_remedy(*path));
  return found(CODE_EXEC_NOT_FOUND,
               plan->command && strchr(plan->command, '/')
                   ? "neither the host nor the sandbox has it"
                   : "no directory of PATH has it, neither on the host nor in the sandbox");
}

static struct cause
exec_failed(const struct plan *plan, const struct failure *failure)
{
  const char *object = failure->text + failure->object;

  if (failure->code == CODE_EXEC_BAD_INTERPRETER)
    return found_text(failure->code, object[0] == '/' && access(object, F_OK) == 0
                                         ? host_remedy(object)
                                         : g_strdup("the host does not have it either"));
  if (failure->code != CODE_UNKNOWN)
    return found(failure->code, NULL);
  switch (failure->error) {
  case ENOENT:
  case ENOTDIR:
    return command_not_found(plan);
  case EACCES:
    return found(CODE_EXEC_NOT_EXECUTABLE, NULL);
  case ENOEXEC:
    return found(CODE_EXEC_BAD_FORMAT, "it was built for another kind of machine");
  default:
    return found(CODE_EXEC_FAILED, NULL);
  }
}

static struct cause
directory_failed(const struct failure *failure)
{
  switch (failure->error) {
  case ENOTDIR:
    return found(CODE_DIRECTORY_MISSING, "it is no directory");
  case ENOENT:
    if (failure->text[0] == '/' && access(failure->text, F_OK) == 0)
      return found_text(CODE_DIRECTORY_MISSING, host_remedy(failure->text));
    return found(CODE_DIRECTORY_MISSING, "neither the host nor the sandbox has it");
  default:
    return found(CODE_DIRECTORY_DENIED, NULL);
  }
}

/* --- all of them ------------------------------------------------------------ */

static struct cause
launch_failed(const struct plan *plan, const struct failure *failure)
{
  if (calls(failure, "clone") || calls(failure, "unshare"))
    return clone_failed(plan, failure);
  if (calls(failure, "setns"))
    return found(CODE_NAMESPACE_JOIN,
                 "the namespace must be of the kind that the option takes, and "
                 "this user must own it");
  if (calls(failure, "setres"))
    return found(CODE_ID_UNMAPPED, "the id must be one that is mapped in the user namespace");
  if (calls(failure, "write") && failure->stage == STAGE_LAUNCH)
    return found(CODE_OUTPUT_FAILED, NULL);
  if (g_str_has_prefix(failure->text, "/proc/self/"))
    return map_failed(failure);
  if (calls(failure, "open") && strcmp(failure->text, "/proc") == 0)
    return found(CODE_HOST_PROC_MISSING, NULL);
  return nothing();
}

static struct cause
of_stage(const struct plan *plan, const struct failure *failure)
{
  const struct operation *operation = operation_of(plan, failure);

  switch (failure->stage) {
  case STAGE_LAUNCH:
  case STAGE_NAMESPACES:
    return launch_failed(plan, failure);
  case STAGE_SOURCE:
    return source_failed(failure, operation);
  case STAGE_ROOT:
    return root_failed(failure, operation);
  case STAGE_NETWORK: {
    struct cause cause = power_refused();
    return cause.code != CODE_UNKNOWN ? cause : found(CODE_NETWORK_FORBIDDEN, NULL);
  }
  case STAGE_PRIVILEGES:
    return found(CODE_HARDENING_FAILED, NULL);
  case STAGE_SECCOMP:
    return failure->error == EINVAL
               ? found(CODE_FILTER_REJECTED, "the data must be a program that seccomp(2) takes")
               : found(CODE_HARDENING_FAILED, NULL);
  case STAGE_LOCK:
    return found(CODE_LOCK_FAILED, NULL);
  case STAGE_DIRECTORY:
    return directory_failed(failure);
  case STAGE_EXEC:
    return exec_failed(plan, failure);
  default:
    return nothing();
  }
}

/* What means the same wherever it happens. */
static struct cause
of_errno(const struct failure *failure)
{
  switch (failure->error) {
  case ENOSYS:
    return system_is_filtered()
               ? found(CODE_SYSCALL_FORBIDDEN, "a seccomp filter says that the call is missing; "
                                               "Linux 5.12 or later has it")
               : found(CODE_KERNEL_TOO_OLD, NEEDS_LINUX);
  case EMFILE:
  case ENFILE:
    return found(CODE_FD_LIMIT, "each bind takes a descriptor while the root is built: raise the "
                                "hard limit of open files (ulimit -Hn)");
  case ENOMEM:
    return found(CODE_MEMORY_LIMIT,
                 "a control group's memory.max, or the memory of the system, is used up");
  case ENOSPC:
    return found(CODE_NO_SPACE,
                 "--size gives the next --tmpfs more room; on the host, room has to be "
                 "made");
  case ELOOP:
    return found(CODE_SYMLINK_LOOP, strstr(failure->text, "/proc/")
                                        ? "links of /proc to other places are not followed here"
                                        : NULL);
  case ENAMETOOLONG:
    return found(CODE_NAME_TOO_LONG, NULL);
  default:
    return nothing();
  }
}

struct cause
cause_find(const struct plan *plan, const struct failure *failure)
{
  if (failure->code != CODE_UNKNOWN && failure->stage != STAGE_EXEC)
    return found(failure->code, advice_for(failure->code));
  bool is_command = failure->stage == STAGE_EXEC;
  bool is_limit = failure->error == ENOSPC && failure->stage <= STAGE_NAMESPACES;
  bool is_overlay = failure->error == ELOOP && calls(failure, "fs");
  struct cause cause = is_command || is_limit || is_overlay ? nothing() : of_errno(failure);
  if (cause.code == CODE_UNKNOWN)
    cause = of_stage(plan, failure);
  if (cause.code == CODE_UNKNOWN)
    cause.code = failure->call[0] != '\0' && failure->stage == STAGE_OPTIONS
                     ? CODE_OUTPUT_FAILED
                     : CODE_SYSTEM_CALL_FAILED;
  return cause;
}
