/* dest: destinations inside the new root.
 *
 * Every name is resolved below the descriptor of the new root, which the kernel
 * takes for "/" while it follows links and "..": nothing that lies in a bound
 * tree can lead out of it, and magic links are not followed. What is missing is
 * made with one name at a time below a directory that was found like that. Right
 * of the fork line. It should be the only room that resolves a destination; it
 * must not mount.
 *
 * The functions return a descriptor that the caller closes, or -1 and a failure
 * whose text is the part of the path that it concerns.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
  DEST_PENDING = ECANCELED, /* the errno of what would have to be changed on the host */
};

/* The new root, and whether what is the host's in it is to stay as it is. */
struct dest_root {
  int fd;
  bool keep_host;
  const dev_t *own; /* then, the file systems that are not the host's */
  size_t own_count;
};

/* Permission bits for what has to be made. */
struct dest_modes {
  mode_t self;
  mode_t parents;
};

/* The directory that the last mount point was made in, for the next one. */
struct dest_parent {
  int fd; /* -1 for none */
  size_t length;
  char path[PATH_MAX]; /* how it was named, LENGTH bytes */
};

/* What stands at PATH, opened with O_PATH and FLAGS. */
int dest_open(const struct dest_root *root, const char *path, int flags, struct failure *failure);

/* The directory at PATH, made if it is missing, and its parents. */
int dest_open_dir(const struct dest_root *root, const char *path, const struct dest_modes *modes,
                  struct failure *failure);

/* A mount point for something that is no directory: what stands at PATH, else a
 * new empty file, with its parents. */
int dest_open_file(const struct dest_root *root, const char *path, const struct dest_modes *modes,
                   struct failure *failure);

/* Makes a mount point at PATH, a file or a directory, if there is nothing yet. Returns
 * the descriptor of its parent, which belongs to LAST, and its *NAME there; what stands
 * there is then no link. -1, and no failure, if that cannot be done: the functions
 * above know what to do. */
int dest_make(const struct dest_root *root, struct dest_parent *last, const char *path,
              const struct dest_modes *modes, bool is_file, const char **name);

/* Forgets it: to be called when something is mounted that may have covered it. */
void dest_forget(struct dest_parent *last);

/* The file at PATH opened for writing, emptied or new, with its parents. */
int dest_create_file(const struct dest_root *root, const char *path, const struct dest_modes *modes,
                     struct failure *failure);

/* Whether what FD refers to may be changed by CALL, in words of PATH. */
int dest_check_change(const struct dest_root *root, int fd, const char *call, const char *path,
                      struct failure *failure);

/* The parent directory of PATH, made if it is missing. The last name of PATH
 * goes to NAME, of NAME_MAX + 1 bytes. */
int dest_open_parent(const struct dest_root *root, const char *path, mode_t parent_mode, char *name,
                     struct failure *failure);

/* True if PATH, by its letters alone, is the root itself. */
bool dest_is_root(const char *path);
