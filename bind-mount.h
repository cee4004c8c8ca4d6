/* bind-mount: detached mount trees, descriptors in, descriptors out.
 *
 * A source becomes a detached copy of its mount tree, which is restricted while
 * nobody can see it yet: one mount_setattr that only ever sets flags. Flags that
 * the host locked stay as they are, so there is nothing to recompute and no
 * mountinfo to read. Right of the fork line. It should know nothing of where a
 * tree will be attached; it must not create files.
 *
 * On descriptors that the caller opened: the kernel clones no mount that belongs
 * to another mount namespace, and the caller's descriptor does. The name behind
 * it is therefore opened again in the sandbox's copy of the mount namespace, and
 * the object found is compared with the caller's descriptor, which is still open
 * and so keeps its inode number from being used again. The tree is then cloned
 * from the new descriptor, not from the name: what was compared is what appears,
 * whatever becomes of the name meanwhile. Its mount must carry the same flags as
 * the caller's, so that no less restricted view of the same file can be put in
 * its place.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

/* What a tree is restricted to; every flag is the kernel's MOUNT_ATTR_*. */
struct tree_flags {
  unsigned long long set;
  bool private_mounts; /* no mount of the host arrives in the tree later */
};

/* A detached tree of the host's PATH with all that is mounted below it. Returns
 * its descriptor, which the caller closes; -1 and errno in the failure. */
int bind_mount_clone_path(const char *path, const struct tree_flags *flags,
                          struct failure *failure);

/* The same of what the descriptor FD, opened by the caller, refers to. */
int bind_mount_clone_fd(int fd, const struct tree_flags *flags, struct failure *failure);

/* The same of a character device, whose numbers are checked to be MAJOR and
 * MINOR: a name in /dev may be anything. */
int bind_mount_clone_device(const char *path, unsigned major, unsigned minor,
                            const struct tree_flags *flags, struct failure *failure);

/* The same of the single file NAME in the mounted directory DIR_FD. */
int bind_mount_clone_file(int dir_fd, const char *name, const struct tree_flags *flags,
                          struct failure *failure);

/* Attaches the detached tree TREE_FD over what DEST_FD refers to. */
int bind_mount_attach(int tree_fd, int dest_fd);

/* Attaches it over NAME in the directory DIR_FD, which is not followed if it is a
 * link. */
int bind_mount_attach_at(int tree_fd, int dir_fd, const char *name);

/* Attaches it on top of "/", which the process keeps seeing the host below. */
int bind_mount_attach_to_host(int tree_fd, struct failure *failure);

/* Restricts all of what is mounted in this mount namespace at and below "/". */
int bind_mount_restrict_all(const struct tree_flags *flags, struct failure *failure);

/* Keeps the host from seeing what is mounted in this mount namespace; the other way
 * round mounts go on to arrive. */
int bind_mount_detach_from_host(struct failure *failure);

/* Makes the mount whose root FD is read-only, that mount alone. */
int bind_mount_restrict(int fd);
