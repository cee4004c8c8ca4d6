/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attempt.h"

#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
wait_for(pid_t pid)
{
  int status;

  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- namespaces ---------------------------------------------------------------- */

/* What a child in them does: maps itself. */
static bool
map_itself(unsigned uid, unsigned gid, uint64_t made, struct diagnosis *diagnosis)
{
  g_autofree char *uid_map = g_strdup_printf("0 %u 1\n", uid);
  g_autofree char *gid_map = g_strdup_printf("0 %u 1\n", gid);
  const struct {
    const char *name, *text;
  } files[] = {{"/proc/self/uid_map", uid_map},
               {"/proc/self/setgroups", "deny\n"},
               {"/proc/self/gid_map", gid_map}};

  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    int fd = open(files[i].name, O_WRONLY | O_CLOEXEC);
    const char *call = fd < 0 ? "open" : "write";
    if (fd < 0 || write(fd, files[i].text, strlen(files[i].text)) < 0) {
      diagnosis_fail_namespace(diagnosis, call, files[i].name, made);
      return false;
    }
    close(fd);
  }
  return true;
}

/* By the call that makes a sandbox, so that what refuses that one is seen here: a user
 * namespace that gives no power cannot own another one. */
void
attempt_userns(struct diagnosis *diagnosis)
{
  const uint64_t made = CLONE_NEWUSER | CLONE_NEWNS;
  struct clone_args arguments = {.flags = made, .exit_signal = SIGCHLD};
  unsigned uid = geteuid(), gid = getegid();

  pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) {
    diagnosis_fail_namespace(diagnosis, "clone3", NULL, made);
    return;
  }
  if (pid == 0) {
    if (map_itself(uid, gid, made, diagnosis))
      diagnosis_accept(diagnosis, NULL);
    _exit(0);
  }
  if (wait_for(pid) != 0)
    diagnosis_fail(diagnosis, "the process in it did not end by itself", NULL);
}

enum {
  SECONDS_AHEAD = 100000,
};

static time_t
seconds(void)
{
  struct timespec now = {0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

void
attempt_timens(struct diagnosis *diagnosis)
{
  static const char path[] = "/proc/self/timens_offsets";
  static const char needs[] = "Linux 5.6 or later, built with CONFIG_TIME_NS, is needed";
  g_autofree char *offset = g_strdup_printf("1 %d 0\n", SECONDS_AHEAD);
  time_t before = seconds();

  if (unshare(CLONE_NEWUSER) < 0) {
    diagnosis_fail_namespace(diagnosis, "unshare", "CLONE_NEWUSER", CLONE_NEWUSER);
    return;
  }
  if (unshare(CLONE_NEWTIME) < 0) {
    if (errno == EINVAL)
      diagnosis_miss(diagnosis, "the kernel has none", needs);
    else
      diagnosis_fail_namespace(diagnosis, "unshare", "CLONE_NEWTIME",
                               CLONE_NEWUSER | CLONE_NEWTIME);
    return;
  }
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, offset, strlen(offset)) < 0) {
    diagnosis_fail_call(diagnosis, fd < 0 ? "open" : "write", path, NULL);
    return;
  }
  pid_t pid = fork();
  if (pid == 0)
    _exit(seconds() - before >= SECONDS_AHEAD ? 0 : 1);
  if (pid < 0)
    diagnosis_fail_call(diagnosis, "fork", NULL, NULL);
  else if (wait_for(pid) != 0)
    diagnosis_fail(diagnosis, "the clock inside is not ahead", needs);
  else
    diagnosis_accept(diagnosis, NULL);
}

/* --- seccomp --------------------------------------------------------------------- */

enum {
  ODD_ERRNO = 123, /* that getppid(), which cannot fail, gives of no other cause */
  ODD_NUMBER = 4242,
};

/* A call of what a kernel may lack failed: the kernel NEEDS something, or a filter that
 * stood before forbids it. */
static void
fail_feature(struct diagnosis *diagnosis, const char *call, bool was_filtered, const char *needs)
{
  bool is_absent = errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP;
  bool is_forbidden = was_filtered && errno != EINVAL && errno != EOPNOTSUPP;

  diagnosis_fail_call(diagnosis, call, NULL, needs);
  if (is_forbidden) {
    diagnosis_fail_call(diagnosis, call, NULL,
                        "a seccomp filter, as that of a container, refuses the call: whoever "
                        "started it can allow it");
    diagnosis->code = CODE_SYSCALL_FORBIDDEN;
  } else if (is_absent) {
    diagnosis->state = STATE_MISSING;
    diagnosis->code = CODE_UNKNOWN;
  }
}

/* Loads a filter that answers getppid() with ANSWER. Returns what seccomp(2) does. */
static int
load_filter(unsigned answer, unsigned flags)
{
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {.len = G_N_ELEMENTS(filter), .filter = filter};

  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

void
attempt_seccomp(struct diagnosis *diagnosis)
{
  static const char needs[] = "a kernel built with CONFIG_SECCOMP_FILTER is needed";
  bool was_filtered = system_is_filtered();

  if (load_filter(SECCOMP_RET_ERRNO | ODD_ERRNO, 0) < 0)
    fail_feature(diagnosis, "seccomp", was_filtered, needs);
  else if (syscall(SYS_getppid) != -1 || errno != ODD_ERRNO)
    diagnosis_fail(diagnosis, "the call was not refused", needs);
  else
    diagnosis_accept(diagnosis, NULL);
}

struct announcement_of_listener {
  int fd, error;
};

/* Asks, under a filter, and learns whether the answer is the one that was agreed on. */
static _Noreturn void
ask(int channel)
{
  struct announcement_of_listener listener = {
      .fd = load_filter(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER),
  };

  listener.error = errno;
  (void)!write(channel, &listener, sizeof listener);
  _exit(listener.fd >= 0 && syscall(SYS_getppid) == ODD_NUMBER ? 0 : 1);
}

/* A newer kernel's are longer. */
union question {
  struct seccomp_notif own;
  char room[512];
};
union response {
  struct seccomp_notif_resp own;
  char room[512];
};

static bool
answer(int listener)
{
  struct seccomp_notif_sizes sizes = {0};
  union question question;
  union response response;

  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
    return false;
  errno = EINVAL;
  if (sizes.seccomp_notif > sizeof question || sizes.seccomp_notif_resp > sizeof response)
    return false;
  memset(&question, 0, sizeof question);
  memset(&response, 0, sizeof response);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
    return false;
  response.own.id = question.own.id;
  response.own.val = ODD_NUMBER;
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

/* The two share their descriptors, so that the listener is there on both sides. */
void
attempt_seccomp_notify(struct diagnosis *diagnosis)
{
  static const char needs[] = "Linux 5.0 or later, built with CONFIG_SECCOMP_FILTER, is needed";
  struct announcement_of_listener listener = {.fd = -1};
  bool was_filtered = system_is_filtered();
  int channel[2];

  if (pipe2(channel, O_CLOEXEC) < 0) {
    diagnosis_fail_call(diagnosis, "pipe2", NULL, NULL);
    return;
  }
  pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
  if (pid == 0)
    ask(channel[1]);
  if (pid < 0 || read(channel[0], &listener, sizeof listener) != sizeof listener) {
    diagnosis_fail_call(diagnosis, "clone", NULL, NULL);
    return;
  }
  errno = listener.error;
  if (listener.fd < 0 && errno == EBUSY)
    diagnosis_fail_call(diagnosis, "seccomp", NULL,
                        "another process answers for this one already, as that of a container: one "
                        "alone can");
  else if (listener.fd < 0)
    fail_feature(diagnosis, "seccomp", was_filtered, needs);
  else if (!answer(listener.fd))
    fail_feature(diagnosis, "ioctl", was_filtered, needs);
  else if (wait_for(pid) != 0)
    diagnosis_fail(diagnosis, "the answer did not arrive", needs);
  else
    diagnosis_accept(diagnosis, NULL);
}

/* --- Landlock ---------------------------------------------------------------------- */

void
attempt_landlock(struct diagnosis *diagnosis)
{
  static const char needs[] =
      "Linux 5.13 or later, built with CONFIG_SECURITY_LANDLOCK, is needed, "
      "and landlock among the modules of its parameter lsm";
  const struct landlock_ruleset_attr rules = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_DIR};
  bool was_filtered = system_is_filtered();
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

  if (version < 0) {
    fail_feature(diagnosis, "landlock_create_ruleset", was_filtered, needs);
    return;
  }
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (ruleset < 0) {
    fail_feature(diagnosis, "landlock_create_ruleset", was_filtered, needs);
    return;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
      syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) {
    diagnosis_fail_call(diagnosis, "landlock_restrict_self", NULL,
                        "16 domains lie inside each other at most, and no seccomp filter may "
                        "refuse the call");
    return;
  }
  int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_refused = fd < 0 && errno == EACCES;
  if (fd >= 0)
    close(fd);
  if (!is_refused) {
    diagnosis_fail(diagnosis, "the access was not refused", needs);
    return;
  }
  g_autofree char *value = g_strdup_printf("%ld", version);
  diagnosis_accept(diagnosis, value);
}
