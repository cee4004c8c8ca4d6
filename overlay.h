/* overlay: overlay file systems from directory descriptors.
 *
 * The layers are handed to the kernel as names in /proc/self/fd: no path is
 * looked up twice, none is too long, and colons and commas mean nothing in it.
 * Right of the fork line. It should know nothing of where the mount will be
 * attached; it must be called while the host's root is the process's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <stddef.h>

/* What an overlay is made of: descriptors opened with O_PATH. */
struct overlay {
  const int *layers; /* the lowest first */
  size_t layer_count;
  int upper; /* -1 for a read-only one */
  int work;
};

/* A detached overlay with the mount flags ATTRIBUTES (MOUNT_ATTR_*). Returns its
 * descriptor, which the caller closes; -1 and a failure. */
int overlay_create(const struct overlay *overlay, unsigned attributes, struct failure *failure);
