/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "lock.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
lock_file(const char *path, struct failure *failure)
{
  struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  /* A link of proc could lead to a descriptor that this process holds. */
  struct open_how how = {
      .flags = (unsigned)(O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC),
      .resolve = RESOLVE_NO_MAGICLINKS,
  };
  int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);

  if (fd < 0)
    return failure_set(failure, STAGE_LOCK, "openat2", path);
  /* One of the open file, not of the process: it does not end when another
   * descriptor of the same file is closed. */
  if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
    return failure_set(failure, STAGE_LOCK, "fcntl", path);
  return fd;
}

int
lock_files(const struct plan *plan, int *fds, struct failure *failure)
{
  for (size_t i = 0; i < plan->lock_count; i++) {
    fds[i] = lock_file(plan->locks[i].path, failure);
    if (fds[i] < 0) {
      failure->operation = (int)i;
      return -1;
    }
  }
  return 0;
}
