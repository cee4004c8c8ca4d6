/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desktop-run.h"

#include "dbus.h"
#include "desktop-exec.h"
#include "desktop-place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 128 };

char **
run_name_application(char **environment, const char *id)
{
  g_autofree char *owned = g_strconcat("own=", id, NULL);

  environment = g_environ_setenv(environment, "HUTCH_APP", id, TRUE);
  /* An entry that can be started over the bus is called what it owns there. */
  if (!dbus_check_rule(owned))
    environment = g_environ_setenv(environment, "HUTCH_BUS_NAME", id, TRUE);
  return environment;
}

char *
run_find_hutch(void)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *directory = self ? g_path_get_dirname(self) : NULL;
  char *hutch = directory ? g_build_filename(directory, "hutch", NULL) : NULL;

  if (hutch && access(hutch, X_OK) == 0)
    return hutch;
  fprintf(stderr, "hutch-wrap: %s: %s\n", hutch ? hutch : "/proc/self/exe", g_strerror(errno));
  g_free(hutch);
  return NULL;
}

/* Whether OUTER, which has no links in it, is DIRECTORY or above it. */
static bool
holds(const char *outer, const char *directory)
{
  char *real = realpath(directory, NULL);
  g_autofree char *inner = g_strconcat(real ? real : directory, "/", NULL);
  g_autofree char *prefix = g_strconcat(outer, strcmp(outer, "/") == 0 ? "" : "/", NULL);

  free(real);
  return g_str_has_prefix(inner, prefix);
}

/* Whether a directory is more than a user means to hand out by opening it: the home directory with
 * its keys, or the sockets of the session. */
static bool
is_too_much(int fd)
{
  const char *home = getenv("HOME"), *runtime = getenv("XDG_RUNTIME_DIR");
  g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link(link, NULL);

  return !path || holds(path, home && home[0] == '/' ? home : "/") ||
         (runtime && runtime[0] == '/' && holds(path, runtime));
}

/* The application is handed as many files as a user can select: with FD, hutch is to have some
 * left. */
static void
make_room(int fd)
{
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || (rlim_t)fd + SPARE_DESCRIPTORS < limit.rlim_cur)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* Opens what is to be shown. A link is not followed: who unpacked it, or what program left it among
 * the user's documents, would otherwise choose what the sandbox gets. -1 if it is not to be shown.
 */
static int
open_document(const char *path)
{
  struct stat status;
  const char *reason = NULL;
  int opened = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  /* hutch inherits it; those numbers are the application's. */
  int fd = opened < 0 ? -1 : fcntl(opened, F_DUPFD, STDERR_FILENO + 1);

  if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
    fprintf(stderr, "hutch-wrap: %s: %s\n", path, g_strerror(errno));
  if (opened >= 0)
    close(opened);
  if (fd < 0)
    return -1;
  make_room(fd);
  if (fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
    reason = "is no file and no directory";
  else if (S_ISDIR(status.st_mode) && is_too_much(fd))
    reason = "holds more than documents";
  if (!reason)
    return fd;
  fprintf(stderr, "hutch-wrap: %s: %s, and is not shown inside\n", path, reason);
  close(fd);
  return -1;
}

/* The path of what WORD names, or NULL if that is no file. */
static char *
find_path(const char *word)
{
  g_autofree char *scheme = g_uri_parse_scheme(word);

  if (scheme && g_ascii_strcasecmp(scheme, "file") == 0)
    return g_filename_from_uri(word, NULL, NULL);
  if (word[0] == '\0' || (scheme && strstr(word, "://")))
    return NULL;
  return g_canonicalize_filename(word, NULL);
}

/* Adds the options that show what WORD names. */
static void
show(GPtrArray *argv, const char *word, const char *option)
{
  char *path = find_path(word);
  int fd = path ? open_document(path) : -1;

  if (fd < 0) {
    g_free(path);
    return;
  }
  g_ptr_array_add(argv, (char *)option);
  g_ptr_array_add(argv, g_strdup_printf("%d", fd));
  g_ptr_array_add(argv, path);
}

/* The words of hutch: the profile, the files, and what stands behind the profile. Among files, a
 * mark is a file of that name. */
static GPtrArray *
make_words(char *hutch, char **words)
{
  GPtrArray *argv = g_ptr_array_new();
  g_autoptr(GPtrArray) rest = g_ptr_array_new();
  const char *option = NULL, *prefix = NULL;

  g_ptr_array_add(argv, hutch);
  if (*words)
    g_ptr_array_add(argv, *words++);
  for (; *words; words++) {
    if (strcmp(*words, EXEC_MARK_END) == 0) {
      option = NULL;
    } else if (!option && g_str_has_prefix(*words, EXEC_MARK_READ)) {
      option = "--ro-bind-fd";
      prefix = *words + strlen(EXEC_MARK_READ);
    } else if (!option && g_str_has_prefix(*words, EXEC_MARK_WRITE)) {
      option = "--bind-fd";
      prefix = *words + strlen(EXEC_MARK_WRITE);
    } else {
      if (option && g_str_has_prefix(*words, prefix))
        show(argv, *words + strlen(prefix), option);
      g_ptr_array_add(rest, *words);
    }
  }
  for (guint i = 0; i < rest->len; i++)
    g_ptr_array_add(argv, rest->pdata[i]);
  g_ptr_array_add(argv, NULL);
  return argv;
}

int
run_application(const char *id, char **words)
{
  if (!place_is_id(id)) {
    fprintf(stderr, "hutch-wrap: " RUN_OPTION "%s: is no id of a desktop entry\n", id);
    return RUN_STATUS_FAILED;
  }
  char *hutch = run_find_hutch();
  if (!hutch)
    return RUN_STATUS_FAILED;
  GPtrArray *argv = make_words(hutch, words);
  execve(hutch, (char **)argv->pdata, run_name_application(g_get_environ(), id));
  fprintf(stderr, "hutch-wrap: %s: %s\n", hutch, g_strerror(errno));
  return RUN_STATUS_FAILED;
}
