/* describe-facts: what the forms of a described plan have in common.
 *
 * Sealing spreads some of what was asked for over several fields, so that the set-up is
 * simple. This room should gather it again, for each form to say the same; it must not
 * look at anything but the plan, nor say anything itself. Left of the fork line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan.h"

#include <glib.h>

/* The namespaces, by the names of --unshare-NAME; they end with one of no name. */
struct namespace_name {
  uint64_t flag;
  const char *name;
};
extern const struct namespace_name facts_namespaces[];

/* The descriptors of which the plan holds one at most, by the names of --NAME-fd, and
 * where they stand in it; they end with one of no name. */
struct descriptor_name {
  const char *name;
  size_t place;
};
extern const struct descriptor_name facts_descriptors[];

/* What is said of an operation besides its kind and its destination. */
enum fact {
  FACT_SOURCE = 1 << 0,
  FACT_FD = 1 << 1,
  FACT_MODE = 1 << 2,    /* its permission bits */
  FACT_PARENTS = 1 << 3, /* ... and those of missing parents */
  FACT_SIZE = 1 << 4,
  FACT_LAYERS = 1 << 5, /* and where changes go */
};

struct shape {
  const char *name;
  unsigned facts;
  unsigned flags; /* those of enum operation_flag that an option decides */
};

/* The flags of an operation, by their names; they end with one of no name. */
struct flag_name {
  unsigned flag;
  const char *name;
};
extern const struct flag_name facts_flags[];

/* How an id inside comes about. */
enum way {
  WAY_MAPPED,   /* it is mapped to the caller's */
  WAY_REQUIRED, /* it is taken on where others write the maps, or the set-up fails */
  WAY_TRIED,    /* the same, if it is mapped there */
  WAY_KEPT,     /* nothing is done */
};

struct identity {
  enum way way;
  uint32_t id; /* means nothing if it is kept */
};

/* The capabilities that are kept: ALL but those listed, or those listed. */
struct kept {
  bool all;
  uint64_t listed;
};

/* CLONE_NEW* flags of every namespace of the sandbox's own. */
uint64_t facts_namespaces_of(const struct plan *plan);

/* The descriptor of the plan that NAME stands for, or -1. */
int facts_descriptor_of(const struct plan *plan, const struct descriptor_name *name);

/* How many of keep_fds are there for themselves. */
size_t facts_kept_fds_of(const struct plan *plan);

/* What there is to say of OPERATION. */
const struct shape *facts_shape_of(const struct operation *operation);

struct identity facts_uid_of(const struct plan *plan);
struct identity facts_gid_of(const struct plan *plan);
struct kept facts_capabilities_of(const struct plan *plan);

/* WORD as a shell reads it, on one line; the caller frees with g_free(). */
char *facts_quote(const char *word);

/* WORDS, NULL-terminated, on one line that a shell reads as them; the caller frees with
 * g_free(). */
char *facts_quote_all(char *const *words);
