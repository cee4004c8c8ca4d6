/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "phrases.h"

#include <glib.h>
#include <string.h>

/* clang-format off */
static const struct {
  enum code code;
  const char *templates[STYLE_COUNT];
} refusals[REFUSAL_COUNT] = {
    [REFUSE_UNKNOWN] = {CODE_OPTION_UNKNOWN, {"unknown option: %o", "Unknown option %o"}},
    [REFUSE_ONE_OPERAND] = {CODE_OPTION_OPERAND_MISSING, {"%o takes one operand: %d", "%o takes one argument"}},
    [REFUSE_TWO_OPERANDS] = {CODE_OPTION_OPERAND_MISSING, {"%o takes two operands: %d", "%o takes two arguments"}},
    [REFUSE_THREE_OPERANDS] = {CODE_OPTION_OPERAND_MISSING, {"%o takes three operands: %d", "%o takes three arguments"}},
    [REFUSE_TOO_MANY_WORDS] = {CODE_OPTION_UNSUPPORTED, {"more than %d words", "Exceeded maximum number of arguments %d"}},
    [REFUSE_FD_NUMBER] = {CODE_OPTION_OPERAND, {"%w: not a file descriptor number", "Invalid fd: %1"}},
    [REFUSE_FD] = {CODE_FD_BAD, {"%w: %d", "Can't use fd %1 for %o: %d"}},
    [REFUSE_ARGS_DATA] = {CODE_DATA_UNREADABLE, {"%w: %d", "Can't read --args data: %d"}},
    [REFUSE_ARGS_NESTED] = {CODE_OPTION_CONFLICT, {"%w: not possible inside the data of --args",
                            "--args not supported in arguments file"}},
    [REFUSE_ARGS_WORD] = {CODE_DATA_INVALID, {"%w: the data holds a word that is no option: %d", NULL}},
    [REFUSE_PROFILE_MISSING] = {CODE_PROFILE_MISSING, {"%w: %d", NULL}},
    [REFUSE_PROFILE_LOOP] = {CODE_PROFILE_LOOP, {"%w: %d", NULL}},
    [REFUSE_PROFILE_MANY] = {CODE_PROFILE_LOOP, {"%w: 64 profiles have been read already", NULL}},
    [REFUSE_PROFILE_UNSAFE] = {CODE_PROFILE_UNSAFE, {"%w: %d", NULL}},
    [REFUSE_PROFILE_WRITABLE] = {CODE_PROFILE_UNSAFE, {
        "%w: the sandbox could write the profile %d, and what it can write is never read", NULL}},
    [REFUSE_PROFILE_SYNTAX] = {CODE_PROFILE_SYNTAX, {"%w: %d", NULL}},
    [REFUSE_PROFILE_WORD] = {CODE_PROFILE_SYNTAX, {"%w: a profile holds options only: %d", NULL}},
    [REFUSE_PROFILE_VARIABLE] = {CODE_PROFILE_VARIABLE, {"%w: %d", NULL}},
    [REFUSE_SECCOMP_DATA] = {CODE_DATA_UNREADABLE, {"%w: %d", "Can't read seccomp data: %d"}},
    [REFUSE_SECCOMP_SIZE] = {CODE_DATA_INVALID, {"%w: the data are no whole number of instructions",
                             "Invalid seccomp data, must be multiple of 8"}},
    [REFUSE_SECCOMP_MIXED] = {CODE_OPTION_CONFLICT, {"%w: does not go together with %d",
                              "%o cannot be combined with %d"}},
    [REFUSE_SECCOMP_TWICE] = {CODE_OPTION_REPEATED, {"%w: given more than once: --add-seccomp-fd adds further filters",
                              NULL}},
    [REFUSE_SECCOMP_NAME] = {CODE_OPTION_OPERAND, {"%w: no such built-in filter: there are %d", NULL}},
    [REFUSE_FILE_DATA] = {CODE_DATA_UNREADABLE, {"%w: %d", "Can't write data to file %2: %d"}},
    [REFUSE_INFO_FD] = {CODE_FD_BAD, {"%w: %d", "Write to info_fd: %d"}},
    [REFUSE_STATUS_FD] = {CODE_FD_BAD, {"%w: %d", "Write to json_status_fd: %d"}},
    [REFUSE_USERNS_FD] = {CODE_FD_BAD, {"%w: %d", "Joining specified user namespace failed: %d"}},
    [REFUSE_PIDNS_FD] = {CODE_FD_BAD, {"%w: %d", "Joining specified pid namespace failed: %d"}},
    [REFUSE_MODE] = {CODE_OPTION_OPERAND, {"%w: not an octal mode of at most 07777",
                     "%o takes an octal argument <= 07777"}},
    [REFUSE_UMASK] = {CODE_OPTION_OPERAND, {"%w: not an octal mask of at most 0777", NULL}},
    [REFUSE_SIZE] = {CODE_OPTION_OPERAND, {"%w: not a number of bytes", "%o takes a non-zero number of bytes"}},
    [REFUSE_SIZE_ZERO] = {CODE_OPTION_OPERAND, {"%w: a size of zero bytes holds nothing",
                          "%o takes a non-zero number of bytes"}},
    [REFUSE_PERMS_WAITING] = {CODE_OPTION_ORDER, {
        "%w: must come right before an option that makes a file or directory",
        "--perms must be followed by an option that creates a file"}},
    [REFUSE_SIZE_WAITING] = {CODE_OPTION_ORDER, {"%w: must come right before --tmpfs",
                             "--size must be followed by --tmpfs"}},
    [REFUSE_LAYERS_WAITING] = {CODE_OPTION_ORDER, {
        "%w: must come right before another layer or the overlay itself",
        "--overlay-src must be followed by another --overlay-src or one of --overlay, "
        "--tmp-overlay, or --ro-overlay"}},
    [REFUSE_LAYERS_NONE] = {CODE_OPTION_NEEDS, {"%w: needs at least one --overlay-src before it",
                            "%o requires at least one --overlay-src"}},
    [REFUSE_LAYERS_ONE] = {CODE_OPTION_NEEDS, {"%w: needs at least two --overlay-src before it",
                           "%o requires at least two --overlay-src"}},
    [REFUSE_EMPTY_SOURCE] = {CODE_OPTION_OPERAND, {"%w: the source is empty",
                             "Can't find source path : No such file or directory"}},
    [REFUSE_EMPTY_DEST] = {CODE_OPTION_OPERAND, {"%w: the destination is empty", NULL}},
    [REFUSE_HOSTNAME] = {CODE_OPTION_OPERAND, {"%w: a host name has 1 to 64 bytes", NULL}},
    [REFUSE_UID] = {CODE_OPTION_OPERAND, {"%w: not a user id", "Invalid uid: %1"}},
    [REFUSE_GID] = {CODE_OPTION_OPERAND, {"%w: not a group id", "Invalid gid: %1"}},
    [REFUSE_VARIABLE] = {CODE_OPTION_OPERAND, {"%w: not the name of an environment variable", NULL}},
    [REFUSE_TWICE] = {CODE_OPTION_REPEATED, {"%w: given more than once", "%o used multiple times"}},
    [REFUSE_FORM] = {CODE_OPTION_OPERAND, {"%w: not text, json or args", NULL}},
    [REFUSE_EMPTY_PATH] = {CODE_OPTION_OPERAND, {"%w: the path is empty", NULL}},
    [REFUSE_BUS_RULE] = {CODE_OPTION_OPERAND, {"%w: %d", NULL}},
    [REFUSE_BUS_MISSING] = {CODE_DBUS_MISSING, {"%w: there is no such bus: no socket at %d", NULL}},
    [REFUSE_BUS_ADDRESS] = {CODE_DBUS_ADDRESS, {"%w: not one address of a unix socket: %d", NULL}},
    [REFUSE_BUS_ABSTRACT] = {CODE_OPTION_NEEDS, {
        "%w: needs --unshare-net: the bus listens on an abstract socket, which the sandbox would "
        "reach past the proxy", NULL}},
    [REFUSE_PROXY_MISSING] = {CODE_DBUS_PROXY_MISSING, {"%w: xdg-dbus-proxy is not installed: no directory of PATH has it", NULL}},
    [REFUSE_PROXY_WRITABLE] = {CODE_DBUS_PROXY_UNSAFE, {
        "%w: the sandbox could write the program %d, which would run outside of it", NULL}},
    [REFUSE_RELATIVE] = {CODE_OPTION_OPERAND, {"%w: the path must begin with a slash", NULL}},
    [REFUSE_CAPABILITY] = {CODE_OPTION_OPERAND, {"%w: no such capability", "unknown cap: %1"}},
    [REFUSE_LABEL] = {CODE_OPTION_UNSUPPORTED, {"%w: SELinux is not enabled on this system",
                      "labeling not supported on this system"}},
    [REFUSE_HOSTNAME_SHARED] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --share-uts",
                                "Specifying --hostname requires --unshare-uts"}},
    [REFUSE_PID_1_SHARED] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --share-pid",
                             "Specifying --as-pid-1 requires --unshare-pid"}},
    [REFUSE_KEEP_ID] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --keep-id", NULL}},
    [REFUSE_ID_WITHOUT_USER] = {CODE_OPTION_NEEDS, {"%w: needs a user namespace of the sandbox's own",
                                "Specifying %o requires --unshare-user or --userns"}},
    [REFUSE_LOCKS] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --lock-file",
                      "Specifying --as-pid-1 and --lock-file is not permitted"}},
    [REFUSE_DISABLE_WITHOUT_USER] = {CODE_OPTION_NEEDS, {"%w: needs a user namespace of the sandbox's own",
                                     "%o requires --unshare-user"}},
    [REFUSE_BLOCK_WITHOUT_USER] = {CODE_OPTION_NEEDS, {"%w: needs a user namespace of the sandbox's own",
                                   "%o requires --unshare-user"}},
    [REFUSE_BLOCK_WITHOUT_INFO] = {CODE_OPTION_NEEDS, {
        "%w: needs --info-fd, which says of which process the id maps are to be written",
        "%o requires --info-fd"}},
    [REFUSE_USER_TWICE] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --unshare-user",
                           "--userns not compatible --unshare-user"}},
    [REFUSE_JOINED_PIDS] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --share-pid", NULL}},
    [REFUSE_PERMS_LAST] = {CODE_OPTION_ORDER, {"%w: no option follows that it could concern", NULL}},
    [REFUSE_SIZE_LAST] = {CODE_OPTION_ORDER, {"%w: no option follows that it could concern", NULL}},
    [REFUSE_LAYERS_LAST] = {CODE_OPTION_ORDER, {
        "%w: no overlay follows that it could be a layer of",
        "--overlay-src must be followed by another --overlay-src or one of --overlay, "
        "--tmp-overlay, or --ro-overlay"}},
    [REFUSE_EXPLAIN_PRINT] = {CODE_OPTION_CONFLICT, {"%w: does not go together with --explain", NULL}},
    [REFUSE_JSON_ALONE] = {CODE_OPTION_NEEDS, {"%w: needs --explain, --dry-run or --doctor", NULL}},
    [REFUSE_LOG_ALONE] = {CODE_OPTION_NEEDS, {"%w: needs --seccomp-filter", NULL}},
    [REFUSE_NO_COMMAND] = {CODE_COMMAND_MISSING, {"no command given, see --help", NULL}},
};
/* clang-format on */

static bool
needs_quotes(const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-+=:,./@%^";

  return word[0] == '\0' || word[strspn(word, plain)] != '\0';
}

char *
typed_to_string(const struct typed *typed)
{
  GString *text = g_string_new(NULL);

  for (int i = 0; i < typed->count; i++) {
    g_autofree char *quoted = needs_quotes(typed->words[i]) ? g_shell_quote(typed->words[i]) : NULL;
    if (i > 0)
      g_string_append_c(text, ' ');
    g_string_append(text, quoted ? quoted : typed->words[i]);
  }
  return g_string_free(text, FALSE);
}

const char *
phrases_skip_plain(const char *text)
{
  gunichar character = g_utf8_get_char_validated(text, -1);

  return character < 0x110000 && g_unichar_isprint(character) ? g_utf8_next_char(text) : NULL;
}

char *
phrases_printable(const char *text)
{
  GString *printable = g_string_new(NULL);

  while (*text != '\0') {
    const char *next = phrases_skip_plain(text);
    if (next)
      g_string_append_len(printable, text, next - text);
    else
      g_string_append_printf(printable, "\\x%02x", (unsigned)(unsigned char)*text);
    text = next ? next : text + 1;
  }
  return g_string_free(printable, FALSE);
}

char *
typed_describe(const struct typed *typed)
{
  char *words = typed_to_string(typed);

  if (!typed->origin)
    return words;
  char *text = g_strdup_printf("%s (%s)", words, typed->origin);
  g_free(words);
  return text;
}

static void
append_word(GString *text, const struct typed *typed, int index)
{
  if (index >= 0 && index < typed->count)
    g_string_append(text, typed->words[index]);
}

char *
phrases_fill(const char *template, const struct typed *typed, const char *detail, int error)
{
  GString *text = g_string_new(NULL);

  for (const char *at = template; *at != '\0'; at++) {
    if (*at != '%') {
      g_string_append_c(text, *at);
      continue;
    }
    g_autofree char *words = NULL;
    switch (*++at) {
    case 'w':
      words = typed_to_string(typed);
      g_string_append(text, words);
      break;
    case 'l':
      append_word(text, typed, typed->count - 1);
      break;
    case 'o':
      append_word(text, typed, 0);
      break;
    case 'd':
      g_string_append(text, detail ? detail : "");
      break;
    case 'e':
      g_string_append(text, g_strerror(error));
      break;
    default:
      append_word(text, typed, *at - '0');
      break;
    }
  }
  return g_string_free(text, FALSE);
}

int
phrases_refuse(struct failure *failure, enum stage stage, enum style style, enum refusal refusal,
               const struct typed *typed, const char *detail)
{
  const char *template = refusals[refusal].templates[style];

  if (!template)
    template = refusals[refusal].templates[STYLE_HUTCH];
  g_autofree char *text = phrases_fill(template, typed, detail, 0);
  failure_say(failure, stage, refusals[refusal].code, typed->origin, text);
  failure->typed = *typed;
  return -1;
}

char *
phrases_only_last(enum style style, const struct typed *typed)
{
  if (style == STYLE_HUTCH)
    return NULL;
  return phrases_fill("Only the last %o option will take effect", typed, NULL, 0);
}
