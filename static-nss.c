/* static-nss: no user database in the static binary.
 *
 * glib refers to these three functions for g_get_home_dir() and the like, which hutch never calls.
 * The C library's own would load NSS modules at run time, into a binary that is meant to have no
 * loader in its trusted path. Only the static link takes this file.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>

struct passwd *
getpwuid(uid_t uid)
{
  (void)uid;
  errno = ENOENT;
  return NULL;
}

int
getpwuid_r(uid_t uid, struct passwd *resultbuf, char *buffer, size_t buflen, struct passwd **result)
{
  (void)uid;
  (void)resultbuf;
  (void)buffer;
  (void)buflen;
  *result = NULL;
  return 0;
}

int
getpwnam_r(const char *name, struct passwd *resultbuf, char *buffer, size_t buflen,
           struct passwd **result)
{
  (void)name;
  (void)resultbuf;
  (void)buffer;
  (void)buflen;
  *result = NULL;
  return 0;
}
