/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "inside.h"

#include "namespaces.h"
#include "netns.h"
#include "payload.h"
#include "privileges.h"
#include "reaper.h"
#include "report.h"
#include "root.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  STACK_SIZE = 128 * 1024,
};

/* The payload runs on this stack until it executes. */
static char stack[STACK_SIZE] __attribute__((aligned(16)));

struct start {
  const struct plan *plan;
  const struct inheritance *inheritance;
  int control_fd;
  pid_t reaper;
};

static bool
has_pid_namespace(const struct plan *plan)
{
  return (plan->namespaces & CLONE_NEWPID) != 0;
}

/* Ties this process to the monitor's life by SIGNAL. The monitor may be gone
 * already, in which case no signal will come any more. */
static int
follow_monitor(const struct plan *plan, int signal, int control_fd, struct failure *failure)
{
  if (!plan->persona->die_with_monitor)
    return 0;
  if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_PDEATHSIG", NULL);
  if (!report_is_heard(control_fd))
    _exit(plan->persona->status_failed);
  return 0;
}

/* The payload is to have none of the caller's keys: a session keyring is
 * inherited, and no namespace is about it. */
static int
leave_keyring(const struct plan *plan, struct failure *failure)
{
  if (plan->persona->new_keyring && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 &&
      errno != ENOSYS)
    return failure_set(failure, STAGE_PRIVILEGES, "keyctl", "a session keyring");
  return 0;
}

static int
build(const struct plan *plan, const struct hand_over *hand_over, struct inheritance *inheritance,
      int proc_fd, struct failure *failure)
{
  struct assembly assembly = {.plan = plan, .trees = hand_over->trees, .proc_fd = proc_fd};

  if (namespaces_map_ids(proc_fd, &plan->uid, &plan->gid, failure) < 0)
    return -1;
  /* What is made is made with exactly the permissions that the plan names. */
  inheritance->mask = umask(0);
  if (source_raise_limit(plan, &inheritance->open_files, failure) < 0 ||
      source_clone_all(plan, assembly.trees, failure) < 0 || root_build(&assembly, failure) < 0 ||
      root_enter(&assembly, failure) < 0)
    return -1;
  if (namespaces_enter_inner(plan, proc_fd, failure) < 0 ||
      namespaces_set_hostname(plan, failure) < 0)
    return -1;
  if (plan->loopback && netns_raise_loopback(failure) < 0)
    return -1;
  if (leave_keyring(plan, failure) < 0)
    return -1;
  return privileges_limit(plan->capabilities, &inheritance->capabilities, failure);
}

/* Nobody inside is to trace this process, to open its binary for writing, or to
 * read what the caller typed. The words are wiped before the payload can look. */
static int
hide(const struct plan *plan, const struct hand_over *hand_over, struct failure *failure)
{
  size_t length = strlen(plan->persona->name);

  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
      prctl(PR_SET_NAME, plan->persona->reaper_name, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "prctl", NULL);
  if (!plan->persona->wipe_arguments || !hand_over->words)
    return 0;
  memset(hand_over->words, 0, hand_over->words_size);
  if (length < hand_over->words_size)
    memcpy(hand_over->words, plan->persona->name, length);
  return 0;
}

/* A reaper in a shared process namespace may be killed before it has begun to
 * reap; the payload must not go on without it. */
static int
follow_reaper(const struct start *start)
{
  if (!start->plan->persona->die_with_monitor)
    return 0;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
    return -1;
  return getppid() == start->reaper ? 0 : -1;
}

/* On that stack, which a sanitizer does not know. */
__attribute__((no_sanitize_address)) static int
start_payload(void *argument)
{
  const struct start *start = argument;

  if (!has_pid_namespace(start->plan) && follow_reaper(start) < 0)
    _exit(start->plan->persona->status_failed);
  payload_run(start->plan, start->inheritance, start->control_fd);
}

/* Without a process namespace, the reaper has to end what descends from it by
 * itself, also when the monitor ends: by a signal that it can wait for. */
static int
become_subreaper(const struct plan *plan, int control_fd, int proc_fd, struct failure *failure)
{
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_CHILD_SUBREAPER", NULL);
  if (faccessat(proc_fd, "thread-self/children", F_OK, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "access", "/proc/thread-self/children");
  return follow_monitor(plan, SIGNAL_END, control_fd, failure);
}

/* Starts the payload, shares memory with it until it has executed, and becomes
 * the reaper. */
static int
start_and_reap(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
               int proc_fd, struct failure *failure)
{
  struct start start = {
      .plan = plan,
      .inheritance = inheritance,
      .control_fd = control_fd,
      .reaper = getpid(),
  };
  struct reaper reaper = {.own_namespace = has_pid_namespace(plan), .proc_fd = 0};

  if (!reaper.own_namespace && become_subreaper(plan, control_fd, proc_fd, failure) < 0)
    return -1;
  reaper_forget_signals();
  reaper.payload =
      clone(start_payload, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  if (reaper.payload < 0)
    return failure_set(failure, STAGE_LAUNCH, "clone", "the command's process");
  /* From here on the payload may be running: nothing can be reported any more.
   * Closing everything takes the control socket with it, and leaves nothing of
   * the host's in the process. The descriptor of proc moves out of the way. */
  if (!reaper.own_namespace && dup2(proc_fd, reaper.proc_fd) < 0)
    _exit(plan->persona->status_failed);
  close_range(reaper.own_namespace ? 0 : 1, UINT_MAX, 0);
  if (privileges_drop_all(failure) < 0)
    _exit(plan->persona->status_failed);
  reaper_run(&reaper);
}

static int
run(const struct plan *plan, const struct hand_over *hand_over, struct failure *failure)
{
  struct inheritance inheritance = {0};

  if (follow_monitor(plan, SIGKILL, hand_over->control_fd, failure) < 0)
    return -1;
  int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc_fd < 0)
    return failure_set(failure, STAGE_NAMESPACES, "open", "/proc");
  if (build(plan, hand_over, &inheritance, proc_fd, failure) < 0 ||
      hide(plan, hand_over, failure) < 0)
    return -1;
  if (plan->reaper)
    return start_and_reap(plan, &inheritance, hand_over->control_fd, proc_fd, failure);
  payload_run(plan, &inheritance, hand_over->control_fd);
}

void
inside_run(const struct plan *plan, const struct hand_over *hand_over)
{
  struct failure failure = {0};

  run(plan, hand_over, &failure);
  report_failure(hand_over->control_fd, &failure);
  _exit(report_status(plan->persona, &failure));
}
