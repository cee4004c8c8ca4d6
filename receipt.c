/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "receipt.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void
receipt_note_namespaces(struct receipt *receipt, int proc_fd)
{
  for (enum report_namespace i = 0; i < REPORT_ALL_NAMESPACES; i++)
    if (report_read_namespace(proc_fd, i, &receipt->inodes[i]) < 0)
      receipt->inodes[i] = 0;
}

int
receipt_send(const struct receipt *noted, mode_t mask, int control_fd, struct failure *failure)
{
  struct receipt receipt = *noted;

  if (privileges_read(&receipt.privileges, failure) < 0)
    return -1;
  receipt.uid = geteuid();
  receipt.gid = getegid();
  receipt.pid = getpid();
  receipt.umask = umask(mask);
  receipt.groups = (int)syscall(SYS_getgroups, 0, NULL);
  receipt.seccomp_mode = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  receipt.leads_session = getsid(0) == receipt.pid;
  receipt.is_traceable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) == 0)
      receipt.standard |= 1U << fd;
  (void)!send(control_fd, &receipt, sizeof receipt, MSG_NOSIGNAL);
  return 0;
}
