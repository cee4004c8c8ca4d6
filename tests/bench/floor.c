/* floor tiny|tiny-net COMMAND..., or floor binds SOURCE DEST ... COMMAND: hutch's system calls for
 * these plans, as workloads.py has them, in the same order; only its monitor makes up to nine more.
 * What fails ends it. Change it with hutch. It protects from nothing. */
#define _GNU_SOURCE 1
#include "builtin-filters.h"
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#define CALL(name, ...) must(syscall(SYS_##name, ##__VA_ARGS__))
#define LOOK(fd, what) CALL(statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, what, scratch)
#define DEST(path) ((int)syscall(SYS_openat2, root_fd, path, &dest, sizeof dest))
enum { SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, IDENTITY = STATX_INO | STATX_MNT_ID };
enum { NODES = 6, BINDS_MAX = 10000, DIRECTORY = O_PATH | O_DIRECTORY | O_CLOEXEC };
static const char *const nodes[NODES] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                         "/dev/random", "/dev/urandom", "/dev/tty"};
static const char *const none[] = {NULL}, *const mode[] = {"mode", "0755", NULL};
static const char *const modes[] = {"ptmxmode", "0666", "mode", "0620", NULL};
static const struct open_how dest = {DIRECTORY, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
static const struct mount_attr bound = {SAFE | MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, 0};
static const struct mount_attr node = {MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, MS_PRIVATE, 0};
static unsigned long nothing[4], all = ~0UL, passed_on = 0x8024a07, limit[2];
static int is_tiny, has_network, bind_count, control[2], root_fd, trees[BINDS_MAX];
static _Alignas(16) char scratch[4096], stack[32768], **words;
static struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

static int
must(long result)
{
  if (result < 0)
    _exit(125);
  return (int)result;
}

static int
clone_tree(const char *path, unsigned how, const struct mount_attr *attributes)
{
  int fd = CALL(open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | how);
  CALL(mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes, sizeof *attributes);
  return fd;
}

static int
filesystem(const char *type, const char *const *parameters, unsigned attributes)
{
  int context = CALL(fsopen, type, FSOPEN_CLOEXEC);
  CALL(fsconfig, context, FSCONFIG_SET_STRING, "source", type, 0);
  for (; *parameters; parameters += 2)
    CALL(fsconfig, context, FSCONFIG_SET_STRING, parameters[0], parameters[1], 0);
  CALL(fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  int fd = CALL(fsmount, context, FSMOUNT_CLOEXEC, attributes);
  close(context);
  return fd;
}

static void
device(void)
{
  static const char *const links[][2] = {
      {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
      {"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"},      {"pts/ptmx", "ptmx"}};
  int fd = DEST("/dev");
  LOOK(fd, IDENTITY);
  int dev_fd = filesystem("tmpfs", mode, SAFE);
  CALL(move_mount, dev_fd, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  for (int i = 0; i < NODES; i++) {
    CALL(mknodat, dev_fd, nodes[i] + 5, S_IFREG | 0444, 0);
    CALL(move_mount, trees[i], "", dev_fd, nodes[i] + 5, MOVE_MOUNT_F_EMPTY_PATH);
    close(trees[i]);
  }
  for (int i = 0; i < 6; i++)
    CALL(symlinkat, links[i][0], dev_fd, links[i][1]);
  CALL(mkdirat, dev_fd, "pts", 0755);
  CALL(mkdirat, dev_fd, "shm", 0755);
  int pts_fd = filesystem("devpts", modes, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  CALL(move_mount, pts_fd, "", dev_fd, "pts", MOVE_MOUNT_F_EMPTY_PATH);
  close(pts_fd);
  close(fd);
  close(dev_fd);
}

static void
root(void)
{
  for (int i = 0; i < bind_count; i++)
    trees[i] = clone_tree(words[2 * i], AT_RECURSIVE, &bound);
  for (int i = 0; is_tiny && i < NODES; i++)
    fstat(trees[i] = clone_tree(nodes[i], 0, &node), (struct stat *)scratch);
  if (is_tiny)
    ioctl(STDOUT_FILENO, TCGETS, scratch);
  root_fd = CALL(openat, AT_FDCWD, "/", DIRECTORY);
  CALL(mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &bound, sizeof bound);
  LOOK(root_fd, IDENTITY);
  int fd = DEST(is_tiny ? "/proc" : "/tmp"), parent_fd = -1;
  int tree_fd = is_tiny ? filesystem("proc", none, SAFE | MOUNT_ATTR_NOEXEC)
                        : filesystem("tmpfs", mode, SAFE);
  LOOK(fd, IDENTITY);
  CALL(move_mount, tree_fd, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  close(fd);
  close(tree_fd);
  if (is_tiny)
    device();
  for (int i = 0; i < bind_count; i++) {
    const char *path = words[2 * i + 1], *name = path + sizeof "/tmp/m";
    LOOK(trees[i], STATX_TYPE);
    if (i == 0) {
      (void)DEST(path);
      (void)DEST("/tmp/m");
      int start_fd = DEST("."), tmp_fd = DEST("/tmp");
      close(start_fd);
      (void)DEST("/tmp/m");
      CALL(mkdirat, tmp_fd, "m", 0755);
      parent_fd = DEST("/tmp/m");
      close(tmp_fd);
    }
    CALL(mkdirat, parent_fd, name, 0755);
    CALL(move_mount, trees[i], "", parent_fd, name, MOVE_MOUNT_F_EMPTY_PATH);
    close(trees[i]);
  }
  if (!is_tiny)
    close(parent_fd);
  CALL(chdir, "/");
  LOOK(fd = CALL(openat, AT_FDCWD, "/..", DIRECTORY), IDENTITY);
  close(fd);
  close(root_fd);
}

static int
payload(void *filter)
{
  umask(022);
  CALL(prlimit64, 0, RLIMIT_NOFILE, limit, NULL);
  close_range(3, (unsigned)control[1] - 1, 0);
  close_range((unsigned)control[1] + 1, ~0U, 0);
  CALL(chdir, "/");
  CALL(getcwd, scratch, sizeof scratch);
  for (int i = 1; i <= 64; i++)
    if (i != SIGKILL && i != SIGSTOP)
      CALL(rt_sigaction, i, nothing, NULL, 8);
  prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  CALL(capget, &header, scratch);
  prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
    continue;
  CALL(getresuid, scratch, scratch + 4, scratch + 8);
  CALL(getresgid, scratch, scratch + 4, scratch + 8);
  CALL(poll, memset(trees, 0x7f, 1024 * sizeof(struct pollfd)), 1024, 0);
  CALL(rt_sigprocmask, SIG_SETMASK, nothing, NULL, 8);
  CALL(sendto, control[1], "", 1, MSG_NOSIGNAL, NULL, 0);
  CALL(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0);
  prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  return CALL(execve, words[2 * bind_count], words + 2 * bind_count, environ);
}

static void
inside(uid_t id)
{
  static struct sock_fprog filter = {sizeof builtin_terminal / sizeof builtin_terminal[0],
                                     (struct sock_filter *)builtin_terminal};
  char line[] = "0          0 1";
  const char *maps[] = {"self/uid_map", line, "self/setgroups", "deny", "self/gid_map", line};
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  close(control[0]);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  syscall(SYS_recvfrom, control[1], scratch, 1, MSG_DONTWAIT | MSG_PEEK, NULL, NULL);
  int proc_fd = CALL(openat, AT_FDCWD, "/proc", DIRECTORY);
  for (char *digit = line + 11; id > 0; id /= 10)
    *digit-- = (char)('0' + id % 10);
  for (int i = 0; i < 6; i += 2) {
    int fd = CALL(openat, proc_fd, maps[i], O_WRONLY | O_CLOEXEC);
    CALL(write, fd, maps[i + 1], strlen(maps[i + 1]));
    close(fd);
  }
  umask(0);
  CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, limit);
  root();
  if (!has_network) {
    int fd = CALL(socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
  }
  CALL(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  close(proc_fd);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  CALL(capget, &header, scratch);
  for (int i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) >= 0; i++)
    continue;
  CALL(capset, &header, nothing);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_NAME, "floor-reaper", 0, 0, 0);
  CALL(getpid);
  syscall(SYS_rt_sigtimedwait, &passed_on, NULL, nothing, 8);
  clone(payload, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &filter);
  close_range(0, ~0U, 0);
  CALL(capset, &header, nothing);
  CALL(rt_sigtimedwait, &all, scratch, NULL, 8);
  CALL(wait4, -1, scratch, WNOHANG, NULL);
  _exit(WEXITSTATUS(*(int *)scratch));
}

int
main(int argc, char **argv)
{
  struct pollfd watched[] = {{.events = POLLIN}, {.events = POLLIN}, {.events = POLLIN}};
  CALL(getppid);
  for (int fd = 0; fd < 3; fd++)
    fcntl(fd, F_GETFD);
  uid_t id = geteuid();
  CALL(getcwd, scratch, sizeof scratch);
  is_tiny = argv[1][0] == 't';
  has_network = strcmp(argv[1], "tiny") != 0;
  words = argv + 2;
  bind_count = is_tiny ? 0 : (argc - 3) / 2;
  struct clone_args arguments = {.pidfd = (uintptr_t)&watched[0].fd, .exit_signal = SIGCHLD};
  arguments.flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                    CLONE_NEWUSER | CLONE_NEWPID | (has_network ? 0 : CLONE_NEWNET);
  CALL(rt_sigaction, SIGCHLD, nothing, NULL, 8);
  CALL(rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
  CALL(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control);
  if (CALL(clone3, &arguments, sizeof arguments) == 0)
    inside(id);
  close_range((unsigned)control[1], (unsigned)control[1], 0);
  close_range((unsigned)watched[0].fd + 1, ~0U, 0);
  watched[1].fd = control[0];
  CALL(rt_sigaction, SIGHUP, NULL, scratch, 8);
  watched[2].fd = CALL(signalfd4, -1, &passed_on, 8, O_CLOEXEC | O_NONBLOCK);
  CALL(rt_sigprocmask, SIG_SETMASK, &passed_on, NULL, 8);
  for (int i = 0; i < 2; i++) { /* a byte before the payload is executed, and the end after that */
    poll(watched, 3, -1);
    CALL(recvfrom, control[0], scratch, sizeof scratch, MSG_DONTWAIT, NULL, NULL);
  }
  watched[1].fd = -1;
  poll(watched, 3, -1);
  waitid(P_PIDFD, (id_t)watched[0].fd, (siginfo_t *)scratch, WEXITED);
  return ((siginfo_t *)scratch)->si_status;
}
