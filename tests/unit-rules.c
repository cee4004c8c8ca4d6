/* Rules: what is read, what is refused and where, and what the filter made of it answers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "assemble.h"
#include "emulate.h"
#include "rules.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <unistd.h>

#define DENY(error) (SECCOMP_RET_ERRNO | (error))

/* The answer of the filter that RULES make for ARCH to CALL with the argument 0. */
static uint32_t
answer(const char *text, const char *arch, const char *call, uint64_t argument)
{
  const struct architecture *architecture = architecture_find(arch);
  char *error = NULL;
  struct rules *rules = rules_read_text(text, "text", NULL, &error);
  struct seccomp_data data = {.arch = architecture->token, .args = {argument}};
  uint32_t number = 0, result = 0;

  g_assert_cmpstr(error, ==, NULL);
  g_assert_true(architecture_number(architecture, call, &number));
  data.nr = (int)number;
  g_autoptr(GArray) code = assemble_filter(rules, architecture);
  const struct sock_fprog program = {
      .len = (unsigned short)code->len,
      .filter = (struct sock_filter *)(void *)code->data,
  };
  g_assert_true(emulate_filter(&program, &data, &result));
  rules_free(rules);
  return result;
}

static void
test_first_line(void)
{
  const char *text = "default ENOSYS\n"
                     "allow socket 0 & 0xffffffff == AF_UNIX\n"
                     "deny EAFNOSUPPORT socket # all others\n"
                     "allow socket read\n"
                     "kill reboot\n"
                     "log write\n";

  g_assert_cmphex(answer(text, "x86_64", "socket", 1), ==, SECCOMP_RET_ALLOW);
  g_assert_cmphex(answer(text, "x86_64", "socket", 2), ==, DENY(EAFNOSUPPORT));
  g_assert_cmphex(answer(text, "x86_64", "read", 0), ==, SECCOMP_RET_ALLOW);
  g_assert_cmphex(answer(text, "x86_64", "reboot", 0), ==, SECCOMP_RET_KILL_PROCESS);
  g_assert_cmphex(answer(text, "x86_64", "write", 0), ==, SECCOMP_RET_LOG);
  g_assert_cmphex(answer(text, "x86_64", "close", 0), ==, DENY(ENOSYS));
  g_assert_cmphex(answer(text, "aarch64", "socket", 2), ==, DENY(EAFNOSUPPORT));
}

static void
test_comparisons(void)
{
  static const struct {
    const char *condition;
    uint64_t argument;
    bool holds;
  } cases[] = {
      {"0 == 5", 5, true},
      {"0 == 5", 0x100000005, false},
      {"0 != 5", 5, false},
      {"0 != 5", 0x100000005, true},
      {"0 & 0xffffffff == 5", 0x100000005, true},
      {"0 & 0xffffffff != 5", 0x100000005, false},
      {"0 & 0x100000001 == 0x100000000", 0x300000002, true},
      {"0 & 0x100000001 == 0x100000000", 0x300000003, false},
      {"0 & 0x100000001 == 0x100000000", 2, false},
      {"0 & 6 != 0", 8, false},
      {"0 & 6 != 0", 4, true},
      {"0 < 0x200000001", 0x200000000, true},
      {"0 < 0x200000001", 0x200000001, false},
      {"0 < 0x200000001", 0x1ffffffff, true},
      {"0 < 0x200000001", 0x300000000, false},
      {"0 <= 0x200000001", 0x200000001, true},
      {"0 <= 0x200000001", 0x200000002, false},
      {"0 <= 0x200000001", 0x100000002, true},
      {"0 > 0x200000001", 0x200000001, false},
      {"0 > 0x200000001", 0x200000002, true},
      {"0 > 0x200000001", 0x300000000, true},
      {"0 > 0x200000001", 0x1ffffffff, false},
      {"0 >= 0x200000001", 0x200000001, true},
      {"0 >= 0x200000001", 0x200000000, false},
      {"0 >= 0x200000001", 0x300000000, true},
      {"0 & 0xffff >= 3", 0x10002, false},
      {"0 & 0xffff >= 3", 0x10003, true},
      {"0 >= 3 and 0 <= 5", 4, true},
      {"0 >= 3 and 0 <= 5", 6, false},
      {"0 >= 3 and 0 <= 5 and 1 == 1", 4, false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text =
        g_strdup_printf("default allow\ndeny EPERM read %s\n", cases[i].condition);
    g_test_message("%s, %" G_GINT64_MODIFIER "x", cases[i].condition, cases[i].argument);
    g_assert_cmphex(answer(text, "x86_64", "read", cases[i].argument), ==,
                    cases[i].holds ? DENY(EPERM) : SECCOMP_RET_ALLOW);
  }
}

static void
test_architectures(void)
{
  const char *plain = "default allow\ndeny EPERM keyctl\n";
  const char *covering = "default allow\ncover x32\ndeny EPERM keyctl\n";
  const char *skipped = "default allow\ndeny EPERM socketcall keyctl\n";

  g_assert_cmphex(answer(plain, "x86_64", "keyctl", 0), ==, DENY(EPERM));
  g_assert_cmphex(answer(plain, "i386", "keyctl", 0), ==, DENY(EPERM));
  g_assert_cmphex(answer(skipped, "aarch64", "keyctl", 0), ==, DENY(EPERM));
  g_assert_cmphex(answer(skipped, "i386", "socketcall", 0), ==, DENY(EPERM));
  g_assert_cmphex(answer(covering, "x32", "keyctl", 0), ==, DENY(EPERM));
}

/* A filter for x86_64, asked about other architectures and strange numbers. */
static void
test_unknown(void)
{
  const char *text = "default allow\nunknown ENOSYS\ndeny EPERM keyctl\n";
  static const struct {
    const char *arch;
    uint32_t number;
    uint32_t answer;
  } cases[] = {
      {"x86_64", 0, SECCOMP_RET_ALLOW},
      {"x86_64", 250, DENY(EPERM)},
      {"x86_64", 1000, DENY(ENOSYS)},
      {"x86_64", ARCHITECTURE_X32_BIT, DENY(ENOSYS)},
      {"x86_64", UINT32_MAX - 1, DENY(ENOSYS)},
      {"x86_64", UINT32_MAX, SECCOMP_RET_ALLOW}, /* a tracer skips the call */
      {"i386", 288, DENY(EPERM)},
      {"i386", 250, SECCOMP_RET_ALLOW},
      {"aarch64", 0, DENY(ENOSYS)},
  };
  char *error = NULL;
  struct rules *rules = rules_read_text(text, "text", NULL, &error);
  g_autoptr(GArray) code = assemble_filter(rules, architecture_find("x86_64"));
  const struct sock_fprog program = {
      .len = (unsigned short)code->len,
      .filter = (struct sock_filter *)(void *)code->data,
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const struct seccomp_data data = {.arch = architecture_find(cases[i].arch)->token,
                                      .nr = (int)cases[i].number};
    uint32_t result = 0;
    g_assert_true(emulate_filter(&program, &data, &result));
    g_assert_cmphex(result, ==, cases[i].answer);
  }
  rules_free(rules);
}

static void
test_refusals(void)
{
  static const struct {
    const char *text;
    const char *error;
  } cases[] = {
      {"", "f.rules: no line says what the default is"},
      {"default", "f.rules:1: default takes one action*"},
      {"\n\ndefault EWHAT", "f.rules:3: EWHAT: neither*"},
      {"default allow\nforbid read", "f.rules:2: forbid: no such rule"},
      {"default allow\ndeny read", "f.rules:2: read: not the name of an errno"},
      {"default allow\ndeny EPERM", "f.rules:2: no system call is named"},
      {"default allow\nallow reed", "f.rules:2: reed: no architecture has such a system call"},
      {"default allow\nallow @some", "f.rules:2: @some: no such group"},
      {"default allow\ngroup some", "f.rules:2: group takes a name and system calls"},
      {"default allow\ncover x86", "f.rules:2: cover takes x32 and nothing else"},
      {"default allow\nallow read 6 == 1", "f.rules:2: 6: not the number of an argument, 0 to 5"},
      {"default allow\nallow read 0 = 1", "f.rules:2: =: none of == != < <= > >="},
      {"default allow\nallow read 0 == WHAT", "f.rules:2: WHAT: neither a number nor*"},
      {"default allow\nallow read 0 ==", "f.rules:2: the end of the line: neither*"},
      {"default allow\nallow read 0 & 0xff == 0x100", "f.rules:2: 0x100: the mask leaves no*"},
      {"default allow\nallow read 0 == 1 or 1 == 1", "f.rules:2: or: there is only \"and\"*"},
      {"default allow\nallow read 0 == 1 and", "f.rules:2: the end of the line: not the*"},
      {"default allow\ninclude /no/such", "f.rules:2: /no/such: No such file*"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *error = NULL;
    g_test_message("%s", cases[i].text);
    g_assert_null(rules_read_text(cases[i].text, "f.rules", NULL, &error));
    if (!g_pattern_match_simple(cases[i].error, error))
      g_assert_cmpstr(error, ==, cases[i].error);
  }
}

static void
test_includes(void)
{
  g_autofree char *directory = g_dir_make_tmp("unit-rules-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename(directory, "inner.rules", NULL);
  g_autofree char *outer = g_build_filename(directory, "outer.rules", NULL);
  g_autofree char *other = g_build_filename(directory, "other", NULL);
  g_autofree char *wanted = g_strconcat(inner, ":2: reed: *", NULL);
  char *error = NULL;

  /* The library is where a file is that is not beside the one that includes it. */
  g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
  g_autofree char *apart = g_build_filename(other, "apart.rules", NULL);
  g_assert_true(g_file_set_contents(outer, "default allow\ninclude inner.rules\n", -1, NULL));
  g_assert_true(g_file_set_contents(apart, "default allow\ninclude inner.rules\n", -1, NULL));
  g_assert_true(g_file_set_contents(inner, "default kill\ndeny EPERM read\ncover x32\n", -1, NULL));
  for (int i = 0; i < 2; i++) {
    struct rules *rules = rules_read(i == 0 ? outer : apart, directory, &error);
    g_assert_nonnull(rules);
    g_assert_cmphex(rules->otherwise, ==, SECCOMP_RET_ALLOW);
    g_assert_cmpuint(rules->lines->len, ==, 1);
    g_assert_false(rules->covers_x32);
    rules_free(rules);
  }
  g_assert_true(g_file_set_contents(inner, "\nallow reed\n", -1, NULL));
  g_assert_null(rules_read(outer, NULL, &error));
  g_assert_true(g_pattern_match_simple(wanted, error));
  g_clear_pointer(&error, g_free);
  g_assert_true(g_file_set_contents(inner, "include outer.rules\n", -1, NULL));
  g_assert_null(rules_read(outer, NULL, &error));
  g_assert_true(g_pattern_match_simple("*: includes itself", error));
  g_free(error);
  /* Without a file there is no line. */
  g_assert_null(rules_read("/no/such", NULL, &error));
  g_assert_true(g_pattern_match_simple("/no/such: No such file*", error));
  g_free(error);
  g_remove(apart);
  g_rmdir(other);
  g_remove(inner);
  g_remove(outer);
  g_rmdir(directory);
}

/* --- beside libseccomp's own compiler --------------------------------------- */

static GArray *
library_filter(const struct architecture *architecture, const GPtrArray *calls)
{
  GArray *code = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
  FILE *file = tmpfile();
  struct sock_filter one;
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

  g_assert_nonnull(file);
  g_assert_cmpint(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)), ==,
                  0);
  g_assert_cmpint(seccomp_arch_add(context, architecture->library), <=, 0);
  if (architecture->library != seccomp_arch_native())
    g_assert_cmpint(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), ==, 0);
  /* The library takes the numbers of the machine that it runs on, or its own. */
  for (guint i = 0; i < calls->len; i++)
    g_assert_cmpint(seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM),
                                     seccomp_syscall_resolve_name(calls->pdata[i]), 1,
                                     SCMP_A0(SCMP_CMP_MASKED_EQ, 0x3, 0x2)),
                    ==, 0);
  g_assert_cmpint(seccomp_export_bpf(context, fileno(file)), ==, 0);
  rewind(file);
  while (fread(&one, sizeof one, 1, file) == 1)
    g_array_append_val(code, one);
  fclose(file);
  seccomp_release(context);
  return code;
}

static uint32_t
ask(const GArray *code, const struct seccomp_data *data)
{
  const struct sock_fprog program = {
      .len = (unsigned short)code->len,
      .filter = (struct sock_filter *)(void *)code->data,
  };
  uint32_t result = 0;

  g_assert_true(emulate_filter(&program, data, &result));
  return result;
}

/* Every second call is refused, if its argument is such and such. */
static void
test_library(gconstpointer data)
{
  const struct architecture *architecture = data;
  g_autoptr(GArray) numbers = architecture_numbers(architecture);
  g_autoptr(GString) text = g_string_new("default allow\n");
  g_autoptr(GPtrArray) calls = g_ptr_array_new();
  char *error = NULL;

  for (guint i = 0; i < numbers->len; i += 2) {
    const char *call = architecture_call(architecture, g_array_index(numbers, uint32_t, i));
    if (seccomp_syscall_resolve_name(call) == __NR_SCMP_ERROR)
      continue;
    g_ptr_array_add(calls, (char *)call);
    g_string_append_printf(text, "deny EPERM %s 0 & 3 == 2\n", call);
  }
  struct rules *rules = rules_read_text(text->str, "text", NULL, &error);
  g_assert_nonnull(rules);
  g_autoptr(GArray) ours = assemble_filter(rules, architecture);
  g_autoptr(GArray) theirs = library_filter(architecture, calls);
  for (guint i = 0; i < numbers->len; i++)
    for (uint64_t argument = 0; argument < 4; argument++) {
      const struct seccomp_data call = {
          .arch = architecture->token,
          .nr = (int)g_array_index(numbers, uint32_t, i),
          .args = {argument},
      };
      g_test_message("%s", architecture_call(architecture, g_array_index(numbers, uint32_t, i)));
      g_assert_cmphex(ask(ours, &call), ==, ask(theirs, &call));
    }
  rules_free(rules);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rules/first-line", test_first_line);
  g_test_add_func("/rules/comparisons", test_comparisons);
  g_test_add_func("/rules/architectures", test_architectures);
  g_test_add_func("/rules/unknown", test_unknown);
  g_test_add_func("/rules/refusals", test_refusals);
  g_test_add_func("/rules/includes", test_includes);
  for (const struct architecture *one = architectures; one->name; one++) {
    /* The library answers for calls of these through other calls, whatever is asked of it. */
    if (strcmp(one->name, "i386") == 0 || strcmp(one->name, "ppc64le") == 0)
      continue;
    g_autofree char *path = g_strconcat("/rules/library/", one->name, NULL);
    g_test_add_data_func(path, one, test_library);
  }
  return g_test_run();
}
