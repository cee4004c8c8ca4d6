/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "system.h"

#include <errno.h>
#include <glib.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int64_t
system_sysctl(const char *name)
{
  g_autofree char *path = g_build_filename("/proc/sys", name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents(path, &text, NULL, NULL))
    return -1;
  return g_ascii_strtoll(text, NULL, 10);
}

bool
system_has_module(const char *name)
{
  g_autofree char *text = NULL;

  if (strcmp(name, "landlock") == 0 &&
      syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0)
    return true;
  if (!g_file_get_contents("/sys/kernel/security/lsm", &text, NULL, NULL))
    return false;
  g_auto(GStrv) modules = g_strsplit(g_strstrip(text), ",", -1);
  return g_strv_contains((const char *const *)modules, name);
}

/* The file is any module's; AppArmor's own has a directory of its own since 5.8. */
char *
system_apparmor_profile(void)
{
  char *text = NULL;

  if (!g_file_get_contents("/proc/self/attr/apparmor/current", &text, NULL, NULL))
    return NULL;
  g_strstrip(text);
  if (text[0] != '\0' && strcmp(text, "unconfined") != 0)
    return text;
  g_free(text);
  return NULL;
}

bool
system_is_mapped(void)
{
  g_autofree char *text = NULL;

  return !g_file_get_contents("/proc/self/uid_map", &text, NULL, NULL) || text[0] != '\0';
}

bool
system_is_filtered(void)
{
  g_autofree char *text = NULL;
  const char *line;

  return g_file_get_contents("/proc/self/status", &text, NULL, NULL) &&
         (line = strstr(text, "\nSeccomp:")) &&
         g_ascii_strtoll(line + strlen("\nSeccomp:"), NULL, 10) != 0;
}

/* The mounts that /proc/self/mountinfo lists: called with each one's mount point and
 * type until it returns true. */
static bool
any_mount(bool (*fits)(const char *at, const char *type, void *data), void *data)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL))
    return false;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_auto(GStrv) fields = g_strsplit(*line, " ", -1);
    guint i = 0;
    while (fields[i] && strcmp(fields[i], "-") != 0)
      i++;
    if (i < 6 || !fields[i] || !fields[i + 1])
      continue;
    g_autofree char *at = g_strcompress(fields[4]);
    if (fits(at, fields[i + 1], data))
      return true;
  }
  return false;
}

static bool
is_at_root(const char *at, const char *type, void *data)
{
  (void)type;
  (void)data;
  return strcmp(at, "/") == 0;
}

static bool
lists_nothing(const char *at, const char *type, void *data)
{
  (void)at;
  (void)type;
  (void)data;
  return true;
}

bool
system_is_chroot(void)
{
  return any_mount(lists_nothing, NULL) && !any_mount(is_at_root, NULL);
}

static bool
note_proc(const char *at, const char *type, void *data)
{
  GPtrArray *covers = data;

  if (strcmp(at, "/proc") == 0)
    g_ptr_array_set_size(covers, 0);
  if (strcmp(at, "/proc") == 0 && strcmp(type, "proc") == 0)
    g_ptr_array_add(covers, g_strdup(""));
  else if (g_str_has_prefix(at, "/proc/") && strcmp(type, "binfmt_misc") != 0 &&
           strcmp(type, "autofs") != 0)
    g_ptr_array_add(covers, g_strdup(at));
  return false;
}

char *
system_covers_of_proc(void)
{
  g_autoptr(GPtrArray) covers = g_ptr_array_new_with_free_func(g_free);
  GString *text = g_string_new(NULL);

  any_mount(note_proc, covers);
  if (covers->len == 0 || ((char *)covers->pdata[0])[0] != '\0')
    return g_string_free(text, FALSE);
  if (covers->len == 1) {
    g_string_free(text, TRUE);
    return NULL;
  }
  for (guint i = 1; i < covers->len; i++)
    g_string_append_printf(text, "%s%s",
                           i == 1                ? ""
                           : i + 1 < covers->len ? ", "
                                                 : " and ",
                           (char *)covers->pdata[i]);
  g_string_append(text, covers->len == 2 ? " is" : " are");
  return g_string_free(text, FALSE);
}

/* Whether a child can make namespaces of the kinds in FLAGS. */
static bool
can_make(uint64_t flags)
{
  int status = 0;
  pid_t pid = fork();

  if (pid == 0)
    _exit(unshare((int)flags) == 0 || (errno != ENOSPC && errno != EUSERS) ? 0 : 1);
  while (pid > 0 && waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return true;
  return pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 0;
}

const char *
system_exhausted_namespace(uint64_t flags)
{
  static const struct {
    uint64_t flag;
    const char *name;
  } kinds[] = {
      {CLONE_NEWUSER, "user"}, {CLONE_NEWNS, "mnt"},        {CLONE_NEWPID, "pid"},
      {CLONE_NEWIPC, "ipc"},   {CLONE_NEWNET, "net"},       {CLONE_NEWUTS, "uts"},
      {CLONE_NEWTIME, "time"}, {CLONE_NEWCGROUP, "cgroup"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    if ((flags & kinds[i].flag) && !can_make((flags & CLONE_NEWUSER) | kinds[i].flag))
      return kinds[i].name;
  return NULL;
}

char *
system_closed_directory(const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename(path, NULL);

  for (char *at = absolute + 1; (at = strchr(at, '/')); at++) {
    *at = '\0';
    if (access(absolute, X_OK) < 0 && errno == EACCES)
      return g_strdup(absolute);
    *at = '/';
  }
  return NULL;
}
