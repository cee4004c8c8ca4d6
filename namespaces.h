/* namespaces: id maps, the inner user namespace, the host name.
 *
 * clone3 makes the namespaces; this room makes them usable. Right of the fork
 * line. It should write what the plan says and check nothing twice; it must not
 * mount.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* Maps the ids of the calling process's new user namespace. PROC_FD is a
 * directory descriptor of a proc file system in which the process is listed. */
int namespaces_map_ids(int proc_fd, const struct id_map *uid, const struct id_map *gid,
                       struct failure *failure);

/* Takes on the ids that the plan names, in a namespace whose maps are not hutch's,
 * and keeps the capabilities. The kernel then takes a parent-death signal back. */
int namespaces_change_ids(const struct plan *plan, struct failure *failure);

/* Fails if nobody has written the id maps of the process's user namespace. */
int namespaces_check_maps(int proc_fd, struct failure *failure);

/* Enters the inner namespaces of the plan, if it has any. To be called once the
 * new root is entered: the kernel refuses it in a process whose root is not the
 * root of its mount namespace. */
int namespaces_enter_inner(const struct plan *plan, int proc_fd, struct failure *failure);

/* Fails if the plan says that nobody inside can make a user namespace and somebody
 * can. To be called with the capabilities of the payload. */
int namespaces_check_limit(const struct plan *plan, struct failure *failure);

/* Sets the host name, if the plan has one. */
int namespaces_set_hostname(const struct plan *plan, struct failure *failure);
