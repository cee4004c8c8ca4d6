/* The failure record: what it keeps, and that nothing overflows it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "failure.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static void
test_call(void)
{
  struct failure failure = {0};

  g_assert_false(failure_is_set(&failure));
  errno = EROFS;
  g_assert_cmpint(failure_set(&failure, STAGE_ROOT, "mkdirat", "/a"), ==, -1);
  g_assert_true(failure_is_set(&failure));
  g_assert_cmpint(failure.error, ==, EROFS);
  g_assert_cmpint(failure.operation, ==, NO_OPERATION);
  g_assert_cmpstr(failure.call, ==, "mkdirat");
  g_assert_cmpstr(failure.text, ==, "/a");
  g_assert_cmpint(errno, ==, EROFS);
}

static void
test_sentence(void)
{
  struct failure failure = {0};

  errno = EROFS;
  int result = failure_say(&failure, STAGE_PLAN, CODE_OPTION_CONFLICT, "--uid 5", "not here");
  g_assert_cmpint(result, ==, -1);
  g_assert_cmpint(failure.code, ==, CODE_OPTION_CONFLICT);
  g_assert_cmpint(failure.error, ==, 0);
  g_assert_cmpstr(failure.call, ==, "");
  g_assert_cmpstr(failure.text, ==, "--uid 5: not here");
  failure_say(&failure, STAGE_PLAN, CODE_OPTION_CONFLICT, NULL, "alone");
  g_assert_cmpstr(failure.text, ==, "alone");
}

static void
test_too_long(void)
{
  struct failure failure = {0};
  g_autofree char *path = g_strnfill(2 * sizeof failure.text, 'x');

  failure_set(&failure, STAGE_SOURCE, path, path);
  g_assert_cmpuint(strlen(failure.call), ==, sizeof failure.call - 1);
  g_assert_cmpuint(strlen(failure.text), ==, sizeof failure.text - 1);
  failure_say(&failure, STAGE_SOURCE, CODE_SOURCE_VANISHED, path, path);
  g_assert_cmpuint(strlen(failure.text), ==, sizeof failure.text - 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/failure/call", test_call);
  g_test_add_func("/failure/sentence", test_sentence);
  g_test_add_func("/failure/too-long", test_too_long);
  return g_test_run();
}
