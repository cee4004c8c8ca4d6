/*
 * landlocked COMMAND...
 *
 * Runs COMMAND in a Landlock domain that lets it read, write and execute every file below "/".
 * Such a domain still refuses every mount. Ends with 3 where the kernel has no Landlock.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* As linux/landlock.h has them, which is missing where the C library is old. */
enum {
  RULE_PATH_BENEATH = 1,
  ACCESS_MAKE_SOCKET = 1 << 9,
};

struct ruleset {
  __u64 handled_access_fs;
};

struct path_beneath {
  __u64 allowed_access;
  __s32 parent_fd;
} __attribute__((packed));

int
main(int argc, char **argv)
{
  const struct ruleset ruleset = {.handled_access_fs = ACCESS_MAKE_SOCKET};
  struct path_beneath everything = {.allowed_access = ACCESS_MAKE_SOCKET};

  if (argc < 2)
    return 2;
  long fd = syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
  if (fd < 0)
    return errno == ENOSYS || errno == EOPNOTSUPP ? 3 : 2;
  everything.parent_fd = open("/", O_PATH | O_CLOEXEC);
  if (everything.parent_fd < 0 ||
      syscall(SYS_landlock_add_rule, fd, RULE_PATH_BENEATH, &everything, 0) < 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
    return 2;
  close((int)fd);
  execvp(argv[1], argv + 1);
  return 127;
}
