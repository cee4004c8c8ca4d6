/* filesystem: new file systems, as detached mounts.
 *
 * Wraps fsopen, fsconfig and fsmount, and keeps the kernel's own words about
 * what it refused. Right of the fork line. It should know nothing of where the
 * mount will be attached.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

/* One parameter of a file system, as mount -o would take it. */
struct parameter {
  const char *name;
  const char *value;
};

/* A detached mount of a new file system of TYPE with the PARAMETERS (ended by a
 * name of NULL) and the mount flags ATTRIBUTES (MOUNT_ATTR_*). Returns its
 * descriptor, which the caller closes; -1 and a failure. */
int filesystem_create(const char *type, const struct parameter *parameters, unsigned attributes,
                      struct failure *failure);
