/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "persona.h"

#include <limits.h>
#include <linux/sched.h>
#include <string.h>
#include <unistd.h>

static const struct persona personas[] = {
    {
        .name = "hutch",
        .version = "hutch " PACKAGE_VERSION,
        .reaper_name = "hutch-reaper",
        .style = STYLE_HUTCH,
        .namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                      CLONE_NEWCGROUP,
        .map_to_root = true,
        .leave_groups = true,
        .close_descriptors = true,
        .forward_signals = true,
        .reset_signals = true,
        .die_with_monitor = true,
        .always_reap = true,
        .hide_reaper = true,
        .filter_terminal = true,
        .private_mounts = true,
        .cover_settings = true,
        .new_keyring = true,
        .lock_mounts = true,
        .own_network = true,
        .colorful = true,
        .strict = true,
        .status_failed = 125,
        .status_not_executable = 126,
        .status_not_found = 127,
    },
    {
        .name = "bwrap",
        .version = "bubblewrap 0.11.1",
        .reaper_name = "bwrap",
        .style = STYLE_BUBBLEWRAP,
        .words_max = 9000,
        .namespaces = CLONE_NEWNS,
        .root_keeps_namespace = true,
        .root_keeps_privileges = true,
        .linger = true,
        .usage_without_command = true,
        .status_failed = 1,
        .status_not_executable = 1,
        .status_not_found = 1,
    },
};

static const struct persona *
find_name(const char *path)
{
  const char *slash = path ? strrchr(path, '/') : NULL;
  const char *name = slash ? slash + 1 : path;

  for (size_t i = 0; name && i < sizeof personas / sizeof personas[0]; i++)
    if (strcmp(name, personas[i].name) == 0)
      return &personas[i];
  return NULL;
}

const struct persona *
persona_find(const char *program)
{
  char path[PATH_MAX];
  const struct persona *persona = find_name(program);

  if (persona)
    return persona;
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  persona = find_name(path);
  return persona ? persona : &personas[0];
}
