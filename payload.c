/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "payload.h"

#include "descriptor.h"
#include "privileges.h"
#include "report.h"
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  SIGNALS = 64,
};

#define NO_INTERPRETER                                                                             \
  "the interpreter that its first line names, or its loader, is not in the sandbox"

/* The C library keeps two signals to itself, so the kernel is asked directly:
 * the payload must not inherit an ignored signal of any number. */
static void
reset_signals(void)
{
  static const struct {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
  } none;

  for (int i = 1; i <= SIGNALS; i++)
    if (i != SIGKILL && i != SIGSTOP)
      syscall(SYS_rt_sigaction, i, &none, NULL, sizeof none.mask);
}

/* The first filter may allow nothing but execve, so this comes before. */
static int
restore_mask(const struct plan *plan, const struct inheritance *inheritance,
             struct failure *failure)
{
  const uint64_t mask = plan->persona->reset_signals ? 0 : inheritance->signal_mask;

  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "rt_sigprocmask", NULL);
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
  if (plan->persona->close_descriptors)
    descriptor_close_but(STDERR_FILENO + 1, kept, plan->keep_count + 1);
  return 0;
}

/* A working directory reached through a link of /proc may lie outside. */
static int
check_directory(const char *path, char *current, size_t size, struct failure *failure)
{
  if (syscall(SYS_getcwd, current, size) < 0)
    return failure_set(failure, STAGE_DIRECTORY, "getcwd", path);
  if (current[0] != '/')
    return failure_say(failure, STAGE_DIRECTORY, path, "lies outside of the sandbox");
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

/* What execvp(3) does: a file that is found but may not be executed is
 * remembered, and one without an interpreter line goes to the shell. A directory
 * of PATH that may not be searched holds nothing that was found. A file that is
 * there and is said not to be lacks what should run it. */
static int
execute(const struct plan *plan, struct failure *failure)
{
  const char *denied = NULL;

  for (char *const *path = plan->candidates; *path; path++) {
    execve(*path, plan->argv + 1, plan->environment);
    if (errno == ENOEXEC) {
      plan->argv[1] = *path;
      execve(plan->argv[0], plan->argv, plan->environment);
      return failure_set(failure, STAGE_EXEC, "execve", plan->argv[0]);
    }
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR)
      return failure_set(failure, STAGE_EXEC, "execve", *path);
    bool was_denied = errno == EACCES;
    if (faccessat(AT_FDCWD, *path, F_OK, 0) < 0)
      continue;
    if (!was_denied)
      return failure_say(failure, STAGE_EXEC, *path, NO_INTERPRETER);
    denied = *path;
  }
  errno = denied ? EACCES : ENOENT;
  return failure_set(failure, STAGE_EXEC, "execve", denied ? denied : plan->command);
}

static int
prepare(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
        struct failure *failure)
{
  if (plan->new_session && setsid() < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "setsid", NULL);
  umask(inheritance->mask);
  if (setrlimit(RLIMIT_NOFILE, &inheritance->open_files) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "setrlimit", "RLIMIT_NOFILE");
  if (close_descriptors(plan, inheritance->kept, control_fd, failure) < 0 ||
      enter_directory(plan, failure) < 0)
    return -1;
  if (plan->persona->reset_signals)
    reset_signals();
  if (privileges_raise_ambient(plan, inheritance->capabilities, failure) < 0 ||
      privileges_check(plan, inheritance->capabilities, failure) < 0)
    return -1;
  if (restore_mask(plan, inheritance, failure) < 0)
    return -1;
  if (plan->persona->forward_signals)
    report_start(control_fd);
  return seccomp_load_filters(plan, failure);
}

/* Does not return, on a stack that a sanitizer does not know. */
__attribute__((no_sanitize_address)) void
payload_run(const struct plan *plan, const struct inheritance *inheritance, int control_fd)
{
  struct failure failure = {0};

  if (prepare(plan, inheritance, control_fd, &failure) == 0)
    execute(plan, &failure);
  report_failure(control_fd, &failure);
  _exit(report_status(plan->persona, &failure));
}
