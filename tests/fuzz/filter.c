/* Fuzzes compiled filters, as hutch-seccomp explain and --seccomp read them.
 *
 * An input is a call, then the filter, both as the kernel takes them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "emulate.h"
#include "filter.h"
#include "rules.h"

#include <linux/seccomp.h>
#include <string.h>

enum {
  DATA = 10, /* the descriptor */
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  fuzz_open(DATA);
  return 0;
}

/* What is merely logged refuses nothing that the filter itself decides. */
static void
check_logging(const struct sock_fprog *program, const struct seccomp_data *call)
{
  struct sock_fprog logging = filter_logging(program);
  uint32_t before = 0, answer = 0;

  bool is_taken = emulate_filter(program, call, &before);
  fuzz_check(emulate_filter(&logging, call, &answer) == is_taken, "logging changes the filter");
  if (is_taken && answer != before)
    fuzz_check(answer == SECCOMP_RET_LOG, "logging changes another answer");
  g_autofree char *name = rules_action_name(before);
  fuzz_check_printable(name);
  g_free(logging.filter);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct seccomp_data call = {0};
  struct sock_fprog program = {0};
  size_t length = MIN(size, sizeof call);

  if (length > 0)
    memcpy(&call, data, length);
  fuzz_fill(DATA, data + length, size - length);
  enum filter_result result = filter_read(DATA, &program);
  fuzz_check(result != FILTER_UNREADABLE, "a file in memory is not read");
  if (result == FILTER_READ)
    check_logging(&program, &call);
  g_free(program.filter);
  return 0;
}
