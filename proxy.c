/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "proxy.h"

#include "dbus.h"
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  PROXY_READY = 3, /* the descriptors of the proxy */
  PROXY_PLACE,
  PROXY_FREE,             /* the first that it does not have */
  PATIENCE_MS = 2 * 1000, /* with its end */
  WORDS_MS = 300,
};

/* What the proxy's process begins with. */
struct beginning {
  pid_t monitor;
  int ready_fd; /* the end that it writes to */
  int place_fd; /* where the directory comes from */
  int words_fd;
  char **words;
};

/* --- the proxy's process ------------------------------------------------------ */

/* Its group and its terminal are not the caller's: a signal from the keyboard is the
 * command's to take. */
static void
leave_session(const struct beginning *beginning)
{
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigset_t none;

  for (int signal = 1; signal < NSIG; signal++)
    sigaction(signal, &standard, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
      getppid() != beginning->monitor || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    _exit(EXIT_FAILURE);
}

/* Nothing of the caller's stays open: who waits for a descriptor's end does not wait for
 * this process. */
static void
keep_own_descriptors(struct beginning *beginning)
{
  int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  int moved[] = {beginning->ready_fd, beginning->place_fd, beginning->words_fd, null_fd};

  for (size_t i = 0; i < G_N_ELEMENTS(moved); i++)
    moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, PROXY_FREE);
  beginning->ready_fd = moved[0];
  beginning->place_fd = moved[1];
  if (dup2(moved[3], STDIN_FILENO) < 0 || dup2(moved[3], STDOUT_FILENO) < 0 ||
      dup2(moved[2], STDERR_FILENO) < 0 || descriptor_close_but(STDERR_FILENO + 1, moved, 2) < 0)
    _exit(EXIT_FAILURE);
}

/* The directory that the sandbox sends, or -1 when the sandbox is gone without. */
static int
take_place(int fd)
{
  char byte;
  struct iovec data = {.iov_base = &byte, .iov_len = sizeof byte};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr message = {
      .msg_iov = &data,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  int place = -1;
  ssize_t got;

  while ((got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
    continue;
  const struct cmsghdr *header = got == sizeof byte ? CMSG_FIRSTHDR(&message) : NULL;
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(&place, CMSG_DATA(header), sizeof place);
  return place;
}

static _Noreturn void
become_proxy(struct beginning *beginning)
{
  char *const environment[] = {NULL};

  leave_session(beginning);
  keep_own_descriptors(beginning);
  int place_fd = take_place(beginning->place_fd);
  if (place_fd < 0)
    _exit(EXIT_FAILURE);
  int moved = fcntl(place_fd, F_DUPFD_CLOEXEC, PROXY_FREE);
  /* The numbers are free: what was there has been moved up. */
  if (dup2(beginning->ready_fd, PROXY_READY) < 0 || dup2(moved, PROXY_PLACE) < 0 || chdir("/") < 0)
    _exit(EXIT_FAILURE);
  umask(077);
  execve("/proc/self/exe", beginning->words, environment);
  _exit(EXIT_FAILURE);
}

/* --- the monitor's side --------------------------------------------------------- */

static int
open_channels(struct proxy *proxy, struct beginning *beginning, struct failure *failure)
{
  int ready[2], place[2], words[2];

  if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(words, O_CLOEXEC | O_NONBLOCK) < 0)
    return failure_set(failure, STAGE_BUS, "pipe2", "xdg-dbus-proxy");
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, place) < 0)
    return failure_set(failure, STAGE_BUS, "socketpair", "xdg-dbus-proxy");
  *proxy = (struct proxy){
      .link = {.place_fd = place[0], .ready_fd = ready[0]},
      .words_fd = words[0],
  };
  *beginning = (struct beginning){
      .monitor = getpid(),
      .ready_fd = ready[1],
      .place_fd = place[1],
      .words_fd = words[1],
  };
  return 0;
}

int
proxy_start(const struct plan *plan, struct proxy *proxy, struct failure *failure)
{
  struct sigaction standard = {.sa_handler = SIG_DFL};
  struct beginning beginning;

  if (!plan->has_buses || plan_keeps_host(plan))
    return 0;
  /* A caller that ignores SIGCHLD would have the number of the process used again. */
  if (sigaction(SIGCHLD, &standard, NULL) < 0)
    return failure_set(failure, STAGE_BUS, "sigaction", "SIGCHLD");
  if (open_channels(proxy, &beginning, failure) < 0)
    return -1;
  beginning.words = dbus_proxy_words(plan, PROXY_READY, PROXY_PLACE);
  pid_t pid = fork();
  if (pid < 0)
    return failure_set(failure, STAGE_BUS, "fork", "xdg-dbus-proxy");
  if (pid == 0)
    become_proxy(&beginning);
  proxy->pid = pid;
  close(beginning.ready_fd);
  close(beginning.place_fd);
  close(beginning.words_fd);
  return 0;
}

void
proxy_let_go(struct proxy *proxy)
{
  if (proxy->pid != 0)
    close(proxy->link.place_fd);
}

void
proxy_explain(const struct proxy *proxy, struct failure *failure)
{
  struct pollfd words = {.fd = proxy->words_fd, .events = POLLIN};
  char text[512];

  if (proxy->pid == 0 || failure->code != CODE_DBUS_PROXY_FAILED)
    return;
  /* Whoever had to end the proxy may be about to say why. */
  while (poll(&words, 1, WORDS_MS) < 0 && errno == EINTR)
    continue;
  ssize_t got = read(proxy->words_fd, text, sizeof text - 1);
  if (got <= 0)
    return;
  text[got] = '\0';
  text[strcspn(text, "\n")] = '\0';
  failure_append(failure, ": ");
  failure_append(failure, text);
}

/* Waits for the process's end for a while; whether it came. */
static bool
has_ended(pid_t pid)
{
  int pidfd = pidfd_open(pid, 0);
  struct pollfd end = {.fd = pidfd, .events = POLLIN};
  int result = -1;

  if (pidfd < 0)
    return false;
  while ((result = poll(&end, 1, PATIENCE_MS)) < 0 && errno == EINTR)
    continue;
  close(pidfd);
  return result > 0;
}

/* The process leads a group of its own, unless it has barely begun. Its child is not to be left to
 * the caller to reap. */
static void
force_end(pid_t pid)
{
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
}

void
proxy_end(struct proxy *proxy)
{
  if (proxy->pid == 0)
    return;
  close(proxy->link.ready_fd);
  close(proxy->words_fd);
  if (!has_ended(proxy->pid))
    force_end(proxy->pid);
  while (waitpid(proxy->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  /* What it left is of its group. */
  while (waitpid(-proxy->pid, NULL, 0) > 0 || errno == EINTR)
    continue;
  proxy->pid = 0;
}
