/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "rules.h"

#include "architecture.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

enum {
  INCLUDES_MAX = 16, /* more of them in each other include themselves */
  ERRNO_MAX = 133,
  ARGUMENTS = 6,
  CONDITIONS_MAX = 16, /* of a line: what a comparison can jump over */
};

/* Where one file is read; the file that includes it stands above. */
struct place {
  char *name;
  char **lines;
  unsigned line; /* the one that is being read, from 1 */
  struct place *above;
};

struct reading {
  struct rules *rules;
  const char *library;
  GHashTable *groups; /* name to a set of calls */
  struct place *place;
  char *error;
  bool has_otherwise, has_unknown;
};

/* --- words ---------------------------------------------------------------- */

static const struct {
  const char *name;
  uint64_t value;
} constants[] = {
    {"TIOCSTI", TIOCSTI},
    {"TIOCLINUX", TIOCLINUX},
    {"CLONE_NEWTIME", CLONE_NEWTIME},
    {"CLONE_NEWNS", CLONE_NEWNS},
    {"CLONE_NEWCGROUP", CLONE_NEWCGROUP},
    {"CLONE_NEWUTS", CLONE_NEWUTS},
    {"CLONE_NEWIPC", CLONE_NEWIPC},
    {"CLONE_NEWUSER", CLONE_NEWUSER},
    {"CLONE_NEWPID", CLONE_NEWPID},
    {"CLONE_NEWNET", CLONE_NEWNET},
    {"AF_UNSPEC", AF_UNSPEC},
    {"AF_UNIX", AF_UNIX},
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"AF_NETLINK", AF_NETLINK},
    {"AF_PACKET", AF_PACKET},
    {"AF_CAN", AF_CAN},
    {"AF_BLUETOOTH", AF_BLUETOOTH},
    {"AF_ALG", AF_ALG},
    {"AF_VSOCK", AF_VSOCK},
    {"SYS_SOCKET", 1}, /* of socketcall(2) */
    {"SYS_SOCKETPAIR", 8},
    {"PER_LINUX", PER_LINUX},
    {"PER_LINUX32", PER_LINUX32},
    {"UNAME26", UNAME26},
    {"ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE},
};

static bool
constant_value(const char *word, uint64_t *value)
{
  for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
    if (strcmp(constants[i].name, word) == 0) {
      *value = constants[i].value;
      return true;
    }
  return false;
}

bool
rules_value(const char *word, uint64_t *value)
{
  g_auto(GStrv) parts = g_strsplit(word, "|", -1);

  *value = 0;
  for (char **part = parts; *part; part++) {
    guint64 one = 0;
    bool is_hex = g_ascii_strncasecmp(*part, "0x", 2) == 0;
    if (!constant_value(*part, &one) &&
        !g_ascii_string_to_unsigned(is_hex ? *part + 2 : *part, is_hex ? 16 : 10, 0, G_MAXUINT64,
                                    &one, NULL))
      return false;
    *value |= one;
  }
  return parts[0] != NULL;
}

static bool
errno_value(const char *name, uint32_t *value)
{
  for (int error = 1; error <= ERRNO_MAX; error++) {
    const char *known = strerrorname_np(error);
    if (known && strcmp(known, name) == 0) {
      *value = (uint32_t)error;
      return true;
    }
  }
  return false;
}

/* With actions that have no data. */
static const struct {
  const char *name;
  uint32_t action;
} actions[] = {
    {"allow", SECCOMP_RET_ALLOW},       {"log", SECCOMP_RET_LOG},
    {"kill", SECCOMP_RET_KILL_PROCESS}, {"kill-thread", SECCOMP_RET_KILL_THREAD},
    {"trap", SECCOMP_RET_TRAP},         {"trace", SECCOMP_RET_TRACE},
    {"notify", SECCOMP_RET_USER_NOTIF},
};

static bool
plain_action(const char *word, uint32_t *action)
{
  for (size_t i = 0; i < 3; i++)
    if (strcmp(actions[i].name, word) == 0) {
      *action = actions[i].action;
      return true;
    }
  return false;
}

char *
rules_action_name(uint32_t action)
{
  uint32_t data = action & SECCOMP_RET_DATA, kind = action & SECCOMP_RET_ACTION_FULL;

  if (kind == SECCOMP_RET_ERRNO) {
    const char *name = strerrorname_np((int)data);
    return name && data > 0 ? g_strdup_printf("errno %s", name) : g_strdup_printf("errno %u", data);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
    if (actions[i].action == kind)
      return g_strdup(actions[i].name);
  /* What the kernel takes an action for that it does not know. */
  return g_strdup("kill");
}

/* --- lines ---------------------------------------------------------------- */

static int __attribute__((format(printf, 2, 3)))
refuse(struct reading *reading, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  if (reading->place)
    reading->error = g_strdup_printf("%s:%u: %s", reading->place->name, reading->place->line, text);
  else
    reading->error = g_steal_pointer(&text);
  return -1;
}

static int
read_action(struct reading *reading, char **words, bool *is_set, uint32_t *action)
{
  uint32_t error = 0, wanted = 0;

  if (!words[1] || words[2])
    return refuse(reading, "%s takes one action: allow, log, kill or the name of an errno",
                  words[0]);
  if (errno_value(words[1], &error))
    wanted = SECCOMP_RET_ERRNO | error;
  else if (!plain_action(words[1], &wanted))
    return refuse(reading, "%s: neither allow, log, kill nor the name of an errno", words[1]);
  if (!*is_set)
    *action = wanted;
  *is_set = true;
  return 0;
}

static int
read_cover(struct reading *reading, char **words)
{
  if (!words[1] || words[2] || strcmp(words[1], "x32") != 0)
    return refuse(reading, "%s takes x32 and nothing else", words[0]);
  /* A file that only borrows lines says for itself what it is for. */
  if (!reading->place->above)
    reading->rules->covers_x32 = true;
  return 0;
}

/* Calls by their names, each of them once, however often groups name each other. */
static GHashTable *
new_calls(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* Adds the calls that WORD stands for. */
static int
add_calls(struct reading *reading, GHashTable *calls, const char *word)
{
  if (word[0] == '@') {
    GHashTable *group = g_hash_table_lookup(reading->groups, word + 1);
    GHashTableIter at;
    gpointer name;
    if (!group)
      return refuse(reading, "%s: no such group", word);
    if (group == calls)
      return 0;
    g_hash_table_iter_init(&at, group);
    while (g_hash_table_iter_next(&at, &name, NULL))
      g_hash_table_add(calls, g_strdup(name));
    return 0;
  }
  if (!architecture_is_call(word))
    return refuse(reading, "%s: no architecture has such a system call", word);
  g_hash_table_add(calls, g_strdup(word));
  return 0;
}

static int
read_group(struct reading *reading, char **words)
{
  if (!words[1] || !words[2])
    return refuse(reading, "%s takes a name and system calls", words[0]);
  GHashTable *calls = g_hash_table_lookup(reading->groups, words[1]);
  if (!calls) {
    calls = new_calls();
    g_hash_table_insert(reading->groups, g_strdup(words[1]), calls);
  }
  for (char **word = words + 2; *word; word++)
    if (add_calls(reading, calls, *word) < 0)
      return -1;
  return 0;
}

/* --- conditions ----------------------------------------------------------- */

static const char *const comparisons[] = {
    [COMPARE_EQUAL] = "==",      [COMPARE_UNEQUAL] = "!=", [COMPARE_LESS] = "<",
    [COMPARE_LESS_EQUAL] = "<=", [COMPARE_GREATER] = ">",  [COMPARE_GREATER_EQUAL] = ">=",
};

static int
read_comparison(struct reading *reading, const char *word, enum comparison *comparison)
{
  for (size_t i = 0; word && i < G_N_ELEMENTS(comparisons); i++)
    if (strcmp(comparisons[i], word) == 0) {
      *comparison = (enum comparison)i;
      return 0;
    }
  return refuse(reading, "%s: none of == != < <= > >=", word ? word : "the end of the line");
}

static int
read_value(struct reading *reading, const char *word, uint64_t *value)
{
  if (word && rules_value(word, value))
    return 0;
  return refuse(reading, "%s: neither a number nor the name of a constant",
                word ? word : "the end of the line");
}

/* Reads one condition at *WORDS, and moves *WORDS behind it. */
static int
read_condition(struct reading *reading, char ***words, GArray *conditions)
{
  struct condition condition = {.mask = UINT64_MAX};
  char **word = *words;

  if (!*word || !g_ascii_isdigit((*word)[0]) || (*word)[1] != '\0' || (*word)[0] - '0' >= ARGUMENTS)
    return refuse(reading, "%s: not the number of an argument, 0 to 5",
                  *word ? *word : "the end of the line");
  condition.argument = (unsigned)(*word++)[0] - '0';
  if (*word && strcmp(*word, "&") == 0) {
    if (read_value(reading, *++word, &condition.mask) < 0)
      return -1;
    word++;
  }
  if (read_comparison(reading, *word, &condition.comparison) < 0 ||
      read_value(reading, *++word, &condition.value) < 0)
    return -1;
  bool by_bits = condition.comparison == COMPARE_EQUAL || condition.comparison == COMPARE_UNEQUAL;
  if (by_bits ? (condition.value & ~condition.mask) != 0 : condition.value > condition.mask)
    return refuse(reading, "%s: the mask leaves no such value", *word);
  g_array_append_val(conditions, condition);
  *words = word + 1;
  return 0;
}

static int
read_conditions(struct reading *reading, char **words, GArray *conditions)
{
  for (;;) {
    if (read_condition(reading, &words, conditions) < 0)
      return -1;
    if (!*words)
      return 0;
    if (conditions->len == CONDITIONS_MAX)
      return refuse(reading, "more than %d conditions", CONDITIONS_MAX);
    if (strcmp(*words, "and") != 0)
      return refuse(reading, "%s: there is only \"and\" between conditions", *words);
    words++;
  }
}

static void
free_line(gpointer data)
{
  struct rule_line *line = data;

  g_ptr_array_unref(line->calls);
  g_array_unref(line->conditions);
  g_free(line);
}

static int
read_calls(struct reading *reading, uint32_t action, char **words)
{
  struct rule_line *line = g_new0(struct rule_line, 1);
  g_autoptr(GHashTable) calls = new_calls();
  GHashTableIter at;
  gpointer name;

  line->action = action;
  line->calls = g_ptr_array_new_with_free_func(g_free);
  line->conditions = g_array_new(FALSE, FALSE, sizeof(struct condition));
  g_ptr_array_add(reading->rules->lines, line);
  for (; *words && !g_ascii_isdigit((*words)[0]); words++)
    if (add_calls(reading, calls, *words) < 0)
      return -1;
  g_hash_table_iter_init(&at, calls);
  while (g_hash_table_iter_next(&at, &name, NULL))
    g_ptr_array_add(line->calls, g_strdup(name));
  if (line->calls->len == 0)
    return refuse(reading, "no system call is named");
  return *words ? read_conditions(reading, words, line->conditions) : 0;
}

static int
read_deny(struct reading *reading, char **words)
{
  uint32_t error = 0;

  if (!words[1] || !errno_value(words[1], &error))
    return refuse(reading, "%s: not the name of an errno",
                  words[1] ? words[1] : "the end of the line");
  return read_calls(reading, SECCOMP_RET_ERRNO | error, words + 2);
}

/* --- files ---------------------------------------------------------------- */

/* What is read next: TEXT, until its end. */
static void
begin(struct reading *reading, const char *text, const char *name)
{
  struct place *place = g_new0(struct place, 1);

  place->name = g_strdup(name);
  place->lines = g_strsplit(text, "\n", -1);
  place->above = reading->place;
  reading->place = place;
}

static void
end(struct reading *reading)
{
  struct place *place = reading->place;

  reading->place = place->above;
  g_strfreev(place->lines);
  g_free(place->name);
  g_free(place);
}

static int
begin_file(struct reading *reading, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gsize size = 0;

  if (!g_file_get_contents(path, &text, &size, &error)) {
    /* The library's sentence names the file, too, in quotes that are not ASCII. */
    const char *reason = strrchr(error->message, ':');
    return refuse(reading, "%s: %s", path, reason ? reason + 2 : error->message);
  }
  if (strlen(text) != size)
    return refuse(reading, "%s: holds a NUL byte, and so is no text", path);
  begin(reading, text, path);
  return 0;
}

/* Beside the file that includes it, or in the library. */
static int
read_include(struct reading *reading, char **words)
{
  int depth = 0;

  if (!words[1] || words[2])
    return refuse(reading, "%s takes one file", words[0]);
  for (const struct place *place = reading->place; place; place = place->above)
    depth++;
  if (depth > INCLUDES_MAX)
    return refuse(reading, "%s: includes itself", words[1]);
  g_autofree char *directory = g_path_get_dirname(reading->place->name);
  g_autofree char *beside = g_path_is_absolute(words[1])
                                ? g_strdup(words[1])
                                : g_build_filename(directory, words[1], NULL);
  if (reading->library && !strchr(words[1], '/') && !g_file_test(beside, G_FILE_TEST_EXISTS)) {
    g_autofree char *shared = g_build_filename(reading->library, words[1], NULL);
    return begin_file(reading, shared);
  }
  return begin_file(reading, beside);
}

static int
read_words(struct reading *reading, char **words)
{
  struct rules *rules = reading->rules;
  uint32_t action = 0;

  if (strcmp(words[0], "default") == 0)
    return read_action(reading, words, &reading->has_otherwise, &rules->otherwise);
  if (strcmp(words[0], "unknown") == 0)
    return read_action(reading, words, &reading->has_unknown, &rules->unknown);
  if (strcmp(words[0], "cover") == 0)
    return read_cover(reading, words);
  if (strcmp(words[0], "group") == 0)
    return read_group(reading, words);
  if (strcmp(words[0], "include") == 0)
    return read_include(reading, words);
  if (strcmp(words[0], "deny") == 0)
    return read_deny(reading, words);
  if (plain_action(words[0], &action))
    return read_calls(reading, action, words + 1);
  return refuse(reading, "%s: no such rule", words[0]);
}

static int
read_line(struct reading *reading, const char *text)
{
  g_autofree char *bare = g_strndup(text, strcspn(text, "#\r"));
  g_auto(GStrv) parts = g_strsplit_set(bare, " \t", -1);
  guint count = 0;

  for (char **part = parts; *part; part++)
    if (**part != '\0')
      parts[count++] = *part;
    else
      g_free(*part);
  parts[count] = NULL;
  return count == 0 ? 0 : read_words(reading, parts);
}

static int
read_lines(struct reading *reading)
{
  int result = 0;

  while (reading->place && result == 0) {
    const char *line = reading->place->lines[reading->place->line];
    if (line) {
      reading->place->line++;
      result = read_line(reading, line);
    } else {
      end(reading);
    }
  }
  while (reading->place)
    end(reading);
  return result;
}

static void
free_group(gpointer data)
{
  g_hash_table_unref(data);
}

static struct rules *
read_all(const char *text, const char *name, const char *library, char **error)
{
  struct reading reading = {
      .rules = g_new0(struct rules, 1),
      .library = library,
      .groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_group),
  };

  reading.rules->lines = g_ptr_array_new_with_free_func(free_line);
  int result = 0;
  if (text)
    begin(&reading, text, name);
  else
    result = begin_file(&reading, name);
  if (result == 0)
    result = read_lines(&reading);
  if (result == 0 && !reading.has_otherwise) {
    reading.error = g_strdup_printf("%s: no line says what the default is", name);
    result = -1;
  }
  if (!reading.has_unknown)
    reading.rules->unknown = reading.rules->otherwise;
  g_hash_table_unref(reading.groups);
  if (result == 0)
    return reading.rules;
  rules_free(reading.rules);
  *error = reading.error;
  return NULL;
}

struct rules *
rules_read(const char *path, const char *library, char **error)
{
  return read_all(NULL, path, library, error);
}

struct rules *
rules_read_text(const char *text, const char *name, const char *library, char **error)
{
  return read_all(text, name, library, error);
}

void
rules_free(struct rules *rules)
{
  g_ptr_array_unref(rules->lines);
  g_free(rules);
}
