/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bind-mount.h"

#include "number.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct mount_attr
attributes_of(const struct tree_flags *flags)
{
  return (struct mount_attr){
      .attr_set = flags->set,
      .propagation = flags->private_mounts ? MS_PRIVATE : 0,
  };
}

static int
restrict_tree(int tree_fd, const struct tree_flags *flags, const char *subject,
              struct failure *failure)
{
  struct mount_attr attributes = attributes_of(flags);

  if (mount_setattr(tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) == 0)
    return tree_fd;
  failure_set(failure, STAGE_SOURCE, "mount_setattr", subject);
  close(tree_fd);
  return -1;
}

static int
clone_tree(int dir_fd, const char *path, unsigned how, const struct tree_flags *flags,
           const char *subject, struct failure *failure)
{
  int tree_fd = open_tree(dir_fd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | how);

  if (tree_fd < 0)
    return failure_set(failure, STAGE_SOURCE, "open_tree", subject);
  return restrict_tree(tree_fd, flags, subject, failure);
}

int
bind_mount_clone_path(const char *path, const struct tree_flags *flags, struct failure *failure)
{
  return clone_tree(AT_FDCWD, path, AT_RECURSIVE, flags, path, failure);
}

int
bind_mount_clone_file(int dir_fd, const char *name, const struct tree_flags *flags,
                      struct failure *failure)
{
  return clone_tree(dir_fd, name, 0, flags, name, failure);
}

/* The name under which the kernel knows FD, into NAME of PATH_MAX bytes. */
static int
name_of(int fd, char *name, struct failure *failure)
{
  char link[FD_PATH_SIZE];

  number_write_fd_path(link, fd);
  ssize_t length = readlink(link, name, PATH_MAX - 1);
  if (length < 0)
    return failure_set(failure, STAGE_SOURCE, "readlink", link);
  name[length] = '\0';
  if (name[0] != '/')
    return failure_say(failure, STAGE_SOURCE, CODE_SOURCE_UNMOUNTABLE, NULL,
                       "what the descriptor refers to has no name that could be mounted");
  return 0;
}

/* Whether A and B are the same object behind equally restricted mounts. */
static bool
is_same_object(int a, int b)
{
  struct stat stat_a, stat_b;
  struct statvfs mount_a, mount_b;

  return fstat(a, &stat_a) == 0 && fstat(b, &stat_b) == 0 && stat_a.st_dev == stat_b.st_dev &&
         stat_a.st_ino == stat_b.st_ino && fstatvfs(a, &mount_a) == 0 &&
         fstatvfs(b, &mount_b) == 0 && mount_a.f_flag == mount_b.f_flag;
}

int
bind_mount_clone_fd(int fd, const struct tree_flags *flags, struct failure *failure)
{
  char name[PATH_MAX];

  if (name_of(fd, name, failure) < 0)
    return -1;
  int again = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (again < 0 && errno == ENOENT)
    return failure_say(failure, STAGE_SOURCE, CODE_SOURCE_VANISHED, NULL,
                       "what the descriptor refers to is no longer under the name that it had");
  if (again < 0)
    return failure_set(failure, STAGE_SOURCE, "open", name);
  int tree_fd = -1;
  if (is_same_object(fd, again))
    tree_fd = clone_tree(again, "", AT_EMPTY_PATH | AT_RECURSIVE, flags, name, failure);
  else
    failure_say(failure, STAGE_SOURCE, CODE_SOURCE_VANISHED, name,
                "the descriptor's object is no longer, or not in this mount namespace, under "
                "this name");
  close(again);
  return tree_fd;
}

int
bind_mount_clone_device(const char *path, unsigned major, unsigned minor,
                        const struct tree_flags *flags, struct failure *failure)
{
  struct stat status;
  int tree_fd = clone_tree(AT_FDCWD, path, 0, flags, path, failure);

  if (tree_fd < 0)
    return -1;
  if (fstat(tree_fd, &status) == 0 && S_ISCHR(status.st_mode) &&
      status.st_rdev == makedev(major, minor))
    return tree_fd;
  close(tree_fd);
  return failure_say(failure, STAGE_SOURCE, CODE_SOURCE_UNMOUNTABLE, path,
                     "not the device of that name");
}

int
bind_mount_attach(int tree_fd, int dest_fd)
{
  return move_mount(tree_fd, "", dest_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int
bind_mount_attach_at(int tree_fd, int dir_fd, const char *name)
{
  return move_mount(tree_fd, "", dir_fd, name, MOVE_MOUNT_F_EMPTY_PATH);
}

int
bind_mount_attach_to_host(int tree_fd, struct failure *failure)
{
  if (move_mount(tree_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return failure_set(failure, STAGE_ROOT, "move_mount", "/");
  return 0;
}

int
bind_mount_restrict_all(const struct tree_flags *flags, struct failure *failure)
{
  struct mount_attr attributes = attributes_of(flags);

  if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) < 0)
    return failure_set(failure, STAGE_SOURCE, "mount_setattr", "/");
  return 0;
}

int
bind_mount_detach_from_host(struct failure *failure)
{
  struct mount_attr attributes = {.propagation = MS_SLAVE};

  if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) < 0)
    return failure_set(failure, STAGE_ROOT, "mount_setattr", "/");
  return 0;
}

int
bind_mount_restrict(int fd)
{
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};

  return mount_setattr(fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
}
