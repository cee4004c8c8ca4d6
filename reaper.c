/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  SIGNALS = 64,
  COPY_LIFETIME = 250, /* milliseconds */
  PATIENCE = 100,      /* milliseconds */
};

static bool
is_passed_on(int signal)
{
  return signal > 0 && (REAPER_SIGNALS & reaper_bit(signal)) != 0;
}

/* A shell's way to say both in one number. */
static int
status_of(int wait_status)
{
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Kills each process that the list TEXT of decimal numbers names. */
static void
kill_listed(const char *text, ssize_t size)
{
  pid_t pid = 0;

  for (ssize_t i = 0; i < size; i++) {
    if (text[i] >= '0' && text[i] <= '9') {
      pid = pid * 10 + (text[i] - '0');
      continue;
    }
    if (pid > 0)
      kill(pid, SIGKILL);
    pid = 0;
  }
}

static void
end_descendants(int proc_fd)
{
  char list[4096];

  /* A descendant whose parent is killed becomes a child here, so that killing
   * the children again and again reaches them all. A number that the buffer cut
   * is left for the next round by dropping the list's tail. */
  for (;;) {
    int fd = openat(proc_fd, "thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return;
    ssize_t got = read(fd, list, sizeof list);
    close(fd);
    while (got > 0 && list[got - 1] != ' ')
      got--;
    kill_listed(list, got);
    /* The list may miss children while others end: wait only for one killed. */
    pid_t pid = waitpid(-1, NULL, got > 0 ? 0 : WNOHANG);
    if (pid < 0 && errno == ECHILD)
      return;
  }
}

/* As PID 1. What cannot be killed, or is traced from outside, is left to the kernel. */
static void
end_namespace(void)
{
  const struct timespec patience = {.tv_nsec = PATIENCE * 1000000L};
  const uint64_t child = reaper_bit(SIGCHLD);
  pid_t pid;

  kill(-1, SIGKILL);
  for (;;) {
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
      continue;
    if (pid < 0 || syscall(SYS_rt_sigtimedwait, &child, NULL, &patience, sizeof child) < 0)
      return;
  }
}

static void
tell(const struct reaper *reaper, const struct ending *ending)
{
  if (reaper->status_fd < 0)
    return;
  (void)!write(reaper->status_fd, ending, sizeof *ending);
  close(reaper->status_fd);
}

static _Noreturn void
end(const struct reaper *reaper, const struct ending *ending)
{
  tell(reaper, ending);
  if (!reaper->own_namespace)
    end_descendants(reaper->proc_fd);
  else if (reaper->status_fd >= 0)
    end_namespace();
  _exit(status_of(ending->wait_status));
}

static pid_t
wait_for_any(struct ending *ending, int options)
{
  return (pid_t)syscall(SYS_wait4, -1, &ending->wait_status, options, &ending->usage);
}

static void
reap(const struct reaper *reaper)
{
  struct ending ending = {0};
  pid_t pid;

  /* The end of the payload is not to be missed: no other signal comes for it. */
  while ((pid = wait_for_any(&ending, WNOHANG)) > 0 || (pid < 0 && errno != ECHILD))
    if (pid == reaper->payload)
      end(reaper, &ending);
}

/* Whether a signal to the reaper's process group reached the payload as well.
 * Groups of the outside have no number in the namespace and read as 0. */
static bool
shares_group(const struct reaper *reaper)
{
  return getpgid(reaper->payload) == getpgid(0);
}

static int64_t
milliseconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* When the reaper got its own copy of each signal; 0 once that was used. */
struct copies {
  int64_t times[SIGNALS + 1];
};

/* In a process namespace of its own, a sender that has a number is one inside. */
static void
note_copy(const struct reaper *reaper, struct copies *copies, const siginfo_t *info)
{
  if ((info->si_pid == 0 || !reaper->own_namespace) && shares_group(reaper))
    copies->times[info->si_signo] = milliseconds();
}

static void
pass_on(const struct reaper *reaper, struct copies *copies, int signal)
{
  int64_t noted = copies->times[signal];

  copies->times[signal] = 0;
  if (noted == 0 || milliseconds() - noted > COPY_LIFETIME)
    kill(reaper->payload, signal);
}

void
reaper_forget_signals(void)
{
  const struct timespec now = {0};
  const uint64_t set = REAPER_SIGNALS;

  while (syscall(SYS_rt_sigtimedwait, &set, NULL, &now, sizeof set) > 0)
    continue;
}

void
reaper_run(const struct reaper *reaper)
{
  struct copies copies = {0};
  const struct ending killed = {.wait_status = SIGKILL};
  const uint64_t all = UINT64_MAX;
  siginfo_t info;

  for (;;) {
    int signal = (int)syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all);
    if (signal == SIGCHLD)
      reap(reaper);
    else if (signal == SIGNAL_END)
      end(reaper, &killed);
    else if (is_passed_on(signal - SIGNAL_FORWARDED))
      pass_on(reaper, &copies, signal - SIGNAL_FORWARDED);
    else if (is_passed_on(signal))
      note_copy(reaper, &copies, &info);
  }
}

void
reaper_linger(const struct reaper *reaper)
{
  struct ending ending = {0};
  int result = 0;
  pid_t pid;

  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &reaper->mask, NULL, sizeof reaper->mask);
  while ((pid = wait_for_any(&ending, 0)) > 0 || errno != ECHILD)
    if (pid == reaper->payload) {
      result = status_of(ending.wait_status);
      tell(reaper, &ending);
    }
  _exit(result);
}
