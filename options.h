/* options: the option table and the one loop that reads it.
 *
 * Every option is a row: the help, the manual's option list and the completions
 * are printed from the same table. Reading fills a draft. This room should make
 * no other system calls than reading what an argument names, and must not know
 * what the draft is good for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"
#include "operand.h"

enum option_group {
  GROUP_GENERAL,
  GROUP_NAMESPACES,
  GROUP_FILES,
  GROUP_PROCESS,
  GROUP_PRIVILEGES,
  GROUP_COUNT,
};

enum {
  OPERANDS_MAX = 3, /* of one option */
};

struct reader;

struct option {
  const char *name;                        /* with its dashes */
  enum operand operands[OPERANDS_MAX + 1]; /* up to OPERAND_NONE */
  enum option_group group;
  int (*handle)(struct reader *reader, const struct option *option, char **operands);
  uint64_t value;      /* what distinguishes this row from others of its handler */
  unsigned flags;      /* operation_flag in rows that add operations, else the refusal of
                        * a descriptor that is closed */
  const char *help;    /* one line */
  const char *details; /* more sentences for the manual, or NULL */
};

/* What the words ask for. */
enum intent {
  INTENT_RUN,
  INTENT_HELP,
  INTENT_VERSION,
  INTENT_DOCTOR,
  INTENT_USAGE, /* no command, and the persona says how to give one */
  INTENT_FAIL,  /* the failure says why */
};

extern const struct option options_table[];
extern const char *const options_group_titles[GROUP_COUNT];

/* The number of operands an option takes. */
int option_arity(const struct option *option);

/* The words for them, with a blank between them; the caller frees. */
char *option_operands(const struct option *option);

/* Whether a second one like it could add nothing: the last one counts, or says the same again. */
bool option_comes_once(const struct option *option);

/* Reads argv[1..argc-1] into the draft, which keeps pointers into argv. */
enum intent options_read(struct draft *draft, int argc, char **argv, struct failure *failure);

/* The text of --help, for a program called PROGRAM; the caller frees. */
char *options_help(const char *program);
