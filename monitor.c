/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "monitor.h"

#include "descriptor.h"
#include "document.h"
#include "outlet.h"
#include "reaper.h"
#include "receipt.h"
#include "report.h"
#include "status.h"

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
  WATCHED_OUTLET,   /* the same for the lines of --status-fd */
  WATCHED_COUNT,
};

/* What the monitor knows of the sandbox while it waits. */
struct watch {
  const struct plan *plan;
  const struct sandbox *sandbox;
  struct findings *findings;
  struct failure *failure;
  struct pollfd watched[WATCHED_COUNT];
  bool is_running; /* the payload takes signals */
  int ended_by;    /* the signal that cut the set-up short, or 0 */
  struct announcement announcement;
  enum document document; /* the one to be written next */
  struct ending ending;   /* how the payload ended, or the first process */
  bool is_told;           /* ... by the reaper */
  struct receipt receipt;
  struct ucred payload; /* who sent it; the number is 0 before that, or when it is unknown */
  bool has_receipt;
  bool has_started; /* ... and so much has been told */
  struct outlet outlet;
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
    return failure_set(failure, STAGE_LAUNCH, "signalfd", "the signals");
  uint64_t blocked = forwarded | reaper_bit(SIGPIPE) | (plan->persona->reset_signals ? 0 : mask);
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof blocked) < 0)
    return failure_set(failure, STAGE_LAUNCH, "rt_sigprocmask", "the signals");
  return fd;
}

/* The payload has what was meant for it; who waits for a descriptor's end is not to
 * wait for the monitor, and the monitor waits for the end of the child's channels. */
static int
close_others(const struct plan *plan, const struct sandbox *sandbox, struct failure *failure)
{
  const struct proxy *proxy = &sandbox->proxy;
  const int keep[] = {
      sandbox->pidfd,
      sandbox->control_fd,
      sandbox->status_fd,
      sandbox->parent_fd,
      plan->info_fd,
      plan->json_status_fd,
      plan->error_fd,
      plan->status_fd,
      proxy->pid != 0 ? proxy->link.ready_fd : -1,
      proxy->pid != 0 ? proxy->words_fd : -1,
  };

  if (descriptor_close_but(STDERR_FILENO + 1, keep, sizeof keep / sizeof keep[0]) < 0)
    return failure_set(failure, STAGE_LAUNCH, "close_range", "open descriptors");
  return 0;
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

/* A child that is not answered waits for ever; one that has ended has said why, or will
 * be found so. */
static void
answer(struct watch *watch)
{
  if (send(watch->sandbox->control_fd, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
      errno != ECONNRESET) {
    failure_set(watch->failure, STAGE_LAUNCH, "send", "an answer");
    end_sandbox(watch);
  }
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
  answer(watch);
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
  watch->failure->typed = (struct typed){0};
  watch->failure->call[sizeof record->call - 1] = '\0';
  watch->failure->text[sizeof record->text - 1] = '\0';
}

/* An answer comes from the same process. */
static void
take_answer(const struct watch *watch, const struct answer *answer)
{
  const struct plan *plan = watch->plan;
  bool names_operation =
      answer->operation >= 0 && (size_t)answer->operation < plan->operation_count;

  if (!watch->findings)
    return;
  if (answer->question < plan->question_count) {
    struct answer *taken = &watch->findings->answers[answer->question];
    *taken = *answer;
    watch->findings->answered++;
    taken->path[sizeof taken->path - 1] = '\0';
    if (!names_operation)
      taken->operation = NO_OPERATION;
  } else if (names_operation) {
    watch->findings->is_pending[answer->operation] = true;
  }
}

/* The kernel names the sender, by the numbers that it has for the monitor. */
static void
take_receipt(struct watch *watch, const struct receipt *receipt, struct msghdr *message)
{
  struct cmsghdr *header = CMSG_FIRSTHDR(message);

  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS)
    memcpy(&watch->payload, CMSG_DATA(header), sizeof watch->payload);
  watch->receipt = *receipt;
  watch->has_receipt = true;
}

/* The payload has executed, unless its process was ended before. */
static void
take_start(struct watch *watch)
{
  const struct status_start start = {
      .first = watch->sandbox->pid,
      .payload = watch->payload,
      .receipt = &watch->receipt,
  };

  watch->watched[WATCHED_CONTROL].fd = -1;
  watch->is_running = true;
  if (!watch->has_receipt || failure_is_set(watch->failure) || watch->ended_by != 0)
    return;
  watch->has_started = true;
  outlet_add(&watch->outlet, status_started(watch->plan, &start));
}

/* What comes through the control socket, told apart by its size. */
union record {
  struct failure failure;
  struct announcement announcement;
  struct answer answer;
  struct receipt receipt;
};

_Static_assert(sizeof(struct receipt) != sizeof(struct failure) &&
                   sizeof(struct receipt) != sizeof(struct answer) &&
                   sizeof(struct receipt) != sizeof(struct announcement),
               "a receipt is known by its size");

/* Takes one thing that the child has to say. The socket's end says that the payload has
 * executed. Returns whether there may be more. */
static bool
take_record(struct watch *watch)
{
  union record record;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(struct ucred))];
  } sender;
  struct iovec data = {.iov_base = &record, .iov_len = sizeof record};
  struct msghdr message = {
      .msg_iov = &data,
      .msg_iovlen = 1,
      .msg_control = &sender,
      .msg_controllen = sizeof sender,
  };
  ssize_t got = recvmsg(watch->sandbox->control_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

  if (got == sizeof record.failure) {
    take_failure(watch, &record.failure);
  } else if (got == sizeof record.answer) {
    take_answer(watch, &record.answer);
  } else if (got == sizeof record.announcement) {
    watch->announcement = record.announcement;
    go_on_with_documents(watch);
  } else if (got == sizeof record.receipt) {
    take_receipt(watch, &record.receipt, &message);
  } else if (got == 1) {
    watch->is_running = true;
    if (plan_ends_others(watch->plan))
      answer(watch);
  } else if (got == 0 || (got < 0 && errno == ECONNRESET)) {
    take_start(watch);
  } else if (got < 0 && errno != EAGAIN && errno != EINTR) {
    failure_set(watch->failure, STAGE_LAUNCH, "recvmsg", "the control socket");
    watch->watched[WATCHED_CONTROL].fd = -1;
    end_sandbox(watch);
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
take_ending(struct watch *watch)
{
  struct ending ending;

  if (read(watch->sandbox->status_fd, &ending, sizeof ending) == sizeof ending) {
    watch->ending = ending;
    watch->is_told = true;
  }
  watch->watched[WATCHED_STATUS].fd = -1;
}

static int
wait_status_of(const siginfo_t *info)
{
  if (info->si_code == CLD_EXITED)
    return W_EXITCODE(info->si_status, 0);
  return info->si_status | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

static int
status_of(int wait_status)
{
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Reaps the first process of the sandbox. Where it was PID 1, the kernel has
 * ended and reaped everything else before it lets it be reaped. What it has used holds
 * what all have used whose end was waited for inside. */
static int
collect(struct watch *watch)
{
  struct ending first = {0};
  siginfo_t info;

  if (syscall(SYS_waitid, P_PIDFD, watch->sandbox->pidfd, &info, WEXITED, &first.usage) < 0) {
    failure_set(watch->failure, STAGE_LAUNCH, "waitid", "the sandbox's end");
    return watch->plan->persona->status_failed;
  }
  first.wait_status = wait_status_of(&info);
  if (watch->is_told)
    watch->ending.usage = first.usage;
  else
    watch->ending = first;
  if (failure_is_set(watch->failure))
    return report_status(watch->plan->persona, watch->failure);
  return watch->ended_by != 0 ? 128 + watch->ended_by : status_of(first.wait_status);
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
    take_ending(watch);
  if (watched[WATCHED_OUTLET].revents)
    outlet_write(&watch->outlet);
  if (watched[WATCHED_PARENT].revents) {
    end_sandbox(watch);
    watched[WATCHED_PARENT].fd = -1;
  }
}

/* Whether a signal says that the monitor is to end. */
static bool
is_asked_to_end(const struct watch *watch)
{
  struct signalfd_siginfo info;

  while (read(watch->watched[WATCHED_SIGNALS].fd, &info, sizeof info) == sizeof info)
    if (asks_to_end((int)info.ssi_signo))
      return true;
  return false;
}

/* Waits for room in FD. Who wants the monitor to end, or is gone, does not wait for that. */
static bool
has_room(const struct watch *watch, int fd)
{
  struct pollfd room[] = {
      {.fd = fd, .events = POLLOUT},
      {.fd = watch->watched[WATCHED_SIGNALS].fd, .events = POLLIN},
      {.fd = watch->sandbox->parent_fd, .events = POLLIN},
  };

  for (;;) {
    int ready = poll(room, sizeof room / sizeof room[0], watch->ended_by != 0 ? 0 : -1);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0 || room[0].revents)
      return ready > 0;
    if (room[2].revents || is_asked_to_end(watch))
      return false;
  }
}

/* The last line of --status-fd; what a failure says is for others to write. */
static void
add_last_line(struct watch *watch, int status)
{
  const struct ending *ending = &watch->ending;
  int killed_by = WIFSIGNALED(ending->wait_status) ? WTERMSIG(ending->wait_status) : 0;
  const struct status_end end = {
      .status = status,
      .wait_status = ending->wait_status,
      .seconds = (double)(launch_now() - watch->sandbox->start) / 1e9,
      .usage = ending->usage,
  };

  if (failure_is_set(watch->failure))
    return;
  outlet_add(&watch->outlet,
             watch->has_started
                 ? status_ended(&end)
                 : status_cut_short(status, watch->ended_by != 0 ? watch->ended_by : killed_by));
}

static void
finish_documents(struct watch *watch, int status)
{
  const struct plan *plan = watch->plan;

  if (plan->json_status_fd >= 0 && !plan_keeps_host(plan) && !failure_is_set(watch->failure) &&
      watch->ended_by == 0 && has_room(watch, plan->json_status_fd))
    document_end(plan, status);
  if (plan_tells_status(plan))
    add_last_line(watch, status);
  while (outlet_fd(&watch->outlet) >= 0 && has_room(watch, plan->status_fd))
    outlet_write(&watch->outlet);
}

/* Where nobody lingers, all has ended when the first process has. */
static bool
is_over(const struct watch *watch)
{
  return watch->watched[WATCHED_SANDBOX].revents ||
         (watch->is_told && watch->plan->persona->linger);
}

/* What was said last may have come since the descriptors were looked at. */
static void
hear_the_rest(struct watch *watch)
{
  while (watch->watched[WATCHED_CONTROL].fd >= 0 && take_record(watch))
    continue;
  if (watch->watched[WATCHED_STATUS].fd >= 0)
    take_ending(watch);
}

int
monitor_run(const struct plan *plan, const struct sandbox *sandbox, struct findings *findings,
            struct failure *failure)
{
  struct watch watch = {
      .plan = plan,
      .sandbox = sandbox,
      .findings = findings,
      .failure = failure,
      .outlet = {.fd = plan_tells_status(plan) ? plan->status_fd : -1},
  };

  watch.watched[WATCHED_SANDBOX] = (struct pollfd){.fd = sandbox->pidfd, .events = POLLIN};
  watch.watched[WATCHED_CONTROL] = (struct pollfd){.fd = sandbox->control_fd, .events = POLLIN};
  watch.watched[WATCHED_PARENT] = (struct pollfd){.fd = sandbox->parent_fd, .events = POLLIN};
  watch.watched[WATCHED_DOCUMENT] = (struct pollfd){.fd = -1};
  watch.watched[WATCHED_STATUS] = (struct pollfd){.fd = sandbox->status_fd, .events = POLLIN};
  watch.watched[WATCHED_SIGNALS] = (struct pollfd){
      .fd = close_others(plan, sandbox, failure) < 0 ? -1
                                                     : watch_signals(plan, sandbox->mask, failure),
      .events = POLLIN,
  };
  if (failure_is_set(failure))
    end_sandbox(&watch);
  while (!is_over(&watch)) {
    watch.watched[WATCHED_OUTLET] =
        (struct pollfd){.fd = outlet_fd(&watch.outlet), .events = POLLOUT};
    if (poll(watch.watched, WATCHED_COUNT, -1) < 0 && errno != EINTR) {
      failure_set(failure, STAGE_LAUNCH, "poll", "open descriptors");
      end_sandbox(&watch);
      break;
    }
    take_events(&watch);
  }
  hear_the_rest(&watch);
  bool lingers = watch.is_told && plan->persona->linger;
  int status = lingers ? status_of(watch.ending.wait_status) : collect(&watch);
  finish_documents(&watch, status);
  return status;
}
