/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "filesystem.h"

#include <errno.h>
#include <sys/mount.h>
#include <unistd.h>

/* The kernel's messages are "e", a space and the sentence. They stay in the
 * record behind the system call and errno, which must survive reading them. */
static int
refuse(struct failure *failure, const char *call, const char *type, int context)
{
  char subject[256];
  size_t end = 0;
  int error = errno;

  for (const char *at = type; *at != '\0' && end < 32; at++)
    subject[end++] = *at;
  ssize_t got = read(context, subject + end, sizeof subject - end - 1);
  if (got > 2 && subject[end] == 'e' && subject[end + 1] == ' ') {
    subject[end] = ':';
    end += (size_t)got;
    if (subject[end - 1] == '\n')
      end--;
  }
  subject[end] = '\0';
  close(context);
  errno = error;
  return failure_set(failure, STAGE_ROOT, call, subject);
}

int
filesystem_create(const char *type, const struct parameter *parameters, unsigned attributes,
                  struct failure *failure)
{
  int context = fsopen(type, FSOPEN_CLOEXEC);

  if (context < 0)
    return failure_set(failure, STAGE_ROOT, "fsopen", type);
  /* What mountinfo and df show as the device. */
  if (fsconfig(context, FSCONFIG_SET_STRING, "source", type, 0) < 0)
    return refuse(failure, "fsconfig", type, context);
  for (; parameters->name; parameters++)
    if (fsconfig(context, FSCONFIG_SET_STRING, parameters->name, parameters->value, 0) < 0)
      return refuse(failure, "fsconfig", type, context);
  if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return refuse(failure, "fsconfig", type, context);
  int mount_fd = fsmount(context, FSMOUNT_CLOEXEC, attributes);
  if (mount_fd < 0)
    return refuse(failure, "fsmount", type, context);
  close(context);
  return mount_fd;
}
