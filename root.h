/* root: carries out the plan's mount operations and enters the new root.
 *
 * Theory of operation. First, while nothing has changed yet, every source that
 * the plan names on the host is cloned into a detached tree and restricted: a
 * source that is missing ends the story before anything was made anywhere. Then
 * the new root, a tmpfs or the tree of a first operation on "/", is attached on
 * top of "/" itself. The process's own root stays the host's below it, but no
 * host path is looked up any more: the operations follow in their order, each
 * destination resolved below the descriptor of the new root (see dest.h). Last,
 * one pivot_root makes the new root the process's, and the host's is detached.
 *
 * Where the first operation binds "/" on "/", all of that has been done by the kernel:
 * the mount namespace is such a copy. Its mounts are restricted where they are, once
 * the sources are cloned, and there is nothing to be detached.
 *
 * The scratch tmpfs of source.h is attached to "/" below the new root and vanishes
 * with the host's. So do roots that a later operation on "/" covered. Whatever lies on top
 * of the host's root is unmounted with it, one after the other, until the host's
 * root itself is gone; then "/.." must be "/", or the sandbox does not start.
 *
 * Right of the fork line. It must not touch capabilities.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dest.h"
#include "failure.h"
#include "inspect.h"
#include "plan.h"

/* What the assembly holds on to. */
struct assembly {
  const struct plan *plan;
  int *trees;            /* the sources, in the order of the operations */
  int proc_fd;           /* the host's proc, opened with O_PATH */
  int host_fd;           /* the host's root */
  struct dest_root root; /* the new root, once there is one */
  uint64_t root_mount;   /* the mount and the inode that it is */
  uint64_t root_inode;
  bool is_in_place;               /* the root is the one that the mount namespace came with */
  struct dest_parent last_parent; /* of the mount points that were made */
  struct mark *marks; /* what each operation put there, where it is asked for, else NULL */
  dev_t *own;         /* ... and the file systems that are not the host's */
};

/* Attaches the new root and carries out the operations. */
int root_build(struct assembly *assembly, struct failure *failure);

/* Makes the new root the process's root, detaches the host's, and checks that it
 * is out of reach. Closes both of their descriptors. */
int root_enter(struct assembly *assembly, struct failure *failure);
