/* Prints what is made from the option table: the manual's option list, the
 * completions, and the plain list of names.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "filter.h"
#include "handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

/* What the scripts of the shells call the offers. */
static const char *const offers[OFFER_COUNT] = {
    [OFFER_BUS_RULE] = "bus-rule",
    [OFFER_CAPABILITY] = "capability",
    [OFFER_DIRECTORY] = "directory",
    [OFFER_FD] = "fd",
    [OFFER_FILE] = "file",
    [OFFER_FILTER] = "filter",
    [OFFER_FORM] = "form",
    [OFFER_GID] = "gid",
    [OFFER_HOST] = "host",
    [OFFER_INSIDE] = "inside",
    [OFFER_INSIDE_DIRECTORY] = "inside-directory",
    [OFFER_MODE] = "mode",
    [OFFER_NOTHING] = "nothing",
    [OFFER_PROFILE] = "profile",
    [OFFER_PROGRAM] = "program",
    [OFFER_SIZE] = "size",
    [OFFER_UID] = "uid",
    [OFFER_VARIABLE] = "variable",
};

/* The name of what a shell offers for OPERAND. */
static const char *
offer_name(enum operand operand)
{
  const struct operand_kind *kind = &operand_kinds[operand];

  if (kind->word && offers[kind->offer])
    return offers[kind->offer];
  fprintf(stderr, "regen: operand %d lacks a word or an offer in operand.c\n", (int)operand);
  exit(EXIT_FAILURE);
}

/* The offers for all operands of OPTION, with a blank between them. */
static char *
offer_names(const struct option *option)
{
  GString *names = g_string_new(NULL);

  for (const enum operand *operand = option->operands; *operand != OPERAND_NONE; operand++)
    g_string_append_printf(names, "%s%s", names->len == 0 ? "" : " ", offer_name(*operand));
  return g_string_free(names, FALSE);
}

/* The capabilities' names with a blank between them, and ALL. */
static char *
capability_names(void)
{
  GString *names = g_string_new("ALL");

  for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
    char *name = cap_to_name(value);
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_string_append_printf(names, " %s", upper);
    cap_free(name);
  }
  return g_string_free(names, FALSE);
}

/* --- the manual ------------------------------------------------------------ */

/* A line that begins with a dot or an apostrophe would be a request; a dash is
 * to stay an ASCII dash; a new sentence starts on a new line. */
static void
print_prose(const char *text)
{
  bool line_start = true;

  for (; *text != '\0'; text++) {
    if (line_start && (*text == '.' || *text == '\''))
      printf("\\&");
    line_start = false;
    if (*text == '-')
      printf("\\-");
    else if (*text == '\\')
      printf("\\e");
    else if (*text == ' ' && strchr(".:", text[-1]) && g_ascii_isupper(text[1]))
      line_start = putchar('\n') == '\n';
    else
      putchar(*text);
  }
  putchar('\n');
}

static void
print_man_option(const struct option *option)
{
  printf(".It Fl \\-%s", option->name + 2);
  for (const enum operand *operand = option->operands; *operand != OPERAND_NONE; operand++)
    printf(" Ar %s", operand_kinds[*operand].word);
  g_autofree char *help =
      g_strdup_printf("%c%s%s", g_ascii_toupper(option->help[0]), option->help + 1, ".");
  printf("\n");
  print_prose(help);
  if (option->details)
    print_prose(option->details);
}

static void
print_man(void)
{
  for (int group = 0; group < GROUP_COUNT; group++) {
    printf(".Ss %s\n.Bl -tag -width Ds\n", options_group_titles[group]);
    for (const struct option *option = options_table; option->name; option++)
      if ((int)option->group == group)
        print_man_option(option);
    printf(".El\n");
  }
}

static void
print_codes(void)
{
  printf(".Bl -tag -width Ds\n");
  for (int code = CODE_UNKNOWN + 1; code < CODE_COUNT; code++) {
    g_autofree char *meaning = g_strdup_printf(
        "%c%s.", g_ascii_toupper(code_table[code].meaning[0]), code_table[code].meaning + 1);
    printf(".It Li %s\n", code_table[code].name);
    print_prose(meaning);
  }
  printf(".El\n");
}

/* --- completions ----------------------------------------------------------- */

static char *
replaced(const char *text, const char *from, const char *to)
{
  g_auto(GStrv) parts = g_strsplit(text, from, -1);

  return g_strjoinv(to, parts);
}

/* TEXT between single quotes; AS is what the shell takes for a quote inside of them. */
static char *
quoted(const char *text, const char *as)
{
  g_autofree char *inner = replaced(text, "'", as);

  return g_strdup_printf("'%s'", inner);
}

static void
print_bash(void)
{
  g_autofree char *capabilities = capability_names();

  printf("declare -gA _hutch_takes=(\n");
  for (const struct option *option = options_table; option->name; option++) {
    g_autofree char *names = offer_names(option);
    printf("  [%s]='%s'\n", option->name, names);
  }
  printf(")\n_hutch_once=' ");
  for (const struct option *option = options_table; option->name; option++)
    if (option_comes_once(option))
      printf("%s ", option->name);
  printf("'\n_hutch_capabilities='%s'\n_hutch_filters='", capabilities);
  for (const struct builtin *one = filter_builtins; one->name; one++)
    printf("%s%s", one == filter_builtins ? "" : " ", one->name);
  g_autofree char *forms = g_strjoinv(" ", (char **)handlers_forms);
  printf("'\n_hutch_forms='%s'\n", forms);
}

/* A specification of _arguments. */
static void
print_zsh_option(const struct option *option)
{
  g_autofree char *colons = replaced(option->help, ":", "\\:");
  g_autofree char *opened = replaced(colons, "[", "\\[");
  g_autofree char *help = replaced(opened, "]", "\\]");
  g_autoptr(GString) spec = g_string_new(option_comes_once(option) ? "" : "*");

  g_string_append_printf(spec, "%s%s[%s]", option->name, option_arity(option) == 1 ? "=" : "",
                         help);
  for (const enum operand *operand = option->operands; *operand != OPERAND_NONE; operand++)
    g_string_append_printf(spec, ":%s:_hutch_offer %s", operand_kinds[*operand].word,
                           offer_name(*operand));
  g_autofree char *word = quoted(spec->str, "'\\''");
  printf("  %s\n", word);
}

static void
print_zsh(void)
{
  g_autofree char *capabilities = capability_names();
  g_autofree char *forms = g_strjoinv(" ", (char **)handlers_forms);

  printf("local -a capabilities=(%s)\nlocal -a forms=(%s)\nlocal -a filters=(\n", capabilities,
         forms);
  for (const struct builtin *one = filter_builtins; one->name; one++)
    printf("  '%s:%s'\n", one->name, one->summary);
  printf(")\nlocal -a specs=(\n");
  for (const struct option *option = options_table; option->name; option++)
    print_zsh_option(option);
  printf(")\n");
}

/* Of an option with one operand fish itself completes what follows "=". */
static void
print_fish_option(const struct option *option)
{
  g_autofree char *help = quoted(option->help, "\\'");
  const char *condition = option_comes_once(option) ? "__hutch_lacks" : "__hutch_reads_option";
  const char *offer = option_arity(option) == 1 ? offer_name(option->operands[0]) : NULL;

  printf("complete -c hutch -n '%s%s%s' -l %s", condition, option_comes_once(option) ? " " : "",
         option_comes_once(option) ? option->name : "", option->name + 2);
  if (offer && (strcmp(offer, "file") == 0 || strcmp(offer, "inside") == 0))
    printf(" -r -F");
  else if (offer)
    printf(" -x");
  if (offer && strcmp(offer, "file") != 0)
    printf(" -a '(__hutch_offer %s)'", offer);
  printf(" -d %s\n", help);
}

/* The options that take the same, in one case. */
static void
print_fish_cases(void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

  for (const struct option *option = options_table; option->name; option++) {
    char *names = offer_names(option);
    if (!g_hash_table_add(seen, names))
      continue;
    printf("        case");
    for (const struct option *other = option; other->name; other++) {
      g_autofree char *others = offer_names(other);
      if (strcmp(names, others) == 0)
        printf(" %s", other->name);
    }
    printf("\n            set takes%s%s\n", names[0] == '\0' ? "" : " ", names);
  }
}

static void
print_fish(void)
{
  g_autofree char *capabilities = capability_names();
  g_autofree char *forms = g_strjoinv(" ", (char **)handlers_forms);

  printf("set -g __hutch_capabilities %s\nset -g __hutch_forms %s\nset -g __hutch_filters",
         capabilities, forms);
  for (const struct builtin *one = filter_builtins; one->name; one++)
    printf(" %s\\t'%s'", one->name, one->summary);
  printf(
      "\n\n# Prints what the option takes, an operand a line; fails if there is no such option.\n"
      "function __hutch_takes --argument-names option\n"
      "    set -l takes\n    switch \"$option\"\n");
  print_fish_cases();
  printf("        case '*'\n            return 1\n    end\n"
         "    string join -- \\n $takes\n    return 0\nend\n\n");
  for (const struct option *option = options_table; option->name; option++)
    print_fish_option(option);
}

/* --- the rest --------------------------------------------------------------- */

static void
print_names(void)
{
  for (const struct option *option = options_table; option->name; option++)
    puts(option->name);
}

static void
print_help(void)
{
  g_autofree char *text = options_help("hutch");

  fputs(text, stdout);
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*print)(void);
  } kinds[] = {{"man", print_man},  {"codes", print_codes}, {"bash", print_bash},
               {"zsh", print_zsh},  {"fish", print_fish},   {"names", print_names},
               {"help", print_help}};

  for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(kinds); i++)
    if (strcmp(argv[1], kinds[i].name) == 0) {
      kinds[i].print();
      return EXIT_SUCCESS;
    }
  fprintf(stderr, "usage: regen man|codes|bash|zsh|fish|names|help\n");
  return EXIT_FAILURE;
}
