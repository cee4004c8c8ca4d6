/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bus.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  PATIENCE_MS = 10 * 1000, /* with a proxy that does not get ready */
};

static int
refuse(struct failure *failure, const char *text)
{
  return failure_say(failure, STAGE_BUS, CODE_DBUS_PROXY_FAILED, NULL, text);
}

static int
hand_over_place(int place_fd, int dir_fd, struct failure *failure)
{
  char byte = 0;
  struct iovec data = {.iov_base = &byte, .iov_len = sizeof byte};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {
      .msg_iov = &data,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control.room,
  };

  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(&control.header), &dir_fd, sizeof dir_fd);
  ssize_t sent = sendmsg(place_fd, &message, MSG_NOSIGNAL);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
    return refuse(failure, "the process that was to become xdg-dbus-proxy was ended");
  return sent < 0 ? failure_set(failure, STAGE_BUS, "sendmsg", "the place of the sockets") : 0;
}

static int
wait_until_ready(int ready_fd, struct failure *failure)
{
  struct pollfd ready = {.fd = ready_fd, .events = POLLIN};
  char byte;
  int result;

  while ((result = poll(&ready, 1, PATIENCE_MS)) < 0 && errno == EINTR)
    continue;
  if (result < 0)
    return failure_set(failure, STAGE_BUS, "poll", "xdg-dbus-proxy");
  if (result == 0)
    return refuse(failure, "xdg-dbus-proxy was not ready within 10 seconds");
  if (read(ready_fd, &byte, sizeof byte) != sizeof byte)
    return refuse(failure, "xdg-dbus-proxy ended before it was ready");
  return 0;
}

/* Sockets that nobody listens on. */
static int
make_substitutes(const struct plan *plan, int dir_fd, struct failure *failure)
{
  for (size_t i = 0; i < plan->operation_count; i++) {
    const struct operation *operation = &plan->operations[i];
    if (operation->kind == OPERATION_DBUS &&
        mknodat(dir_fd, operation->source, S_IFSOCK | 0700, 0) < 0 && errno != EEXIST)
      return failure_set(failure, STAGE_BUS, "mknodat", operation->source);
  }
  return 0;
}

int
bus_make_sockets(const struct plan *plan, int dir_fd, const struct bus_link *link,
                 struct failure *failure)
{
  if (plan_keeps_host(plan))
    return make_substitutes(plan, dir_fd, failure);
  if (hand_over_place(link->place_fd, dir_fd, failure) < 0)
    return -1;
  close(link->place_fd);
  int result = wait_until_ready(link->ready_fd, failure);
  close(link->ready_fd);
  return result;
}

bool
bus_has_no_place(const struct dest_root *root, const struct operation *operation)
{
  struct failure ignored;

  if (operation->kind != OPERATION_DBUS || !(operation->flags & OPERATION_OPTIONAL))
    return false;
  int fd = dest_open(root, operation->dest, 0, &ignored);
  if (fd >= 0)
    close(fd);
  return fd < 0;
}
