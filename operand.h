/* operand: the kinds of operands that options take.
 *
 * A kind is what the help and the manual call the operand, and what a shell can
 * offer for it. This room should hold data; it must not read an operand.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

enum operand {
  OPERAND_NONE, /* ends a row's list */
  OPERAND_ARGV0,
  OPERAND_BUS_RULE,
  OPERAND_CAPABILITY,
  OPERAND_DEST,
  OPERAND_DEST_DIR, /* a destination that is or becomes a directory */
  OPERAND_DIRECTORY,
  OPERAND_FD,
  OPERAND_FILTER,
  OPERAND_FORM,
  OPERAND_GID,
  OPERAND_HOSTNAME,
  OPERAND_HOST_PATH, /* in the same place on the host and inside */
  OPERAND_LABEL,
  OPERAND_MODE,
  OPERAND_PATH,
  OPERAND_PROFILE,
  OPERAND_SIZE,
  OPERAND_SOURCE,
  OPERAND_SOURCE_DIR, /* a source that must be a directory */
  OPERAND_TARGET,
  OPERAND_UID,
  OPERAND_UPPER,
  OPERAND_VALUE,
  OPERAND_VARIABLE,
  OPERAND_WORK,
  OPERAND_COUNT,
};

/* What a shell offers. Inside, there are the paths that earlier words name, and often those of the
 * host. */
enum offer {
  OFFER_UNDECIDED,
  OFFER_BUS_RULE,
  OFFER_CAPABILITY,
  OFFER_DIRECTORY,
  OFFER_FD,
  OFFER_FILE,
  OFFER_FILTER,
  OFFER_FORM,
  OFFER_GID,
  OFFER_HOST,
  OFFER_INSIDE,
  OFFER_INSIDE_DIRECTORY,
  OFFER_MODE,
  OFFER_NOTHING,
  OFFER_PROFILE,
  OFFER_PROGRAM,
  OFFER_SIZE,
  OFFER_UID,
  OFFER_VARIABLE,
  OFFER_COUNT,
};

struct operand_kind {
  const char *word; /* in the help and the manual */
  enum offer offer;
};

/* By enum operand; each but OPERAND_NONE has a word and an offer. */
extern const struct operand_kind operand_kinds[OPERAND_COUNT];
