/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "inspect.h"

#include "number.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int
inspect_identify(int dir_fd, const char *path, int flags, struct mark *mark)
{
  struct statx status;

  if (statx(dir_fd, path, flags | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &status) < 0)
    return -1;
  mark->mount = status.stx_mnt_id;
  mark->inode = status.stx_ino;
  mark->device = makedev(status.stx_dev_major, status.stx_dev_minor);
  return 0;
}

/* What is at the destination of OPERATION in the root that has been entered. */
static int
identify_dest(int root_fd, const struct operation *operation, struct mark *mark)
{
  int flags = operation->kind == OPERATION_SYMLINK ? AT_SYMLINK_NOFOLLOW : 0;
  const char *path = operation->dest + strspn(operation->dest, "/");

  return inspect_identify(root_fd, path[0] != '\0' ? path : ".", flags, mark);
}

void
inspect_forget_covered(const struct plan *plan, struct mark *marks)
{
  int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct mark now;

  for (size_t i = 0; i < plan->operation_count; i++)
    if (root_fd < 0 || identify_dest(root_fd, &plan->operations[i], &now) < 0 ||
        now.mount != marks[i].mount || now.inode != marks[i].inode)
      marks[i].mount = 0;
  if (root_fd >= 0)
    close(root_fd);
}

void
inspect_mark_again(const struct plan *plan, struct mark *marks)
{
  int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

  for (size_t i = 0; i < plan->operation_count && root_fd >= 0; i++)
    if (marks[i].mount != 0)
      identify_dest(root_fd, &plan->operations[i], &marks[i]);
  if (root_fd >= 0)
    close(root_fd);
}

/* Whether OPERATION puts something into the root, and does not only change it. */
static bool
shows_something(const struct operation *operation)
{
  return operation->kind != OPERATION_CHMOD && operation->kind != OPERATION_REMOUNT;
}

/* Cuts the last name off PATH; returns whether there was one. */
static bool
cut_name(char *path)
{
  char *slash = strrchr(path, '/');

  if (!slash || path[1] == '\0')
    return false;
  slash[slash == path] = '\0';
  return true;
}

/* Goes up from where the object really is until it meets what an operation put there. */
static void
find_operation(const struct plan *plan, const struct mark *marks, struct answer *answer)
{
  char path[PATH_MAX];
  struct mark here;

  memcpy(path, answer->path, strlen(answer->path) + 1);
  do {
    if (inspect_identify(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &here) < 0)
      continue;
    for (size_t i = plan->operation_count; i-- > 0;)
      if (marks[i].mount == here.mount && marks[i].inode == here.inode &&
          shows_something(&plan->operations[i])) {
        answer->operation = (int)i;
        answer->below = path[1] == '\0' ? 0 : strlen(path);
        return;
      }
  } while (cut_name(path));
}

/* Whether PATH lies at or below DEST, by their letters. */
static bool
is_below(const char *path, const char *dest)
{
  size_t length;

  path += strspn(path, "/");
  dest += strspn(dest, "/");
  length = strlen(dest);
  while (length > 0 && dest[length - 1] == '/')
    length--;
  return strncmp(path, dest, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Whether the pending DEST would bring what is asked for about, by being at PATH, above it,
 * or, where nothing is there yet, below it. */
static bool
concerns(const char *path, const char *dest, int error)
{
  return is_below(path, dest) || (error == ENOENT && is_below(dest, path));
}

static void
find_pending(const struct plan *plan, const struct mark *marks, struct answer *answer)
{
  for (size_t i = plan->operation_count; i-- > 0;)
    if (marks[i].is_pending &&
        (concerns(plan->questions[answer->question].path, plan->operations[i].dest,
                  answer->error) ||
         (answer->path[0] == '/' && is_below(answer->path, plan->operations[i].dest)))) {
      answer->operation = (int)i;
      answer->is_pending = true;
      return;
    }
}

/* The name that the kernel has for what FD refers to. */
static int
name_of(int proc_fd, int fd, char path[PATH_MAX])
{
  char name[FD_PATH_SIZE];

  number_write_fd_path(name, fd);
  ssize_t length = readlinkat(proc_fd, name + sizeof "/proc/" - 1, path, PATH_MAX - 1);
  if (length < 0)
    return -1;
  path[length] = '\0';
  return 0;
}

static int
result_of(int result)
{
  int error = result < 0 ? errno : 0;

  if (result >= 0)
    close(result);
  return error;
}

static int
access_of(const char *path, int mode)
{
  return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 ? errno : 0;
}

/* What keeps every entry from being made, as all of them are the kernel's, whatever the
 * permissions say; or 0. proc does not even look for what it does not have. */
static int
refusal_of(const char *path)
{
  struct statfs filesystem;

  if (statfs(path, &filesystem) < 0)
    return 0;
  switch (filesystem.f_type) {
  case PROC_SUPER_MAGIC:
    return ENOENT;
  case CGROUP_SUPER_MAGIC:
  case CGROUP2_SUPER_MAGIC:
  case DEBUGFS_MAGIC:
  case DEVPTS_SUPER_MAGIC:
  case SECURITYFS_MAGIC:
  case SYSFS_MAGIC:
  case TRACEFS_MAGIC:
    return EACCES;
  default:
    return 0;
  }
}

/* As the kernel asks when an entry is to be made: whether the directory may be searched,
 * whether it is one of proc's, then whether its mount is read-only, then whether it may be
 * written. */
static int
entry_of(const char *path, bool is_readonly)
{
  int error = access_of(path, X_OK), refusal = refusal_of(path);

  if (error != 0)
    return error;
  if (refusal == ENOENT || (refusal != 0 && !is_readonly))
    return refusal;
  return is_readonly ? EROFS : access_of(path, W_OK | X_OK);
}

/* A file that is being executed just now is refused for that first, which tells nothing of the
 * sandbox. */
static int
opening_of(const char *path, int flags, bool is_readonly)
{
  int error = result_of(open(path, flags));

  return error == ETXTBSY && is_readonly ? EROFS : error;
}

/* Files and directories are opened. To open a device or a pipe does something: there the
 * permissions are asked for, and whether the mount lets devices be opened at all. */
static void
try_all(const char *path, struct answer *answer)
{
  const int flags = O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  bool is_device = S_ISCHR(answer->mode) || S_ISBLK(answer->mode);

  answer->execute = access_of(path, X_OK);
  answer->read = access_of(path, R_OK);
  answer->write = access_of(path, W_OK);
  if (S_ISREG(answer->mode)) {
    answer->read = result_of(open(path, O_RDONLY | flags));
    answer->write = opening_of(path, O_WRONLY | flags, answer->is_readonly);
  } else if (S_ISDIR(answer->mode)) {
    answer->read = result_of(open(path, O_RDONLY | O_DIRECTORY | flags));
    answer->write = entry_of(path, answer->is_readonly);
  } else if (is_device && !answer->has_devices) {
    answer->read = answer->write = EACCES;
  } else if (S_ISSOCK(answer->mode)) {
    /* No socket is opened, but the permissions come first. */
    answer->read = answer->read != 0 ? answer->read : ENXIO;
    answer->write = answer->write != 0 ? answer->write : ENXIO;
  }
  /* Nothing but a file is executed. */
  if (!S_ISREG(answer->mode) && !S_ISDIR(answer->mode))
    answer->execute = EACCES;
}

/* The longest part of PATH that exists, opened; the text of it goes to PART. */
static int
open_part(const char *path, char part[PATH_MAX])
{
  int fd;

  memcpy(part, path, strlen(path) + 1);
  for (;;) {
    bool is_last = !cut_name(part);
    if (is_last)
      memcpy(part, path[0] == '/' ? "/" : ".", 2);
    fd = open(part, O_PATH | O_CLOEXEC);
    if (fd >= 0 || is_last)
      return fd;
  }
}

/* Nothing is found: says where the search ended. */
static int
look_around(const char *path, int proc_fd, struct answer *answer)
{
  char part[PATH_MAX];
  struct stat status;

  answer->read = answer->write = answer->execute = answer->error;
  answer->is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
  int fd = open_part(path, part);
  if (fd < 0)
    return 0;
  int result = name_of(proc_fd, fd, answer->path);
  close(fd);
  return result;
}

static int
look_at(const char *path, int proc_fd, struct answer *answer)
{
  struct stat status;
  struct statvfs mount;
  int fd = open(path, O_PATH | O_CLOEXEC);

  if (fd < 0) {
    answer->error = errno;
    return look_around(path, proc_fd, answer);
  }
  int result = name_of(proc_fd, fd, answer->path);
  if (result == 0 && (result = fstat(fd, &status)) == 0)
    answer->mode = status.st_mode;
  if (result == 0 && (result = fstatvfs(fd, &mount)) == 0) {
    answer->is_readonly = (mount.f_flag & ST_RDONLY) != 0;
    answer->has_devices = !(mount.f_flag & ST_NODEV);
    try_all(path, answer);
  }
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

static int
tell(int control_fd, const struct answer *answer, struct failure *failure)
{
  if (send(control_fd, answer, sizeof *answer, MSG_NOSIGNAL) < 0)
    return failure_set(failure, STAGE_INSPECT, "send", "an answer");
  return 0;
}

int
inspect_all(const struct plan *plan, const struct mark *marks, int proc_fd, int control_fd,
            struct failure *failure)
{
  static struct answer answer;

  for (size_t i = 0; i < plan->question_count; i++) {
    const char *path = plan->questions[i].path;
    answer = (struct answer){.question = i, .operation = NO_OPERATION};
    if (strlen(path) >= PATH_MAX)
      answer.error = answer.read = answer.write = answer.execute = ENAMETOOLONG;
    else if (look_at(path, proc_fd, &answer) < 0)
      return failure_set(failure, STAGE_INSPECT, "look at", path);
    if (answer.path[0] == '/')
      find_operation(plan, marks, &answer);
    find_pending(plan, marks, &answer);
    if (tell(control_fd, &answer, failure) < 0)
      return -1;
  }
  return 0;
}

int
inspect_tell_pending(const struct plan *plan, const struct mark *marks, int control_fd,
                     struct failure *failure)
{
  static struct answer answer;

  for (size_t i = 0; i < plan->operation_count; i++) {
    answer = (struct answer){.operation = (int)i, .is_pending = true, .question = SIZE_MAX};
    if (marks[i].is_pending && tell(control_fd, &answer, failure) < 0)
      return -1;
  }
  return 0;
}
