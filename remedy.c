/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "remedy.h"

#include "cause.h"
#include "phrases.h"
#include "record.h"
#include "wording.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* As syslog(3) numbers them. */
enum level {
  LEVEL_ERROR = 3,
  LEVEL_WARNING = 4,
};

/* The colours that a terminal gives to what begins a line. */
static const char *const colors[] = {
    [LEVEL_ERROR] = "\033[1;31m",
    [LEVEL_WARNING] = "\033[1;33m",
};

static bool
wants_color(const struct plan *plan)
{
  const char *no = getenv("NO_COLOR");

  return plan->persona->colorful && !(no && no[0] != '\0') && isatty(STDERR_FILENO);
}

/* In one write, so that lines of several processes do not mix. */
static void
print_line(const struct plan *plan, enum level level, const char *text)
{
  g_autofree char *printable = phrases_printable(text);
  g_autoptr(GString) line = g_string_new(NULL);
  bool is_colored = wants_color(plan);

  if (plan->level_prefix)
    g_string_append_printf(line, "<%d>", (int)level);
  g_string_append_printf(line, "%s%s:%s %s\n", is_colored ? colors[level] : "", plan->persona->name,
                         is_colored ? "\033[0m" : "", printable);
  fwrite(line->str, 1, line->len, stderr);
}

/* hutch's own words: the option, the call, the reason. */
static char *
own_message(const struct plan *plan, const struct failure *failure, const struct typed *typed,
            const struct cause *cause)
{
  GString *line = g_string_new(NULL);
  bool is_read = !failure_is_of_words(failure);

  (void)plan;
  (void)cause;
  /* What is said of words names them already. */
  if (typed->count > 0 && is_read) {
    g_autofree char *words = typed_to_string(typed);
    g_string_append_printf(line, "%s: ", words);
  }
  if (failure->call[0] != '\0')
    g_string_append_printf(line, "%s%s", failure->call, failure->text[0] != '\0' ? " " : "");
  g_string_append(line, failure->text);
  if (failure->error != 0 && is_read && failure->object == 0)
    g_string_append_printf(line, ": %s", g_strerror(failure->error));
  return g_string_free(line, FALSE);
}

/* MESSAGE, which it takes over, with what the option stands in before it. What is said of
 * words begins with that already. */
static char *
placed_message(char *message, const struct failure *failure, const struct typed *typed)
{
  if (!typed->origin || failure_is_of_words(failure))
    return message;
  char *placed = g_strconcat(typed->origin, ": ", message, NULL);
  g_free(message);
  return placed;
}

/* bubblewrap's words, which have no line for advice. */
static char *
bubblewrap_message(const struct plan *plan, const struct failure *failure,
                   const struct typed *typed, const struct cause *cause)
{
  char *text = wording_of_failure(plan, failure, typed);

  if (!cause->remedy || failure->stage != STAGE_LAUNCH)
    return text;
  char *line = g_strdup_printf("%s (%s)", text, cause->remedy);
  g_free(text);
  return line;
}

void
remedy_print(const struct plan *plan, const struct failure *failure, int status)
{
  static char *(*const messages[STYLE_COUNT])(const struct plan *, const struct failure *,
                                              const struct typed *, const struct cause *) = {
      [STYLE_HUTCH] = own_message,
      [STYLE_BUBBLEWRAP] = bubblewrap_message,
  };
  const struct typed typed = cause_option(plan, failure);
  const struct cause cause = cause_find(plan, failure);
  g_autofree char *message = placed_message(
      messages[plan->persona->style](plan, failure, &typed, &cause), failure, &typed);

  print_line(plan, LEVEL_ERROR, message);
  if (cause.remedy && plan->persona->style == STYLE_HUTCH) {
    g_autofree char *advice = g_strconcat("hint: ", cause.remedy, NULL);
    print_line(plan, LEVEL_ERROR, advice);
  }
  record_failure(plan, failure, &cause, message, status);
  g_free(cause.remedy);
}

void
remedy_warn(const struct plan *plan, const char *text)
{
  print_line(plan, LEVEL_WARNING, text);
}
