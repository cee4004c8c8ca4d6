/* system: what can be known of the system that hutch runs on.
 *
 * Answers to single questions, each looked up when it is asked: sysctls, security
 * modules, limits. Left of the fork line. It should look and must not conclude.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The number in a file of /proc/sys, or -1 if there is none. */
int64_t system_sysctl(const char *name);

/* The AppArmor profile that confines this process, or NULL; the caller frees. */
char *system_apparmor_profile(void);

/* Whether the security module NAME is active. */
bool system_has_module(const char *name);

/* Whether this process runs under a seccomp filter. */
bool system_is_filtered(void);

/* Whether this user has an id in the user namespace that it is in. */
bool system_is_mapped(void);

/* Whether the root directory of this process is the root of no mount. */
bool system_is_chroot(void);

/* Of the kinds of namespaces in FLAGS, the one that no more can be made of, as the
 * sysctls call it; NULL if each can be made. Found out by making them, in children. */
const char *system_exhausted_namespace(uint64_t flags);

/* What covers parts of /proc, as "/proc/a and /proc/b are"; an empty text if no proc is
 * mounted there, NULL if it is and nothing covers it. The caller frees. */
char *system_covers_of_proc(void);

/* The first directory on the way to PATH that this user may not search, or NULL. The
 * caller frees. */
char *system_closed_directory(const char *path);
