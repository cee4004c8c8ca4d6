/* draft: the plan while it is being made.
 *
 * The option handlers write into a draft, and plan_seal() turns it into a plan.
 * Left of the fork line only. It should hold what was asked for, in the order
 * it was asked for; it must not decide anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

#include <glib.h>

/* An option as it was typed: its name and its operands. */
struct typed {
  char *const *words;
  int count;
};

/* A descriptor whose contents an option reads to the end. */
struct claim {
  int fd;
  struct typed typed;
};

/* An environment operation; name NULL clears all, value NULL unsets. */
struct variable {
  const char *name;
  const char *value;
};

/* Something asked for at most once, and by which option. */
struct request {
  struct typed typed; /* count 0: not asked for */
  const char *text;
  uint32_t number;
};

struct draft {
  const struct persona *persona;

  uint64_t unshare; /* CLONE_NEW* flags asked for by name */
  uint64_t share;   /* ... and asked not to be unshared */
  struct request uid, gid, keep_id, hostname;
  GArray *operations; /* struct operation */

  struct request perms, size; /* waiting for the next operation */
  uint64_t size_value;
  struct request overlay_source; /* the first of the layers that wait */
  GPtrArray *layers;             /* const char *, the lowest first */

  GArray *claims;   /* struct claim */
  GArray *filters;  /* struct filter */
  GArray *keep_fds; /* int */
  struct request seccomp, add_seccomp;
  uint64_t capabilities;

  GArray *variables; /* struct variable */
  struct request chdir, argv0, as_pid_1, new_session, die_with_parent;

  char **command; /* NULL-terminated */
};

/* Where a request stands in the draft, for tables to name it. */
#define DRAFT_REQUEST(field) offsetof(struct draft, field)

static inline struct request *
draft_request(struct draft *draft, size_t place)
{
  return (struct request *)(void *)((char *)draft + place);
}

/* An empty draft with the defaults of PERSONA. */
void draft_init(struct draft *draft, const struct persona *persona);

/* Quotes words the way a shell would need them; the caller frees. */
char *typed_to_string(const struct typed *typed);

/* Checks the rules and fills the plan, which from then on is not changed.
 * Reads the caller's environment and working directory. -1 and a failure when
 * options contradict each other. */
int plan_seal(const struct draft *draft, struct plan *plan, struct failure *failure);

/* The persona for a program name such as argv[0]. */
const struct persona *persona_find(const char *program);
