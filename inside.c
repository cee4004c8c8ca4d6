/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "inside.h"

#include "bind-mount.h"
#include "descriptor.h"
#include "lock.h"
#include "namespaces.h"
#include "netns.h"
#include "number.h"
#include "payload.h"
#include "privileges.h"
#include "reaper.h"
#include "report.h"
#include "root.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <poll.h>
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

/* Ties this process to the monitor's life by SIGNAL. The monitor may be gone
 * already, in which case no signal will come any more. */
static int
follow_monitor(const struct plan *plan, int signal, int control_fd, struct failure *failure)
{
  if (!plan->die_with_monitor)
    return 0;
  if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_PDEATHSIG", "to end with the caller");
  if (!report_is_heard(control_fd))
    _exit(plan->persona->status_failed);
  return 0;
}

/* The caller reads until the end before it goes on, so nobody here may hold what
 * the monitor writes to. The numbers stay taken, so that nothing of hutch's own comes
 * to stand where the caller's options mean something else. */
static int
leave(int fd, int control_fd, struct failure *failure)
{
  if (fd >= 0 && dup3(control_fd, fd, O_CLOEXEC) < 0)
    return failure_set(failure, STAGE_LAUNCH, "dup3", "a descriptor of the caller's");
  return 0;
}

static int
announce(const struct plan *plan, enum moment moment, const struct inheritance *inheritance,
         int control_fd, struct failure *failure)
{
  if (plan->announcement != moment)
    return 0;
  return report_announce(control_fd, inheritance->proc_fd, plan->persona->status_failed, failure);
}

/* Waits for a byte or the end on FD, and leaves it. */
static int
wait_for(int fd, const char *option, int control_fd, struct failure *failure)
{
  struct pollfd readable = {.fd = fd, .events = POLLIN};
  char byte;

  if (fd < 0)
    return 0;
  while (read(fd, &byte, sizeof byte) < 0) {
    if (errno != EINTR && errno != EAGAIN)
      return failure_set(failure, STAGE_LAUNCH, "read", option);
    poll(&readable, 1, -1);
  }
  return leave(fd, control_fd, failure);
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
build_root(const struct plan *plan, const struct hand_over *hand_over,
           struct inheritance *inheritance, struct failure *failure)
{
  struct assembly assembly = {
      .plan = plan,
      .trees = hand_over->trees,
      .proc_fd = inheritance->proc_fd,
      .marks = hand_over->marks,
      .own = hand_over->own,
  };

  if (plan->map_ids &&
      namespaces_map_ids(inheritance->proc_fd, &plan->uid, &plan->gid, failure) < 0)
    return -1;
  if (plan->detach_mounts && bind_mount_detach_from_host(failure) < 0)
    return -1;
  if (plan->file_label &&
      privileges_set_label(inheritance->proc_fd, LABEL_OF_FILES, plan->file_label, failure) < 0)
    return -1;
  /* What is made is made with exactly the permissions that the plan names. */
  inheritance->mask = umask(0);
  if (source_raise_limit(plan, &inheritance->open_files, failure) < 0 ||
      source_clone_all(plan, assembly.trees, &hand_over->link, failure) < 0 ||
      root_build(&assembly, failure) < 0)
    return -1;
  return root_enter(&assembly, failure);
}

/* Sets up those of the namespaces in FLAGS that need it, with the power over them
 * that the process has just now. */
static int
set_up(const struct plan *plan, uint64_t flags, struct failure *failure)
{
  if ((flags & CLONE_NEWUTS) && namespaces_set_hostname(plan, failure) < 0)
    return -1;
  return flags & CLONE_NEWNET ? netns_raise_loopback(failure) : 0;
}

/* From here on the process has nothing that other processes could want: what shows
 * the host is closed, and it cannot be traced when it has no more power than they. */
static int
limit(const struct plan *plan, struct inheritance *inheritance, struct failure *failure)
{
  if (leave_keyring(plan, failure) < 0)
    return -1;
  if (plan->exec_label &&
      privileges_set_label(inheritance->proc_fd, LABEL_OF_COMMAND, plan->exec_label, failure) < 0)
    return -1;
  if (plan_tells_status(plan))
    receipt_note_namespaces(&inheritance->receipt, inheritance->proc_fd);
  if (!plan_ends_others(plan) && !plan_keeps_host(plan)) {
    close(inheritance->proc_fd);
    inheritance->proc_fd = -1;
  }
  if (privileges_set_traceable(false, failure) < 0)
    return -1;
  return privileges_limit(plan, &inheritance->capabilities, failure);
}

/* The inner namespace may have a copy of the mounts, which have other numbers. */
static int
enter_inner(const struct plan *plan, struct mark *marks, int proc_fd, struct failure *failure)
{
  bool copies = marks && (plan->inner_namespaces & CLONE_NEWNS);

  if (copies)
    inspect_forget_covered(plan, marks);
  if (namespaces_enter_inner(plan, proc_fd, failure) < 0)
    return -1;
  if (copies)
    inspect_mark_again(plan, marks);
  return 0;
}

static int
build(const struct plan *plan, const struct hand_over *hand_over, struct inheritance *inheritance,
      struct failure *failure)
{
  int control_fd = hand_over->control_fd;

  if (build_root(plan, hand_over, inheritance, failure) < 0 ||
      set_up(plan, plan->namespaces, failure) < 0 ||
      enter_inner(plan, hand_over->marks, inheritance->proc_fd, failure) < 0 ||
      set_up(plan, plan->inner_namespaces, failure) < 0)
    return -1;
  /* To join a user namespace takes a parent-death signal back. */
  if (plan->userns2_fd >= 0 && follow_monitor(plan, SIGKILL, control_fd, failure) < 0)
    return -1;
  if (announce(plan, ANNOUNCE_READY, inheritance, control_fd, failure) < 0 ||
      wait_for(plan_keeps_host(plan) ? -1 : plan->block_fd, "--block-fd", control_fd, failure) < 0)
    return -1;
  if (plan_keeps_host(plan) &&
      inspect_tell_pending(plan, hand_over->marks, control_fd, failure) < 0)
    return -1;
  if (limit(plan, inheritance, failure) < 0 ||
      lock_files(plan, hand_over->held + HELD_LOCKS, failure) < 0)
    return -1;
  return namespaces_check_limit(plan, failure);
}

/* What process lists show. In most personas that is nothing of what the caller typed;
 * the words are wiped before the payload can look. */
static int
present(const struct plan *plan, const struct hand_over *hand_over, struct failure *failure)
{
  const struct persona *persona = plan->persona;
  size_t length = strlen(persona->name);

  if (prctl(PR_SET_NAME, persona->reaper_name, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "prctl PR_SET_NAME", "the name of the process");
  if (!persona->hide_reaper || !hand_over->words)
    return 0;
  memset(hand_over->words, 0, hand_over->words_size);
  if (length < hand_over->words_size)
    memcpy(hand_over->words, persona->name, length);
  return 0;
}

/* A reaper in a shared process namespace may be killed before it has begun to
 * reap; the payload must not go on without it. */
static int
follow_reaper(const struct start *start, struct failure *failure)
{
  if (!start->plan->die_with_monitor)
    return 0;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_PDEATHSIG", "to end with the reaper");
  if (getppid() != start->reaper)
    _exit(start->plan->persona->status_failed);
  return 0;
}

/* On that stack, which a sanitizer does not know. */
__attribute__((no_sanitize_address)) static int
start_payload(void *argument)
{
  const struct start *start = argument;
  struct failure failure = {0};

  if (!plan_has_pids(start->plan) && follow_reaper(start, &failure) < 0) {
    report_failure(start->control_fd, &failure);
    _exit(report_status(start->plan->persona, &failure));
  }
  payload_run(start->plan, start->inheritance, start->control_fd);
}

/* The reaper is to end what descends from it also when the monitor ends: by a signal
 * that it can wait for. It finds its children in a proc, by the numbers that they
 * have for that; they must be the numbers that it knows them by. */
static int
become_subreaper(const struct plan *plan, int control_fd, int proc_fd, struct failure *failure)
{
  char self[NUMBER_SIZE], own[NUMBER_SIZE];
  ssize_t length = readlinkat(proc_fd, "self", self, sizeof self - 1);

  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "prctl PR_SET_CHILD_SUBREAPER",
                       "to reap what is left");
  if (length < 0 || faccessat(proc_fd, "thread-self/children", F_OK, 0) < 0)
    return failure_set(failure, STAGE_LAUNCH, "access", "/proc/thread-self/children");
  self[length] = '\0';
  number_write(own, (uint64_t)getpid(), 10);
  if (strcmp(self, own) != 0)
    return failure_say(failure, STAGE_LAUNCH, CODE_HOST_PROC_MISSING, "/proc",
                       "belongs to another process namespace than the caller");
  return follow_monitor(plan, SIGNAL_END, control_fd, failure);
}

/* Nothing can be reported any more: the payload may be running. What the process
 * still has is the control socket, and it must have nothing before it can be traced. */
static _Noreturn void
reap(const struct plan *plan, const struct inheritance *inheritance,
     const struct hand_over *hand_over, struct reaper *reaper)
{
  /* In a namespace with several ids, the children may have taken on another one. */
  const uint64_t kill_others = plan_ends_others(plan) ? UINT64_C(1) << CAP_KILL : 0;
  struct failure ignored;

  hand_over->held[HELD_PROC] = inheritance->proc_fd;
  hand_over->held[HELD_STATUS] = hand_over->status_fd;
  hand_over->held[HELD_SYNC] = plan->sync_fd;
  if (descriptor_close_but(0, hand_over->held, HELD_LOCKS + plan->lock_count) < 0 ||
      privileges_drop(kill_others, &ignored) < 0 ||
      (!plan->persona->hide_reaper && privileges_set_traceable(true, &ignored) < 0))
    _exit(plan->persona->status_failed);
  if (plan->persona->linger)
    reaper_linger(reaper);
  reaper_run(reaper);
}

/* Starts the payload, shares memory with it until it has executed, and becomes
 * the reaper. */
static int
start_and_reap(const struct plan *plan, const struct inheritance *inheritance,
               const struct hand_over *hand_over, struct failure *failure)
{
  struct start start = {
      .plan = plan,
      .inheritance = inheritance,
      .control_fd = hand_over->control_fd,
      .reaper = getpid(),
  };
  struct reaper reaper = {
      .own_namespace = plan_has_pids(plan),
      .proc_fd = inheritance->proc_fd,
      .status_fd = hand_over->status_fd,
      .mask = hand_over->mask,
  };

  if (plan_ends_others(plan) &&
      become_subreaper(plan, hand_over->control_fd, inheritance->proc_fd, failure) < 0)
    return -1;
  if (!plan->persona->linger)
    reaper_forget_signals();
  reaper.payload =
      clone(start_payload, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  if (reaper.payload < 0)
    return failure_set(failure, STAGE_LAUNCH, "clone", "the command's process");
  reap(plan, inheritance, hand_over, &reaper);
}

/* A root that is in place may make the host's proc read-only, as it is there: what is
 * to be written later is written through a copy. */
static int
open_proc(const struct plan *plan, struct failure *failure)
{
  const struct tree_flags none = {0};

  if (plan->root_in_place && (plan->inner_namespaces != 0 || plan->exec_label))
    return bind_mount_clone_path("/proc", &none, failure);
  int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    failure_record(failure, STAGE_NAMESPACES, "open", "/proc");
  return fd;
}

/* The caller, who learns of the process by the announcement, writes its id maps. */
static int
wait_for_maps(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
              struct failure *failure)
{
  if (plan->userns_block_fd < 0 || plan_keeps_host(plan))
    return 0;
  if (wait_for(plan->userns_block_fd, "--userns-block-fd", control_fd, failure) < 0)
    return -1;
  return namespaces_check_maps(inheritance->proc_fd, failure);
}

/* To take on other ids takes a parent-death signal back. */
static int
change_ids(const struct plan *plan, int control_fd, struct failure *failure)
{
  if (plan->change_uid == CHANGE_NOT && plan->change_gid == CHANGE_NOT)
    return 0;
  if (namespaces_change_ids(plan, failure) < 0)
    return -1;
  return follow_monitor(plan, SIGKILL, control_fd, failure);
}

static int
run(const struct plan *plan, const struct hand_over *hand_over, struct failure *failure)
{
  int control_fd = hand_over->control_fd;
  struct inheritance inheritance = {
      .signal_mask = hand_over->mask, .kept = hand_over->kept, .marks = hand_over->marks};

  if (follow_monitor(plan, SIGKILL, control_fd, failure) < 0 ||
      leave(plan->info_fd, control_fd, failure) < 0 ||
      leave(plan->json_status_fd, control_fd, failure) < 0 ||
      leave(plan->error_fd, control_fd, failure) < 0 ||
      leave(plan->status_fd, control_fd, failure) < 0)
    return -1;
  inheritance.proc_fd = open_proc(plan, failure);
  if (inheritance.proc_fd < 0 ||
      announce(plan, ANNOUNCE_START, &inheritance, control_fd, failure) < 0 ||
      wait_for_maps(plan, &inheritance, control_fd, failure) < 0)
    return -1;
  if (change_ids(plan, control_fd, failure) < 0)
    return -1;
  if (build(plan, hand_over, &inheritance, failure) < 0 || present(plan, hand_over, failure) < 0)
    return -1;
  if (plan->reaper)
    return start_and_reap(plan, &inheritance, hand_over, failure);
  payload_run(plan, &inheritance, control_fd);
}

void
inside_run(const struct plan *plan, const struct hand_over *hand_over)
{
  struct failure failure = {0};

  run(plan, hand_over, &failure);
  report_failure(hand_over->control_fd, &failure);
  _exit(report_status(plan->persona, &failure));
}
