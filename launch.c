/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "launch.h"

#include "inside.h"

#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A pidfd follows the process, where a parent-death signal follows the thread
 * that started us. A parent in another process namespace has no number here, and
 * the signal is all there is. */
static int
follow_parent(const struct plan *plan, pid_t parent, struct sandbox *sandbox,
              struct failure *failure)
{
  sandbox->parent_fd = -1;
  if (!plan->die_with_parent)
    return 0;
  if (parent == 0) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
      return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_PDEATHSIG", NULL);
    return 0;
  }
  sandbox->parent_fd = pidfd_open(parent, 0);
  if (sandbox->parent_fd < 0)
    return failure_set(failure, STAGE_LAUNCH, "pidfd_open", "the calling process");
  if (getppid() != parent)
    return failure_say(failure, STAGE_LAUNCH, NULL, "the calling process has ended");
  return 0;
}

/* The child starts with every signal blocked, and unblocks them for the payload. */
static int
settle_signals(struct failure *failure)
{
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigset_t all;

  sigfillset(&all);
  /* A caller that ignores SIGCHLD would have the child's status thrown away. */
  if (sigaction(SIGCHLD, &standard, NULL) < 0 || sigprocmask(SIG_SETMASK, &all, NULL) < 0)
    return failure_set(failure, STAGE_LAUNCH, "sigprocmask", NULL);
  return 0;
}

/* In a user namespace with one id mapped, groups cannot be left any more; who
 * may leave them before, does. */
static int
leave_groups(struct failure *failure)
{
  if (geteuid() == 0 && setgroups(0, NULL) < 0 && errno != EPERM)
    return failure_set(failure, STAGE_LAUNCH, "setgroups", NULL);
  return 0;
}

static int
start(const struct plan *plan, struct sandbox *sandbox, int control_fds[2],
      struct hand_over *hand_over, struct failure *failure)
{
  struct clone_args arguments = {
      .flags = plan->namespaces | CLONE_PIDFD,
      .pidfd = (uint64_t)(uintptr_t)&sandbox->pidfd,
      .exit_signal = SIGCHLD,
  };
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);

  if (pid < 0)
    return failure_set(failure, STAGE_LAUNCH, "clone3", NULL);
  if (pid == 0) {
    close(control_fds[0]);
    inside_run(plan, hand_over);
  }
  close(control_fds[1]);
  sandbox->control_fd = control_fds[0];
  return 0;
}

int
launch_sandbox(const struct plan *plan, const struct origin *origin, struct sandbox *sandbox,
               struct failure *failure)
{
  struct hand_over hand_over = {.words = origin->words.start, .words_size = origin->words.size};
  int control_fds[2];

  if (follow_parent(plan, origin->parent, sandbox, failure) < 0 || leave_groups(failure) < 0 ||
      settle_signals(failure) < 0)
    return -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control_fds) < 0)
    return failure_set(failure, STAGE_LAUNCH, "socketpair", NULL);
  hand_over.control_fd = control_fds[1];
  hand_over.trees = g_new(int, plan->source_count);
  int result = start(plan, sandbox, control_fds, &hand_over, failure);
  g_free(hand_over.trees);
  return result;
}
