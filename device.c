/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "device.h"

#include "filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

static const struct {
  const char *path;
  const char *name;
  unsigned major, minor;
} nodes[] = {
    {"/dev/null", "null", MEM_MAJOR, 3},       {"/dev/zero", "zero", MEM_MAJOR, 5},
    {"/dev/full", "full", MEM_MAJOR, 7},       {"/dev/random", "random", MEM_MAJOR, 8},
    {"/dev/urandom", "urandom", MEM_MAJOR, 9}, {"/dev/tty", "tty", TTYAUX_MAJOR, 0},
};

static const struct {
  const char *target;
  const char *name;
} links[] = {
    {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
    {"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"},      {"pts/ptmx", "ptmx"},
};

enum {
  NODES = sizeof nodes / sizeof nodes[0],
  CONSOLE = NODES,
};

_Static_assert((int)NODES + 1 == (int)DEVICE_SOURCES, "a tree for each node and the console");

/* The terminal at the standard output, as a tree. */
static int
clone_console(const struct tree_flags *flags, struct failure *failure)
{
  struct termios settings;
  struct stat status;

  if (ioctl(STDOUT_FILENO, TCGETS, &settings) < 0)
    return -1;
  int tree_fd = bind_mount_clone_fd(STDOUT_FILENO, flags, failure);
  if (tree_fd < 0)
    return -1;
  if (fstat(tree_fd, &status) == 0 && S_ISCHR(status.st_mode))
    return tree_fd;
  close(tree_fd);
  return -1;
}

int
device_clone_sources(int *trees, const struct tree_flags *flags, struct failure *failure)
{
  struct failure ignored;

  for (int i = 0; i < NODES; i++) {
    trees[i] =
        bind_mount_clone_device(nodes[i].path, nodes[i].major, nodes[i].minor, flags, failure);
    if (trees[i] < 0)
      return -1;
  }
  /* A terminal of another mount namespace has no name here: no console then. */
  trees[CONSOLE] = clone_console(flags, &ignored);
  return 0;
}

static int
attach_node(int dev_fd, const char *name, int tree_fd, struct failure *failure)
{
  if (mknodat(dev_fd, name, S_IFREG | 0444, 0) < 0)
    return failure_set(failure, STAGE_ROOT, "mknodat", name);
  if (bind_mount_attach_at(tree_fd, dev_fd, name) < 0)
    return failure_set(failure, STAGE_ROOT, "move_mount", name);
  close(tree_fd);
  return 0;
}

static int
attach_pts(int dev_fd, struct failure *failure)
{
  static const struct parameter parameters[] = {{"ptmxmode", "0666"}, {"mode", "0620"}, {0}};

  if (mkdirat(dev_fd, "pts", 0755) < 0 || mkdirat(dev_fd, "shm", 0755) < 0)
    return failure_set(failure, STAGE_ROOT, "mkdirat", "pts");
  int mount_fd =
      filesystem_create("devpts", parameters, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, failure);
  if (mount_fd < 0)
    return -1;
  if (bind_mount_attach_at(mount_fd, dev_fd, "pts") < 0)
    return failure_set(failure, STAGE_ROOT, "move_mount", "pts");
  close(mount_fd);
  return 0;
}

int
device_build(int dest_fd, const int *trees, const char *label, struct failure *failure)
{
  const struct parameter parameters[] = {{"mode", "0755"}, filesystem_label(label), {0}};
  int dev_fd =
      filesystem_create("tmpfs", parameters, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, failure);

  if (dev_fd < 0)
    return -1;
  if (bind_mount_attach(dev_fd, dest_fd) < 0)
    return failure_set(failure, STAGE_ROOT, "move_mount", "tmpfs");
  for (int i = 0; i < NODES; i++)
    if (attach_node(dev_fd, nodes[i].name, trees[i], failure) < 0)
      return -1;
  if (trees[CONSOLE] >= 0 && attach_node(dev_fd, "console", trees[CONSOLE], failure) < 0)
    return -1;
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    if (symlinkat(links[i].target, dev_fd, links[i].name) < 0)
      return failure_set(failure, STAGE_ROOT, "symlinkat", links[i].name);
  if (attach_pts(dev_fd, failure) < 0)
    return -1;
  return dev_fd;
}
