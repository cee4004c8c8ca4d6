/* handlers: what an option's row of the table does.
 *
 * A handler takes the operands of one option and writes what they ask for into
 * the draft. It should check the operands by themselves; what concerns more than
 * one option is the plan's. The same rules as for options.h hold.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options.h"

struct profile;

/* The reading of one list of words: the command line, the data of --args, or a line of a
 * profile. */
struct reader {
  struct draft *draft;
  struct failure *failure;
  enum intent intent;
  struct typed typed; /* the option being handled */
  size_t words;       /* how many there were so far, in all lists */
  bool in_data;       /* the words came from --args */
  bool in_profile;    /* ... and straight from a profile, where nothing ends the options */
  const char *origin; /* the profile and the line, or NULL */
  const struct profile *profile; /* what --profile starts at, or NULL */
};

/* Refuses the option being handled; always -1. DETAIL may be NULL. */
int reader_refuse(struct reader *reader, enum refusal refusal, const char *detail);

/* The same, where the data of a descriptor cannot be read, for the reason in errno. */
int reader_refuse_unreadable(struct reader *reader, enum refusal refusal);

/* Reads a number of at most MAX in BASE, or refuses. */
int reader_parse_number(struct reader *reader, const char *word, unsigned base, uint64_t max,
                        enum refusal refusal, uint64_t *value);

/* Reads a descriptor that the caller left open, for a use that goes together with
 * those of other options, else REFUSAL; the payload will not get it. */
int reader_consume_fd(struct reader *reader, const char *word, enum use use, enum refusal refusal,
                      int *fd);

/* Refuses --perms, --size and --overlay-src if OPTION, which comes right behind
 * them, is none that they can concern. */
int reader_check_waiting(struct reader *reader, const struct option *option);

/* Reads options up to the first word that is none; *USED words were read. */
int reader_read_words(struct reader *reader, char **words, int count, int *used);

/* What --print-plan takes, by enum form; the last is NULL. */
extern const char *const handlers_forms[];

typedef int handler(struct reader *reader, const struct option *option, char **operands);

/* General, namespaces, process, privileges; those that read further words are in
 * handle-lists.c. */
handler on_intent, on_args, on_request, on_fd_request, on_closed_fd, on_output_fd, on_unshare,
    on_umask, on_unshare_all, on_unshare_try, on_share, on_hostname, on_id, on_setenv, on_clearenv,
    on_argv0, on_keep_fd, on_lock_file, on_capability, on_seccomp, on_seccomp_filter, on_label,
    on_print_plan, on_explain, on_profile, on_keepenv, on_dbus;

/* File system. */
handler on_source_dest, on_dest, on_fd_dest, on_data_dest, on_chmod, on_perms, on_size,
    on_overlay_source, on_overlay, on_show;
