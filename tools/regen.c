/* Prints what is made from the option table: the manual's option list, the
 * completions, and the plain list of names.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

/* What a shell can offer for an operand, by the word that help shows for it. */
enum operand_kind {
  OPERAND_OTHER,
  OPERAND_FILE,
  OPERAND_DIRECTORY,
  OPERAND_CAPABILITY,
  OPERAND_VARIABLE,
};

static enum operand_kind
operand_kind(const char *word)
{
  static const struct {
    const char *word;
    enum operand_kind kind;
  } kinds[] = {
      {"SRC", OPERAND_FILE},     {"DEST", OPERAND_FILE},     {"PATH", OPERAND_FILE},
      {"TARGET", OPERAND_FILE},  {"DIR", OPERAND_DIRECTORY}, {"CAP", OPERAND_CAPABILITY},
      {"VAR", OPERAND_VARIABLE}, {"PROFILE", OPERAND_FILE},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (strcmp(word, kinds[i].word) == 0)
      return kinds[i].kind;
  return OPERAND_OTHER;
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
  g_auto(GStrv) operands = g_strsplit(option->operands, " ", -1);

  printf(".It Fl \\-%s", option->name + 2);
  for (char **operand = operands; *operand; operand++)
    printf(" Ar %s", *operand);
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

/* How many words each option takes, and what they are: for each, one letter. The file may
 * be read inside of a function, where an array would be that function's own. */
static void
print_bash(void)
{
  static const char letters[] = {
      [OPERAND_OTHER] = 'o',      [OPERAND_FILE] = 'f',     [OPERAND_DIRECTORY] = 'd',
      [OPERAND_CAPABILITY] = 'c', [OPERAND_VARIABLE] = 'v',
  };
  g_autofree char *capabilities = capability_names();

  printf("# bash completion for hutch, made from its option table by \"make regen\".\n"
         "# shellcheck shell=bash disable=SC2207\n\n"
         "declare -gA _hutch_operands=(\n");
  for (const struct option *option = options_table; option->name; option++) {
    g_auto(GStrv) operands = g_strsplit(option->operands, " ", -1);
    printf("  [%s]=", option->name);
    printf("'");
    for (char **operand = operands; *operand; operand++)
      putchar(letters[operand_kind(*operand)]);
    printf("'\n");
  }
  printf(")\n\n"
         "_hutch() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} at=1 operands='' options='");
  for (const struct option *option = options_table; option->name; option++)
    printf("%s%s", option == options_table ? "" : " ", option->name);
  printf("'\n"
         "  # Step over each option and its operands to what stands before the cursor.\n"
         "  while ((at < COMP_CWORD)); do\n"
         "    if [[ ! -v _hutch_operands[${COMP_WORDS[at]}] ]]; then\n"
         "      [[ ${COMP_WORDS[at]} == -- ]] && ((at++))\n"
         "      if declare -F _command_offset >/dev/null; then _command_offset \"$at\"\n"
         "      else COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
         "      return\n"
         "    fi\n"
         "    operands=${_hutch_operands[${COMP_WORDS[at]}]}\n"
         "    if ((at + ${#operands} >= COMP_CWORD)); then\n"
         "      operands=${operands:COMP_CWORD-at-1:1}\n"
         "      break\n"
         "    fi\n"
         "    ((at += ${#operands} + 1))\n"
         "    operands=''\n"
         "  done\n"
         "  case $operands in\n"
         "  f) COMPREPLY=($(compgen -f -- \"$word\")) && compopt -o filenames ;;\n"
         "  d) COMPREPLY=($(compgen -d -- \"$word\")) && compopt -o filenames ;;\n"
         "  c) COMPREPLY=($(compgen -W '%s' -- \"$word\")) ;;\n"
         "  v) COMPREPLY=($(compgen -v -- \"$word\")) ;;\n"
         "  o) COMPREPLY=() ;;\n"
         "  *) if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "     else COMPREPLY=($(compgen -c -- \"$word\")); fi ;;\n"
         "  esac\n"
         "}\n\n"
         "complete -F _hutch hutch\n",
         capabilities);
}

static char *
replaced(const char *text, const char *from, const char *to)
{
  g_auto(GStrv) parts = g_strsplit(text, from, -1);

  return g_strjoinv(to, parts);
}

static void
print_zsh(void)
{
  static const char *const actions[] = {
      [OPERAND_OTHER] = " ",
      [OPERAND_FILE] = "_files",
      [OPERAND_DIRECTORY] = "_files -/",
      [OPERAND_CAPABILITY] = "($capabilities)",
      [OPERAND_VARIABLE] = "_parameters -g '*export*'",
  };
  g_autofree char *capabilities = capability_names();

  printf("#compdef hutch\n# zsh completion for hutch, made from its option table by \"make "
         "regen\".\n\n"
         "local -a capabilities=(%s)\n\n_arguments -S \\\n",
         capabilities);
  for (const struct option *option = options_table; option->name; option++) {
    g_auto(GStrv) operands = g_strsplit(option->operands, " ", -1);
    g_autofree char *help = replaced(option->help, ":", "\\:");
    g_autofree char *quoted = replaced(help, "'", "'\\''");
    printf("  '*%s[%s]", option->name, quoted);
    for (char **operand = operands; *operand; operand++) {
      g_autofree char *action = replaced(actions[operand_kind(*operand)], "'", "'\\''");
      printf(":%s:%s", *operand, action);
    }
    printf("' \\\n");
  }
  printf("  '(-):command: _command_names -e' \\\n  '*::arguments: _normal'\n");
}

static void
print_fish_option(const struct option *option)
{
  static const char *const actions[] = {
      [OPERAND_OTHER] = " -x",
      [OPERAND_FILE] = " -r -F",
      [OPERAND_DIRECTORY] = " -x -a '(__fish_complete_directories)'",
      [OPERAND_CAPABILITY] = " -x -a \"$__hutch_capabilities\"",
      [OPERAND_VARIABLE] = " -x -a '(set -nx)'",
  };
  g_auto(GStrv) operands = g_strsplit(option->operands, " ", -1);
  g_autofree char *help = replaced(option->help, "'", "\\'");

  printf("complete -c hutch -n __hutch_reads_options -l %s%s -d '%s'\n", option->name + 2,
         operands[0] ? actions[operand_kind(operands[0])] : "", help);
}

static void
print_fish(void)
{
  g_autofree char *capabilities = capability_names();

  printf("# fish completion for hutch, made from its option table by \"make regen\".\n\n"
         "set -g __hutch_capabilities '%s'\n\n"
         "# True while the words before the cursor are options and their operands. Sets\n"
         "# __hutch_command to the index of the command otherwise.\n"
         "function __hutch_reads_options\n"
         "    set -l words (commandline -opc)\n"
         "    set -l at 2\n"
         "    while test $at -le (count $words)\n"
         "        switch $words[$at]\n",
         capabilities);
  for (int arity = 0; arity <= 3; arity++) {
    g_autoptr(GString) names = g_string_new(NULL);
    for (const struct option *option = options_table; option->name; option++)
      if (option_arity(option) == arity)
        g_string_append_printf(names, " %s", option->name);
    if (names->len > 0)
      printf("            case%s\n                set at (math $at + %d)\n", names->str, arity + 1);
  }
  printf("            case '*'\n"
         "                return 1\n"
         "        end\n"
         "    end\n"
         "end\n\n"
         "complete -c hutch -n 'not __hutch_reads_options' -x -a '(__fish_complete_subcommand)'\n"
         "complete -c hutch -n __hutch_reads_options -a '(__fish_complete_command)'\n");
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
