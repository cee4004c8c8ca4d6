/*
 * remount-rw PATH
 *
 * Tries each way to make a read-only mount writable or to get below it, in its own namespaces and
 * in new ones, and prints what each way returned.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REMOUNT_BIND (32UL | 4096UL)
#define REMOUNT 32UL
#define DETACH 2

static void
report(const char *name, long result)
{
  printf("%s: %s\n", name, result == 0 ? "accepted" : strerrorname_np(errno));
}

static void
try_all(const char *path)
{
  struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};

  report("remount,bind,rw", syscall(SYS_mount, "none", path, NULL, REMOUNT_BIND, NULL));
  report("remount,rw", syscall(SYS_mount, "none", path, NULL, REMOUNT, NULL));
  report("mount_setattr", syscall(442, AT_FDCWD, path, 0, &attributes, sizeof attributes));
  report("umount", syscall(SYS_umount2, path, DETACH));
}

int
main(int argc, char **argv)
{
  if (argc != 2)
    return 2;
  try_all(argv[1]);
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
    try_all(argv[1]);
  return 0;
}
