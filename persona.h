/* persona: the defaults in which the names of the program differ.
 *
 * One binary goes by two names. A row of this table is all that distinguishes
 * them: whoever behaves differently reads a field, and nobody asks for the name.
 * This room should hold data; it must not act on it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose words messages are in. */
enum style {
  STYLE_HUTCH,
  STYLE_BUBBLEWRAP,
  STYLE_COUNT,
};

struct persona {
  const char *name;        /* before messages, and for PID 1 in process lists */
  const char *version;     /* what --version prints */
  const char *reaper_name; /* at most 15 bytes */
  enum style style;
  size_t words_max;           /* of the command line and --args together; 0: no limit */
  uint64_t namespaces;        /* CLONE_NEW* flags unshared without being asked */
  bool root_keeps_namespace;  /* root gets a user namespace only when asked */
  bool root_keeps_privileges; /* ... and its capabilities, but for those dropped */
  bool map_to_root;           /* uid and gid 0 inside unless told otherwise */
  bool leave_groups;          /* root's supplementary groups stay outside */
  bool close_descriptors;     /* the payload gets 0, 1, 2 and what it is to keep */
  bool forward_signals;       /* signals sent to the monitor reach the payload */
  bool reset_signals;         /* mask and dispositions of the payload are default */
  bool die_with_monitor;      /* nothing inside outlives the monitor */
  bool linger;                /* the monitor ends with the payload, the rest goes on */
  bool always_reap;           /* a reaper also where no process namespace needs one */
  bool hide_reaper;           /* PID 1 cannot be traced and shows no words of the caller's */
  bool filter_terminal;       /* ioctls that type into a terminal are refused */
  bool private_mounts;        /* mounts made on the host later do not appear inside */
  bool cover_settings;        /* root inside cannot change the kernel's settings in proc */
  bool new_keyring;           /* the caller's session keyring is left behind */
  bool lock_mounts;           /* kept capabilities have no power over the mounts */
  bool own_network;           /* kept capabilities have power over network and host name */
  bool colorful;              /* messages on a terminal are in colours */
  bool strict;                /* words without an effect are errors */
  bool usage_without_command; /* no command: the usage, on the standard error */
  int status_failed;          /* exit status when the sandbox could not be built */
  int status_not_found;       /* ... when the command does not exist */
  int status_not_executable;
};

/* The persona for a program name such as argv[0], which may be NULL. A name that
 * says nothing, as /proc/self/exe, stands for that of the program's file. */
const struct persona *persona_find(const char *program);
