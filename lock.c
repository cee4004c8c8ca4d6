/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "lock.h"

#include <fcntl.h>
#include <unistd.h>

static int
lock_file(const char *path, int flags, struct failure *failure)
{
  struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | flags);

  if (fd < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "open", path);
  /* One of the open file, not of the process: it does not end when another
   * descriptor of the same file is closed. */
  if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "fcntl", path);
  return fd;
}

int
lock_files(const struct plan *plan, int *fds, struct failure *failure)
{
  for (size_t i = 0; i < plan->lock_count; i++) {
    fds[i] = lock_file(plan->lock_files[i], plan->reaper ? O_CLOEXEC : 0, failure);
    if (fds[i] < 0)
      return -1;
  }
  return 0;
}
