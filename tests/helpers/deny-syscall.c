/*
 * deny-syscall NAME ERRNO [COMMAND...]
 *
 * Runs COMMAND under a filter that answers the system call NAME with the error number ERRNO;
 * without a command, writes that filter to the standard output, as an array of struct sock_filter.
 */
#define _GNU_SOURCE 1
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What access(3) makes. */
#ifndef SYS_access
#define SYS_access SYS_faccessat
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static const struct {
  const char *name;
  unsigned int number;
} calls[] = {
    {"access", SYS_access},
    {"clone3", SYS_clone3},
    {"getcwd", SYS_getcwd},
    {"landlock_create_ruleset", SYS_landlock_create_ruleset},
    {"mount_setattr", SYS_mount_setattr},
    {"move_mount", SYS_move_mount},
    {"open_tree", SYS_open_tree},
    {"openat2", SYS_openat2},
    {"seccomp", SYS_seccomp},
    {"uname", SYS_uname},
    {"umask", SYS_umask},
};

int
main(int argc, char **argv)
{
  unsigned int number = 0;
  int known = 0;

  if (argc < 3)
    return 2;
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (strcmp(argv[1], calls[i].name) == 0) {
      number = calls[i].number;
      known = 1;
    }
  if (!known)
    return 2;

  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)atoi(argv[2])),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};

  if (argc == 3)
    return write(1, filter, sizeof filter) != (ssize_t)sizeof filter;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return 2;
  execvp(argv[3], argv + 3);
  return 127;
}
