/* architecture: the machines that filters are made for, and what their system calls are called.
 *
 * The numbers come from libseccomp, those of calls that are younger than it from a list here. This
 * room should translate between names and numbers; it must not know what a rule or a filter is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  ARCHITECTURE_X32_BIT = 0x40000000, /* marks the calls of x32, which share a token with x86_64 */
};

struct architecture {
  const char *name;
  uint32_t library; /* the library's name of it */
  uint32_t token;   /* what the kernel says that a call is made for: AUDIT_ARCH_* */
  bool is_wide;     /* arguments have 64 bits */
  const char *also; /* the older one whose calls the same kernel takes, or NULL */
};

/* All of them; the last has no name. */
extern const struct architecture architectures[];

/* The one called NAME, or NULL. */
const struct architecture *architecture_find(const char *name);

/* The one that this program is built for, or NULL if there are no tables of it. */
const struct architecture *architecture_native(void);

/* The number of the call NAME, if the architecture has it. */
bool architecture_number(const struct architecture *architecture, const char *name,
                         uint32_t *number);

/* The name of a call, or NULL. It lives as long as the process. */
const char *architecture_call(const struct architecture *architecture, uint32_t number);

/* The numbers of all calls that have a name, in ascending order: uint32_t; the caller frees. */
GArray *architecture_numbers(const struct architecture *architecture);

/* Whether any of the architectures has a call of that name. */
bool architecture_is_call(const char *name);
