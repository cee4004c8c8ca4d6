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
  if (failure->code == CODE_UNKNOWN && (failure->error == ENOENT || failure->error == ENOTDIR))
    return persona->status_not_found;
  return persona->status_not_executable;
}

void
report_failure(int control_fd, const struct failure *failure)
{
  (void)!send(control_fd, failure, sizeof *failure, MSG_NOSIGNAL);
}

const char report_names[REPORT_ALL_NAMESPACES][REPORT_NAME_SIZE] = {
    [REPORT_CGROUP] = "cgroup", [REPORT_IPC] = "ipc",   [REPORT_MNT] = "mnt",
    [REPORT_NET] = "net",       [REPORT_PID] = "pid",   [REPORT_UTS] = "uts",
    [REPORT_TIME] = "time",     [REPORT_USER] = "user",
};

static const char prefix[] = "self/ns/";

enum {
  PATH_SIZE = sizeof prefix + REPORT_NAME_SIZE,
};

static void
write_path(char path[PATH_SIZE], enum report_namespace which)
{
  memcpy(path, prefix, sizeof prefix);
  memcpy(path + sizeof prefix - 1, report_names[which], REPORT_NAME_SIZE);
}

int
report_read_namespace(int proc_fd, enum report_namespace which, uint64_t *inode)
{
  char path[PATH_SIZE];
  struct stat found;

  write_path(path, which);
  if (fstatat(proc_fd, path, &found, 0) < 0)
    return -1;
  *inode = found.st_ino;
  return 0;
}

/* Exits with STATUS if there is no monitor any more. */
static int
await_answer(int control_fd, int status, struct failure *failure)
{
  ssize_t got;
  char byte;

  do
    got = recv(control_fd, &byte, sizeof byte, 0);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno != ECONNRESET)
    return failure_set(failure, STAGE_LAUNCH, "recv", "an answer");
  if (got != sizeof byte)
    _exit(status);
  return 0;
}

int
report_announce(int control_fd, int proc_fd, int status, struct failure *failure)
{
  struct announcement announcement = {{0}};
  char path[PATH_SIZE];

  for (enum report_namespace i = 0; i < REPORT_NAMESPACES; i++) {
    if (report_read_namespace(proc_fd, i, &announcement.inodes[i]) == 0 ||
        (errno == ENOENT && faccessat(proc_fd, "self", F_OK, 0) == 0))
      continue;
    write_path(path, i);
    return failure_set(failure, STAGE_NAMESPACES, "fstatat", path);
  }
  if (send(control_fd, &announcement, sizeof announcement, MSG_NOSIGNAL) < 0) {
    if (errno == EPIPE || errno == ECONNRESET)
      _exit(status);
    return failure_set(failure, STAGE_LAUNCH, "send", "the namespaces");
  }
  return await_answer(control_fd, status, failure);
}

int
report_start(const struct plan *plan, int control_fd, struct failure *failure)
{
  (void)!send(control_fd, "", 1, MSG_NOSIGNAL);
  return plan_ends_others(plan) ? await_answer(control_fd, plan->persona->status_failed, failure)
                                : 0;
}

bool
report_is_heard(int control_fd)
{
  char byte;

  return recv(control_fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_PEEK) != 0;
}
