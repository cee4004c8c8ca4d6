/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "failure.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Copies as much of FROM as fits behind AT; returns the new end. */
static size_t
append(char *to, size_t size, size_t at, const char *from)
{
  while (*from != '\0' && at + 1 < size)
    to[at++] = *from++;
  to[at] = '\0';
  return at;
}

static void
begin(struct failure *failure, enum stage stage)
{
  failure->stage = stage;
  failure->code = CODE_UNKNOWN;
  failure->operation = NO_OPERATION;
  failure->object = 0;
  failure->typed = (struct typed){0};
}

void
failure_record(struct failure *failure, enum stage stage, const char *call, const char *subject)
{
  failure->error = errno;
  begin(failure, stage);
  append(failure->call, sizeof failure->call, 0, call);
  append(failure->text, sizeof failure->text, 0, subject ? subject : "");
}

void
failure_record_text(struct failure *failure, enum stage stage, const char *subject,
                    const char *text)
{
  size_t end = 0;

  failure->error = 0;
  begin(failure, stage);
  failure->call[0] = '\0';
  failure->text[0] = '\0';
  if (subject) {
    end = append(failure->text, sizeof failure->text, end, subject);
    end = append(failure->text, sizeof failure->text, end, ": ");
  }
  append(failure->text, sizeof failure->text, end, text);
}

void
failure_append(struct failure *failure, const char *text)
{
  append(failure->text, sizeof failure->text, strlen(failure->text), text);
}

void
failure_append_object(struct failure *failure, const char *path)
{
  failure->object = (int)strlen(failure->text);
  failure_append(failure, path);
}
