/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wording.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

/* A row fits when all that it names fits; NULL and 0 fit everything. */
static const struct wording {
  enum stage stage;
  int error;
  const char *call;     /* how the call begins */
  const char *subject;  /* how the text begins */
  const char *option;   /* how the option's name ends */
  const char *template; /* as phrases_fill() takes it; "%d" is the text */
} wordings[] = {
    {STAGE_LAUNCH, EPERM, "clone3", NULL, NULL, "No permissions to create a new namespace: %e"},
    {STAGE_LAUNCH, 0, "clone3", NULL, NULL, "Creating new namespace failed: %e"},
    {STAGE_LAUNCH, 0, "setns", "--userns", NULL, "Joining specified user namespace failed: %e"},
    {STAGE_LAUNCH, 0, "setns", "--pidns", NULL, "Joining specified pid namespace failed: %e"},
    {STAGE_LAUNCH, 0, "write", "--info-fd", NULL, "Write to info_fd: %e"},
    {STAGE_LAUNCH, 0, "write", "--json-status-fd", NULL, "Write to json_status_fd: %e"},

    {STAGE_NAMESPACES, 0, NULL, "/proc/self/uid_map", NULL, "setting up uid map: %e"},
    {STAGE_NAMESPACES, 0, NULL, "/proc/self/gid_map", NULL, "setting up gid map: %e"},
    {STAGE_NAMESPACES, 0, NULL, "/proc/self/setgroups", NULL, "error writing to setgroups: %e"},
    {STAGE_NAMESPACES, 0, NULL, "--assert-userns-disabled", NULL,
     "creation of new user namespaces was not disabled as requested"},
    {STAGE_NAMESPACES, 0, "setresuid", NULL, NULL, "unable to switch to uid %d: %e"},
    {STAGE_NAMESPACES, 0, "setresgid", NULL, NULL, "unable to switch to gid %d: %e"},
    {STAGE_NAMESPACES, 0, "unshare", NULL, NULL, "unshare user ns: %e"},
    {STAGE_NAMESPACES, 0, "setns", NULL, NULL, "Joining specified user namespace failed: %e"},
    {STAGE_NAMESPACES, 0, "sethostname", NULL, NULL, "Can't set hostname to %d: %e"},

    {STAGE_NETWORK, 0, "socket", NULL, NULL, "loopback: Failed to create a socket: %e"},
    {STAGE_NETWORK, 0, NULL, NULL, NULL, "loopback: Failed RTM_NEWADDR: %e"},

    {STAGE_SOURCE, 0, "open_tree", NULL, "bind", "Can't find source path %1: %e"},
    {STAGE_SOURCE, 0, "open_tree", NULL, "bind-try", "Can't find source path %1: %e"},
    {STAGE_SOURCE, 0, NULL, NULL, "bind-fd", "Can't bind mount fd %1 on /newroot%2: %d: %e"},
    {STAGE_SOURCE, 0, NULL, NULL, "-data", "Can't write data to file %2: %e"},

    {STAGE_ROOT, 0, NULL, NULL, "--chmod", "Can't chmod %1 %2: %e"},
    {STAGE_ROOT, 0, "mount_setattr", NULL, "--remount-ro",
     "Can't remount readonly on /newroot%1: %e"},
    {STAGE_ROOT, 0, NULL, NULL, "--remount-ro",
     "Can't remount readonly on /newroot%1: realpath(destination): %e"},
    {STAGE_ROOT, 0, "fs", NULL, "--proc", "Can't mount proc on /newroot%1: %e"},
    {STAGE_ROOT, 0, "fs", NULL, "--tmpfs", "Can't mount tmpfs on /newroot%1: %e"},
    {STAGE_ROOT, 0, "fs", NULL, "--mqueue", "Can't mount mqueue on /newroot%1: %e"},
    {STAGE_ROOT, 0, "fs", NULL, "--dev", "Can't mount %d on /newroot%1: %e"},
    {STAGE_ROOT, 0, "fs", NULL, NULL, "Can't mount %d: %e"},
    {STAGE_ROOT, EEXIST, "symlinkat", NULL, NULL, "Can't make symlink at %d"},
    {STAGE_ROOT, 0, "symlinkat", NULL, NULL, "Can't make symlink at %d: %e"},
    {STAGE_ROOT, 0, "mkdirat", NULL, NULL, "Can't mkdir %l: %e"},
    {STAGE_ROOT, ENOTDIR, "openat2", NULL, NULL, "Can't mkdir %d: not a directory: %e"},
    {STAGE_ROOT, 0, "openat2", NULL, NULL, "Can't create file at %d: %e"},
    {STAGE_ROOT, EISDIR, "move_mount", NULL, NULL, "Can't create file at %2: not a file: %e"},
    {STAGE_ROOT, 0, "move_mount", NULL, NULL, "Can't bind mount %1 on /newroot%2: %e"},
    {STAGE_ROOT, 0, NULL, NULL, "--file", "Can't write data to file %2: %e"},
    {STAGE_ROOT, 0, "pivot_root", NULL, NULL, "pivot_root: %e"},

    {STAGE_LOCK, 0, "openat2", NULL, NULL, "Unable to open lock file %d: %e"},
    {STAGE_LOCK, 0, "fcntl", NULL, NULL, "Unable to lock file %d: %e"},
    {STAGE_PRIVILEGES, 0, "prctl PR_SET_NO_NEW_PRIVS", NULL, NULL,
     "prctl(PR_SET_NO_NEW_PRIVS) failed: %e"},
    {STAGE_SECCOMP, 0, NULL, NULL, NULL, "prctl(PR_SET_SECCOMP): %e"},
    {STAGE_DIRECTORY, 0, "chdir", NULL, NULL, "Can't chdir to %d: %e"},
};

static bool
begins(const char *text, const char *prefix)
{
  return !prefix || strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool
fits(const struct wording *wording, const struct failure *failure, const char *option)
{
  return wording->stage == failure->stage && begins(failure->call, wording->call) &&
         begins(failure->text, wording->subject) &&
         (!wording->option || g_str_has_suffix(option, wording->option)) &&
         (wording->error == 0 || wording->error == failure->error) &&
         (failure->error != 0 || wording->subject);
}

/* What no row fits: the call, what it was about, the reason. */
static char *
plain(const struct failure *failure)
{
  GString *text = g_string_new(failure->call);

  if (failure->call[0] != '\0' && failure->text[0] != '\0')
    g_string_append_c(text, ' ');
  g_string_append(text, failure->text);
  if (failure->error != 0 && !failure_is_of_words(failure))
    g_string_append_printf(text, ": %s", g_strerror(failure->error));
  return g_string_free(text, FALSE);
}

/* A command that lacks what should run it is one that is not found. */
static char *
exec_failed(const struct plan *plan, const struct failure *failure)
{
  int error = failure->error != 0 ? failure->error : ENOENT;

  return g_strdup_printf("execvp %s: %s", plan->command, g_strerror(error));
}

char *
wording_of_failure(const struct plan *plan, const struct failure *failure,
                   const struct typed *typed)
{
  const char *option = typed->count > 0 ? typed->words[0] : "";

  if (failure->stage == STAGE_EXEC)
    return exec_failed(plan, failure);
  for (size_t i = 0; i < G_N_ELEMENTS(wordings); i++)
    if (fits(&wordings[i], failure, option))
      return phrases_fill(wordings[i].template, typed, failure->text, failure->error);
  return plain(failure);
}
