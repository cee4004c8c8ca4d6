/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "probe.h"

#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  SWEEP_SECONDS = 2,
  PAUSE_MS = 5,
  REPORT_FD = 3,       /* of a program */
  REPORT_AGAIN_FD = 4, /* the same for what that program starts */
};

static int64_t
now_ms(void)
{
  return g_get_monotonic_time() / 1000;
}

/* --- ending processes -------------------------------------------------------- */

/* The parent of the process NAME in /proc, or 0. */
static pid_t
parent_of(const char *name)
{
  g_autofree char *path = g_build_filename("/proc", name, "stat", NULL);
  g_autofree char *text = NULL;
  const char *end;

  /* "PID (NAME) STATE PARENT ...", and the name may hold anything. */
  if (!g_file_get_contents(path, &text, NULL, NULL) || !(end = strrchr(text, ')')) ||
      strlen(end) < strlen(") S "))
    return 0;
  return (pid_t)g_ascii_strtoll(end + strlen(") S "), NULL, 10);
}

/* Whether /proc numbers processes as this one does. */
static bool
proc_is_ours(void)
{
  char target[24];
  ssize_t length = readlink("/proc/self", target, sizeof target - 1);

  target[length > 0 ? length : 0] = '\0';
  return g_ascii_strtoll(target, NULL, 10) == getpid();
}

/* A child keeps its number until it is reaped, which nobody else does. */
static void
kill_children(void)
{
  GDir *proc = g_dir_open("/proc", 0, NULL);
  const char *name;

  while (proc && (name = g_dir_read_name(proc)))
    if (g_ascii_isdigit(name[0]) && parent_of(name) == getpid())
      kill((pid_t)g_ascii_strtoll(name, NULL, 10), SIGKILL);
  if (proc)
    g_dir_close(proc);
}

/* Ends every child, and those that fall to this process by that; false if some are left.
 * Where /proc is that of others, only those in GROUP can be found. */
static bool
sweep(pid_t group)
{
  int64_t end = now_ms() + SWEEP_SECONDS * 1000L;
  bool is_ours = proc_is_ours();
  pid_t got;

  for (;;) {
    do
      got = waitpid(-1, NULL, WNOHANG | __WALL);
    while (got > 0);
    if (got < 0 && errno == ECHILD)
      return true;
    if (now_ms() > end)
      return false;
    if (is_ours)
      kill_children();
    else
      kill(-group, SIGKILL);
    g_usleep((gulong)PAUSE_MS * 1000);
  }
}

/* --- the keeper --------------------------------------------------------------- */

/* What all sides write to. */
struct board {
  enum probe_end end;
  max_align_t report[];
};

static _Noreturn void
take_step(const struct probe *probe, struct board *board)
{
  setsid();
  probe->step(probe->data, board->report);
  _exit(0);
}

/* Waits until PID has ended, its time is over, or a signal says to stop. */
static enum probe_end
await(pid_t pid, const sigset_t *signals)
{
  int64_t end = now_ms() + PROBE_SECONDS * 1000L;
  int64_t left;
  int status;

  while ((left = end - now_ms()) > 0) {
    struct timespec time = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000 * 1000};
    int got = sigtimedwait(signals, NULL, &time);
    if (got > 0 && got != SIGCHLD)
      return PROBE_BROKEN;
    if (waitpid(pid, &status, WNOHANG) == pid)
      return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? PROBE_ENDED : PROBE_BROKEN;
  }
  return PROBE_TIMED_OUT;
}

static _Noreturn void
keep(const struct probe *probe, struct board *board, pid_t caller)
{
  static const int heard[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
  sigset_t signals, before;

  sigemptyset(&signals);
  for (size_t i = 0; i < G_N_ELEMENTS(heard); i++)
    sigaddset(&signals, heard[i]);
  sigprocmask(SIG_BLOCK, &signals, &before);
  /* The terminal's signals are for the caller, whose end is heard of here. */
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (getppid() != caller)
    _exit(1);
  pid_t pid = fork();
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    take_step(probe, board);
  }
  enum probe_end end = pid < 0 ? PROBE_BROKEN : await(pid, &signals);
  if (!sweep(pid))
    end = PROBE_STUCK;
  if (probe->clean)
    probe->clean();
  board->end = end;
  _exit(0);
}

enum probe_end
probe_run(const struct probe *probe, void *report)
{
  size_t size = sizeof(struct board) + probe->report_size;
  pid_t caller = getpid();
  struct board *board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (board == MAP_FAILED)
    return PROBE_BROKEN;
  board->end = PROBE_BROKEN;
  memcpy(board->report, report, probe->report_size);
  /* Whoever ignores it has no children to wait for. */
  signal(SIGCHLD, SIG_DFL);
  pid_t pid = fork();
  if (pid == 0)
    keep(probe, board, caller);
  while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    ;
  enum probe_end end = board->end;
  if (end == PROBE_ENDED)
    memcpy(report, board->report, probe->report_size);
  munmap(board, size);
  return end;
}

/* --- programs ------------------------------------------------------------------ */

/* What is heard of a program through a pipe. */
struct ear {
  int fd;
  char *text;
  size_t size, length;
};

static bool
ear_open(struct ear *ear, char *text, size_t size, int *speaker)
{
  int fds[2];

  if (pipe2(fds, O_CLOEXEC) < 0)
    return false;
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  *ear = (struct ear){.fd = fds[0], .text = text, .size = size};
  *speaker = fds[1];
  return true;
}

/* Hears all that is there; what is too much is heard and forgotten. */
static void
ear_listen(struct ear *ear)
{
  char chunk[4096];
  ssize_t got = -1;

  while (ear->fd >= 0 && (got = read(ear->fd, chunk, sizeof chunk)) > 0) {
    size_t room = ear->size - 1 - ear->length;
    size_t kept = (size_t)got < room ? (size_t)got : room;
    memcpy(ear->text + ear->length, chunk, kept);
    ear->length += kept;
  }
  if (got == 0)
    ear->fd = -1;
}

static _Noreturn void
become(const char *path, const char *const *words, int output_fd, int report_fd)
{
  int empty[2];

  /* None is a standard descriptor, and each is put in its place before that is taken. */
  if (pipe2(empty, O_CLOEXEC) == 0)
    dup2(empty[0], STDIN_FILENO);
  dup2(output_fd, STDOUT_FILENO);
  dup2(output_fd, STDERR_FILENO);
  int first = STDERR_FILENO + 1;
  if (report_fd >= 0) {
    int fd = fcntl(report_fd, F_DUPFD, REPORT_AGAIN_FD + 1);
    dup2(fd, REPORT_FD);
    dup2(fd, REPORT_AGAIN_FD);
    first = REPORT_AGAIN_FD + 1;
  }
  descriptor_close_but(first, NULL, 0);
  signal(SIGPIPE, SIG_DFL);
  execv(path, (char *const *)words);
  fprintf(stderr, "%s: %s\n", path, g_strerror(errno));
  fflush(stderr);
  _exit(127);
}

int
probe_program(const char *path, const char *const *words, bool reports, struct probe_said *said)
{
  struct ear output = {.fd = -1}, report = {.fd = -1};
  int output_fd = -1, report_fd = -1;

  memset(said, 0, sizeof *said);
  if (!ear_open(&output, said->output, sizeof said->output, &output_fd) ||
      (reports && !ear_open(&report, said->report, sizeof said->report, &report_fd)))
    return -1;
  pid_t pid = fork();
  if (pid < 0)
    return -1;
  if (pid == 0)
    become(path, words, output_fd, report_fd);
  close(output_fd);
  if (reports)
    close(report_fd);
  struct pollfd heard[] = {{.events = POLLIN}, {.events = POLLIN}};
  bool has_ended = false;
  /* Its end is its own, whoever holds the pipes by then. */
  while (!has_ended) {
    heard[0].fd = output.fd;
    heard[1].fd = report.fd;
    poll(heard, G_N_ELEMENTS(heard), PAUSE_MS);
    has_ended = waitpid(pid, &said->status, WNOHANG) != 0;
    ear_listen(&output);
    ear_listen(&report);
  }
  return 0;
}
