/* phrases: what is said when words are refused, in either style.
 *
 * A refusal is a row with its code and a template for each style. This room should hold the
 * sentences and fill them in; it must not decide what is refused, nor print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "persona.h"
#include "typed.h"

enum refusal {
  REFUSE_UNKNOWN,
  REFUSE_ONE_OPERAND, /* the rows for two and three follow */
  REFUSE_TWO_OPERANDS,
  REFUSE_THREE_OPERANDS,
  REFUSE_TOO_MANY_WORDS,
  REFUSE_FD_NUMBER,
  REFUSE_FD,
  REFUSE_ARGS_DATA,
  REFUSE_ARGS_NESTED,
  REFUSE_ARGS_WORD,
  REFUSE_PROFILE_MISSING,
  REFUSE_PROFILE_LOOP,
  REFUSE_PROFILE_MANY,
  REFUSE_PROFILE_UNSAFE,
  REFUSE_PROFILE_WRITABLE,
  REFUSE_PROFILE_SYNTAX,
  REFUSE_PROFILE_WORD,
  REFUSE_PROFILE_VARIABLE,
  REFUSE_SECCOMP_DATA,
  REFUSE_SECCOMP_SIZE,
  REFUSE_SECCOMP_MIXED,
  REFUSE_SECCOMP_TWICE,
  REFUSE_SECCOMP_NAME,
  REFUSE_FILE_DATA,
  REFUSE_INFO_FD,
  REFUSE_STATUS_FD,
  REFUSE_USERNS_FD,
  REFUSE_PIDNS_FD,
  REFUSE_MODE,
  REFUSE_UMASK,
  REFUSE_SIZE,
  REFUSE_SIZE_ZERO,
  REFUSE_PERMS_WAITING,
  REFUSE_SIZE_WAITING,
  REFUSE_LAYERS_WAITING,
  REFUSE_LAYERS_NONE,
  REFUSE_LAYERS_ONE,
  REFUSE_EMPTY_SOURCE,
  REFUSE_EMPTY_DEST,
  REFUSE_HOSTNAME,
  REFUSE_UID,
  REFUSE_GID,
  REFUSE_VARIABLE,
  REFUSE_TWICE,
  REFUSE_FORM,
  REFUSE_EMPTY_PATH,
  REFUSE_BUS_RULE,
  REFUSE_BUS_MISSING,
  REFUSE_BUS_ADDRESS,
  REFUSE_BUS_ABSTRACT,
  REFUSE_PROXY_MISSING,
  REFUSE_PROXY_WRITABLE,
  REFUSE_RELATIVE,
  REFUSE_CAPABILITY,
  REFUSE_LABEL,
  REFUSE_HOSTNAME_SHARED,
  REFUSE_PID_1_SHARED,
  REFUSE_KEEP_ID,
  REFUSE_ID_WITHOUT_USER,
  REFUSE_LOCKS,
  REFUSE_DISABLE_WITHOUT_USER,
  REFUSE_BLOCK_WITHOUT_USER,
  REFUSE_BLOCK_WITHOUT_INFO,
  REFUSE_USER_TWICE,
  REFUSE_JOINED_PIDS,
  REFUSE_PERMS_LAST,
  REFUSE_SIZE_LAST,
  REFUSE_LAYERS_LAST,
  REFUSE_EXPLAIN_PRINT,
  REFUSE_JSON_ALONE,
  REFUSE_LOG_ALONE,
  REFUSE_NO_COMMAND,
  REFUSAL_COUNT,
};

/* Quotes words the way a shell would need them; the caller frees. */
char *typed_to_string(const struct typed *typed);

/* What stands behind the first character of TEXT, if that one can be printed: it belongs to a line,
 * and is no order to a terminal. NULL if it cannot, or is no UTF-8. */
const char *phrases_skip_plain(const char *text);

/* TEXT as it can be printed: one line stays one line, and a terminal gets no orders. What
 * the caller typed, and what lies in a bound tree, may hold anything. The caller frees. */
char *phrases_printable(const char *text);

/* The same, and where they stand, if that is a profile; the caller frees. */
char *typed_describe(const struct typed *typed);

/* Records REFUSAL of the option TYPED in STYLE: its code, and its sentence behind the
 * option's origin. DETAIL, which may be NULL, is the part that neither knows. Always -1. */
int phrases_refuse(struct failure *failure, enum stage stage, enum style style,
                   enum refusal refusal, const struct typed *typed, const char *detail);

/* The warning that of the options TYPED only the last counts, or NULL in a style
 * that takes this for granted. The caller frees. */
char *phrases_only_last(enum style style, const struct typed *typed);

/* Fills TEMPLATE: "%w" stands for the words, "%o" for the option's name, "%1" and
 * "%2" for its operands, "%l" for the last of them, "%d" for DETAIL, "%e" for what the errno ERROR
 * means. The caller frees. */
char *phrases_fill(const char *template, const struct typed *typed, const char *detail, int error);
