/* Fuzzes the failures that hutch --doctor is told in JSON by the hutch that it starts.
 *
 * An input is two bytes, the status that the other ended with, and what it wrote.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

/* What reads them is no other room's. */
#include "doctor.c"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  return 0;
}

static void
check_object(const struct diagnosis *diagnosis)
{
  g_autofree char *text = record_text(as_object(&checks[0], diagnosis), true);
  json_t *object = json_loads(text, 0, NULL);

  fuzz_check(json_is_object(object), "what is written is no JSON object");
  json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct probe_said said;
  struct fuzz_input input = {.at = data, .left = size};
  struct diagnosis diagnosis = {0};

  said.status = fuzz_take_byte(&input) << 8;
  said.status |= fuzz_take_byte(&input);
  size_t length = MIN(input.left, sizeof said.report - 1);
  if (length > 0)
    memcpy(said.report, input.at, length);
  said.report[length] = '\0';
  read_failure(&said, &diagnosis);
  fuzz_check(diagnosis.state == STATE_FAILED, "a failure that is none");
  check_object(&diagnosis);
  g_autoptr(GString) line = g_string_new(NULL);
  append_plain(line, diagnosis.reason);
  append_plain(line, diagnosis.remedy);
  fuzz_check_printable(line->str);
  return 0;
}
