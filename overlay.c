/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "overlay.h"

#include "filesystem.h"
#include "number.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
  VALUE_MAX = 255, /* the longest string that fsconfig takes */
};

static int
set_directory(struct filesystem *filesystem, const char *name, int fd, struct failure *failure)
{
  char path[FD_PATH_SIZE];

  number_write_fd_path(path, fd);
  return filesystem_set(filesystem, &(struct parameter){name, path}, failure);
}

/* One by one, from the top down: Linux 6.8 and later. */
static int
append_layers(struct filesystem *filesystem, const struct overlay *overlay, struct failure *failure)
{
  for (size_t i = overlay->layer_count; i-- > 0;)
    if (set_directory(filesystem, "lowerdir+", overlay->layers[i], failure) < 0)
      return -1;
  return 0;
}

/* As one list, in which the layers are numbers below the current directory. */
static int
list_layers(struct filesystem *filesystem, const struct overlay *overlay, struct failure *failure)
{
  char list[VALUE_MAX + NUMBER_SIZE + 1];
  char *end = list;

  for (size_t i = overlay->layer_count; i-- > 0;) {
    end = number_write(end, (uint64_t)overlay->layers[i], 10);
    *end++ = ':';
    if (end - list > VALUE_MAX + 1) {
      close(filesystem->context);
      return failure_say(failure, STAGE_SOURCE, CODE_OVERLAY_INVALID, "overlay",
                         "more layers than kernels before Linux 6.8 take");
    }
  }
  end[-1] = '\0';
  return filesystem_set(filesystem, &(struct parameter){"lowerdir", list}, failure);
}

static int
create(const struct overlay *overlay, unsigned attributes,
       int (*set_layers)(struct filesystem *, const struct overlay *, struct failure *),
       struct failure *failure)
{
  /* The attributes that record what the layers cannot say, as an ordinary user
   * may write them. */
  static const struct parameter user = {"userxattr", NULL};
  struct filesystem filesystem;

  if (filesystem_open(&filesystem, "overlay", failure) < 0 ||
      filesystem_set(&filesystem, &user, failure) < 0 ||
      set_layers(&filesystem, overlay, failure) < 0)
    return -1;
  if (overlay->upper >= 0 && (set_directory(&filesystem, "upperdir", overlay->upper, failure) < 0 ||
                              set_directory(&filesystem, "workdir", overlay->work, failure) < 0))
    return -1;
  return filesystem_mount(&filesystem, attributes, failure);
}

/* Kernels before 6.8 do not know how to append layers, and some say so no sooner
 * than at the end. */
int
overlay_create(const struct overlay *overlay, unsigned attributes, struct failure *failure)
{
  int mount_fd = create(overlay, attributes, append_layers, failure);

  if (mount_fd >= 0 || failure->error != EINVAL)
    return mount_fd;
  int current = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (current < 0 || chdir("/proc/self/fd") < 0)
    return failure_set(failure, STAGE_SOURCE, "chdir", "/proc/self/fd");
  mount_fd = create(overlay, attributes, list_layers, failure);
  if (fchdir(current) < 0)
    return failure_set(failure, STAGE_SOURCE, "fchdir", ".");
  close(current);
  return mount_fd;
}
