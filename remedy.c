/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "remedy.h"

#include "phrases.h"
#include "wording.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As syslog(3) numbers them. */
enum level {
  LEVEL_ERROR = 3,
  LEVEL_WARNING = 4,
};

/* The number in a file of /proc/sys, or -1 if there is none. */
static int64_t
sysctl_value(const char *name)
{
  g_autofree char *path = g_build_filename("/proc/sys", name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents(path, &text, NULL, NULL))
    return -1;
  return g_ascii_strtoll(text, NULL, 10);
}

/* Why a user namespace that could be made gives no power in it. */
static const char *
why_no_power(void)
{
  if (sysctl_value("kernel/apparmor_restrict_unprivileged_userns") == 1)
    return "the sysctl kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor gives user "
           "namespaces no power; an administrator can add an AppArmor profile for hutch that "
           "allows userns, or set it to 0";
  return NULL;
}

/* Why this user may not make a user namespace. */
static const char *
why_no_user_namespace(void)
{
  if (sysctl_value("kernel/unprivileged_userns_clone") == 0)
    return "the sysctl kernel.unprivileged_userns_clone is 0: unprivileged user namespaces are "
           "switched off; an administrator can set it to 1";
  if (sysctl_value("user/max_user_namespaces") == 0)
    return "the sysctl user.max_user_namespaces is 0: user namespaces are switched off; an "
           "administrator can raise it";
  return why_no_power();
}

static const char *
hint_clone(const struct failure *failure)
{
  if (strcmp(failure->call, "clone3") != 0)
    return NULL;
  const char *reason = why_no_user_namespace();
  if (failure->error == ENOSYS)
    return "clone3 is missing or refused by a seccomp filter: Linux 5.12 or later is needed";
  if (reason)
    return reason;
  switch (failure->error) {
  case ENOSPC:
  case EUSERS:
    return "a limit on namespaces is reached: they nest 32 deep at most, and the sysctls "
           "user.max_*_namespaces say how many there may be";
  case EACCES:
    return "a security module, such as AppArmor or SELinux, refuses user namespaces to this "
           "program; "
           "an administrator can allow it userns in its profile or policy";
  case EPERM:
    return "a security module or a seccomp filter refuses user namespaces, or the calling process "
           "is in a chroot, where the kernel refuses them";
  case EAGAIN:
    return "the limit of processes (ulimit -u, or a control group's pids.max) is reached";
  default:
    return NULL;
  }
}

static const char *
hint_namespaces(const struct failure *failure)
{
  if (strncmp(failure->text, "self/", strlen("self/")) != 0)
    return NULL;
  if (strcmp(failure->call, "open") == 0 && failure->error == ENOENT)
    return "the host's /proc must be mounted for the id maps to be written";
  if (failure->error != EPERM && failure->error != EACCES)
    return NULL;
  const char *reason = why_no_power();
  if (!reason && geteuid() == 0)
    return "user 0 without the capability setfcap, as inside another sandbox, cannot be mapped "
           "once "
           "more: start the outer one with --keep-id, or with --cap-add setfcap";
  return reason;
}

static char *
hint_source(const struct failure *failure, const struct operation *operation)
{
  switch (failure->error) {
  case ENOSYS:
    return g_strdup("Linux 5.12 or later is needed (open_tree and mount_setattr), and no seccomp "
                    "filter that refuses them");
  case ENOENT:
    if (!operation || operation->kind != OPERATION_BIND)
      return NULL;
    return g_strdup_printf("the source does not exist on the host; %s-try would skip it",
                           operation->words[0]);
  case EMFILE:
    return g_strdup("each bind takes a descriptor while the root is built: raise the hard limit of "
                    "open files (ulimit -Hn)");
  case EPERM:
  case EACCES:
    return g_strdup(why_no_power());
  default:
    return NULL;
  }
}

static char *
hint_root(const struct failure *failure, const struct operation *operation)
{
  switch (failure->error) {
  case EPERM:
    if (operation && operation->kind == OPERATION_PROC)
      return g_strdup("the kernel allows a new proc only where the present /proc is fully visible; "
                      "parts of it are covered here, as in a container; --share-pid shows the "
                      "present one instead");
    return g_strdup(why_no_power());
  case EACCES:
    return g_strdup(why_no_power());
  case ENOTDIR:
    return g_strdup_printf("%s is no directory inside, and cannot hold or become one",
                           failure->text);
  case EISDIR:
    return g_strdup_printf("%s is a directory inside, and the source is none", failure->text);
  case EROFS:
    if (strcmp(failure->call, "mkdirat") != 0 && strcmp(failure->call, "openat2") != 0 &&
        strcmp(failure->call, "symlinkat") != 0)
      return g_strdup("it lies in a read-only mount");
    return g_strdup("the destination does not exist and its parent is read-only: make it on the "
                    "host, or put a --tmpfs or --dir there first");
  case EINVAL:
    if (operation && operation->kind == OPERATION_OVERLAY && operation->upper)
      return g_strdup("RWSRC and WORKDIR must be two directories of the same file system, one that "
                      "keeps user attributes");
    return strcmp(failure->call, "pivot_root") == 0
               ? g_strdup(
                     "the root file system is the initial ramfs, which pivot_root cannot leave")
               : NULL;
  case ENOSYS:
    return g_strdup("Linux 5.12 or later is needed, and no seccomp filter that refuses its calls");
  default:
    return NULL;
  }
}

static char *
hint(const struct failure *failure, const struct operation *operation)
{
  switch (failure->stage) {
  case STAGE_LAUNCH:
    return g_strdup(hint_clone(failure));
  case STAGE_NAMESPACES:
    return g_strdup(hint_namespaces(failure));
  case STAGE_SOURCE:
    return hint_source(failure, operation);
  case STAGE_ROOT:
    return hint_root(failure, operation);
  case STAGE_NETWORK:
    return failure->error == EPERM || failure->error == EACCES ? g_strdup(why_no_power()) : NULL;
  case STAGE_EXEC:
    return failure->error == ENOENT
               ? g_strdup(
                     "no operation puts it into the sandbox, or PATH inside does not lead to it")
               : NULL;
  case STAGE_DIRECTORY:
    return failure->error == ENOENT ? g_strdup("no operation puts this directory into the sandbox")
                                    : NULL;
  default:
    return NULL;
  }
}

/* The option that the failure concerns, if it is one. */
static struct typed
culprit(const struct plan *plan, const struct failure *failure)
{
  size_t index = (size_t)failure->operation;

  if (failure->operation < 0)
    return (struct typed){0};
  if (failure->stage == STAGE_SECCOMP && index < plan->filter_count)
    return (struct typed){plan->filters[index].words, plan->filters[index].word_count};
  if (failure->stage == STAGE_LOCK && index < plan->lock_count)
    return (struct typed){plan->locks[index].words, plan->locks[index].word_count};
  if ((failure->stage == STAGE_SOURCE || failure->stage == STAGE_ROOT) &&
      index < plan->operation_count)
    return (struct typed){plan->operations[index].words, plan->operations[index].word_count};
  return (struct typed){0};
}

/* One line stays one line, and a terminal gets no orders: what the caller typed,
 * and what lies in a bound tree, may hold anything. */
static void
print_line(const struct plan *plan, enum level level, const char *text)
{
  if (plan->level_prefix)
    fprintf(stderr, "<%d>", (int)level);
  fprintf(stderr, "%s: ", plan->persona->name);
  while (*text != '\0') {
    gunichar character = g_utf8_get_char_validated(text, -1);
    bool is_plain = character < 0x110000 && g_unichar_isprint(character);
    const char *next = is_plain ? g_utf8_next_char(text) : text + 1;
    if (is_plain)
      fwrite(text, 1, (size_t)(next - text), stderr);
    else
      fprintf(stderr, "\\x%02x", (unsigned)(unsigned char)*text);
    text = next;
  }
  putc('\n', stderr);
}

/* hutch's own words: the option, the call, the reason; then, in a line of its own,
 * what can be done. */
static void
print_with_hint(const struct plan *plan, const struct failure *failure, const struct typed *typed,
                const char *advice)
{
  g_autoptr(GString) line = g_string_new(NULL);

  if (typed->count > 0) {
    g_autofree char *words = typed_to_string(typed);
    g_string_append_printf(line, "%s: ", words);
  } else if (failure->stage == STAGE_DIRECTORY && plan->directory_required) {
    g_string_append_printf(line, "--chdir %s: ", plan->directories[0].path);
  }
  if (failure->call[0] != '\0')
    g_string_append_printf(line, "%s%s", failure->call, failure->text[0] != '\0' ? " " : "");
  g_string_append(line, failure->text);
  if (failure->error != 0)
    g_string_append_printf(line, ": %s", g_strerror(failure->error));
  print_line(plan, LEVEL_ERROR, line->str);
  if (!advice)
    return;
  g_string_printf(line, "hint: %s", advice);
  print_line(plan, LEVEL_ERROR, line->str);
}

/* bubblewrap's words: one line. */
static void
print_wording(const struct plan *plan, const struct failure *failure, const struct typed *typed,
              const char *advice)
{
  g_autofree char *text = wording_of_failure(plan, failure, typed);
  g_autofree char *line =
      advice && failure->stage == STAGE_LAUNCH ? g_strdup_printf("%s (%s)", text, advice) : NULL;

  print_line(plan, LEVEL_ERROR, line ? line : text);
}

void
remedy_print(const struct plan *plan, const struct failure *failure)
{
  static void (*const print[STYLE_COUNT])(const struct plan *, const struct failure *,
                                          const struct typed *, const char *) = {
      [STYLE_HUTCH] = print_with_hint,
      [STYLE_BUBBLEWRAP] = print_wording,
  };
  const struct operation *operation = NULL;
  struct typed typed = culprit(plan, failure);

  if ((failure->stage == STAGE_SOURCE || failure->stage == STAGE_ROOT) && typed.count > 0)
    operation = &plan->operations[failure->operation];
  g_autofree char *advice = hint(failure, operation);
  print[plan->persona->style](plan, failure, &typed, advice);
}

void
remedy_warn(const struct plan *plan, const char *text)
{
  print_line(plan, LEVEL_WARNING, text);
}
