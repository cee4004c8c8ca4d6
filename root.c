/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "root.h"

#include "bind-mount.h"
#include "bus.h"
#include "dest.h"
#include "device.h"
#include "filesystem.h"
#include "number.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Remembers TREE_FD, whose mount is attached, as the root. */
static int
set_root(struct assembly *assembly, int tree_fd, struct failure *failure)
{
  struct statx status;

  if (statx(tree_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &status) < 0)
    return failure_set(failure, STAGE_ROOT, "statx", "the new root");
  assembly->root.fd = tree_fd;
  assembly->root_mount = status.stx_mnt_id;
  assembly->root_inode = status.stx_ino;
  return 0;
}

/* A root that was in place is the host's from now on. */
static int
replace_root(struct assembly *assembly, int tree_fd, struct failure *failure)
{
  if (assembly->is_in_place)
    assembly->is_in_place = false;
  else
    close(assembly->root.fd);
  return set_root(assembly, tree_fd, failure);
}

/* Whether DEST_FD is the root itself, which may have many names. */
static bool
is_root(const struct assembly *assembly, int dest_fd)
{
  struct statx status;

  return statx(dest_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID,
               &status) == 0 &&
         status.stx_mnt_id == assembly->root_mount && status.stx_ino == assembly->root_inode;
}

/* The kernel says EINVAL where a file is to cover a directory. */
static int
refuse_attachment(int dest_fd, const char *dest, struct failure *failure)
{
  struct stat status;
  int error = errno;

  if (error == EINVAL && fstat(dest_fd, &status) == 0 && S_ISDIR(status.st_mode))
    error = EISDIR;
  errno = error;
  return failure_set(failure, STAGE_ROOT, "move_mount", dest);
}

/* Puts a read-only view over one entry of the mounted proc PROC_FD. */
static int
cover(int proc_fd, const char *name, struct failure *failure)
{
  const struct tree_flags flags = {.set = MOUNT_ATTR_RDONLY, .private_mounts = true};
  int fd = openat(proc_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return failure_set(failure, STAGE_ROOT, "openat", name);
  int tree_fd = bind_mount_clone_file(proc_fd, name, &flags, failure);
  int result = -1;
  if (tree_fd >= 0) {
    result = bind_mount_attach(tree_fd, fd);
    if (result < 0)
      failure_record(failure, STAGE_ROOT, "move_mount", name);
    close(tree_fd);
  }
  close(fd);
  return result;
}

/* Covers what decides over the whole system. Of the settings, "sys" is always there. */
static int
cover_proc(const struct operation *operation, int proc_fd, struct failure *failure)
{
  static const char *const devices[] = {"bus", "irq", "sysrq-trigger"};
  static const char *const settings[] = {"sys",           "acpi", "asound", "driver",
                                         "dynamic_debug", "fs",   "mtrr",   "scsi"};

  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    if (cover(proc_fd, devices[i], failure) < 0 && failure->error != ENOENT)
      return -1;
  failure->stage = STAGE_NONE;
  if (!(operation->flags & OPERATION_COVER_ALL))
    return 0;
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
    if (cover(proc_fd, settings[i], failure) < 0 && (failure->error != ENOENT || i == 0))
      return -1;
  failure->stage = STAGE_NONE;
  return 0;
}

/* Attaches a tree over DEST_FD and closes both. What covers the root is the new
 * root: a file never does. */
static int
attach(struct assembly *assembly, const struct operation *operation, int tree_fd, int dest_fd,
       bool is_file, struct failure *failure)
{
  bool replaces = !is_file && is_root(assembly, dest_fd);

  dest_forget(&assembly->last_parent);
  if (bind_mount_attach(tree_fd, dest_fd) < 0)
    return refuse_attachment(dest_fd, operation->dest, failure);
  close(dest_fd);
  if ((operation->flags & OPERATION_COVER) && cover_proc(operation, tree_fd, failure) < 0)
    return -1;
  if (replaces)
    return replace_root(assembly, tree_fd, failure);
  close(tree_fd);
  return 0;
}

/* Attaches a tree over a mount point that was just made, and closes it. No path leads
 * through it yet, so that nothing that was found before is covered. */
static int
attach_made(const struct operation *operation, int tree_fd, int parent_fd, const char *name,
            struct failure *failure)
{
  if (bind_mount_attach_at(tree_fd, parent_fd, name) < 0)
    return failure_set(failure, STAGE_ROOT, "move_mount", operation->dest);
  if ((operation->flags & OPERATION_COVER) && cover_proc(operation, tree_fd, failure) < 0)
    return -1;
  close(tree_fd);
  return 0;
}

static int
do_bind(struct assembly *assembly, const struct operation *operation, int tree_fd,
        struct failure *failure)
{
  struct dest_modes modes = {.self = 0755, .parents = operation->parent_mode};
  struct statx status;
  const char *name;
  int dest_fd;

  if (tree_fd < 0 || bus_has_no_place(&assembly->root, operation)) /* to be skipped */
    return 0;
  /* The type of a tree's root is known to the kernel: a file system that does
   * not answer is not to be asked. */
  if (statx(tree_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0)
    return failure_set(failure, STAGE_ROOT, "statx", operation->dest);
  bool is_file = !S_ISDIR(status.stx_mode);
  modes.self = is_file ? 0444 : 0755;
  int parent_fd =
      dest_make(&assembly->root, &assembly->last_parent, operation->dest, &modes, is_file, &name);
  if (parent_fd >= 0)
    return attach_made(operation, tree_fd, parent_fd, name, failure);
  if (is_file)
    dest_fd = dest_open_file(&assembly->root, operation->dest, &modes, failure);
  else
    dest_fd = dest_open_dir(&assembly->root, operation->dest, &modes, failure);
  if (dest_fd < 0)
    return -1;
  return attach(assembly, operation, tree_fd, dest_fd, is_file, failure);
}

static int
do_filesystem(struct assembly *assembly, const struct operation *operation, const char *type,
              const struct parameter *parameters, unsigned attributes, struct failure *failure)
{
  struct dest_modes modes = {.self = 0755, .parents = operation->parent_mode};
  int dest_fd = dest_open_dir(&assembly->root, operation->dest, &modes, failure);

  if (dest_fd < 0)
    return -1;
  int mount_fd = filesystem_create(type, parameters, attributes, failure);
  if (mount_fd < 0) {
    close(dest_fd);
    return -1;
  }
  return attach(assembly, operation, mount_fd, dest_fd, false, failure);
}

static int
do_tmpfs(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  char mode[NUMBER_SIZE], size[NUMBER_SIZE];
  struct parameter parameters[4] = {{"mode", mode}};
  size_t count = 1;

  number_write(mode, operation->mode, 8);
  number_write(size, operation->size, 10);
  if (operation->size > 0)
    parameters[count++] = (struct parameter){"size", size};
  parameters[count] = filesystem_label(assembly->plan->file_label);
  return do_filesystem(assembly, operation, "tmpfs", parameters,
                       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, failure);
}

static int
do_dev(struct assembly *assembly, const struct operation *operation, const int *trees,
       struct failure *failure)
{
  struct dest_modes modes = {.self = 0755, .parents = operation->parent_mode};
  int dest_fd = dest_open_dir(&assembly->root, operation->dest, &modes, failure);

  if (dest_fd < 0)
    return -1;
  bool replaces = is_root(assembly, dest_fd);
  dest_forget(&assembly->last_parent);
  int dev_fd = device_build(dest_fd, trees, assembly->plan->file_label, failure);
  if (dev_fd < 0)
    return -1;
  close(dest_fd);
  if (replaces)
    return replace_root(assembly, dev_fd, failure);
  close(dev_fd);
  return 0;
}

static int
do_dir(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  struct dest_modes modes = {.self = operation->mode, .parents = operation->parent_mode};
  int fd = dest_open_dir(&assembly->root, operation->dest, &modes, failure);

  if (fd < 0)
    return -1;
  close(fd);
  return 0;
}

static int
do_file(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  struct dest_modes modes = {.self = operation->mode, .parents = operation->parent_mode};
  int fd = dest_create_file(&assembly->root, operation->dest, &modes, failure);

  if (fd < 0)
    return -1;
  int result = source_copy_data(operation->fd, fd, operation->dest, failure);
  close(fd);
  return result;
}

/* A link that leads to the same target is as good as the one that was asked for;
 * of another the failure, already recorded, is to tell. */
static int
accept_link(const char *target, int parent_fd, const char *name, struct failure *failure)
{
  char present[PATH_MAX];
  ssize_t length = readlinkat(parent_fd, name, present, sizeof present - 1);

  if (length < 0) {
    failure_append(failure, ": what exists there is not a symlink");
    return -1;
  }
  present[length] = '\0';
  if (strcmp(present, target) != 0) {
    failure_append(failure, ": existing destination is ");
    failure_append(failure, present);
    return -1;
  }
  failure->stage = STAGE_NONE;
  return 0;
}

/* What exists already is looked at, whosever it is. */
static int
symlinkat_unless_kept(const struct assembly *assembly, const struct operation *operation,
                      int parent_fd, const char *name)
{
  struct failure ignored;

  if (assembly->root.keep_host && faccessat(parent_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  if (dest_check_change(&assembly->root, parent_fd, "symlinkat", operation->dest, &ignored) < 0) {
    errno = ignored.error;
    return -1;
  }
  return symlinkat(operation->source, parent_fd, name);
}

static int
do_symlink(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  char name[NAME_MAX + 1];
  int parent_fd =
      dest_open_parent(&assembly->root, operation->dest, operation->parent_mode, name, failure);

  if (parent_fd < 0)
    return -1;
  int result = symlinkat_unless_kept(assembly, operation, parent_fd, name);
  if (result < 0) {
    failure_set(failure, STAGE_ROOT, "symlinkat", operation->dest);
    if (failure->error == EEXIST)
      result = accept_link(operation->source, parent_fd, name, failure);
  }
  close(parent_fd);
  return result;
}

static int
do_remount(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  int fd = dest_open(&assembly->root, operation->dest, 0, failure);

  if (fd < 0)
    return -1;
  int result = bind_mount_restrict(fd);
  if (result < 0)
    failure_set(failure, STAGE_ROOT, "mount_setattr", operation->dest);
  if (result < 0 && failure->error == EINVAL)
    failure_append(failure, ": nothing is mounted there");
  close(fd);
  return result;
}

/* No call before Linux 6.6 changes the mode of an O_PATH descriptor; its name in
 * proc stands for the very same object. */
static int
do_chmod(struct assembly *assembly, const struct operation *operation, struct failure *failure)
{
  char path[FD_PATH_SIZE];
  int fd = dest_open(&assembly->root, operation->dest, 0, failure);

  if (fd < 0)
    return -1;
  number_write_fd_path(path, fd);
  int result = dest_check_change(&assembly->root, fd, "fchmodat", operation->dest, failure);
  if (result == 0 &&
      (result = fchmodat(assembly->proc_fd, path + sizeof "/proc/" - 1, operation->mode, 0)) < 0)
    failure_set(failure, STAGE_ROOT, "fchmodat", operation->dest);
  close(fd);
  return result;
}

static int
carry_out(struct assembly *assembly, const struct operation *operation, const int *trees,
          struct failure *failure)
{
  static const struct parameter none[] = {{0}};
  const unsigned sealed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

  switch (operation->kind) {
  case OPERATION_BIND:
  case OPERATION_BIND_FD:
  case OPERATION_BIND_DATA:
  case OPERATION_OVERLAY:
  case OPERATION_DBUS:
    return do_bind(assembly, operation, trees[0], failure);
  case OPERATION_TMPFS:
    return do_tmpfs(assembly, operation, failure);
  case OPERATION_PROC:
    return do_filesystem(assembly, operation, "proc", none, sealed, failure);
  case OPERATION_MQUEUE:
    return do_filesystem(assembly, operation, "mqueue", none, sealed, failure);
  case OPERATION_DEV:
    return do_dev(assembly, operation, trees, failure);
  case OPERATION_DIR:
    return do_dir(assembly, operation, failure);
  case OPERATION_FILE:
    return do_file(assembly, operation, failure);
  case OPERATION_SYMLINK:
    return do_symlink(assembly, operation, failure);
  case OPERATION_REMOUNT:
    return do_remount(assembly, operation, failure);
  case OPERATION_CHMOD:
    return do_chmod(assembly, operation, failure);
  }
  return failure_say(failure, STAGE_ROOT, CODE_SYSTEM_CALL_FAILED, operation->dest,
                     "not an operation");
}

/* Whether the first operation puts a directory on "/". Its tree is the root then:
 * a tmpfs below it would be seen by nobody. */
static bool
first_is_root(const struct assembly *assembly)
{
  const struct plan *plan = assembly->plan;
  const struct operation *first = plan->operations;
  struct stat status;

  if (plan->root_in_place)
    return true;
  return plan->operation_count > 0 && first->kind == OPERATION_BIND &&
         !(first->flags & OPERATION_COVER) && dest_is_root(first->dest) &&
         assembly->trees[0] >= 0 && fstat(assembly->trees[0], &status) == 0 &&
         S_ISDIR(status.st_mode);
}

/* The mounts are there: they only have to be restricted, now that all that is to be
 * shown otherwise has been cloned. */
static int
keep_root(struct assembly *assembly, struct failure *failure)
{
  const struct plan *plan = assembly->plan;
  const struct tree_flags flags = source_flags(plan, plan->operations);

  if (bind_mount_restrict_all(&flags, failure) < 0) {
    failure->operation = 0;
    return -1;
  }
  assembly->is_in_place = true;
  return set_root(assembly, assembly->host_fd, failure);
}

static int
attach_root(struct assembly *assembly, bool is_first, struct failure *failure)
{
  const struct parameter parameters[] = {
      {"mode", "0755"},
      filesystem_label(assembly->plan->file_label),
      {0},
  };
  int root_fd = is_first ? assembly->trees[0]
                         : filesystem_create("tmpfs", parameters,
                                             MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, failure);

  if (root_fd < 0 || bind_mount_attach_to_host(root_fd, failure) < 0)
    return -1;
  return set_root(assembly, root_fd, failure);
}

/* The file systems that are made for the sandbox; of the others all that matters is
 * whose they are. */
static bool
is_own(const struct operation *operation)
{
  switch (operation->kind) {
  case OPERATION_TMPFS:
  case OPERATION_PROC:
  case OPERATION_DEV:
  case OPERATION_MQUEUE:
  case OPERATION_BIND_DATA:
  case OPERATION_OVERLAY:
  case OPERATION_DBUS:
    return true;
  default:
    return false;
  }
}

static void
own_device(struct assembly *assembly, dev_t device)
{
  assembly->own[assembly->root.own_count++] = device;
}

/* Looks at what operation INDEX has put into the root. */
static void
mark(struct assembly *assembly, size_t index)
{
  const struct operation *operation = &assembly->plan->operations[index];
  struct mark *mark = &assembly->marks[index];
  struct failure ignored;
  int follow = operation->kind == OPERATION_SYMLINK ? O_NOFOLLOW : 0;
  int fd = dest_open(&assembly->root, operation->dest, follow, &ignored);

  if (fd < 0)
    return;
  if (inspect_identify(fd, "", AT_EMPTY_PATH, mark) == 0 && is_own(operation))
    own_device(assembly, mark->device);
  close(fd);
}

/* Carries an operation out. Where the host is to stay as it is, one that would have to
 * change it is left for later. */
static int
carry_out_next(struct assembly *assembly, size_t index, const int *trees, struct failure *failure)
{
  int result = carry_out(assembly, &assembly->plan->operations[index], trees, failure);

  if (!assembly->marks)
    return result;
  if (result < 0 && failure->error == DEST_PENDING) {
    failure->stage = STAGE_NONE;
    assembly->marks[index].is_pending = true;
    return 0;
  }
  bool is_skipped =
      (assembly->plan->operations[index].flags & (OPERATION_OPTIONAL | OPERATION_CREATE)) &&
      trees[0] < 0;
  if (result == 0 && !is_skipped)
    mark(assembly, index);
  return result;
}

/* The root tmpfs is the sandbox's own, too. */
static void
mark_root(struct assembly *assembly, bool is_first)
{
  struct mark root;

  assembly->root.keep_host = true;
  assembly->root.own = assembly->own;
  if (is_first)
    mark(assembly, 0);
  else if (inspect_identify(assembly->root.fd, "", AT_EMPTY_PATH, &root) == 0)
    own_device(assembly, root.device);
}

int
root_build(struct assembly *assembly, struct failure *failure)
{
  const struct plan *plan = assembly->plan;
  const int *trees = assembly->trees;
  bool is_first = first_is_root(assembly);

  assembly->last_parent.fd = -1;
  assembly->host_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (assembly->host_fd < 0)
    return failure_set(failure, STAGE_ROOT, "open", "/");
  if ((plan->root_in_place ? keep_root(assembly, failure)
                           : attach_root(assembly, is_first, failure)) < 0)
    return -1;
  if (assembly->marks)
    mark_root(assembly, is_first);
  for (size_t i = 0; i < plan->operation_count; i++) {
    if (!(is_first && i == 0) && carry_out_next(assembly, i, trees, failure) < 0) {
      failure->operation = (int)i;
      return -1;
    }
    trees += plan_sources_of(&plan->operations[i]);
  }
  return 0;
}

/* Unmounts the host's root and all that lies on top of it. A path that ends at a
 * mount point leads to the topmost mount there, so the layers go one by one, the
 * host's root last; then the kernel knows no such mount any more. Nothing of the
 * new root can be hit: it lies below the host's. */
static int
detach_host(const struct assembly *assembly, struct failure *failure)
{
  if (fchdir(assembly->host_fd) < 0)
    return failure_set(failure, STAGE_ROOT, "fchdir", "the host's root");
  while (umount2(".", MNT_DETACH) == 0)
    continue;
  if (errno != EINVAL)
    return failure_set(failure, STAGE_ROOT, "umount2", "the host's root");
  return 0;
}

/* What the payload will find above its root must be the root. */
static int
check_entered(const struct assembly *assembly, struct failure *failure)
{
  int above = open("/..", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (above < 0)
    return failure_set(failure, STAGE_ROOT, "open", "/..");
  bool entered = is_root(assembly, above);
  close(above);
  return entered ? 0
                 : failure_say(failure, STAGE_ROOT, CODE_HARDENING_FAILED, NULL,
                               "the host's root is still there");
}

static int
pivot(const struct assembly *assembly, struct failure *failure)
{
  if (fchdir(assembly->root.fd) < 0)
    return failure_set(failure, STAGE_ROOT, "fchdir", "the new root");
  /* With the same directory for both, the old root ends up on top of the new
   * one, and no directory is needed to put it. */
  if (syscall(SYS_pivot_root, ".", ".") < 0)
    return failure_set(failure, STAGE_ROOT, "pivot_root", "the new root");
  return detach_host(assembly, failure);
}

int
root_enter(struct assembly *assembly, struct failure *failure)
{
  dest_forget(&assembly->last_parent);
  if (!assembly->is_in_place && pivot(assembly, failure) < 0)
    return -1;
  if (chdir("/") < 0)
    return failure_set(failure, STAGE_ROOT, "chdir", "/");
  int result = check_entered(assembly, failure);
  close(assembly->host_fd);
  if (!assembly->is_in_place)
    close(assembly->root.fd);
  return result;
}
