/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "netns.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int
netns_raise_loopback(struct failure *failure)
{
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  /* Interface ioctls work on a socket of any family; this one is always there. */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return failure_set(failure, STAGE_NETWORK, "socket", "AF_UNIX");
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  if (result < 0)
    failure_set(failure, STAGE_NETWORK, "ioctl SIOCSIFFLAGS", "lo");
  close(fd);
  return result;
}
