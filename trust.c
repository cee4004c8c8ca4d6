/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "trust.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory may have more names than one. */
static bool
is_same(const struct stat *one, const struct stat *other)
{
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Whether the object is PATH, or a directory above it. */
static bool
holds(const struct stat *object, const char *path)
{
  g_autofree char *part = g_strdup(path);
  struct stat here;

  for (;;) {
    if (stat(part, &here) == 0 && is_same(&here, object))
      return true;
    if (strcmp(part, "/") == 0)
      return false;
    char *above = g_path_get_dirname(part);
    g_free(part);
    part = above;
  }
}

static bool
hands_out_path(const char *source, const char *path)
{
  struct stat status;

  return source && stat(source, &status) == 0 && holds(&status, path);
}

/* What covers it inside is no help: who can write the directory above it can put another
 * one in its place. */
static bool
hands_out(const struct operation *operation, const char *path)
{
  struct stat status;

  if (operation->flags & OPERATION_READONLY)
    return false;
  switch (operation->kind) {
  case OPERATION_BIND:
    return hands_out_path(operation->source, path);
  case OPERATION_BIND_FD:
    return fstat(operation->fd, &status) == 0 && holds(&status, path);
  case OPERATION_OVERLAY:
    return hands_out_path(operation->upper, path) || hands_out_path(operation->work, path);
  default:
    return false;
  }
}

/* The first operation by which the sandbox could write what stands at PATH, or NULL. */
static const struct operation *
find_hand_out(const struct draft *draft, const char *path)
{
  for (guint i = 0; i < draft->operations->len; i++) {
    const struct operation *operation = &g_array_index(draft->operations, struct operation, i);
    if (hands_out(operation, path))
      return operation;
  }
  return NULL;
}

int
trust_check_profiles(const struct draft *draft, struct failure *failure)
{
  for (guint i = 0; i < draft->profiles->len; i++) {
    const char *path = g_array_index(draft->profiles, struct source_file, i).path;
    const struct operation *operation = find_hand_out(draft, path);
    if (operation)
      return phrases_refuse(failure, STAGE_PLAN, draft->persona->style, REFUSE_PROFILE_WRITABLE,
                            &operation->typed, path);
  }
  return 0;
}

/* An owner can always let himself write. */
static bool
is_callers(const char *path)
{
  struct stat status;

  return access(path, W_OK) == 0 || (stat(path, &status) == 0 && status.st_uid == geteuid());
}

/* Whether what stands at PATH, or a directory above it, is the caller's and handed out. */
static bool
can_change(const struct draft *draft, const char *path)
{
  g_autofree char *part = g_strdup(path);

  for (;;) {
    if (is_callers(part) && find_hand_out(draft, part))
      return true;
    if (strcmp(part, "/") == 0)
      return false;
    char *above = g_path_get_dirname(part);
    g_free(part);
    part = above;
  }
}

bool
trust_is_writable(const struct draft *draft, const char *path)
{
  char *real = realpath(path, NULL);
  bool result = can_change(draft, path) || (real && can_change(draft, real));

  free(real);
  return result;
}
