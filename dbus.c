/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "dbus.h"

#include "environment.h"
#include "trust.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROXY "xdg-dbus-proxy"
#define PROXY_INSIDE "/" PROXY
#define DIGITS_LETTERS G_CSET_DIGITS G_CSET_A_2_Z G_CSET_a_2_z "_"

enum {
  NAME_MAX_LENGTH = 255, /* of a bus, an interface or a member */
};

const char *const dbus_names[BUSES] = {[BUS_SESSION] = "session", [BUS_SYSTEM] = "system"};

static const char *const address_variables[BUSES] = {
    [BUS_SESSION] = "DBUS_SESSION_BUS_ADDRESS",
    [BUS_SYSTEM] = "DBUS_SYSTEM_BUS_ADDRESS",
};

/* --- rules ----------------------------------------------------------------- */

/* Whether TEXT is elements of SET joined by SEPARATOR, none of them empty. */
static bool
is_joined(const char *text, char separator, const char *set, bool may_begin_with_digit)
{
  for (;;) {
    size_t length = strspn(text, set);
    if (length == 0 || (!may_begin_with_digit && g_ascii_isdigit(text[0])))
      return false;
    text += length;
    if (*text == '\0')
      return true;
    if (*text++ != separator)
      return false;
  }
}

/* One that a program asks for, not one that a connection is given. */
static bool
is_bus_name(const char *name)
{
  return strlen(name) <= NAME_MAX_LENGTH && strchr(name, '.') &&
         is_joined(name, '.', DIGITS_LETTERS "-", false);
}

static bool
is_interface(const char *name)
{
  return strlen(name) <= NAME_MAX_LENGTH && strchr(name, '.') &&
         is_joined(name, '.', DIGITS_LETTERS, false);
}

static bool
is_object_path(const char *path)
{
  return path[0] == '/' && (path[1] == '\0' || is_joined(path + 1, '/', DIGITS_LETTERS, true));
}

/* "*", "INTERFACE.*" or "INTERFACE.MEMBER". */
static bool
is_method(const char *method)
{
  const char *dot = strrchr(method, '.');

  if (strcmp(method, "*") == 0)
    return true;
  if (!dot ||
      (strcmp(dot + 1, "*") != 0 && (strlen(dot + 1) > NAME_MAX_LENGTH || strchr(dot + 1, '.') ||
                                     !is_joined(dot + 1, '.', DIGITS_LETTERS, false))))
    return false;
  g_autofree char *interface = g_strndup(method, (gsize)(dot - method));
  return is_interface(interface);
}

/* An object, or with a final "/ *" all below one. */
static bool
is_path_pattern(const char *pattern)
{
  if (!g_str_has_suffix(pattern, "/*"))
    return is_object_path(pattern);
  g_autofree char *path = g_strndup(pattern, strlen(pattern) - strlen("/*"));
  return path[0] == '\0' || (strcmp(path, "/") != 0 && is_object_path(path));
}

static const char *
check_name(const char *word)
{
  g_autofree char *name = g_strdup(word);

  if (g_str_has_suffix(name, ".*")) {
    name[strlen(name) - strlen(".*")] = '\0';
    /* The proxy takes no part of a name that is not a name itself. */
    return is_bus_name(name) ? NULL : "not the beginning of a name on a bus, as org.example.*";
  }
  return is_bus_name(name) ? NULL : "not a name on a bus, as org.example.Name";
}

static const char *
check_call(const char *word)
{
  const char *equals = strchr(word, '=');

  if (!equals)
    return "a call or a broadcast is NAME=[METHOD][@PATH]";
  g_autofree char *name = g_strndup(word, (gsize)(equals - word));
  const char *reason = check_name(name);
  if (reason)
    return reason;
  const char *at = strchr(equals + 1, '@');
  g_autofree char *method =
      at ? g_strndup(equals + 1, (gsize)(at - equals - 1)) : g_strdup(equals + 1);
  if ((method[0] != '\0' || !at) && !is_method(method))
    return "not a method, as org.example.Interface.Method, org.example.Interface.* or *";
  return !at || is_path_pattern(at + 1) ? NULL : "not the path of an object, as /org/example/*";
}

const char *
dbus_check_rule(const char *rule)
{
  static const struct {
    const char *verb;
    const char *(*check)(const char *word);
  } verbs[] = {
      {"see=", check_name},  {"talk=", check_name},      {"own=", check_name},
      {"call=", check_call}, {"broadcast=", check_call},
  };

  if (strcmp(rule, "none") == 0)
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
    if (g_str_has_prefix(rule, verbs[i].verb))
      return verbs[i].check(rule + strlen(verbs[i].verb));
  return "not see=NAME, talk=NAME, own=NAME, call=NAME=RULE, broadcast=NAME=RULE or none";
}

/* --- where the buses are ----------------------------------------------------- */

/* An address of PATH; bytes that mean something in one are escaped. */
static char *
address_of(const char *path)
{
  GString *address = g_string_new("unix:path=");

  for (; *path != '\0'; path++)
    if (g_ascii_isalnum(*path) || strchr("-_/.", *path))
      g_string_append_c(address, *path);
    else
      g_string_append_printf(address, "%%%02x", (unsigned)(unsigned char)*path);
  return g_string_free(address, FALSE);
}

/* Where programs look for a bus whose address nobody told them, for who has RUNTIME. */
static char *
standard_path(int bus, const char *runtime)
{
  if (bus == BUS_SYSTEM)
    return g_strdup("/run/dbus/system_bus_socket");
  if (runtime && runtime[0] == '/')
    return g_build_filename(runtime, "bus", NULL);
  return g_strdup_printf("/run/user/%u/bus", (unsigned)geteuid());
}

/* The value of KEY in an address of a unix socket, or NULL. */
static char *
value_in(const char *address, const char *key)
{
  g_auto(GStrv) pairs = g_strsplit(address + strlen("unix:"), ",", -1);
  size_t length = strlen(key);

  for (char **pair = pairs; *pair; pair++)
    if (strncmp(*pair, key, length) == 0 && (*pair)[length] == '=')
      return g_uri_unescape_string(*pair + length + 1, NULL);
  return NULL;
}

/* A bus on its way into the plan. */
struct search {
  const struct draft *draft;
  struct plan *plan;
  struct bus *bus;
  int which;
  struct failure *failure;
};

static int
refuse(const struct search *search, enum refusal refusal, const char *detail)
{
  return phrases_refuse(search->failure, STAGE_PLAN, search->draft->persona->style, refusal,
                        &search->bus->typed, detail);
}

static int
read_address(const struct search *search)
{
  struct bus *bus = search->bus;
  const char *address = bus->address;

  if (g_str_has_prefix(address, "unix:") && !strchr(address, ';')) {
    bus->path = value_in(address, "path");
    g_autofree char *abstract = value_in(address, "abstract");
    if (bus->path ? bus->path[0] == '/' && !abstract : abstract != NULL)
      return 0;
  }
  return refuse(search, REFUSE_BUS_ADDRESS, address);
}

static bool
is_socket(const char *path)
{
  struct stat status;

  return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

/* Whether the host has the bus; what is only printed is not looked for. */
static bool
is_there(const struct search *search, bool is_told)
{
  bool is_printed = is_told && search->plan->purpose == PURPOSE_PRINT;

  return !search->bus->path || is_printed || is_socket(search->bus->path);
}

/* Finds the bus's address on the host; it is NULL if the bus may be missing, and is. */
static int
find_address(const struct search *search)
{
  struct bus *bus = search->bus;
  const char *told = g_getenv(address_variables[search->which]);
  bool is_told = told && told[0] != '\0';
  g_autofree char *path = standard_path(search->which, g_getenv("XDG_RUNTIME_DIR"));

  bus->address = is_told ? told : address_of(path);
  if (read_address(search) < 0)
    return -1;
  if (is_there(search, is_told))
    return 0;
  if (!bus->is_optional)
    return refuse(search, REFUSE_BUS_MISSING, bus->path);
  bus->address = NULL;
  return 0;
}

/* The sandbox reaches an abstract socket by the network, past the proxy and its rules. */
static int
check_abstract(const struct search *search)
{
  const struct plan *plan = search->plan;

  if (search->bus->path || ((plan->namespaces | plan->inner_namespaces) & CLONE_NEWNET))
    return 0;
  if (!search->bus->is_optional)
    return refuse(search, REFUSE_BUS_ABSTRACT, NULL);
  g_ptr_array_add(search->draft->warnings,
                  g_strdup_printf("the %s bus listens on an abstract socket, which the sandbox "
                                  "reaches past the proxy, unless --unshare-net is given",
                                  dbus_names[search->which]));
  return 0;
}

/* --- the program ------------------------------------------------------------- */

/* Directories that PATH names by where the caller happens to be are none to start a program
 * from that is not in the sandbox. */
static char *
find_program(void)
{
  const char *path = g_getenv("PATH");
  g_auto(GStrv) directories = g_strsplit(path ? path : "/usr/local/bin:/usr/bin:/bin", ":", -1);

  for (char **directory = directories; *directory; directory++) {
    char *program = g_build_filename(*directory, PROXY, NULL);
    if (program[0] == '/' && g_file_test(program, G_FILE_TEST_IS_REGULAR) &&
        access(program, X_OK) == 0)
      return program;
    g_free(program);
  }
  return NULL;
}

static int
settle_program(const struct search *search)
{
  struct plan *plan = search->plan;

  if (plan->purpose == PURPOSE_PRINT || plan->proxy_program)
    return 0;
  plan->proxy_program = find_program();
  if (!plan->proxy_program)
    return refuse(search, REFUSE_PROXY_MISSING, NULL);
  if (trust_is_writable(search->draft, plan->proxy_program))
    return refuse(search, REFUSE_PROXY_WRITABLE, plan->proxy_program);
  return 0;
}

/* --- the plan ------------------------------------------------------------------ */

static void
append_operation(const struct search *search, const char *dest, unsigned flags)
{
  const struct operation operation = {
      .kind = OPERATION_DBUS,
      .flags = flags,
      .source = dbus_names[search->which],
      .dest = dest,
      .fd = -1,
      .parent_mode = PLAN_PARENT_MODE,
      .typed = search->bus->typed,
  };

  g_array_append_val(search->draft->operations, operation);
}

/* The runtime directory that the payload is told of. */
static const char *
runtime_inside(const struct draft *draft)
{
  size_t ignored;

  return environment_get(environment_build(environ, draft->variables, &ignored), "XDG_RUNTIME_DIR");
}

/* The host's socket is at PATH, if that is not NULL. */
static void
cover(const struct search *search, const char *path)
{
  if (path && strcmp(path, search->bus->dest) != 0)
    append_operation(search, path, OPERATION_OPTIONAL);
}

static int
seal_bus(const struct search *search)
{
  struct bus *bus = search->bus;

  if (find_address(search) < 0)
    return -1;
  if (!bus->address)
    return 0;
  if (check_abstract(search) < 0 || settle_program(search) < 0)
    return -1;
  bus->dest = standard_path(search->which, runtime_inside(search->draft));
  append_operation(search, bus->dest, 0);
  cover(search, bus->path);
  char *real = bus->path ? realpath(bus->path, NULL) : NULL;
  if (real && strcmp(real, bus->path) != 0)
    cover(search, real);
  return 0;
}

/* Most programs tell the bus the number of their user, and the bus compares it. */
static void
warn_of_id(const struct draft *draft, const struct plan *plan, const struct typed *typed)
{
  bool is_inner = plan->inner_namespaces & CLONE_NEWUSER;
  uint32_t inside = is_inner ? plan->inner_uid.inside : plan->uid.inside;
  g_autofree char *words = typed_describe(typed);

  if (inside != geteuid())
    g_ptr_array_add(draft->warnings,
                    g_strdup_printf("%s: a bus refuses many programs whose user id inside is not "
                                    "the caller's: --keep-id keeps it",
                                    words));
}

int
dbus_seal(const struct draft *draft, struct plan *plan, struct failure *failure)
{
  for (int which = 0; which < BUSES; which++) {
    const struct bus_wish *wish = &draft->buses[which];
    struct bus *bus = &plan->buses[which];
    const struct search search = {
        .draft = draft, .plan = plan, .bus = bus, .which = which, .failure = failure};
    if (!draft_asked(&wish->asked))
      continue;
    bus->is_optional = !draft_asked(&wish->needed);
    bus->typed = bus->is_optional ? wish->asked.typed : wish->needed.typed;
    bus->rules = (const char *const *)(void *)wish->rules->pdata;
    bus->rule_count = wish->rules->len;
    if (seal_bus(&search) < 0)
      return -1;
    if (bus->address && !plan->has_buses)
      warn_of_id(draft, plan, &bus->typed);
    plan->has_buses |= bus->address != NULL;
  }
  return 0;
}

const GArray *
dbus_variables(const struct draft *draft, const struct plan *plan)
{
  if (!plan->has_buses)
    return draft->variables;
  GArray *variables = g_array_copy(draft->variables);
  for (int which = 0; which < BUSES; which++) {
    if (!plan->buses[which].address)
      continue;
    const struct variable variable = {
        .name = address_variables[which],
        .value = address_of(plan->buses[which].dest),
    };
    g_array_append_val(variables, variable);
  }
  return variables;
}

/* --- the proxy's command line ---------------------------------------------------- */

/* What the proxy's own sandbox shows. */
static void
add_surroundings(GPtrArray *words, const struct plan *plan)
{
  static const char *const shown[] = {
      "/usr",   "/bin",    "/sbin",      "/lib",       "/lib32",
      "/lib64", "/libx32", "/nix/store", "/gnu/store", "/etc/ld.so.cache"};
  bool has_network = false;

  for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
    g_ptr_array_add(words, (char *)"--show-try");
    g_ptr_array_add(words, (char *)shown[i]);
  }
  g_ptr_array_add(words, (char *)"--ro-bind");
  g_ptr_array_add(words, (char *)plan->proxy_program);
  g_ptr_array_add(words, (char *)PROXY_INSIDE);
  for (int which = 0; which < BUSES; which++) {
    const struct bus *bus = &plan->buses[which];
    has_network |= bus->address && !bus->path;
    if (!bus->address || !bus->path)
      continue;
    g_ptr_array_add(words, (char *)"--ro-bind");
    g_ptr_array_add(words, (char *)bus->path);
    g_ptr_array_add(words, (char *)bus->path);
  }
  if (!has_network)
    g_ptr_array_add(words, (char *)"--unshare-net");
}

static void
add_bus(GPtrArray *words, const struct plan *plan, int which, int place_fd)
{
  const struct bus *bus = &plan->buses[which];

  if (!bus->address)
    return;
  g_ptr_array_add(words, (char *)bus->address);
  g_ptr_array_add(words, g_strdup_printf("/proc/self/fd/%d/%s", place_fd, dbus_names[which]));
  g_ptr_array_add(words, (char *)"--filter");
  for (size_t i = 0; i < bus->rule_count; i++)
    g_ptr_array_add(words, g_strconcat("--", bus->rules[i], NULL));
}

char **
dbus_proxy_words(const struct plan *plan, int ready_fd, int place_fd)
{
  GPtrArray *words = g_ptr_array_new();
  const char *const beginning[] = {
      "hutch", "--keep-id",        "--die-with-parent", "--disable-userns", "--proc",
      "/proc", "--seccomp-filter", "default",           "--keep-fd",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(beginning); i++)
    g_ptr_array_add(words, (char *)beginning[i]);
  g_ptr_array_add(words, g_strdup_printf("%d", ready_fd));
  g_ptr_array_add(words, (char *)"--keep-fd");
  g_ptr_array_add(words, g_strdup_printf("%d", place_fd));
  add_surroundings(words, plan);
  g_ptr_array_add(words, (char *)"--");
  g_ptr_array_add(words, (char *)PROXY_INSIDE);
  g_ptr_array_add(words, g_strdup_printf("--fd=%d", ready_fd));
  for (int which = 0; which < BUSES; which++)
    add_bus(words, plan, which, place_fd);
  g_ptr_array_add(words, NULL);
  return (char **)g_ptr_array_free(words, FALSE);
}
