/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desktop-place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  DIRECTORY_MODE = 0700, /* as the Base Directory Specification wants it */
  ENTRY_MODE = 0644,
};

__attribute__((format(printf, 2, 3))) static int
refuse(char **problem, const char *format, ...)
{
  va_list operands;

  va_start(operands, format);
  *problem = g_strdup_vprintf(format, operands);
  va_end(operands);
  return -1;
}

/* --- finding ----------------------------------------------------------------- */

/* Relative paths in these variables do not count. */
static char *
data_home(void)
{
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

  if (data && data[0] == '/')
    return g_canonicalize_filename(data, "/");
  g_autofree char *usual =
      home && home[0] == '/' ? g_build_filename(home, ".local/share", NULL) : NULL;
  return usual ? g_canonicalize_filename(usual, "/") : NULL;
}

char *
place_directory(char **problem)
{
  g_autofree char *data = data_home();

  if (!data)
    refuse(problem, "neither XDG_DATA_HOME nor HOME says where entries are");
  return data ? g_build_filename(data, "applications", NULL) : NULL;
}

/* The directories of entries: the user's, if there is one, then the system's. */
static GPtrArray *
directories(bool with_home)
{
  const char *listed = getenv("XDG_DATA_DIRS");
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *home = data_home();
  g_auto(GStrv) places =
      g_strsplit(listed && listed[0] != '\0' ? listed : "/usr/local/share:/usr/share", ":", -1);

  if (home && with_home)
    g_ptr_array_add(list, g_build_filename(home, "applications", NULL));
  for (char **place = places; *place; place++) {
    g_autofree char *path = (*place)[0] == '/' ? g_canonicalize_filename(*place, "/") : NULL;
    if (path && g_strcmp0(path, home) != 0)
      g_ptr_array_add(list, g_build_filename(path, "applications", NULL));
  }
  return list;
}

char *
place_id(const char *path)
{
  g_autoptr(GPtrArray) places = directories(true);
  g_autofree char *id = g_path_get_basename(path);

  for (guint i = 0; i < places->len; i++) {
    g_autofree char *prefix = g_strconcat(places->pdata[i], "/", NULL);
    if (g_str_has_prefix(path, prefix)) {
      g_free(id);
      id = g_strdelimit(g_strdup(path + strlen(prefix)), "/", '-');
      break;
    }
  }
  if (g_str_has_suffix(id, PLACE_SUFFIX))
    id[strlen(id) - strlen(PLACE_SUFFIX)] = '\0';
  return g_steal_pointer(&id);
}

bool
place_is_id(const char *id)
{
  if (id[0] == '\0' || id[0] == '.' || strchr(id, '/') || !g_utf8_validate(id, -1, NULL))
    return false;
  for (; *id != '\0'; id++)
    if (g_ascii_iscntrl(*id))
      return false;
  return true;
}

static bool
is_file(const char *path)
{
  struct stat status;

  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* A directory, and what of an id is left for below it. */
struct step {
  char *directory;
  const char *rest;
};

static void
free_step(gpointer data)
{
  g_free(((struct step *)data)->directory);
  g_free(data);
}

static void
add_step(GPtrArray *steps, char *directory, const char *rest)
{
  struct step *step = g_new(struct step, 1);

  *step = (struct step){directory, rest};
  g_ptr_array_add(steps, step);
}

/* Each "-" may stand for a directory. */
static void
add_directories(GPtrArray *steps, const struct step *step)
{
  for (const char *dash = strchr(step->rest, '-'); dash; dash = strchr(dash + 1, '-')) {
    g_autofree char *part = g_strndup(step->rest, (gsize)(dash - step->rest));
    g_autofree char *below = g_build_filename(step->directory, part, NULL);
    if (part[0] != '\0' && part[0] != '.' && g_file_test(below, G_FILE_TEST_IS_DIR))
      add_step(steps, g_steal_pointer(&below), dash + 1);
  }
}

char *
place_search(const char *directory, const char *id, const char *except)
{
  g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(free_step);

  add_step(steps, g_strdup(directory), id);
  for (guint i = 0; i < steps->len; i++) {
    const struct step *step = steps->pdata[i];
    g_autofree char *name = g_strconcat(step->rest, PLACE_SUFFIX, NULL);
    g_autofree char *path = g_build_filename(step->directory, name, NULL);
    if (is_file(path) && g_strcmp0(path, except) != 0)
      return g_steal_pointer(&path);
    add_directories(steps, step);
  }
  return NULL;
}

char *
place_search_system(const char *id)
{
  g_autoptr(GPtrArray) places = directories(false);
  char *found = NULL;

  for (guint i = 0; i < places->len && !found; i++)
    found = place_search(places->pdata[i], id, NULL);
  return found;
}

/* --- writing ----------------------------------------------------------------- */

static int
write_all(int fd, const char *text)
{
  size_t left = strlen(text);

  while (left > 0) {
    ssize_t written = write(fd, text, left);
    if (written < 0 && errno != EINTR)
      return -1;
    if (written > 0) {
      text += written;
      left -= (size_t)written;
    }
  }
  return fchmod(fd, ENTRY_MODE) < 0 ? -1 : fsync(fd);
}

/* Some file systems, as NFS, cannot be told to replace nothing, but have links. */
static int
rename_anew(const char *fresh, const char *path)
{
  int result = renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE);

  if (result == 0 || errno != EINVAL)
    return result;
  result = link(fresh, path);
  if (result == 0)
    unlink(fresh);
  return result;
}

/* Gives the file at FRESH its name. What has that name by then without being known to is not
 * replaced. */
static int
put(const char *fresh, const char *path, bool is_there, const char *saved, char **problem)
{
  if (saved && link(path, saved) < 0)
    return refuse(problem, "%s: cannot be kept as %s: %s", path, saved, g_strerror(errno));
  int result = is_there ? rename(fresh, path) : rename_anew(fresh, path);
  if (result < 0) {
    refuse(problem, "%s: %s", path, g_strerror(errno));
    if (saved)
      unlink(saved);
  }
  return result;
}

int
place_write(const char *path, const char *text, bool is_there, const char *saved, char **problem)
{
  g_autofree char *directory = g_path_get_dirname(path);
  g_autofree char *fresh = g_build_filename(directory, ".hutch-wrap.XXXXXX", NULL);

  if (g_mkdir_with_parents(directory, DIRECTORY_MODE) < 0)
    return refuse(problem, "%s: %s", directory, g_strerror(errno));
  int fd = mkostemp(fresh, O_CLOEXEC);
  if (fd < 0)
    return refuse(problem, "%s: %s", directory, g_strerror(errno));
  int result = write_all(fd, text);
  if (result < 0)
    refuse(problem, "%s: %s", path, g_strerror(errno));
  close(fd);
  if (result == 0)
    result = put(fresh, path, is_there, saved, problem);
  if (result < 0)
    unlink(fresh);
  return result;
}

int
place_remove(const char *path, const char *saved, char **problem)
{
  int result = saved ? rename(saved, path) : unlink(path);

  return result < 0 ? refuse(problem, "%s: %s", path, g_strerror(errno)) : 0;
}

void
place_refresh(const char *directory)
{
  const char *const argv[] = {"update-desktop-database", "-q", directory, NULL};
  const guint flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;

  g_spawn_sync(NULL, (char **)argv, NULL, (GSpawnFlags)flags, NULL, NULL, NULL, NULL, NULL, NULL);
}
