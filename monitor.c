/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "monitor.h"

#include "descriptor.h"
#include "document.h"
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum watched {
  WATCHED_SANDBOX,
  WATCHED_CONTROL,
  WATCHED_SIGNALS,
  WATCHED_PARENT,
  WATCHED_STATUS,
  WATCHED_DOCUMENT, /* the one to be written next, until there is room in it */
  WATCHED_COUNT,
};

/* What the monitor knows of the sandbox while it waits. */
struct watch {
  const struct plan *plan;
  const struct sandbox *sandbox;
  struct failure *failure;
  struct pollfd watched[WATCHED_COUNT];
  bool is_running; /* the payload takes signals */
  int ended_by;    /* the signal that cut the set-up short, or 0 */
  int status;      /* the payload's exit status, once it is told; before, -1 */
  struct announcement announcement;
  enum document document; /* the one to be written next */
};

/* Whether hangups are to be ignored, as nohup(1) has it. Shells make background
 * jobs ignore other signals too, and do not mean it. */
static bool
ignores_hangup(void)
{
  struct sigaction action;

  return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Blocks the signals that are passed on, besides what the caller blocked if those
 * are to act as it meant; a reader who has gone is an error, not a signal. Returns a
 * descriptor that reads the signals to be passed on, or -1 if there are none. */
static int
watch_signals(const struct plan *plan, uint64_t mask, struct failure *failure)
{
  uint64_t forwarded = plan->persona->forward_signals ? REAPER_SIGNALS : 0;
  int fd = -1;

  if (forwarded != 0 && ignores_hangup())
    forwarded &= ~reaper_bit(SIGHUP);
  if (forwarded != 0 && (fd = (int)syscall(SYS_signalfd4, -1, &forwarded, sizeof forwarded,
                                           SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
    return failure_set(failure, STAGE_LAUNCH, "signalfd", NULL);
  uint64_t blocked = forwarded | reaper_bit(SIGPIPE) | (plan->persona->reset_signals ? 0 : mask);
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof blocked) < 0)
    return failure_set(failure, STAGE_LAUNCH, "rt_sigprocmask", NULL);
  return fd;
}

/* The payload has what was meant for it; who waits for a descriptor's end is not to
 * wait for the monitor, and the monitor waits for the end of the child's channels. */
static void
close_others(const struct plan *plan, const struct sandbox *sandbox)
{
  const int keep[] = {
      sandbox->pidfd,     sandbox->control_fd, sandbox->status_fd,
      sandbox->parent_fd, plan->info_fd,       plan->json_status_fd,
  };

  descriptor_close_but(STDERR_FILENO + 1, keep, sizeof keep / sizeof keep[0]);
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

/* A reaper in a shared process namespace has others to end before itself, once
 * there are any. */
static void
end_sandbox(const struct watch *watch)
{
  bool asks_reaper = plan_ends_others(watch->plan) && watch->is_running;

  pidfd_send_signal(watch->sandbox->pidfd, asks_reaper ? SIGNAL_END : SIGKILL, NULL, 0);
}

/* Waits for the next of the documents to take what is to be written; after the last
 * one the child is answered. */
static void
go_on_with_documents(struct watch *watch)
{
  const struct plan *plan = watch->plan;
  int fd = -1;

  while (watch->document < DOCUMENTS && (fd = document_fd(plan, watch->document)) < 0)
    watch->document++;
  watch->watched[WATCHED_DOCUMENT] = (struct pollfd){.fd = fd, .events = POLLOUT};
  if (watch->document < DOCUMENTS)
    return;
  if (plan->info_fd >= 0)
    close(plan->info_fd);
  send(watch->sandbox->control_fd, "", 1, MSG_NOSIGNAL);
}

static void
write_document(struct watch *watch)
{
  watch->watched[WATCHED_DOCUMENT].fd = -1;
  if (document_announce(watch->plan, watch->document, watch->sandbox->pid, &watch->announcement,
                        watch->failure) < 0) {
    end_sandbox(watch);
    return;
  }
  watch->document++;
  go_on_with_documents(watch);
}

/* A record comes from a process that others may have got hold of. */
static void
take_failure(struct watch *watch, const struct failure *record)
{
  *watch->failure = *record;
  watch->failure->call[sizeof record->call - 1] = '\0';
  watch->failure->text[sizeof record->text - 1] = '\0';
}

/* Takes one thing that the child has to say. The socket's end says that the payload has
 * executed. Returns whether there may be more. */
static bool
take_record(struct watch *watch)
{
  union {
    struct failure failure;
    struct announcement announcement;
  } record;
  ssize_t got = recv(watch->sandbox->control_fd, &record, sizeof record, MSG_DONTWAIT);

  if (got == sizeof record.failure) {
    take_failure(watch, &record.failure);
  } else if (got == sizeof record.announcement) {
    watch->announcement = record.announcement;
    go_on_with_documents(watch);
  } else if (got == 1) {
    watch->is_running = true;
  } else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    watch->watched[WATCHED_CONTROL].fd = -1;
    watch->is_running = true;
  }
  return got > 0;
}

/* While the sandbox is being built there is nobody to pass a signal on to: one
 * that asks for the end is obeyed. */
static void
take_signals(struct watch *watch)
{
  struct signalfd_siginfo info;

  while (read(watch->watched[WATCHED_SIGNALS].fd, &info, sizeof info) == sizeof info) {
    if (watch->is_running)
      pass_on(watch->plan, watch->sandbox, &info);
    else if (asks_to_end((int)info.ssi_signo))
      watch->ended_by = (int)info.ssi_signo;
  }
  if (watch->ended_by != 0)
    end_sandbox(watch);
}

/* A reaper that is gone without a word leaves its own end to tell. */
static void
take_status(struct watch *watch)
{
  unsigned char status;

  if (read(watch->sandbox->status_fd, &status, sizeof status) == sizeof status)
    watch->status = status;
  watch->watched[WATCHED_STATUS].fd = -1;
}

/* Reaps the first process of the sandbox. Where it was PID 1, the kernel has
 * ended and reaped everything else before it lets it be reaped. */
static int
collect(const struct watch *watch)
{
  siginfo_t info;

  if (waitid(P_PIDFD, (id_t)watch->sandbox->pidfd, &info, WEXITED) < 0) {
    failure_set(watch->failure, STAGE_LAUNCH, "waitid", NULL);
    return watch->plan->persona->status_failed;
  }
  if (failure_is_set(watch->failure))
    return report_status(watch->plan->persona, watch->failure);
  if (watch->ended_by != 0)
    return 128 + watch->ended_by;
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static void
take_events(struct watch *watch)
{
  struct pollfd *watched = watch->watched;

  /* All of it: the child may have ended since, and then nobody asks again. */
  while (watched[WATCHED_CONTROL].revents && take_record(watch))
    continue;
  if (watched[WATCHED_SIGNALS].revents && watch->ended_by == 0)
    take_signals(watch);
  if (watched[WATCHED_DOCUMENT].revents)
    write_document(watch);
  if (watched[WATCHED_STATUS].revents)
    take_status(watch);
  if (watched[WATCHED_PARENT].revents) {
    end_sandbox(watch);
    watched[WATCHED_PARENT].fd = -1;
  }
}

/* Writes the last line, when there is room for it. Who wants the monitor to end, or
 * is gone, does not wait for that. */
static void
finish_documents(struct watch *watch, int status)
{
  struct pollfd *watched = watch->watched;
  struct pollfd room[] = {
      {.fd = watch->plan->json_status_fd, .events = POLLOUT},
      {.fd = watched[WATCHED_SIGNALS].fd, .events = POLLIN},
      {.fd = watch->sandbox->parent_fd, .events = POLLIN},
  };

  if (watch->plan->json_status_fd < 0 || failure_is_set(watch->failure) || watch->ended_by != 0)
    return;
  while (poll(room, sizeof room / sizeof room[0], -1) < 0)
    if (errno != EINTR)
      return;
  if (room[0].revents & POLLOUT)
    document_end(watch->plan, status);
}

int
monitor_run(const struct plan *plan, const struct sandbox *sandbox, struct failure *failure)
{
  struct watch watch = {.plan = plan, .sandbox = sandbox, .failure = failure, .status = -1};

  close_others(plan, sandbox);
  watch.watched[WATCHED_SANDBOX] = (struct pollfd){.fd = sandbox->pidfd, .events = POLLIN};
  watch.watched[WATCHED_CONTROL] = (struct pollfd){.fd = sandbox->control_fd, .events = POLLIN};
  watch.watched[WATCHED_PARENT] = (struct pollfd){.fd = sandbox->parent_fd, .events = POLLIN};
  watch.watched[WATCHED_DOCUMENT] = (struct pollfd){.fd = -1};
  watch.watched[WATCHED_STATUS] = (struct pollfd){.fd = sandbox->status_fd, .events = POLLIN};
  watch.watched[WATCHED_SIGNALS] = (struct pollfd){
      .fd = watch_signals(plan, sandbox->mask, failure),
      .events = POLLIN,
  };
  if (failure_is_set(failure))
    end_sandbox(&watch);
  while (!watch.watched[WATCHED_SANDBOX].revents && watch.status < 0) {
    if (poll(watch.watched, WATCHED_COUNT, -1) < 0 && errno != EINTR) {
      failure_set(failure, STAGE_LAUNCH, "poll", NULL);
      end_sandbox(&watch);
      break;
    }
    take_events(&watch);
  }
  int status = watch.status >= 0 ? watch.status : collect(&watch);
  finish_documents(&watch, status);
  return status;
}
