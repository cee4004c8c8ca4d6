/* draft: the plan while it is being made.
 *
 * The option handlers write into a draft, and plan_seal() turns it into a plan.
 * Left of the fork line only. It should hold what was asked for, in the order
 * it was asked for; it must not decide anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "persona.h"
#include "phrases.h"
#include "plan.h"

#include <glib.h>

/* What an option does with a descriptor of the caller's. */
enum use {
  USE_HELD,   /* it stays open, whoever gets it */
  USE_DATA,   /* its contents are read to the end: nobody else may read them */
  USE_CLOSED, /* it is closed before others could use it */
};

struct claim {
  int fd;
  enum use use;
  struct typed typed;
};

/* A file that options were read from. */
struct source_file {
  const char *path; /* without symbolic links */
  struct typed typed;
};

/* Something asked for at most once, and by which option. */
struct request {
  struct typed typed; /* count 0: not asked for */
  const char *text;
  uint32_t number; /* an id, or a descriptor */
};

/* What was asked for of one message bus. */
struct bus_wish {
  struct request asked;  /* the first option about it */
  struct request needed; /* ... that does not allow for the bus to be missing */
  GPtrArray *rules;      /* const char * */
};

struct draft {
  const struct persona *persona;
  GArray *typed; /* struct typed: all options, in the order they were read */

  uint64_t unshare;     /* CLONE_NEW* flags asked for by name */
  uint64_t unshare_try; /* ... where the kernel has them */
  uint64_t share;       /* ... and asked not to be unshared */
  struct request uid, gid, keep_id, hostname;
  struct request userns, userns2, pidns;
  struct request disable_userns, assert_userns_disabled;
  GArray *operations; /* struct operation */

  struct request perms, size; /* waiting for the next operation */
  uint64_t size_value;
  struct request overlay_source; /* the first of the layers that wait */
  GPtrArray *layers;             /* const char *, the lowest first */

  GArray *claims;   /* struct claim */
  GArray *builtins; /* struct filter: those that were asked for by name */
  GArray *filters;  /* struct filter */
  GArray *keep_fds; /* int */
  GArray *consumed; /* int: descriptors that the payload does not get */
  struct request seccomp, add_seccomp, seccomp_log;
  uint64_t add_capabilities;
  uint64_t drop_capabilities;
  struct request capabilities; /* the last option about them */

  GArray *variables;   /* struct variable */
  GArray *locks;       /* struct lock */
  GPtrArray *warnings; /* char * */
  GArray *profiles;    /* struct source_file */
  struct request chdir, umask, argv0, as_pid_1, new_session, die_with_parent;
  struct request sync_fd, block_fd, userns_block_fd, info_fd, json_status_fd;
  struct request error_fd, status_fd, dry_run, print_plan, json, doctor;
  GArray *questions; /* struct question */
  struct bus_wish buses[BUSES];
  struct request exec_label, file_label, level_prefix, not_a_boundary;

  GPtrArray *split; /* char **: words that stood in one, with "=" */
  char **command;   /* NULL-terminated */
};

/* Where a request stands in the draft, for tables to name it. */
#define DRAFT_REQUEST(field) offsetof(struct draft, field)

static inline struct request *
draft_request(struct draft *draft, size_t place)
{
  return (struct request *)(void *)((char *)draft + place);
}

/* Whether the option behind REQUEST was given. */
static inline bool
draft_asked(const struct request *request)
{
  return request->typed.count > 0;
}

/* An empty draft with the defaults of PERSONA. */
void draft_init(struct draft *draft, const struct persona *persona);

/* What hutch is to do with the plan: one option may ask for less than to run it. */
enum purpose draft_purpose(const struct draft *draft);

/* Tells PLAN, which has not been sealed, how failures are to be told. */
void draft_show(const struct draft *draft, struct plan *plan);

/* Checks the rules and fills the plan, which from then on is not changed.
 * Reads the caller's environment and working directory. -1 and a failure when
 * options contradict each other. */
int plan_seal(const struct draft *draft, struct plan *plan, struct failure *failure);
