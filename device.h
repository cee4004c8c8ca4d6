/* device: a small /dev.
 *
 * The device nodes are the host's own, opened on the host, checked by their
 * numbers and attached as trees; the rest is made. Right of the fork line. It
 * must not open a device by a name inside the sandbox, where it may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bind-mount.h"
#include "failure.h"
#include "plan.h"

/* Clones the device nodes of the host into TREES (DEVICE_SOURCES entries; -1 for
 * a console that there is not). The caller closes them. */
int device_clone_sources(int *trees, const struct tree_flags *flags, struct failure *failure);

/* Builds a /dev over the directory DEST_FD from TREES; LABEL, unless NULL, is the
 * SELinux context of what is made. Returns the descriptor of
 * its mount, which the caller closes. */
int device_build(int dest_fd, const int *trees, const char *label, struct failure *failure);
