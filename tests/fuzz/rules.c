/* Fuzzes the rules of filters: their words, and that the filter made of them decides as they do.
 *
 * An input is a byte for the architecture, then the rules, a file "more" that they may include, and
 * a call: its number and six arguments.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "assemble.h"
#include "emulate.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  fuzz_prepare();
  /* The table of names. */
  (void)architecture_is_call("none");
  return 0;
}

static bool
condition_holds(const struct condition *condition, uint64_t argument)
{
  uint64_t got = argument & condition->mask;

  switch (condition->comparison) {
  case COMPARE_EQUAL:
    return got == condition->value;
  case COMPARE_UNEQUAL:
    return got != condition->value;
  case COMPARE_LESS:
    return got < condition->value;
  case COMPARE_LESS_EQUAL:
    return got <= condition->value;
  case COMPARE_GREATER:
    return got > condition->value;
  default:
    return got >= condition->value;
  }
}

static bool
line_decides(const struct rule_line *line, const char *name, const struct seccomp_data *call)
{
  bool is_named = false;

  for (guint i = 0; i < line->calls->len; i++)
    is_named |= strcmp(line->calls->pdata[i], name) == 0;
  for (guint i = 0; is_named && i < line->conditions->len; i++) {
    const struct condition *one = &g_array_index(line->conditions, struct condition, i);
    is_named = condition_holds(one, call->args[one->argument]);
  }
  return is_named;
}

/* What the rules say of a call, read one after the other. */
static uint32_t
decide(const struct rules *rules, const struct architecture *architecture,
       const struct seccomp_data *call)
{
  const char *name = architecture_call(architecture, (uint32_t)call->nr);

  /* Without the bit it is a call of x86_64, which has the same token. */
  if (strcmp(architecture->name, "x32") == 0 && !(call->nr & ARCHITECTURE_X32_BIT))
    return SECCOMP_RET_ERRNO | ENOSYS;
  if (!name)
    return rules->unknown;
  for (guint i = 0; i < rules->lines->len; i++) {
    const struct rule_line *line = rules->lines->pdata[i];
    if (line_decides(line, name, call))
      return line->action;
  }
  return rules->otherwise;
}

/* The first bytes choose a call that has a name, as most numbers have none. */
static void
read_call(struct fuzz_input *input, const struct architecture *architecture,
          struct seccomp_data *call)
{
  g_autoptr(GArray) numbers = architecture_numbers(architecture);
  guint which = (guint)fuzz_take_byte(input) << 8;

  which |= fuzz_take_byte(input);
  call->nr = which < 0xf000 ? (int)g_array_index(numbers, uint32_t, which % numbers->len)
                            : (int)(which & 0xfff);
  for (size_t i = 0; i < G_N_ELEMENTS(call->args); i++) {
    size_t length = MIN(input->left, sizeof call->args[i]);
    memcpy(&call->args[i], input->at, length);
    input->at += length;
    input->left -= length;
  }
}

static void
check_filter(const struct rules *rules, const struct architecture *architecture,
             struct fuzz_input *input)
{
  struct seccomp_data call = {.arch = architecture->token};
  uint32_t answer = 0;
  g_autoptr(GArray) code = assemble_filter(rules, architecture);

  if (!code)
    return;
  const struct sock_fprog program = {
      .len = (unsigned short)code->len,
      .filter = (struct sock_filter *)(void *)code->data,
  };
  read_call(input, architecture, &call);
  fuzz_check(emulate_filter(&program, &call, &answer), "the filter is none that the kernel takes");
  fuzz_check(answer == decide(rules, architecture, &call), "the filter decides otherwise");
  g_autofree char *name = rules_action_name(answer);
  fuzz_check_printable(name);
  /* An architecture that nobody has. */
  call.arch = 1;
  fuzz_check(emulate_filter(&program, &call, &answer) && answer == (SECCOMP_RET_ERRNO | ENOSYS),
             "the filter takes calls of any machine");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_input input = {.at = data, .left = size};
  guint which = fuzz_take_byte(&input), count = 0;
  size_t more_size = 0;
  g_autofree char *text = fuzz_take_part(&input, NULL);
  g_autofree char *more = fuzz_take_part(&input, &more_size);
  char *error = NULL;

  while (architectures[count].name)
    count++;
  fuzz_check(count > 0, "no architecture");
  fuzz_check(g_file_set_contents_full("more", more, (gssize)more_size, G_FILE_SET_CONTENTS_NONE,
                                      0644, NULL),
             "no file");
  struct rules *rules = rules_read_text(text, "./rules", ".", &error);
  fuzz_check((rules == NULL) == (error != NULL), "neither rules nor an error");
  if (rules) {
    check_filter(rules, &architectures[which % count], &input);
    rules_free(rules);
  }
  g_free(error);
  return 0;
}
