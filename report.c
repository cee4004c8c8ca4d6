/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int
report_status(const struct persona *persona, const struct failure *failure)
{
  if (failure->stage != STAGE_EXEC)
    return persona->status_failed;
  if (failure->error == ENOENT || failure->error == ENOTDIR)
    return persona->status_not_found;
  return persona->status_not_executable;
}

void
report_failure(int control_fd, const struct failure *failure)
{
  (void)!send(control_fd, failure, sizeof *failure, MSG_NOSIGNAL);
}

enum {
  NAME_SIZE = sizeof "cgroup",
};

/* Of equal size, to be copied. */
static const char names[REPORT_NAMESPACES][NAME_SIZE] = {
    [REPORT_CGROUP] = "cgroup", [REPORT_IPC] = "ipc", [REPORT_MNT] = "mnt",
    [REPORT_NET] = "net",       [REPORT_PID] = "pid", [REPORT_UTS] = "uts",
};

int
report_announce(int control_fd, int proc_fd, int status, struct failure *failure)
{
  static const char prefix[] = "self/ns/";
  struct announcement announcement = {{0}};
  char path[sizeof prefix + NAME_SIZE];
  struct stat found;
  ssize_t got;
  char byte;

  memcpy(path, prefix, sizeof prefix);
  for (int i = 0; i < REPORT_NAMESPACES; i++) {
    memcpy(path + sizeof prefix - 1, names[i], NAME_SIZE);
    if (fstatat(proc_fd, path, &found, 0) == 0)
      announcement.inodes[i] = found.st_ino;
    else if (errno != ENOENT || faccessat(proc_fd, "self", F_OK, 0) < 0)
      return failure_set(failure, STAGE_NAMESPACES, "fstatat", path);
  }
  if (send(control_fd, &announcement, sizeof announcement, MSG_NOSIGNAL) < 0)
    _exit(status);
  do
    got = recv(control_fd, &byte, sizeof byte, 0);
  while (got < 0 && errno == EINTR);
  if (got != sizeof byte)
    _exit(status);
  return 0;
}

void
report_start(int control_fd)
{
  (void)!send(control_fd, "", 1, MSG_NOSIGNAL);
}

bool
report_is_heard(int control_fd)
{
  char byte;

  return recv(control_fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_PEEK) != 0;
}
