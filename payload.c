/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "payload.h"

#include "descriptor.h"
#include "gate.h"
#include "inspect.h"
#include "interpreter.h"
#include "privileges.h"
#include "report.h"
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  SIGNALS = 64,
  INTERPRETERS_MAX = 5, /* as many as the kernel follows */
};

/* The C library keeps two signals to itself, so the kernel is asked directly:
 * the payload must not inherit an ignored signal of any number. */
static int
reset_signals(struct failure *failure)
{
  static const struct {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
  } none;

  for (int i = 1; i <= SIGNALS; i++)
    if (i != SIGKILL && i != SIGSTOP &&
        syscall(SYS_rt_sigaction, i, &none, NULL, sizeof none.mask) < 0)
      return failure_set(failure, STAGE_PRIVILEGES, "rt_sigaction", "the signals");
  return 0;
}

/* The first filter may allow nothing but execve, so this comes before. */
static int
restore_mask(const struct plan *plan, const struct inheritance *inheritance,
             struct failure *failure)
{
  const uint64_t mask = plan->persona->reset_signals ? 0 : inheritance->signal_mask;

  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "rt_sigprocmask", "the signals");
  return 0;
}

/* What the payload is not to have is closed before anything of its choice is looked
 * up: a link that it owns could lead through a descriptor. The control socket is left
 * to execve, and its end says that the payload runs. */
static int
close_descriptors(const struct plan *plan, int *kept, int control_fd, struct failure *failure)
{
  for (size_t i = 0; i < plan->keep_count; i++) {
    kept[i] = plan->keep_fds[i];
    if (fcntl(kept[i], F_SETFD, 0) < 0)
      return failure_set(failure, STAGE_PRIVILEGES, "fcntl", "a descriptor to be kept");
  }
  kept[plan->keep_count] = control_fd;
  if (plan->persona->close_descriptors && !plan_keeps_host(plan) &&
      descriptor_close_but(STDERR_FILENO + 1, kept, plan->keep_count + 1) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "close_range", "open descriptors");
  return 0;
}

/* A working directory reached through a link of /proc may lie outside. */
static int
check_directory(const char *path, char *current, size_t size, struct failure *failure)
{
  if (syscall(SYS_getcwd, current, size) < 0)
    return failure_set(failure, STAGE_DIRECTORY, "getcwd", path);
  if (current[0] != '/')
    return failure_say(failure, STAGE_DIRECTORY, CODE_DIRECTORY_OUTSIDE, path,
                       "lies outside of the sandbox");
  return 0;
}

/* PWD is the directory as it was named; a relative name says where it led. */
static int
enter_directory(const struct plan *plan, struct failure *failure)
{
  static const char name[] = "PWD=";
  static char pwd[sizeof name + PATH_MAX] = "PWD=";
  char *current = pwd + sizeof name - 1;

  for (size_t i = 0; i < plan->directory_count; i++) {
    const struct directory *directory = &plan->directories[i];
    if (chdir(directory->path) < 0)
      continue;
    if (check_directory(directory->path, current, PATH_MAX, failure) < 0)
      return -1;
    plan->environment[plan->pwd_slot] = directory->path[0] == '/' ? directory->pwd : pwd;
    return 0;
  }
  return failure_set(failure, STAGE_DIRECTORY, "chdir", plan->directories[0].path);
}

/* What would run PATH may be missing, or what would run that. Its name ends the text. */
static int
refuse_interpreter(const char *path, struct failure *failure)
{
  static char names[2][PATH_MAX];
  const char *file = path;

  for (int i = 0; i < INTERPRETERS_MAX; i++) {
    char *name = names[i % 2];
    enum interpreter interpreter = interpreter_find(file, name);
    if (interpreter == INTERPRETER_NONE)
      break;
    if (faccessat(AT_FDCWD, name, F_OK, 0) == 0) {
      file = name;
      continue;
    }
    failure_say(failure, STAGE_EXEC, CODE_EXEC_BAD_INTERPRETER, file,
                interpreter == INTERPRETER_SCRIPT
                    ? "the interpreter that its first line names is not in the sandbox: "
                    : "the loader that it names is not in the sandbox: ");
    failure_append_object(failure, name);
    failure->error = ENOENT;
    return -1;
  }
  return failure_say(failure, STAGE_EXEC, CODE_EXEC_BAD_INTERPRETER, path,
                     "what should run it is not in the sandbox");
}

/* Why a file that is there may not be executed. */
static int
refuse_denied(const char *path, struct failure *failure)
{
  char name[PATH_MAX];
  struct stat status;
  struct statvfs mount;

  failure_set(failure, STAGE_EXEC, "execve", path);
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
    failure_append(failure, ": it is a directory");
  else if (statvfs(path, &mount) == 0 && (mount.f_flag & ST_NOEXEC))
    failure_append(failure, ": it lies in a mount that nothing is executed from");
  else if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) < 0)
    failure_append(failure, ": a directory on the way to it may not be searched");
  else if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
    failure_append(failure, ": it has no permission to be executed");
  else if (interpreter_find(path, name) != INTERPRETER_NONE) {
    failure_append(failure, ": what should run it may not be executed: ");
    failure_append(failure, name);
  }
  return -1;
}

/* Whether PATH could be executed, as far as can be seen. */
static int
look(const char *path)
{
  char name[PATH_MAX];
  struct stat status;

  if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 || stat(path, &status) < 0)
    return -1;
  if (S_ISDIR(status.st_mode)) {
    errno = EACCES;
    return -1;
  }
  if (interpreter_find(path, name) == INTERPRETER_NONE)
    return 0;
  return faccessat(AT_FDCWD, name, X_OK, AT_EACCESS);
}

/* Executes PATH, or looks whether that would go well. */
static int
attempt(const struct plan *plan, const char *path)
{
  return plan->purpose == PURPOSE_RUN ? execve(path, plan->argv + 1, plan->environment)
                                      : look(path);
}

/* A file without an interpreter line goes to the shell, as the C library has it; a program
 * for another kind of machine does not. */
static int
execute_by_shell(const struct plan *plan, const char *path, struct failure *failure)
{
  if (plan->persona->strict && interpreter_is_program(path)) {
    errno = ENOEXEC;
    return failure_set(failure, STAGE_EXEC, "execve", path);
  }
  plan->argv[1] = (char *)path;
  execve(plan->argv[0], plan->argv, plan->environment);
  failure_say(failure, STAGE_EXEC, CODE_EXEC_BAD_INTERPRETER, path,
              "its first line names no interpreter, and the shell cannot be executed: ");
  failure_append_object(failure, plan->argv[0]);
  failure->error = ENOENT;
  return -1;
}

/* What execvp(3) does: a file that is found but may not be executed is
 * remembered, and one without an interpreter line goes to the shell. A directory
 * of PATH that may not be searched holds nothing that was found. A file that is
 * there and is said not to be lacks what should run it. Returns 0 only where it was to
 * be looked up. */
static int
execute(const struct plan *plan, struct failure *failure)
{
  const char *denied = NULL;
  bool is_only = plan->candidates[0] && !plan->candidates[1];
  int last = ENOENT;

  for (char *const *path = plan->candidates; *path; path++) {
    if (attempt(plan, *path) == 0)
      return 0;
    if (errno == ENOEXEC)
      return execute_by_shell(plan, *path, failure);
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR)
      return failure_set(failure, STAGE_EXEC, "execve", *path);
    bool was_denied = errno == EACCES;
    last = is_only ? errno : ENOENT;
    if (faccessat(AT_FDCWD, *path, F_OK, 0) < 0 && !(was_denied && is_only))
      continue;
    if (!was_denied)
      return refuse_interpreter(*path, failure);
    denied = *path;
  }
  errno = denied ? EACCES : last;
  if (denied)
    return refuse_denied(denied, failure);
  return failure_set(failure, STAGE_EXEC, "execve",
                     plan->command[0] != '\0' ? plan->command : "an empty name");
}

static int
prepare(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
        struct failure *failure)
{
  if (plan->new_session && setsid() < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "setsid", "a new session");
  umask(payload_mask(plan, inheritance));
  if (setrlimit(RLIMIT_NOFILE, &inheritance->open_files) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "setrlimit", "RLIMIT_NOFILE");
  if (close_descriptors(plan, inheritance->kept, control_fd, failure) < 0 ||
      enter_directory(plan, failure) < 0)
    return -1;
  if (plan->persona->reset_signals && reset_signals(failure) < 0)
    return -1;
  if (privileges_raise_ambient(plan, inheritance->capabilities, failure) < 0 ||
      gate_check(plan, inheritance, control_fd, failure) < 0)
    return -1;
  if (restore_mask(plan, inheritance, failure) < 0)
    return -1;
  if (plan->purpose != PURPOSE_RUN)
    return 0;
  if (plan_tells_status(plan) &&
      receipt_send(&inheritance->receipt, payload_mask(plan, inheritance), control_fd, failure) < 0)
    return -1;
  if (plan->persona->forward_signals && report_start(plan, control_fd, failure) < 0)
    return -1;
  return seccomp_load_filters(plan, failure);
}

/* Executes the command, or, where nothing is to be started, does what is asked for in its
 * place. */
static int
do_purpose(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
           struct failure *failure)
{
  if (plan->purpose == PURPOSE_EXPLAIN)
    return inspect_all(plan, inheritance->marks, inheritance->proc_fd, control_fd, failure);
  return plan->purpose == PURPOSE_CHECK && !plan->command ? 0 : execute(plan, failure);
}

/* Does not return, on a stack that a sanitizer does not know. */
__attribute__((no_sanitize_address)) void
payload_run(const struct plan *plan, const struct inheritance *inheritance, int control_fd)
{
  struct failure failure = {0};

  if (prepare(plan, inheritance, control_fd, &failure) == 0 &&
      do_purpose(plan, inheritance, control_fd, &failure) == 0)
    _exit(0);
  report_failure(control_fd, &failure);
  _exit(report_status(plan->persona, &failure));
}
