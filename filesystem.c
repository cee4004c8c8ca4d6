/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "filesystem.h"

#include <errno.h>
#include <sys/mount.h>
#include <unistd.h>

/* The kernel's messages are "e", a space and the sentence. They stay in the
 * record behind the system call and errno, which must survive reading them. */
static int
refuse(struct filesystem *filesystem, const char *call, struct failure *failure)
{
  char subject[256];
  size_t end = 0;
  int error = errno;

  for (const char *at = filesystem->type; *at != '\0' && end < 32; at++)
    subject[end++] = *at;
  ssize_t got = read(filesystem->context, subject + end, sizeof subject - end - 1);
  if (got > 2 && subject[end] == 'e' && subject[end + 1] == ' ') {
    subject[end] = ':';
    end += (size_t)got;
    if (subject[end - 1] == '\n')
      end--;
  }
  subject[end] = '\0';
  close(filesystem->context);
  errno = error;
  return failure_set(failure, STAGE_ROOT, call, subject);
}

int
filesystem_set(struct filesystem *filesystem, const struct parameter *parameter,
               struct failure *failure)
{
  unsigned command = parameter->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

  if (fsconfig(filesystem->context, command, parameter->name, parameter->value, 0) < 0)
    return refuse(filesystem, "fsconfig", failure);
  return 0;
}

int
filesystem_open(struct filesystem *filesystem, const char *type, struct failure *failure)
{
  filesystem->type = type;
  filesystem->context = fsopen(type, FSOPEN_CLOEXEC);
  if (filesystem->context < 0)
    return failure_set(failure, STAGE_ROOT, "fsopen", type);
  /* What mountinfo and df show as the device. */
  if (fsconfig(filesystem->context, FSCONFIG_SET_STRING, "source", type, 0) < 0)
    return refuse(filesystem, "fsconfig", failure);
  return 0;
}

int
filesystem_mount(struct filesystem *filesystem, unsigned attributes, struct failure *failure)
{
  if (fsconfig(filesystem->context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return refuse(filesystem, "fsconfig", failure);
  int mount_fd = fsmount(filesystem->context, FSMOUNT_CLOEXEC, attributes);
  if (mount_fd < 0)
    return refuse(filesystem, "fsmount", failure);
  close(filesystem->context);
  return mount_fd;
}

int
filesystem_create(const char *type, const struct parameter *parameters, unsigned attributes,
                  struct failure *failure)
{
  struct filesystem filesystem;

  if (filesystem_open(&filesystem, type, failure) < 0)
    return -1;
  for (; parameters->name; parameters++)
    if (filesystem_set(&filesystem, parameters, failure) < 0)
      return -1;
  return filesystem_mount(&filesystem, attributes, failure);
}
