/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "dest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  /* The kernel gives up with EAGAIN when something is renamed or mounted
   * anywhere while it follows "..": trying again is right, but not for ever. */
  ATTEMPTS = 10000,
};

static int
resolve(const struct dest_root *root, const char *path, int flags, mode_t mode)
{
  struct open_how how = {
      .flags = (unsigned)flags | O_CLOEXEC,
      .mode = mode,
      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  long fd = -1;

  for (int i = 0; i < ATTEMPTS; i++) {
    fd = syscall(SYS_openat2, root->fd, path, &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
      break;
  }
  return (int)fd;
}

static int
refuse(struct failure *failure, const char *call, const char *subject)
{
  return failure_set(failure, STAGE_ROOT, call, subject);
}

/* Says which part of PATH could not be opened as a directory: the first one. */
static int
refuse_path(const struct dest_root *root, const char *path, struct failure *failure)
{
  char part[PATH_MAX];
  int error = errno;
  size_t length = strlen(path), end = 0;

  if (error != ENOTDIR || length >= sizeof part)
    return refuse(failure, "openat2", path);
  memcpy(part, path, length + 1);
  while (end < length) {
    end += strspn(path + end, "/");
    end += strcspn(path + end, "/");
    part[end] = '\0';
    int fd = resolve(root, part, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
      break;
    close(fd);
    memcpy(part, path, length + 1);
  }
  errno = error;
  return refuse(failure, "openat2", part);
}

/* Whether something may be made or changed in the directory or file FD, which is so
 * unless it is the host's and that is to stay as it is. What the kernel would refuse
 * anyway is refused for its reason. */
static int
may_change(const struct dest_root *root, int fd)
{
  struct stat status;
  struct statvfs mount;

  if (!root->keep_host)
    return 0;
  if (fstat(fd, &status) < 0)
    return -1;
  for (size_t i = 0; i < root->own_count; i++)
    if (root->own[i] == status.st_dev)
      return 0;
  /* The kernel looks whether the mount is read-only before it looks at permissions. */
  if (fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY))
    errno = EROFS;
  else if (syscall(SYS_faccessat2, fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS) == 0)
    errno = DEST_PENDING;
  return -1;
}

static int
make_dir(const struct dest_root *root, int parent_fd, const char *name, mode_t mode)
{
  return may_change(root, parent_fd) < 0 ? -1 : mkdirat(parent_fd, name, mode);
}

/* Splits PATH into COPY, of PATH_MAX bytes, holding everything before the last
 * name, and that name. */
static int
split(const char *path, char *copy, const char **name, struct failure *failure)
{
  size_t end = strlen(path);

  while (end > 1 && path[end - 1] == '/')
    end--;
  if (end >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return refuse(failure, "openat2", path);
  }
  memcpy(copy, path, end);
  copy[end] = '\0';
  char *slash = strrchr(copy, '/');
  if (!slash) {
    *name = path;
    memcpy(copy, ".", 2);
    return 0;
  }
  *name = path + (slash + 1 - copy);
  slash[slash == copy] = '\0';
  return 0;
}

/* Opens the directory PATH, whose own parent is PARENT_FD and whose last name
 * begins at NAME; makes it if it is missing. */
static int
open_or_make(const struct dest_root *root, int parent_fd, const char *path, const char *name,
             mode_t mode, struct failure *failure)
{
  int fd = resolve(root, path, O_PATH | O_DIRECTORY, 0);

  if (fd >= 0)
    return fd;
  if (errno != ENOENT)
    return refuse_path(root, path, failure);
  if (make_dir(root, parent_fd, name, mode) < 0 && errno != EEXIST)
    return refuse(failure, "mkdirat", path);
  bool existed = errno == EEXIST;
  fd = resolve(root, path, O_PATH | O_DIRECTORY, 0);
  if (fd >= 0)
    return fd;
  if (existed && errno == ENOENT)
    return failure_say(failure, STAGE_ROOT, CODE_DEST_EXISTS, path,
                       "a symbolic link that leads nowhere");
  return refuse(failure, "openat2", path);
}

/* Opens the directory PATH, making what is missing; PATH is changed meanwhile. */
static int
open_dirs(const struct dest_root *root, char *path, mode_t mode, struct failure *failure)
{
  int fd = resolve(root, path, O_PATH | O_DIRECTORY, 0);
  char *at = path;

  if (fd >= 0)
    return fd;
  if (errno != ENOENT)
    return refuse_path(root, path, failure);
  fd = resolve(root, ".", O_PATH | O_DIRECTORY, 0);
  if (fd < 0)
    return refuse(failure, "openat2", path);
  while (*(at += strspn(at, "/")) != '\0') {
    char *end = at + strcspn(at, "/");
    char kept = *end;
    *end = '\0';
    int next = open_or_make(root, fd, path, at, mode, failure);
    close(fd);
    if (next < 0)
      return -1;
    fd = next;
    *end = kept;
    at = end;
  }
  return fd;
}

int
dest_open_parent(const struct dest_root *root, const char *path, mode_t parent_mode, char *name,
                 struct failure *failure)
{
  char parents[PATH_MAX];
  const char *last = NULL;

  if (split(path, parents, &last, failure) < 0)
    return -1;
  size_t length = strcspn(last, "/");
  if (length > NAME_MAX) {
    errno = ENAMETOOLONG;
    return refuse(failure, "openat2", path);
  }
  memcpy(name, last, length);
  name[length] = '\0';
  return open_dirs(root, parents, parent_mode, failure);
}

int
dest_open(const struct dest_root *root, const char *path, int flags, struct failure *failure)
{
  int fd = resolve(root, path, O_PATH | flags, 0);

  return fd >= 0 ? fd : refuse_path(root, path, failure);
}

int
dest_open_dir(const struct dest_root *root, const char *path, const struct dest_modes *modes,
              struct failure *failure)
{
  char name[NAME_MAX + 1];
  int fd = resolve(root, path, O_PATH | O_DIRECTORY, 0);

  if (fd >= 0)
    return fd;
  if (errno != ENOENT)
    return refuse_path(root, path, failure);
  int parent_fd = dest_open_parent(root, path, modes->parents, name, failure);
  if (parent_fd < 0)
    return -1;
  fd = open_or_make(root, parent_fd, path, name, modes->self, failure);
  close(parent_fd);
  return fd;
}

/* Whether the file at PATH, or else its directory, may be changed. */
static int
check_creation(const struct dest_root *root, const char *path, mode_t parent_mode,
               struct failure *failure)
{
  char name[NAME_MAX + 1];
  int fd = resolve(root, path, O_PATH, 0);

  if (fd < 0)
    fd = dest_open_parent(root, path, parent_mode, name, failure);
  if (fd < 0)
    return -1;
  int result = may_change(root, fd);
  if (result < 0)
    refuse(failure, "openat2", path);
  close(fd);
  return result;
}

int
dest_check_change(const struct dest_root *root, int fd, const char *call, const char *path,
                  struct failure *failure)
{
  return may_change(root, fd) < 0 ? refuse(failure, call, path) : 0;
}

static int
create(const struct dest_root *root, const char *path, int flags, const struct dest_modes *modes,
       struct failure *failure)
{
  char name[NAME_MAX + 1];

  flags |= O_CREAT | O_NOCTTY | O_NONBLOCK;
  if (root->keep_host && check_creation(root, path, modes->parents, failure) < 0)
    return -1;
  int fd = resolve(root, path, flags, modes->self);
  if (fd < 0 && errno == ENOENT) {
    int parent_fd = dest_open_parent(root, path, modes->parents, name, failure);
    if (parent_fd < 0)
      return -1;
    close(parent_fd);
    fd = resolve(root, path, flags, modes->self);
  }
  return fd >= 0 ? fd : refuse_path(root, path, failure);
}

int
dest_open_file(const struct dest_root *root, const char *path, const struct dest_modes *modes,
               struct failure *failure)
{
  int fd = resolve(root, path, O_PATH, 0);

  if (fd >= 0)
    return fd;
  if (errno != ENOENT)
    return refuse_path(root, path, failure);
  return create(root, path, O_RDONLY, modes, failure);
}

int
dest_create_file(const struct dest_root *root, const char *path, const struct dest_modes *modes,
                 struct failure *failure)
{
  return create(root, path, O_WRONLY | O_TRUNC, modes, failure);
}

void
dest_forget(struct dest_parent *last)
{
  if (last->fd >= 0)
    close(last->fd);
  last->fd = -1;
}

/* Whether LAST is the directory that the first LENGTH bytes of PATH name. */
static bool
is_same_parent(const struct dest_parent *last, const char *path, size_t length)
{
  return last->fd >= 0 && last->length == length && memcmp(last->path, path, length) == 0;
}

/* Opens the parent of PATH into LAST, unless there is something at PATH. */
static int
find_parent(const struct dest_root *root, struct dest_parent *last, const char *path, size_t length,
            mode_t mode)
{
  struct failure ignored;
  char name[NAME_MAX + 1];
  int fd = resolve(root, path, O_PATH, 0);

  dest_forget(last);
  if (fd >= 0) {
    close(fd);
    return -1;
  }
  if (errno != ENOENT || length >= sizeof last->path)
    return -1;
  last->fd = dest_open_parent(root, path, mode, name, &ignored);
  last->length = length;
  memcpy(last->path, path, length);
  return last->fd;
}

int
dest_make(const struct dest_root *root, struct dest_parent *last, const char *path,
          const struct dest_modes *modes, bool is_file, const char **name)
{
  const char *slash = strrchr(path, '/');

  *name = slash ? slash + 1 : path;
  size_t length = (size_t)(*name - path);
  if ((*name)[0] == '\0' || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0)
    return -1;
  if (!is_same_parent(last, path, length) &&
      find_parent(root, last, path, length, modes->parents) < 0)
    return -1;
  if (may_change(root, last->fd) < 0)
    return -1;
  int made = is_file ? mknodat(last->fd, *name, S_IFREG | modes->self, 0)
                     : mkdirat(last->fd, *name, modes->self);
  return made == 0 ? last->fd : -1;
}

bool
dest_is_root(const char *path)
{
  int depth = 0;

  while (*(path += strspn(path, "/")) != '\0') {
    size_t length = strcspn(path, "/");
    if (length == 2 && path[0] == '.' && path[1] == '.')
      depth -= depth > 0;
    else if (length != 1 || path[0] != '.')
      depth++;
    path += length;
  }
  return depth == 0;
}
