/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "label.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

bool
label_is_supported(void)
{
  g_autofree char *context = NULL;

  /* Without a policy every process is said to be the kernel's. */
  return access("/sys/fs/selinux/enforce", F_OK) == 0 &&
         g_file_get_contents("/proc/self/attr/current", &context, NULL, NULL) &&
         strcmp(context, "kernel") != 0;
}
