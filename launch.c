/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "launch.h"

#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
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
      return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_PDEATHSIG", "to end with the caller");
    return 0;
  }
  sandbox->parent_fd = pidfd_open(parent, 0);
  if (sandbox->parent_fd < 0 && errno != ESRCH)
    return failure_set(failure, STAGE_LAUNCH, "pidfd_open", "the calling process");
  if (sandbox->parent_fd < 0 || getppid() != parent)
    return failure_say(failure, STAGE_LAUNCH, CODE_PARENT_GONE, NULL,
                       "the calling process has ended");
  return 0;
}

/* The child starts with every signal blocked. */
static int
settle_signals(uint64_t *mask, struct failure *failure)
{
  struct sigaction standard = {.sa_handler = SIG_DFL};
  const uint64_t all = UINT64_MAX;

  /* A caller that ignores SIGCHLD would have the child's status thrown away. */
  if (sigaction(SIGCHLD, &standard, NULL) < 0 ||
      syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, mask, sizeof all) < 0)
    return failure_set(failure, STAGE_LAUNCH, "rt_sigprocmask", "the signals");
  return 0;
}

/* In a user namespace with one id mapped, groups cannot be left any more; who
 * may leave them before, does. */
static int
leave_groups(const struct plan *plan, struct failure *failure)
{
  if (plan->persona->leave_groups && geteuid() == 0 && setgroups(0, NULL) < 0 && errno != EPERM)
    return failure_set(failure, STAGE_LAUNCH, "setgroups", "to leave the groups");
  return 0;
}

static int
take_consumed(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->consumed_count; i++)
    if (fcntl(plan->consumed_fds[i], F_SETFD, FD_CLOEXEC) < 0)
      return failure_set(failure, STAGE_LAUNCH, "fcntl", "a descriptor of the caller's");
  return 0;
}

static int
join(int fd, int type, const char *option, struct failure *failure)
{
  if (fd < 0 || setns(fd, type) == 0)
    return 0;
  g_autofree char *subject = g_strdup_printf("%s %d", option, fd);
  return failure_set(failure, STAGE_LAUNCH, "setns", subject);
}

/* What is joined here, the child begins in. Whoever has power in that user namespace
 * has it over the monitor too from then on, and must not look at what it has of the
 * host: nor at the child, which begins as its copy. */
static int
join_namespaces(const struct plan *plan, struct failure *failure)
{
  if (plan->userns_fd >= 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_DUMPABLE", "not to be traced");
  if (join(plan->userns_fd, CLONE_NEWUSER, "--userns", failure) < 0)
    return -1;
  return join(plan->pidns_fd, CLONE_NEWPID, "--pidns", failure);
}

/* Where the reaper outlives the payload, its own exit status comes too late; and a signal
 * cannot be told from a status above 128 by it. The sender of a receipt has a number only
 * with the credentials that the kernel adds. */
static int
open_channels(const struct plan *plan, int control_fds[2], int status_fds[2],
              struct failure *failure)
{
  bool tells = plan_tells_status(plan);
  const int yes = 1;

  status_fds[0] = status_fds[1] = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control_fds) < 0)
    return failure_set(failure, STAGE_LAUNCH, "socketpair", "the control socket");
  if (tells && setsockopt(control_fds[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) < 0)
    return failure_set(failure, STAGE_LAUNCH, "setsockopt", "SO_PASSCRED");
  if (plan->reaper && (plan->persona->linger || tells) &&
      pipe2(status_fds, O_CLOEXEC | O_NONBLOCK) < 0)
    return failure_set(failure, STAGE_LAUNCH, "pipe2", "the status pipe");
  return 0;
}

int64_t
launch_now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static _Noreturn void
enter(const struct plan *plan, const struct sandbox *sandbox, const struct hand_over *hand_over)
{
  close(sandbox->control_fd);
  if (sandbox->status_fd >= 0)
    close(sandbox->status_fd);
  inside_run(plan, hand_over);
}

static long
clone_child(const struct plan *plan, struct sandbox *sandbox, uint64_t flags)
{
  struct clone_args arguments = {
      .flags = plan->namespaces | CLONE_PIDFD | flags,
      .pidfd = (uint64_t)(uintptr_t)&sandbox->pidfd,
      .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
  };

  return syscall(SYS_clone3, &arguments, sizeof arguments);
}

/* The number of the process behind PIDFD in the monitor's own process namespace, or 0
 * if proc does not tell. */
static pid_t
number_of(int pidfd)
{
  g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", pidfd);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents(path, &text, NULL, NULL) || !(line = strstr(text, "\nPid:")))
    return 0;
  return (pid_t)g_ascii_strtoll(line + strlen("\nPid:"), NULL, 10);
}

/* Only a process that lives in a process namespace can make one below it, and who
 * joins one has children there, but does not live there: a first child, which does,
 * makes the second as its sibling. They share the monitor's descriptors, so that the
 * pidfd is there; its number comes through the pipe. */
static long
clone_below_joined(const struct plan *plan, struct sandbox *sandbox,
                   const struct hand_over *hand_over)
{
  int channel[2], status;
  struct {
    int pidfd, error;
  } answer = {.pidfd = -1, .error = EPIPE};

  if (pipe2(channel, O_CLOEXEC | O_NONBLOCK) < 0)
    return -1;
  pid_t first = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
  if (first == 0) {
    if (clone_child(plan, sandbox, CLONE_PARENT) == 0)
      enter(plan, sandbox, hand_over);
    answer.pidfd = sandbox->pidfd;
    answer.error = errno;
    (void)!write(channel[1], &answer, sizeof answer);
    _exit(0);
  }
  /* Who could end the first child can have ended it before it answered; what it may
   * have made by then does not go on without the monitor. */
  if (first < 0 || waitpid(first, &status, 0) < 0 || read(channel[0], &answer, sizeof answer) < 0)
    answer.error = errno == EAGAIN ? ECHILD : errno;
  close(channel[0]);
  close(channel[1]);
  sandbox->pidfd = answer.pidfd;
  errno = answer.error;
  return answer.pidfd < 0 ? -1 : number_of(answer.pidfd);
}

static int
start(const struct plan *plan, struct sandbox *sandbox, const struct hand_over *hand_over,
      struct failure *failure)
{
  bool is_below = plan_has_pids_below(plan);
  long pid =
      is_below ? clone_below_joined(plan, sandbox, hand_over) : clone_child(plan, sandbox, 0);

  if (pid < 0)
    return failure_set(failure, STAGE_LAUNCH, "clone3", "the sandbox's first process");
  if (pid == 0 && !is_below)
    enter(plan, sandbox, hand_over);
  sandbox->pid = (pid_t)pid;
  return 0;
}

int
launch_sandbox(const struct plan *plan, const struct origin *origin, struct sandbox *sandbox,
               struct failure *failure)
{
  struct hand_over hand_over = {.words = origin->words.start, .words_size = origin->words.size};
  int control_fds[2], status_fds[2];

  sandbox->pidfd = -1;
  /* To join a user namespace takes a parent-death signal back, so that comes first. */
  if (leave_groups(plan, failure) < 0 || settle_signals(&sandbox->mask, failure) < 0 ||
      take_consumed(plan, failure) < 0 || join_namespaces(plan, failure) < 0 ||
      follow_parent(plan, origin->parent, sandbox, failure) < 0 ||
      open_channels(plan, control_fds, status_fds, failure) < 0)
    return -1;
  sandbox->control_fd = control_fds[0];
  sandbox->status_fd = status_fds[0];
  hand_over.control_fd = control_fds[1];
  hand_over.status_fd = status_fds[1];
  hand_over.mask = sandbox->mask;
  hand_over.link = sandbox->proxy.link;
  hand_over.trees = g_new(int, plan->source_count);
  hand_over.held = g_new(int, HELD_LOCKS + plan->lock_count);
  hand_over.kept = g_new(int, plan->keep_count + 1);
  if (plan_keeps_host(plan)) {
    hand_over.marks = g_new0(struct mark, plan->operation_count);
    hand_over.own = g_new(dev_t, plan->operation_count + 1);
  }
  sandbox->start = plan_tells_status(plan) ? launch_now() : 0;
  int result = start(plan, sandbox, &hand_over, failure);
  g_free(hand_over.trees);
  g_free(hand_over.held);
  g_free(hand_over.kept);
  g_free(hand_over.marks);
  g_free(hand_over.own);
  return result;
}
