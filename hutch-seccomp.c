/* hutch-seccomp: compiles filters, and says what a compiled one does.
 *
 * A program of its own, so that hutch itself carries no compiler. It should read what its operands
 * name, and print; it must not load a filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "assemble.h"
#include "emulate.h"
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The build says where they are going to be. */
#ifndef RULES_DIRECTORY
#define RULES_DIRECTORY "/usr/local/share/hutch/seccomp"
#endif

enum {
  STATUS_USAGE = 2,
  ARGUMENTS = 6,
};

static const char usage[] = "usage: hutch-seccomp compile FILE [--arch ARCH] >FILTER\n"
                            "       hutch-seccomp explain FILTER [--arch ARCH] CALL[:ARG,...]...\n"
                            "       hutch-seccomp calls [--arch ARCH]\n"
                            "       hutch-seccomp list\n";

/* The words of a command: its operands, and the architecture that was asked for. */
struct words {
  GPtrArray *operands;
  const struct architecture *architecture;
};

static int __attribute__((format(printf, 1, 2))) fail(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  fprintf(stderr, "hutch-seccomp: %s\n", text);
  return EXIT_FAILURE;
}

static int
fail_architecture(const char *name)
{
  GString *names = g_string_new(NULL);

  for (const struct architecture *one = architectures; one->name; one++)
    g_string_append_printf(names, "%s%s", one == architectures ? "" : ", ", one->name);
  fail("--arch %s: none of %s", name, names->str);
  g_string_free(names, TRUE);
  return STATUS_USAGE;
}

/* 0, or the status to end with. */
static int
read_words(struct words *words, char **argv)
{
  for (; *argv; argv++) {
    const char *name = g_str_has_prefix(*argv, "--arch=") ? *argv + strlen("--arch=") : NULL;
    if (strcmp(*argv, "--arch") == 0 && !argv[1]) {
      fail("--arch takes one operand: ARCH");
      return STATUS_USAGE;
    }
    if (strcmp(*argv, "--arch") == 0)
      name = *++argv;
    if (!name && g_str_has_prefix(*argv, "--")) {
      fail("unknown option: %s", *argv);
      return STATUS_USAGE;
    }
    if (!name) {
      g_ptr_array_add(words->operands, *argv);
    } else {
      words->architecture = architecture_find(name);
      if (!words->architecture)
        return fail_architecture(name);
    }
  }
  return 0;
}

/* --- compile -------------------------------------------------------------- */

static int
write_filter(const GArray *filter)
{
  const size_t size = filter->len * sizeof(struct sock_filter);

  if (isatty(STDOUT_FILENO))
    return fail("a filter is no text for a terminal: redirect the standard output");
  if (fwrite(filter->data, 1, size, stdout) != size || fflush(stdout) != 0)
    return fail("the standard output: %s", g_strerror(errno));
  return EXIT_SUCCESS;
}

static int
compile(const struct words *words)
{
  const struct architecture *architecture =
      words->architecture ? words->architecture : architecture_native();
  const char *path = words->operands->pdata[0];
  char *error = NULL;

  if (!architecture)
    return fail("the rules do not know this architecture: see --arch");
  struct rules *rules = rules_read(path, RULES_DIRECTORY, &error);
  if (!rules) {
    fail("%s", error);
    g_free(error);
    return EXIT_FAILURE;
  }
  g_autoptr(GArray) filter = assemble_filter(rules, architecture);
  rules_free(rules);
  if (!filter)
    return fail("%s: makes a filter of over %d instructions", path, BPF_MAXINSNS);
  return write_filter(filter);
}

/* --- explain -------------------------------------------------------------- */

static int
read_filter(const char *path, struct sock_fprog *program)
{
  int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return fail("%s: %s", path, g_strerror(errno));
  enum filter_result result = filter_read(fd, program);
  int error = errno;
  if (fd != STDIN_FILENO)
    close(fd);
  switch (result) {
  case FILTER_READ:
    return EXIT_SUCCESS;
  case FILTER_UNREADABLE:
    return fail("%s: %s", path, g_strerror(error));
  default:
    return fail("%s: not a compiled filter", path);
  }
}

static bool
read_argument(const char *word, uint64_t *value)
{
  char *end = NULL;

  if (rules_value(word, value))
    return true;
  if (word[0] != '-')
    return false;
  errno = 0;
  *value = (uint64_t)strtoll(word, &end, 0);
  return errno == 0 && end != word && *end == '\0';
}

/* What stands behind the colon. Arguments that are not given are 0. */
static bool
read_arguments(const char *text, bool is_wide, struct seccomp_data *call)
{
  g_auto(GStrv) words = g_strsplit(text, ",", -1);

  for (guint i = 0; words[i]; i++) {
    uint64_t value = 0;
    if (i == ARGUMENTS || !read_argument(words[i], &value))
      return false;
    call->args[i] = is_wide ? value : (uint32_t)value;
  }
  return true;
}

/* Explains one call for one architecture, if it has the call. */
static int
explain_for(const struct sock_fprog *program, const struct architecture *architecture,
            const char *word, bool *is_call)
{
  const char *colon = strchr(word, ':');
  g_autofree char *name = colon ? g_strndup(word, (gsize)(colon - word)) : g_strdup(word);
  struct seccomp_data call = {.arch = architecture->token};
  uint64_t number = 0;
  uint32_t known = 0, answer = 0;

  if (rules_value(name, &number) && number <= UINT32_MAX)
    known = (uint32_t)number;
  else if (!architecture_number(architecture, name, &known))
    return EXIT_SUCCESS;
  *is_call = true;
  call.nr = (int)known;
  if (colon && !read_arguments(colon + 1, architecture->is_wide, &call))
    return fail("%s: the arguments are up to six numbers with commas between them", word);
  if (!emulate_filter(program, &call, &answer))
    return fail("the filter is not one that the kernel takes");
  g_autofree char *action = rules_action_name(answer);
  const char *called = architecture_call(architecture, known);
  bool by_number = g_ascii_isdigit(name[0]);
  printf("%s %s %s # ", word, architecture->name, action);
  if (by_number)
    printf("%s\n", called ? called : "no name");
  else
    printf("%u\n", known);
  return EXIT_SUCCESS;
}

/* The architectures that this machine's kernel takes calls for, or the one asked for. */
static bool
concerns(const struct words *words, const struct architecture *one)
{
  const struct architecture *native = architecture_native();

  if (words->architecture || !native)
    return !words->architecture || one == words->architecture;
  return one == native || one->token == native->token ||
         (native->also && strcmp(one->name, native->also) == 0);
}

static int
explain(const struct words *words)
{
  struct sock_fprog program = {0};
  int status = read_filter(words->operands->pdata[0], &program);

  for (guint i = 1; i < words->operands->len && status == EXIT_SUCCESS; i++) {
    const char *word = words->operands->pdata[i];
    bool is_call = false;
    for (const struct architecture *one = architectures; one->name && status == EXIT_SUCCESS; one++)
      if (concerns(words, one))
        status = explain_for(&program, one, word, &is_call);
    if (!is_call && status == EXIT_SUCCESS)
      status = fail("%s: no such system call", word);
  }
  if (status == EXIT_SUCCESS && fflush(stdout) != 0)
    status = fail("the standard output: %s", g_strerror(errno));
  g_free(program.filter);
  return status;
}

/* --- calls ---------------------------------------------------------------- */

static int
calls(const struct words *words)
{
  const struct architecture *architecture =
      words->architecture ? words->architecture : architecture_native();

  if (!architecture)
    return fail("the rules do not know this architecture: see --arch");
  g_autoptr(GArray) numbers = architecture_numbers(architecture);
  for (guint i = 0; i < numbers->len; i++)
    puts(architecture_call(architecture, g_array_index(numbers, uint32_t, i)));
  return fflush(stdout) == 0 ? EXIT_SUCCESS : fail("the standard output: %s", g_strerror(errno));
}

/* --- list ----------------------------------------------------------------- */

static int
list(const struct words *words)
{
  (void)words;
  for (const struct builtin *one = filter_builtins; one->name; one++)
    printf("%-10s %s\n", one->name, one->summary);
  return fflush(stdout) == 0 ? EXIT_SUCCESS : fail("the standard output: %s", g_strerror(errno));
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *name;
    int (*run)(const struct words *words);
    guint least, most; /* operands */
  } commands[] = {
      {"compile", compile, 1, 1},
      {"explain", explain, 2, G_MAXUINT},
      {"calls", calls, 0, 0},
      {"list", list, 0, 0},
  };
  struct words words = {.operands = g_ptr_array_new()};

  if (argc == 2 && strcmp(argv[1], "--help") == 0)
    return fputs(usage, stdout) < 0;
  if (argc == 2 && strcmp(argv[1], "--version") == 0)
    return puts("hutch-seccomp " PACKAGE_VERSION) < 0;
  int status = argc < 2 ? 0 : read_words(&words, argv + 2);
  for (size_t i = 0; argc > 1 && status == 0 && i < G_N_ELEMENTS(commands); i++)
    if (strcmp(argv[1], commands[i].name) == 0 && words.operands->len >= commands[i].least &&
        words.operands->len <= commands[i].most) {
      status = commands[i].run(&words);
      g_ptr_array_free(words.operands, TRUE);
      return status;
    }
  g_ptr_array_free(words.operands, TRUE);
  if (status == 0)
    fputs(usage, stderr);
  return STATUS_USAGE;
}
