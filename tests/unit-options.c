/* The option table and its reader: words in, a draft or a failure out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What reading the latest command line led to. The words live as long as the test. */
struct reading {
  struct draft draft;
  struct failure failure;
  enum intent intent;
};

static struct reading reading;

static void
read_line(const char *line)
{
  char **argv = NULL;
  int argc;

  reading = (struct reading){0};
  g_assert_true(g_shell_parse_argv(line, &argc, &argv, NULL));
  draft_init(&reading.draft, persona_find("hutch"));
  reading.intent = options_read(&reading.draft, argc, argv, &reading.failure);
}

static void
assert_refused(const char *line, const char *text)
{
  read_line(line);

  g_assert_cmpint(reading.intent, ==, INTENT_FAIL);
  g_assert_cmpstr(reading.failure.text, ==, text);
}

static const struct operation *
operation_at(guint index)
{
  g_assert_cmpint(reading.intent, ==, INTENT_RUN);
  g_assert_cmpuint(index, <, reading.draft.operations->len);
  return &g_array_index(reading.draft.operations, struct operation, index);
}

/* As a caller hands it over: to stay open across execve. */
static int
data_fd(const char *data, size_t size)
{
  int fd = memfd_create("words", 0);

  g_assert_cmpint(write(fd, data, size), ==, size);
  g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static void
test_table(void)
{
  for (const struct option *option = options_table; option->name; option++) {
    g_assert_true(g_str_has_prefix(option->name, "--"));
    g_assert_nonnull(option->handle);
    g_assert_cmpuint(strlen(option->help), >, 0);
    g_assert_cmpuint(strlen(option->help), <, 60);
    g_assert_false(g_str_has_suffix(option->help, "."));
    for (const struct option *other = option + 1; other->name; other++)
      g_assert_cmpstr(option->name, !=, other->name);
    g_assert_cmpint(option->operands[OPERANDS_MAX], ==, OPERAND_NONE);
  }
}

static void
test_operands_have_a_word_and_an_offer(void)
{
  for (int kind = OPERAND_NONE + 1; kind < OPERAND_COUNT; kind++) {
    g_assert_nonnull(operand_kinds[kind].word);
    g_assert_cmpint(operand_kinds[kind].offer, >, OFFER_UNDECIDED);
    g_assert_cmpint(operand_kinds[kind].offer, <, OFFER_COUNT);
  }
}

static void
test_operations_keep_their_order(void)
{
  read_line("hutch --ro-bind / / --tmpfs /a --dev-bind-try b c cmd -x");

  g_assert_cmpint(operation_at(0)->kind, ==, OPERATION_BIND);
  g_assert_cmpuint(operation_at(0)->flags, ==, OPERATION_READONLY);
  g_assert_cmpint(operation_at(1)->kind, ==, OPERATION_TMPFS);
  g_assert_cmpstr(operation_at(2)->source, ==, "b");
  g_assert_cmpstr(operation_at(2)->dest, ==, "c");
  g_assert_cmpuint(operation_at(2)->flags, ==, OPERATION_DEVICES | OPERATION_OPTIONAL);
  g_assert_cmpstr(reading.draft.command[0], ==, "cmd");
  g_assert_cmpstr(reading.draft.command[1], ==, "-x");
}

static void
test_perms_and_size_concern_the_next(void)
{
  read_line("hutch --perms 0700 --size 4096 --tmpfs /a --tmpfs /b --perms 0640 --dir /c cmd");

  g_assert_cmpuint(operation_at(0)->mode, ==, 0700);
  g_assert_cmpuint(operation_at(0)->size, ==, 4096);
  g_assert_cmpuint(operation_at(0)->parent_mode, ==, 0700);
  g_assert_cmpuint(operation_at(1)->mode, ==, 0755);
  g_assert_cmpuint(operation_at(1)->size, ==, 0);
  g_assert_cmpuint(operation_at(2)->parent_mode, ==, 0750);
  assert_refused("hutch --perms 0700 --symlink a b cmd",
                 "--perms 0700: must come right before an option that makes a file or directory");
  assert_refused("hutch --size 10 --dir b cmd", "--size 10: must come right before --tmpfs");
  assert_refused("hutch --perms 0700 --bogus", "unknown option: --bogus");
}

static void
test_overlays(void)
{
  read_line(
      "hutch --overlay-src a --overlay-src b --overlay u w /d --overlay-src c --tmp-overlay /e x");
  g_assert_cmpint(operation_at(0)->kind, ==, OPERATION_OVERLAY);
  g_assert_cmpuint(operation_at(0)->layer_count, ==, 2);
  g_assert_cmpstr(operation_at(0)->layers[1], ==, "b");
  g_assert_cmpstr(operation_at(0)->upper, ==, "u");
  g_assert_cmpstr(operation_at(0)->work, ==, "w");
  g_assert_cmpstr(operation_at(0)->dest, ==, "/d");
  g_assert_cmpuint(operation_at(1)->layer_count, ==, 1);
  g_assert_null(operation_at(1)->upper);
  g_assert_cmpuint(operation_at(1)->flags, ==, OPERATION_SCRATCH);
  assert_refused("hutch --overlay-src a --ro-overlay /d c",
                 "--ro-overlay /d: needs at least two --overlay-src before it");
  assert_refused("hutch --overlay-src a --dir /d c",
                 "--overlay-src a: must come right before another layer or the overlay itself");
}

static void
test_end_of_options(void)
{
  read_line("hutch --tmpfs / -- --bind a b");

  g_assert_cmpint(reading.intent, ==, INTENT_RUN);
  g_assert_cmpstr(reading.draft.command[0], ==, "--bind");
  read_line("hutch --help --bogus");
  g_assert_cmpint(reading.intent, ==, INTENT_HELP);
  read_line("hutch --version");
  g_assert_cmpint(reading.intent, ==, INTENT_VERSION);
  read_line("hutch --tmpfs / --");
  g_assert_null(reading.draft.command);
}

static void
test_bad_words(void)
{
  assert_refused("hutch -x", "unknown option: -x");
  assert_refused("hutch --bind a", "--bind takes two operands: SRC DEST");
  assert_refused("hutch --chdir", "--chdir takes one operand: DIR");
  assert_refused("hutch --perms 9 --dir a c", "--perms 9: not an octal mode of at most 07777");
  assert_refused("hutch --perms 10000 --dir a c",
                 "--perms 10000: not an octal mode of at most 07777");
  assert_refused("hutch --size -1 --tmpfs a c", "--size -1: not a number of bytes");
  assert_refused("hutch --size 18446744073709551616 --tmpfs a c",
                 "--size 18446744073709551616: not a number of bytes");
  assert_refused("hutch --uid 4294967295 c", "--uid 4294967295: not a user id");
  assert_refused("hutch --gid '' c", "--gid '': not a group id");
  assert_refused("hutch --cap-add nope c", "--cap-add nope: no such capability");
  assert_refused("hutch --setenv A=B c d",
                 "--setenv A=B c: not the name of an environment variable");
  assert_refused("hutch --file x /a c", "--file x /a: not a file descriptor number");
  assert_refused("hutch --keep-fd 999 c", "--keep-fd 999: Bad file descriptor");
  assert_refused("hutch --bind '' /a c", "--bind '' /a: the source is empty");
  assert_refused("hutch --tmpfs '' c", "--tmpfs '': the destination is empty");
  assert_refused("hutch --argv0 a --argv0 b c", "--argv0 b: given more than once");
}

static void
test_namespaces(void)
{
  read_line("hutch --unshare-all --share-net --share-pid c");

  g_assert_cmpuint(reading.draft.unshare, ==, CLONE_NEWIPC | CLONE_NEWUTS);
  g_assert_cmpuint(reading.draft.unshare_try, ==, CLONE_NEWUSER | CLONE_NEWCGROUP);
  g_assert_cmpuint(reading.draft.share, ==, CLONE_NEWNET | CLONE_NEWPID);
}

static void
test_capabilities(void)
{
  read_line("hutch --cap-add CAP_SYS_ADMIN --cap-add chown --cap-drop cap_chown c");

  g_assert_cmpuint(reading.draft.add_capabilities, ==, UINT64_C(1) << 21);
  read_line("hutch --cap-add all c");
  g_assert_cmpuint(reading.draft.add_capabilities, ==, UINT64_MAX);
  read_line("hutch --cap-add ALL --cap-drop ALL c");
  g_assert_cmpuint(reading.draft.add_capabilities, ==, 0);
}

static void
test_args(void)
{
  static const char words[] = "--setenv\0A\0\0--tmpfs\0/a";
  int fd = data_fd(words, sizeof words - 1);
  g_autofree char *line = g_strdup_printf("hutch --dir /b --args %d --dir /c cmd", fd);
  read_line(line);

  g_assert_cmpstr(operation_at(1)->dest, ==, "/a");
  g_assert_cmpstr(operation_at(2)->dest, ==, "/c");
  g_assert_cmpstr(g_array_index(reading.draft.variables, struct variable, 0).value, ==, "");
  close(fd);
}

static void
assert_args_refused(const char *words, size_t size, const char *reason)
{
  int fd = data_fd(words, size);
  g_autofree char *line = g_strdup_printf("hutch --args %d cmd", fd);
  read_line(line);

  g_assert_cmpint(reading.intent, ==, INTENT_FAIL);
  g_assert_true(g_str_has_suffix(reading.failure.text, reason));
  close(fd);
}

static void
test_args_hold_options_only(void)
{
  static const char command[] = "--dir\0/a\0evil\0";
  static const char behind_end[] = "--\0evil";
  static const char nested[] = "--args\0000";

  assert_args_refused(command, sizeof command - 1,
                      ": the data holds a word that is no option: evil");
  assert_args_refused(behind_end, sizeof behind_end - 1,
                      ": the data holds a word that is no option: evil");
  assert_args_refused(nested, sizeof nested - 1,
                      "--args 0: not possible inside the data of --args");
}

static void
test_data_is_read_once(void)
{
  int fd = open("/dev/null", O_RDONLY);
  g_autofree char *line = g_strdup_printf("hutch --file %d /a --bind-data %d /b c", fd, fd);
  g_autofree char *text = g_strdup_printf(
      "--bind-data %d /b: descriptor %d is already read by --file %d /a", fd, fd, fd);

  assert_refused(line, text);
  close(fd);
}

static void
test_filters(void)
{
  static const char odd[12] = {0};
  static const char whole[16] = {0};
  int fd = data_fd(odd, sizeof odd);
  g_autofree char *line = g_strdup_printf("hutch --seccomp %d c", fd);
  g_autofree char *text =
      g_strdup_printf("--seccomp %d: the data are no whole number of instructions", fd);

  assert_refused(line, text);
  close(fd);
  fd = data_fd(whole, sizeof whole);
  g_autofree char *good = g_strdup_printf("hutch --add-seccomp-fd %d c", fd);
  read_line(good);
  g_assert_cmpuint(reading.draft.filters->len, ==, 1);
  g_assert_cmpuint(g_array_index(reading.draft.filters, struct sock_fprog, 0).len, ==, 2);
  close(fd);
}

static void
test_help_names_all(void)
{
  g_autofree char *text = options_help("./hutch");

  g_assert_true(g_str_has_prefix(text, "usage: ./hutch [OPTIONS...] [--] COMMAND [ARGS...]\n"));
  for (const struct option *option = options_table; option->name; option++)
    g_assert_nonnull(strstr(text, option->name));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/options/table", test_table);
  g_test_add_func("/options/operands", test_operands_have_a_word_and_an_offer);
  g_test_add_func("/options/order", test_operations_keep_their_order);
  g_test_add_func("/options/perms-and-size", test_perms_and_size_concern_the_next);
  g_test_add_func("/options/overlays", test_overlays);
  g_test_add_func("/options/end", test_end_of_options);
  g_test_add_func("/options/bad-words", test_bad_words);
  g_test_add_func("/options/namespaces", test_namespaces);
  g_test_add_func("/options/capabilities", test_capabilities);
  g_test_add_func("/options/args", test_args);
  g_test_add_func("/options/args-only-options", test_args_hold_options_only);
  g_test_add_func("/options/data-once", test_data_is_read_once);
  g_test_add_func("/options/filters", test_filters);
  g_test_add_func("/options/help", test_help_names_all);
  return g_test_run();
}
