/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "report.h"

#include <errno.h>
#include <sys/socket.h>

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

int
report_ask_announcement(int control_fd)
{
  char byte = 0;
  ssize_t got;

  if (send(control_fd, &byte, sizeof byte, MSG_NOSIGNAL) < 0)
    return -1;
  do
    got = recv(control_fd, &byte, sizeof byte, 0);
  while (got < 0 && errno == EINTR);
  return got == sizeof byte ? 0 : -1;
}

bool
report_is_heard(int control_fd)
{
  char byte;

  return recv(control_fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_PEEK) != 0;
}
