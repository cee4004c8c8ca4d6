/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "monitor.h"

#include "reaper.h"
#include "report.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum watched {
  WATCHED_SANDBOX,
  WATCHED_CONTROL,
  WATCHED_SIGNALS,
  WATCHED_PARENT,
  WATCHED_COUNT,
};

static bool
shares_pids(const struct plan *plan)
{
  return (plan->namespaces & CLONE_NEWPID) == 0;
}

/* Whether hangups are to be ignored, as nohup(1) has it. Shells make background
 * jobs ignore other signals too, and do not mean it. */
static bool
ignores_hangup(void)
{
  struct sigaction action;

  return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Blocks the signals that are passed on, and only those. Returns a descriptor
 * that reads them. */
static int
watch_signals(const struct plan *plan, struct failure *failure)
{
  sigset_t set;

  sigemptyset(&set);
  for (int signal = 1; plan->persona->forward_signals && signal < NSIG; signal++)
    if (reaper_passes_on(signal))
      sigaddset(&set, signal);
  if (ignores_hangup())
    sigdelset(&set, SIGHUP);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0)
    return failure_set(failure, STAGE_LAUNCH, "signalfd", NULL);
  if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
    return failure_set(failure, STAGE_LAUNCH, "sigprocmask", NULL);
  return fd;
}

/* Whether the sender lives in another process namespace than hutch. A process
 * inside can reach hutch only by signalling their common process group, so that
 * what it meant has reached the payload already. */
static bool
is_from_inside(const struct signalfd_siginfo *info)
{
  char path[32];
  struct stat ours, theirs;

  if (info->ssi_code != SI_USER || info->ssi_pid == 0)
    return false;
  snprintf(path, sizeof path, "/proc/%u/ns/pid", info->ssi_pid);
  return stat(path, &theirs) == 0 && stat("/proc/self/ns/pid", &ours) == 0 &&
         ours.st_ino != theirs.st_ino;
}

/* Without a reaper nobody inside can tell whether the payload has had a signal
 * of its own; what the terminal sends, it sends to the whole group. */
static void
pass_on(const struct plan *plan, const struct sandbox *sandbox, const struct signalfd_siginfo *info)
{
  int signal = (int)info->ssi_signo;

  if (is_from_inside(info))
    return;
  if (plan->reaper)
    pidfd_send_signal(sandbox->pidfd, SIGNAL_FORWARDED + signal, NULL, 0);
  else if (info->ssi_code != SI_KERNEL || plan->new_session)
    pidfd_send_signal(sandbox->pidfd, signal, NULL, 0);
}

static bool
asks_to_end(int signal)
{
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

/* Takes the record, if there is one. Returns false at the socket's end. */
static bool
take_record(const struct sandbox *sandbox, struct failure *failure)
{
  struct failure record;
  ssize_t got = recv(sandbox->control_fd, &record, sizeof record, MSG_DONTWAIT);

  if (got == sizeof record)
    *failure = record;
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* A reaper in a shared process namespace has others to end before itself, once
 * there are any. */
static void
end_sandbox(const struct plan *plan, const struct sandbox *sandbox, bool is_running)
{
  int signal = plan->reaper && shares_pids(plan) && is_running ? SIGNAL_END : SIGKILL;

  pidfd_send_signal(sandbox->pidfd, signal, NULL, 0);
}

/* While the sandbox is being built there is nobody to pass a signal on to: one
 * that asks for the end is obeyed. Returns it, or 0. */
static int
take_signals(const struct plan *plan, const struct sandbox *sandbox, int signal_fd, bool is_running)
{
  struct signalfd_siginfo info;
  int asked = 0;

  while (read(signal_fd, &info, sizeof info) == sizeof info) {
    if (is_running)
      pass_on(plan, sandbox, &info);
    else if (asks_to_end((int)info.ssi_signo))
      asked = (int)info.ssi_signo;
  }
  if (asked != 0)
    end_sandbox(plan, sandbox, false);
  return asked;
}

/* Reaps the first process of the sandbox. Where it was PID 1, the kernel has
 * ended and reaped everything else before it lets it be reaped. */
static int
collect(const struct plan *plan, const struct sandbox *sandbox, struct failure *failure)
{
  siginfo_t info;

  if (waitid(P_PIDFD, (id_t)sandbox->pidfd, &info, WEXITED) < 0) {
    failure_set(failure, STAGE_LAUNCH, "waitid", NULL);
    return plan->persona->status_failed;
  }
  if (failure_is_set(failure))
    return report_status(plan->persona, failure);
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

int
monitor_run(const struct plan *plan, const struct sandbox *sandbox, struct failure *failure)
{
  struct pollfd watched[WATCHED_COUNT] = {
      [WATCHED_SANDBOX] = {.fd = sandbox->pidfd, .events = POLLIN},
      [WATCHED_CONTROL] = {.fd = sandbox->control_fd, .events = POLLIN},
      [WATCHED_SIGNALS] = {.fd = watch_signals(plan, failure), .events = POLLIN},
      [WATCHED_PARENT] = {.fd = sandbox->parent_fd, .events = POLLIN},
  };
  bool is_running = false;
  int ended_by = 0;

  if (failure_is_set(failure))
    end_sandbox(plan, sandbox, is_running);
  while (!watched[WATCHED_SANDBOX].revents) {
    if (poll(watched, WATCHED_COUNT, -1) < 0 && errno != EINTR) {
      failure_set(failure, STAGE_LAUNCH, "poll", NULL);
      end_sandbox(plan, sandbox, is_running);
      break;
    }
    if (watched[WATCHED_CONTROL].revents && !take_record(sandbox, failure)) {
      watched[WATCHED_CONTROL].fd = -1;
      is_running = true;
    }
    if (watched[WATCHED_SIGNALS].revents && ended_by == 0)
      ended_by = take_signals(plan, sandbox, watched[WATCHED_SIGNALS].fd, is_running);
    if (watched[WATCHED_PARENT].revents) {
      end_sandbox(plan, sandbox, is_running);
      watched[WATCHED_PARENT].fd = -1;
    }
  }
  int status = collect(plan, sandbox, failure);
  return ended_by != 0 && !failure_is_set(failure) ? 128 + ended_by : status;
}
