/* filesystem: new file systems, as detached mounts.
 *
 * Wraps fsopen, fsconfig and fsmount, and keeps the kernel's own words about
 * what it refused. Right of the fork line. It should know nothing of where the
 * mount will be attached.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <stddef.h>

/* One parameter of a file system, as mount -o would take it. */
struct parameter {
  const char *name;
  const char *value; /* NULL for a flag */
};

/* The SELinux context LABEL of all files, or, if it is NULL, no parameter: to be the
 * last one of a list. */
static inline struct parameter
filesystem_label(const char *label)
{
  return (struct parameter){.name = label ? "context" : NULL, .value = label};
}

/* A file system that is being configured. */
struct filesystem {
  const char *type;
  int context;
};

/* Starts to configure a file system of TYPE, which the caller keeps. */
int filesystem_open(struct filesystem *filesystem, const char *type, struct failure *failure);

/* Sets one parameter. Closes the file system when that fails. */
int filesystem_set(struct filesystem *filesystem, const struct parameter *parameter,
                   struct failure *failure);

/* Makes it, and a detached mount of it with the flags ATTRIBUTES (MOUNT_ATTR_*),
 * whose descriptor it returns. Closes the file system in any case. */
int filesystem_mount(struct filesystem *filesystem, unsigned attributes, struct failure *failure);

/* All of that with the PARAMETERS, ended by a name of NULL. Returns a descriptor
 * which the caller closes; -1 and a failure. */
int filesystem_create(const char *type, const struct parameter *parameters, unsigned attributes,
                      struct failure *failure);
