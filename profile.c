/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "profile.h"

#include "places.h"
#include "variable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((format(printf, 3, 4))) static int
refuse(struct profile_problem *problem, enum profile_trouble trouble, const char *format, ...)
{
  va_list operands;

  va_start(operands, format);
  problem->trouble = trouble;
  problem->text = g_strdup_vprintf(format, operands);
  va_end(operands);
  return -1;
}

/* --- finding --------------------------------------------------------------- */

/* Where a name is looked up, in order. */
static char **
directories(void)
{
  const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  GPtrArray *list = g_ptr_array_new();

  if (config && config[0] == '/')
    g_ptr_array_add(list, g_build_filename(config, "hutch", "profiles", NULL));
  else if (home && home[0] == '/')
    g_ptr_array_add(list, g_build_filename(home, ".config", "hutch", "profiles", NULL));
  g_ptr_array_add(list, g_strdup(PLACES_SYSCONFDIR "/hutch/profiles"));
  g_ptr_array_add(list, g_strdup(PLACES_DATADIR "/hutch/profiles"));
  g_ptr_array_add(list, NULL);
  return (char **)g_ptr_array_free(list, FALSE);
}

static int
open_file(const char *path)
{
  return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* One that is there and cannot be read must not give way to another of its name. */
static int
find_name(const char *name, char **path, struct profile_problem *problem)
{
  g_auto(GStrv) places = directories();
  g_autofree char *list = g_strjoinv(", ", places);

  for (char **place = places; *place && name[0] != '\0'; place++) {
    g_autofree char *candidate = g_build_filename(*place, name, NULL);
    int fd = open_file(candidate);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
      continue;
    if (fd < 0)
      return refuse(problem, PROFILE_MISSING, "%s: %s", candidate, g_strerror(errno));
    *path = g_steal_pointer(&candidate);
    return fd;
  }
  return refuse(problem, PROFILE_MISSING, "no such profile in %s", list);
}

/* Opens what OPERAND names, and says which path that is. */
static int
find(const char *operand, const struct profile *includer, char **path,
     struct profile_problem *problem)
{
  if (!strchr(operand, '/'))
    return find_name(operand, path, problem);
  if (operand[0] == '/' || !includer) {
    *path = g_strdup(operand);
  } else {
    g_autofree char *directory = g_path_get_dirname(includer->real);
    while (g_str_has_prefix(operand, "./"))
      operand += strlen("./");
    *path = g_build_filename(directory, operand, NULL);
  }
  int fd = open_file(*path);
  if (fd < 0)
    return refuse(problem, PROFILE_MISSING, "%s: %s", *path, g_strerror(errno));
  return fd;
}

/* --- trusting -------------------------------------------------------------- */

/* Whether the user namespace has a number of its own for UID. Where it has none, the
 * kernel shows every owner from outside as that one user. */
static bool
is_mapped(uid_t uid)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents("/proc/self/uid_map", &text, NULL, NULL))
    return true;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    char *rest = *line;
    guint64 first = g_ascii_strtoull(rest, &rest, 10);
    (void)g_ascii_strtoull(rest, &rest, 10);
    guint64 count = g_ascii_strtoull(rest, NULL, 10);
    if (uid >= first && uid - first < count)
      return true;
  }
  return false;
}

/* Who is shown as the overflow user lies outside of this user namespace: nobody in it,
 * no sandbox in particular, can act as that one. */
static bool
is_trusted_owner(uid_t uid)
{
  enum { OVERFLOW_UID = 65534 };

  return uid == geteuid() || uid == 0 || (uid == OVERFLOW_UID && !is_mapped(uid));
}

static int
check_writers(const char *path, const struct stat *status, struct profile_problem *problem)
{
  if (!is_trusted_owner(status->st_uid))
    return refuse(problem, PROFILE_UNSAFE, "%s belongs to another user, %u", path,
                  (unsigned)status->st_uid);
  if (status->st_mode & (S_IWGRP | S_IWOTH))
    return refuse(problem, PROFILE_UNSAFE, "%s may be written by others: chmod go-w would help",
                  path);
  return 0;
}

/* The file that was opened, and the directory that it is really in. */
static int
check_file(struct profile *profile, int fd, struct profile_problem *problem)
{
  struct stat status, named;

  profile->real = realpath(profile->path, NULL);
  if (fstat(fd, &status) < 0 || !profile->real || stat(profile->real, &named) < 0)
    return refuse(problem, PROFILE_MISSING, "%s: %s", profile->path, g_strerror(errno));
  if (!S_ISREG(status.st_mode))
    return refuse(problem, PROFILE_UNSAFE, "%s is no regular file", profile->path);
  if (status.st_dev != named.st_dev || status.st_ino != named.st_ino)
    return refuse(problem, PROFILE_UNSAFE, "%s is being exchanged", profile->path);
  profile->device = status.st_dev;
  profile->inode = status.st_ino;
  if (check_writers(profile->real, &status, problem) < 0)
    return -1;
  g_autofree char *directory = g_path_get_dirname(profile->real);
  if (stat(directory, &status) < 0)
    return refuse(problem, PROFILE_MISSING, "%s: %s", directory, g_strerror(errno));
  return check_writers(directory, &status, problem);
}

static int
check_loop(const struct profile *profile, struct profile_problem *problem)
{
  for (const struct profile *other = profile->includer; other; other = other->includer)
    if (other->device == profile->device && other->inode == profile->inode)
      return refuse(problem, PROFILE_LOOP, "%s includes itself", profile->path);
  return 0;
}

/* --- reading --------------------------------------------------------------- */

static int
read_text(struct profile *profile, int fd, struct profile_problem *problem)
{
  g_autoptr(GByteArray) data = g_byte_array_new();
  guint8 chunk[16384];
  ssize_t got;

  while ((got = read(fd, chunk, sizeof chunk)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse(problem, PROFILE_MISSING, "%s: %s", profile->path, g_strerror(errno));
    g_byte_array_append(data, chunk, (guint)got);
    if (data->len > PROFILE_BYTES_MAX)
      return refuse(problem, PROFILE_SYNTAX, "%s has over %d bytes", profile->path,
                    PROFILE_BYTES_MAX);
  }
  if (memchr(data->data ? data->data : (const guint8 *)"", '\0', data->len))
    return refuse(problem, PROFILE_SYNTAX, "%s holds a NUL byte, and so is no text", profile->path);
  g_byte_array_append(data, (const guint8 *)"", 1);
  profile->lines = g_strsplit((const char *)data->data, "\n", -1);
  return 0;
}

struct profile *
profile_open(const char *operand, const struct profile *includer, struct profile_problem *problem)
{
  struct profile *profile = g_new0(struct profile, 1);
  char *path = NULL;
  int fd = find(operand, includer, &path, problem);
  int result = -1;

  profile->path = path;
  profile->includer = includer;
  if (fd >= 0) {
    if (check_file(profile, fd, problem) == 0 && check_loop(profile, problem) == 0)
      result = read_text(profile, fd, problem);
    close(fd);
  }
  if (result == 0)
    return profile;
  g_free(path);
  free((char *)profile->real);
  g_free(profile);
  return NULL;
}

/* The line itself stands for the words that it cannot be split into. */
static void
keep_whole(struct profile_line *line, const char *text)
{
  line->words = g_new0(char *, 2);
  line->words[0] = g_utf8_make_valid(text, -1);
  line->count = 1;
}

static int
expand_words(struct profile_line *line, struct profile_problem *problem)
{
  for (int i = 0; i < line->count; i++) {
    char *expanded = variable_expand(line->words[i], problem);
    if (!expanded)
      return -1;
    g_free(line->words[i]);
    line->words[i] = expanded;
  }
  return 1;
}

/* Variables are replaced in the words, not in the line: no value becomes two words. */
static int
read_words(const char *text, struct profile_line *line, struct profile_problem *problem)
{
  g_autoptr(GError) error = NULL;
  /* To GLib a comment without a word in it ends with its line only. */
  g_autofree char *whole = g_strconcat(text, g_str_has_suffix(text, "#") ? "\n" : "", NULL);

  if (!g_utf8_validate(text, -1, NULL)) {
    keep_whole(line, text);
    return refuse(problem, PROFILE_SYNTAX, "the line is not UTF-8");
  }
  if (g_shell_parse_argv(whole, &line->count, &line->words, &error))
    return expand_words(line, problem);
  if (g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
    return 0;
  keep_whole(line, text);
  return refuse(problem, PROFILE_SYNTAX, "a quote or a backslash lacks what belongs to it");
}

int
profile_read_line(struct profile *profile, struct profile_line *line,
                  struct profile_problem *problem)
{
  while (profile->lines[profile->line]) {
    *line = (struct profile_line){0};
    char *text = g_strstrip(profile->lines[profile->line++]);
    int result = read_words(text, line, problem);
    if (result != 0) {
      line->origin = g_strdup_printf("%s:%d", profile->path, profile->line);
      return result;
    }
  }
  return 0;
}
