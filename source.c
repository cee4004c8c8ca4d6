/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "source.h"

#include "device.h"
#include "filesystem.h"
#include "number.h"
#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree_flags
source_flags(const struct plan *plan, const struct operation *operation)
{
  struct tree_flags flags = {.set = MOUNT_ATTR_NOSUID,
                             .private_mounts = plan->persona->private_mounts};

  if (!(operation->flags & OPERATION_DEVICES))
    flags.set |= MOUNT_ATTR_NODEV;
  if (operation->flags & OPERATION_READONLY)
    flags.set |= MOUNT_ATTR_RDONLY;
  return flags;
}

int
source_raise_limit(const struct plan *plan, struct rlimit *saved, struct failure *failure)
{
  if (getrlimit(RLIMIT_NOFILE, saved) < 0)
    return failure_set(failure, STAGE_SOURCE, "getrlimit", "RLIMIT_NOFILE");
  if (plan->source_count == 0 || saved->rlim_cur == saved->rlim_max)
    return 0;
  const struct rlimit raised = {.rlim_cur = saved->rlim_max, .rlim_max = saved->rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) < 0)
    return failure_set(failure, STAGE_SOURCE, "setrlimit", "RLIMIT_NOFILE");
  return 0;
}

static int
open_directory(const char *path, struct failure *failure)
{
  int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    failure_record(failure, STAGE_SOURCE, "open", path);
  return fd;
}

/* Opens what an overlay is made of; returns how many descriptors it takes. */
static int
open_layers(const struct operation *operation, int *fds, struct failure *failure)
{
  fds[OVERLAY_MOUNT] = fds[OVERLAY_UPPER] = fds[OVERLAY_WORK] = -1;
  if (operation->upper && ((fds[OVERLAY_UPPER] = open_directory(operation->upper, failure)) < 0 ||
                           (fds[OVERLAY_WORK] = open_directory(operation->work, failure)) < 0))
    return -1;
  for (size_t i = 0; i < operation->layer_count; i++)
    if ((fds[OVERLAY_LAYERS + i] = open_directory(operation->layers[i], failure)) < 0)
      return -1;
  return (int)plan_sources_of(operation);
}

/* Where nothing of the host is changed, nothing is made there either. */
static bool
may_be_missing(const struct plan *plan, const struct operation *operation)
{
  return (operation->flags & OPERATION_OPTIONAL) ||
         ((operation->flags & OPERATION_CREATE) && plan_keeps_host(plan));
}

/* Clones what one operation needs into *TREE; returns how many that were. */
static int
clone_source(const struct plan *plan, const struct operation *operation, int *tree,
             struct failure *failure)
{
  struct tree_flags flags = source_flags(plan, operation);

  switch (operation->kind) {
  case OPERATION_BIND:
    *tree = bind_mount_clone_path(operation->source, &flags, failure);
    if (*tree < 0 && may_be_missing(plan, operation) &&
        (failure->error == ENOENT || failure->error == ENOTDIR)) {
      failure->stage = STAGE_NONE;
      return 1;
    }
    return *tree < 0 ? -1 : 1;
  case OPERATION_BIND_FD:
    *tree = bind_mount_clone_fd(operation->fd, &flags, failure);
    return *tree < 0 ? -1 : 1;
  case OPERATION_DEV:
    flags.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    return device_clone_sources(tree, &flags, failure) < 0 ? -1 : DEVICE_SOURCES;
  case OPERATION_BIND_DATA:
  case OPERATION_DBUS:
    *tree = -1;
    return 1;
  case OPERATION_OVERLAY:
    return open_layers(operation, tree, failure);
  default:
    return 0;
  }
}

/* Copies FROM, from where it stands to its end, to TO. */
int
source_copy_data(int from, int to, const char *name, struct failure *failure)
{
  char buffer[16384];
  ssize_t got;

  while ((got = read(from, buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failure_set(failure, STAGE_SOURCE, "read", name);
    for (ssize_t done = 0, put; done < got; done += put)
      if ((put = write(to, buffer + done, (size_t)(got - done))) < 0)
        return failure_set(failure, STAGE_SOURCE, "write", name);
  }
  return 0;
}

static int
clone_data(const struct plan *plan, int scratch_fd, size_t index, struct failure *failure)
{
  const struct operation *operation = &plan->operations[index];
  struct tree_flags flags = source_flags(plan, operation);
  char name[NUMBER_SIZE];

  number_write(name, index, 10);
  int fd = openat(scratch_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, operation->mode);

  if (fd < 0)
    return failure_set(failure, STAGE_SOURCE, "openat", operation->dest);
  if (source_copy_data(operation->fd, fd, operation->dest, failure) < 0)
    return -1;
  /* Closed first: a mount that a file is open for writing on refuses to become
   * read-only. */
  close(fd);
  return bind_mount_clone_file(scratch_fd, name, &flags, failure);
}

/* A new directory for changes, named by NUMBER and LETTER, opened. */
static int
make_directory(int scratch_fd, size_t number, char letter, struct failure *failure)
{
  char name[NUMBER_SIZE + 1];
  char *end = number_write(name, number, 10);

  end[0] = letter;
  end[1] = '\0';
  if (mkdirat(scratch_fd, name, 0755) < 0)
    return failure_set(failure, STAGE_SOURCE, "mkdirat", name);
  int fd = openat(scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    failure_record(failure, STAGE_SOURCE, "openat", name);
  return fd;
}

/* What lies in the host's directory for changes is the uppermost layer; changes go
 * elsewhere. Its descriptor follows those of the layers, which move down by one. */
static void
keep_upper(int *fds, struct overlay *overlay)
{
  close(fds[OVERLAY_WORK]);
  memmove(fds + OVERLAY_WORK, fds + OVERLAY_LAYERS, overlay->layer_count * sizeof *fds);
  fds[OVERLAY_WORK + overlay->layer_count++] = fds[OVERLAY_UPPER];
  fds[OVERLAY_UPPER] = -1;
  overlay->layers = fds + OVERLAY_WORK;
}

static int
make_overlay(const struct plan *plan, int scratch_fd, size_t index, int *fds,
             struct failure *failure)
{
  const struct operation *operation = &plan->operations[index];
  struct tree_flags flags = source_flags(plan, operation);
  bool is_kept = operation->upper && plan_keeps_host(plan);
  struct overlay overlay = {
      .layers = fds + OVERLAY_LAYERS,
      .layer_count = operation->layer_count,
      .upper = fds[OVERLAY_UPPER],
      .work = fds[OVERLAY_WORK],
  };

  if (is_kept)
    keep_upper(fds, &overlay);
  if ((is_kept || (operation->flags & OPERATION_SCRATCH)) &&
      ((overlay.upper = make_directory(scratch_fd, index, 'u', failure)) < 0 ||
       (overlay.work = make_directory(scratch_fd, index, 'w', failure)) < 0))
    return -1;
  int mount_fd = overlay_create(&overlay, (unsigned)flags.set, failure);
  if (overlay.upper >= 0 && overlay.upper != fds[OVERLAY_UPPER]) {
    close(overlay.upper);
    close(overlay.work);
  }
  for (size_t i = OVERLAY_UPPER; i < plan_sources_of(operation); i++)
    if (fds[i] >= 0)
      close(fds[i]);
  return mount_fd;
}

/* Where the things are that are made for the sandbox, each -1 for none. */
struct scratch {
  int fd;
  int bus_fd; /* the proxy has it, and is to have nothing else */
};

/* Makes what one operation shows that is not on the host as such. */
static int
make_source(const struct plan *plan, const struct scratch *scratch, size_t index, int *tree,
            struct failure *failure)
{
  /* Its permissions are the proxy's to set. */
  const struct tree_flags socket_flags = {
      .set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY, .private_mounts = true};

  switch (plan->operations[index].kind) {
  case OPERATION_BIND_DATA:
    *tree = clone_data(plan, scratch->fd, index, failure);
    return *tree < 0 ? -1 : 0;
  case OPERATION_OVERLAY:
    tree[OVERLAY_MOUNT] = make_overlay(plan, scratch->fd, index, tree, failure);
    return tree[OVERLAY_MOUNT] < 0 ? -1 : 0;
  case OPERATION_DBUS:
    *tree = bind_mount_clone_file(scratch->bus_fd, plan->operations[index].source, &socket_flags,
                                  failure);
    return *tree < 0 ? -1 : 0;
  default:
    return 0;
  }
}

static int
open_scratch(const struct plan *plan, struct failure *failure)
{
  const struct parameter parameters[] = {
      {"mode", "0700"},
      filesystem_label(plan->file_label),
      {0},
  };
  int scratch_fd =
      filesystem_create("tmpfs", parameters, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, failure);

  if (scratch_fd < 0 || bind_mount_attach_to_host(scratch_fd, failure) < 0)
    return -1;
  return scratch_fd;
}

int
source_clone_all(const struct plan *plan, int *trees, const struct bus_link *link,
                 struct failure *failure)
{
  int *tree = trees;
  struct scratch scratch = {.fd = -1, .bus_fd = -1};

  if (plan->root_in_place)
    *tree++ = -1;
  for (size_t i = plan->root_in_place; i < plan->operation_count; i++) {
    int count = clone_source(plan, &plan->operations[i], tree, failure);
    if (count < 0) {
      failure->operation = (int)i;
      return -1;
    }
    tree += count;
  }
  if (plan->needs_scratch && (scratch.fd = open_scratch(plan, failure)) < 0)
    return -1;
  /* On top of the other, which no ".." leads to then. */
  if (plan->has_buses && ((scratch.bus_fd = open_scratch(plan, failure)) < 0 ||
                          bus_make_sockets(plan, scratch.bus_fd, link, failure) < 0))
    return -1;
  tree = trees;
  for (size_t i = 0; i < plan->operation_count; i++) {
    if (make_source(plan, &scratch, i, tree, failure) < 0) {
      failure->operation = (int)i;
      return -1;
    }
    tree += plan_sources_of(&plan->operations[i]);
  }
  if (scratch.fd >= 0)
    close(scratch.fd);
  if (scratch.bus_fd >= 0)
    close(scratch.bus_fd);
  return 0;
}
