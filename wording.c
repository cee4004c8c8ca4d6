/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wording.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

/* A row fits when all that it names fits; NULL and 0 fit everything. */
static const struct wording {
  enum stage stage;
  const char *call;    /* how the call begins */
  const char *subject; /* how the text begins */
  const char *option;  /* how the option's name ends */
  int error;
  const char *template; /* as phrases_fill() takes it; "%d" is the text */
} wordings[] = {
    {STAGE_LAUNCH, "clone3", NULL, NULL, EPERM, "No permissions to create a new namespace: %e"},
    {STAGE_LAUNCH, "clone3", NULL, NULL, 0, "Creating new namespace failed: %e"},
    {STAGE_LAUNCH, "setns", "--userns", NULL, 0, "Joining specified user namespace failed: %e"},
    {STAGE_LAUNCH, "setns", "--pidns", NULL, 0, "Joining specified pid namespace failed: %e"},
    {STAGE_LAUNCH, "write", "--info-fd", NULL, 0, "Write to info_fd: %e"},
    {STAGE_LAUNCH, "write", "--json-status-fd", NULL, 0, "Write to json_status_fd: %e"},

    {STAGE_NAMESPACES, NULL, "self/uid_map", NULL, 0, "setting up uid map: %e"},
    {STAGE_NAMESPACES, NULL, "self/gid_map", NULL, 0, "setting up gid map: %e"},
    {STAGE_NAMESPACES, NULL, "self/setgroups", NULL, 0, "error writing to setgroups: %e"},
    {STAGE_NAMESPACES, NULL, "--assert-userns-disabled", NULL, 0,
     "creation of new user namespaces was not disabled as requested"},
    {STAGE_NAMESPACES, "setresuid", NULL, NULL, 0, "unable to switch to uid %d: %e"},
    {STAGE_NAMESPACES, "setresgid", NULL, NULL, 0, "unable to switch to gid %d: %e"},
    {STAGE_NAMESPACES, "unshare", NULL, NULL, 0, "unshare user ns: %e"},
    {STAGE_NAMESPACES, "setns", NULL, NULL, 0, "Joining specified user namespace failed: %e"},
    {STAGE_NAMESPACES, "sethostname", NULL, NULL, 0, "Can't set hostname to %d: %e"},

    {STAGE_NETWORK, "socket", NULL, NULL, 0, "loopback: Failed to create a socket: %e"},
    {STAGE_NETWORK, NULL, NULL, NULL, 0, "loopback: Failed RTM_NEWADDR: %e"},

    {STAGE_SOURCE, "open_tree", NULL, "bind", 0, "Can't find source path %1: %e"},
    {STAGE_SOURCE, "open_tree", NULL, "bind-try", 0, "Can't find source path %1: %e"},
    {STAGE_SOURCE, NULL, NULL, "bind-fd", 0, "Can't bind mount fd %1 on /newroot%2: %d: %e"},
    {STAGE_SOURCE, NULL, NULL, "-data", 0, "Can't write data to file %2: %e"},

    {STAGE_ROOT, NULL, NULL, "--chmod", 0, "Can't chmod %1 %2: %e"},
    {STAGE_ROOT, "mount_setattr", NULL, "--remount-ro", 0,
     "Can't remount readonly on /newroot%1: %e"},
    {STAGE_ROOT, NULL, NULL, "--remount-ro", 0,
     "Can't remount readonly on /newroot%1: realpath(destination): %e"},
    {STAGE_ROOT, "fs", NULL, "--proc", 0, "Can't mount proc on /newroot%1: %e"},
    {STAGE_ROOT, "fs", NULL, "--tmpfs", 0, "Can't mount tmpfs on /newroot%1: %e"},
    {STAGE_ROOT, "fs", NULL, "--mqueue", 0, "Can't mount mqueue on /newroot%1: %e"},
    {STAGE_ROOT, "fs", NULL, "--dev", 0, "Can't mount %d on /newroot%1: %e"},
    {STAGE_ROOT, "fs", NULL, NULL, 0, "Can't mount %d: %e"},
    {STAGE_ROOT, "symlinkat", NULL, NULL, EEXIST, "Can't make symlink at %d"},
    {STAGE_ROOT, "symlinkat", NULL, NULL, 0, "Can't make symlink at %d: %e"},
    {STAGE_ROOT, "mkdirat", NULL, NULL, 0, "Can't mkdir %l: %e"},
    {STAGE_ROOT, "openat2", NULL, NULL, ENOTDIR, "Can't mkdir %d: not a directory: %e"},
    {STAGE_ROOT, "openat2", NULL, NULL, 0, "Can't create file at %d: %e"},
    {STAGE_ROOT, "move_mount", NULL, NULL, EISDIR, "Can't create file at %2: not a file: %e"},
    {STAGE_ROOT, "move_mount", NULL, NULL, 0, "Can't bind mount %1 on /newroot%2: %e"},
    {STAGE_ROOT, NULL, NULL, "--file", 0, "Can't write data to file %2: %e"},
    {STAGE_ROOT, "pivot_root", NULL, NULL, 0, "pivot_root: %e"},

    {STAGE_LOCK, "openat2", NULL, NULL, 0, "Unable to open lock file %d: %e"},
    {STAGE_LOCK, "fcntl", NULL, NULL, 0, "Unable to lock file %d: %e"},
    {STAGE_PRIVILEGES, "prctl PR_SET_NO_NEW_PRIVS", NULL, NULL, 0,
     "prctl(PR_SET_NO_NEW_PRIVS) failed: %e"},
    {STAGE_SECCOMP, NULL, NULL, NULL, 0, "prctl(PR_SET_SECCOMP): %e"},
    {STAGE_DIRECTORY, "chdir", NULL, NULL, 0, "Can't chdir to %d: %e"},
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
  if (failure->error != 0)
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
