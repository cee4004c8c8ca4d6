/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "phrases.h"

#include <glib.h>
#include <string.h>

/* clang-format off */
static const char *const refusals[REFUSAL_COUNT][STYLE_COUNT] = {
    [REFUSE_UNKNOWN] = {"unknown option: %o", "Unknown option %o"},
    [REFUSE_ONE_OPERAND] = {"%o takes one operand: %d", "%o takes one argument"},
    [REFUSE_TWO_OPERANDS] = {"%o takes two operands: %d", "%o takes two arguments"},
    [REFUSE_THREE_OPERANDS] = {"%o takes three operands: %d", "%o takes three arguments"},
    [REFUSE_TOO_MANY_WORDS] = {"more than %d words", "Exceeded maximum number of arguments %d"},
    [REFUSE_FD_NUMBER] = {"%w: not a file descriptor number", "Invalid fd: %1"},
    [REFUSE_FD] = {"%w: %d", "Can't use fd %1 for %o: %d"},
    [REFUSE_ARGS_DATA] = {"%w: %d", "Can't read --args data: %d"},
    [REFUSE_ARGS_NESTED] = {"%w: not possible inside the data of --args",
                            "--args not supported in arguments file"},
    [REFUSE_ARGS_WORD] = {"%w: the data holds a word that is no option: %d", NULL},
    [REFUSE_SECCOMP_DATA] = {"%w: %d", "Can't read seccomp data: %d"},
    [REFUSE_SECCOMP_SIZE] = {"%w: the data are no whole number of instructions",
                             "Invalid seccomp data, must be multiple of 8"},
    [REFUSE_SECCOMP_MIXED] = {"%w: does not go together with %d",
                              "%o cannot be combined with %d"},
    [REFUSE_SECCOMP_TWICE] = {"%w: given more than once: --add-seccomp-fd adds further filters",
                              NULL},
    [REFUSE_FILE_DATA] = {"%w: %d", "Can't write data to file %2: %d"},
    [REFUSE_INFO_FD] = {"%w: %d", "Write to info_fd: %d"},
    [REFUSE_STATUS_FD] = {"%w: %d", "Write to json_status_fd: %d"},
    [REFUSE_USERNS_FD] = {"%w: %d", "Joining specified user namespace failed: %d"},
    [REFUSE_PIDNS_FD] = {"%w: %d", "Joining specified pid namespace failed: %d"},
    [REFUSE_MODE] = {"%w: not an octal mode of at most 07777",
                     "%o takes an octal argument <= 07777"},
    [REFUSE_SIZE] = {"%w: not a number of bytes", "%o takes a non-zero number of bytes"},
    [REFUSE_SIZE_ZERO] = {"%w: a size of zero bytes holds nothing",
                          "%o takes a non-zero number of bytes"},
    [REFUSE_PERMS_WAITING] = {
        "%w: must come right before an option that makes a file or directory",
        "--perms must be followed by an option that creates a file"},
    [REFUSE_SIZE_WAITING] = {"%w: must come right before --tmpfs",
                             "--size must be followed by --tmpfs"},
    [REFUSE_LAYERS_WAITING] = {
        "%w: must come right before another layer or the overlay itself",
        "--overlay-src must be followed by another --overlay-src or one of --overlay, "
        "--tmp-overlay, or --ro-overlay"},
    [REFUSE_LAYERS_NONE] = {"%w: needs at least one --overlay-src before it",
                            "%o requires at least one --overlay-src"},
    [REFUSE_LAYERS_ONE] = {"%w: needs at least two --overlay-src before it",
                           "%o requires at least two --overlay-src"},
    [REFUSE_EMPTY_SOURCE] = {"%w: the source is empty",
                             "Can't find source path : No such file or directory"},
    [REFUSE_EMPTY_DEST] = {"%w: the destination is empty", NULL},
    [REFUSE_HOSTNAME] = {"%w: a host name has 1 to 64 bytes", NULL},
    [REFUSE_UID] = {"%w: not a user id", "Invalid uid: %1"},
    [REFUSE_GID] = {"%w: not a group id", "Invalid gid: %1"},
    [REFUSE_VARIABLE] = {"%w: not the name of an environment variable", NULL},
    [REFUSE_TWICE] = {"%w: given more than once", "%o used multiple times"},
    [REFUSE_CAPABILITY] = {"%w: no such capability", "unknown cap: %1"},
    [REFUSE_LABEL] = {"%w: SELinux is not enabled on this system",
                      "labeling not supported on this system"},
    [REFUSE_HOSTNAME_SHARED] = {"%w: does not go together with --share-uts",
                                "Specifying --hostname requires --unshare-uts"},
    [REFUSE_PID_1_SHARED] = {"%w: does not go together with --share-pid",
                             "Specifying --as-pid-1 requires --unshare-pid"},
    [REFUSE_KEEP_ID] = {"%w: does not go together with --keep-id", NULL},
    [REFUSE_ID_WITHOUT_USER] = {"%w: needs a user namespace of the sandbox's own",
                                "Specifying %o requires --unshare-user or --userns"},
    [REFUSE_LOCKS] = {"%w: does not go together with --lock-file",
                      "Specifying --as-pid-1 and --lock-file is not permitted"},
    [REFUSE_DISABLE_WITHOUT_USER] = {"%w: needs a user namespace of the sandbox's own",
                                     "%o requires --unshare-user"},
    [REFUSE_BLOCK_WITHOUT_USER] = {"%w: needs a user namespace of the sandbox's own",
                                   "%o requires --unshare-user"},
    [REFUSE_BLOCK_WITHOUT_INFO] = {
        "%w: needs --info-fd, which says of which process the id maps are to be written",
        "%o requires --info-fd"},
    [REFUSE_USER_TWICE] = {"%w: does not go together with --unshare-user",
                           "--userns not compatible --unshare-user"},
    [REFUSE_JOINED_PIDS] = {"%w: does not go together with --share-pid", NULL},
    [REFUSE_PERMS_LAST] = {"%w: no option follows that it could concern", NULL},
    [REFUSE_SIZE_LAST] = {"%w: no option follows that it could concern", NULL},
    [REFUSE_LAYERS_LAST] = {
        "%w: no overlay follows that it could be a layer of",
        "--overlay-src must be followed by another --overlay-src or one of --overlay, "
        "--tmp-overlay, or --ro-overlay"},
    [REFUSE_NO_COMMAND] = {"no command given, see --help", NULL},
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

char *
phrases_refusal(enum style style, enum refusal refusal, const struct typed *typed,
                const char *detail)
{
  const char *template = refusals[refusal][style];

  if (!template)
    template = refusals[refusal][STYLE_HUTCH];
  return phrases_fill(template, typed, detail, 0);
}

char *
phrases_only_last(enum style style, const struct typed *typed)
{
  if (style == STYLE_HUTCH)
    return NULL;
  return phrases_fill("Only the last %o option will take effect", typed, NULL, 0);
}
