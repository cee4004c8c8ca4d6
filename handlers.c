/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "handlers.h"

#include "dbus.h"
#include "filter.h"
#include "label.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

/* --- what the handlers share --------------------------------------------- */

int
reader_refuse(struct reader *reader, enum refusal refusal, const char *detail)
{
  return phrases_refuse(reader->failure, STAGE_OPTIONS, reader->draft->persona->style, refusal,
                        &reader->typed, detail);
}

int
reader_parse_number(struct reader *reader, const char *word, unsigned base, uint64_t max,
                    enum refusal refusal, uint64_t *value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned(word, base, 0, max, &number, NULL))
    return reader_refuse(reader, refusal, NULL);
  *value = number;
  return 0;
}

int
reader_refuse_unreadable(struct reader *reader, enum refusal refusal)
{
  int error = errno;

  reader_refuse(reader, refusal, g_strerror(error));
  reader->failure->error = error;
  return -1;
}

/* It can, and is nothing that the option takes. */
static int
refuse_invalid(struct reader *reader, enum refusal refusal, const char *reason)
{
  reader_refuse(reader, refusal, reason);
  reader->failure->code = CODE_DATA_INVALID;
  return -1;
}

static int
parse_fd(struct reader *reader, const char *word, int *fd)
{
  uint64_t number = 0;

  if (reader_parse_number(reader, word, 10, INT_MAX, REFUSE_FD_NUMBER, &number) < 0)
    return -1;
  *fd = (int)number;
  return 0;
}

/* What the caller left open came through execve, and so is not to be closed by
 * it; what is belongs to hutch, be it that it fills a standard descriptor's place. */
static bool
is_callers(int fd)
{
  int flags = fcntl(fd, F_GETFD);

  return flags >= 0 && !(flags & FD_CLOEXEC);
}

static bool
goes_together(enum use one, enum use other)
{
  return one != USE_CLOSED && other != USE_CLOSED && !(one == USE_DATA && other == USE_DATA);
}

static int
refuse_bad_fd(struct reader *reader, enum refusal refusal)
{
  reader_refuse(reader, refusal, g_strerror(EBADF));
  reader->failure->code = CODE_FD_BAD;
  reader->failure->error = EBADF;
  return -1;
}

static int
claim_fd(struct reader *reader, const char *word, enum use use, enum refusal refusal, int *fd)
{
  struct draft *draft = reader->draft;

  if (parse_fd(reader, word, fd) < 0)
    return -1;
  if (!is_callers(*fd))
    return refuse_bad_fd(reader, refusal);
  for (guint i = 0; i < draft->claims->len; i++) {
    const struct claim *other = &g_array_index(draft->claims, struct claim, i);
    if (other->fd == *fd && !goes_together(use, other->use)) {
      g_autofree char *first = typed_describe(&other->typed);
      g_autofree char *reason = g_strdup_printf("descriptor %d is already %s by %s", *fd,
                                                other->use == USE_DATA ? "read" : "taken", first);
      reader_refuse(reader, refusal, reason);
      reader->failure->code = CODE_FD_DUPLICATE;
      return -1;
    }
  }
  const struct claim claim = {.fd = *fd, .use = use, .typed = reader->typed};
  g_array_append_val(draft->claims, claim);
  return 0;
}

int
reader_consume_fd(struct reader *reader, const char *word, enum use use, enum refusal refusal,
                  int *fd)
{
  if (claim_fd(reader, word, use, refusal, fd) < 0)
    return -1;
  g_array_append_val(reader->draft->consumed, *fd);
  return 0;
}

/* Remembers that the option being handled was given, with TEXT; the last counts. */
static void
remember(struct reader *reader, struct request *request, const char *text)
{
  if (draft_asked(request) && reader->typed.count > 1) {
    char *warning = phrases_only_last(reader->draft->persona->style, &reader->typed);
    if (warning)
      g_ptr_array_add(reader->draft->warnings, warning);
  }
  request->typed = reader->typed;
  request->text = text;
}

/* An option that is a request and nothing more; the last one counts. */
int
on_request(struct reader *reader, const struct option *option, char **operands)
{
  struct request *asked = draft_request(reader->draft, (size_t)option->value);

  remember(reader, asked, option_arity(option) > 0 ? operands[0] : NULL);
  return 0;
}

static int
request_fd(struct reader *reader, const struct option *option, char **operands, enum use use)
{
  int fd = -1;

  if (reader_consume_fd(reader, operands[0], use, (enum refusal)option->flags, &fd) < 0)
    return -1;
  draft_request(reader->draft, (size_t)option->value)->number = (uint32_t)fd;
  return on_request(reader, option, operands);
}

int
on_fd_request(struct reader *reader, const struct option *option, char **operands)
{
  return request_fd(reader, option, operands, USE_HELD);
}

int
on_closed_fd(struct reader *reader, const struct option *option, char **operands)
{
  return request_fd(reader, option, operands, USE_CLOSED);
}

/* What cannot be written to would never have room either. */
int
on_output_fd(struct reader *reader, const struct option *option, char **operands)
{
  int fd;

  if (parse_fd(reader, operands[0], &fd) < 0)
    return -1;
  if (is_callers(fd) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
    return refuse_bad_fd(reader, (enum refusal)option->flags);
  return on_closed_fd(reader, option, operands);
}

/* --- namespaces and identity -------------------------------------------- */

int
on_unshare(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->draft->unshare |= option->value;
  reader->draft->share &= ~option->value;
  return 0;
}

int
on_unshare_try(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->draft->unshare_try |= option->value;
  reader->draft->share &= ~option->value;
  return 0;
}

int
on_unshare_all(struct reader *reader, const struct option *option, char **operands)
{
  const uint64_t tried = CLONE_NEWUSER | CLONE_NEWCGROUP;

  (void)operands;
  reader->draft->unshare |= option->value & ~tried;
  reader->draft->unshare_try |= option->value & tried;
  reader->draft->share &= ~option->value;
  return 0;
}

int
on_share(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->draft->share |= option->value;
  reader->draft->unshare &= ~option->value;
  reader->draft->unshare_try &= ~option->value;
  return 0;
}

int
on_hostname(struct reader *reader, const struct option *option, char **operands)
{
  if (operands[0][0] == '\0' || strlen(operands[0]) > 64)
    return reader_refuse(reader, REFUSE_HOSTNAME, NULL);
  return on_request(reader, option, operands);
}

/* (uid_t)-1 means "no change" to the kernel and is nobody's id. */
int
on_id(struct reader *reader, const struct option *option, char **operands)
{
  bool is_user = option->value == DRAFT_REQUEST(uid);
  uint64_t number = 0;

  if (reader_parse_number(reader, operands[0], 10, UINT32_MAX - 1,
                          is_user ? REFUSE_UID : REFUSE_GID, &number) < 0)
    return -1;
  draft_request(reader->draft, (size_t)option->value)->number = (uint32_t)number;
  return on_request(reader, option, operands);
}

/* --- process ------------------------------------------------------------- */

int
on_setenv(struct reader *reader, const struct option *option, char **operands)
{
  struct variable variable = {.name = operands[0], .value = option->value ? operands[1] : NULL};

  if (operands[0][0] == '\0' || strchr(operands[0], '='))
    return reader_refuse(reader, REFUSE_VARIABLE, NULL);
  g_array_append_val(reader->draft->variables, variable);
  return 0;
}

int
on_keepenv(struct reader *reader, const struct option *option, char **operands)
{
  struct variable variable = {.name = operands[0], .value = getenv(operands[0])};

  (void)option;
  if (operands[0][0] == '\0' || strchr(operands[0], '='))
    return reader_refuse(reader, REFUSE_VARIABLE, NULL);
  g_array_append_val(reader->draft->variables, variable);
  return 0;
}

int
on_clearenv(struct reader *reader, const struct option *option, char **operands)
{
  struct variable variable = {0};

  (void)option;
  (void)operands;
  g_array_append_val(reader->draft->variables, variable);
  return 0;
}

int
on_umask(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t mask = 0;

  if (reader_parse_number(reader, operands[0], 8, 0777, REFUSE_UMASK, &mask) < 0)
    return -1;
  reader->draft->umask.number = (uint32_t)mask;
  return on_request(reader, option, operands);
}

int
on_argv0(struct reader *reader, const struct option *option, char **operands)
{
  if (draft_asked(&reader->draft->argv0))
    return reader_refuse(reader, REFUSE_TWICE, NULL);
  return on_request(reader, option, operands);
}

int
on_keep_fd(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  (void)option;
  if (claim_fd(reader, operands[0], USE_HELD, REFUSE_FD, &fd) < 0)
    return -1;
  g_array_append_val(reader->draft->keep_fds, fd);
  return 0;
}

int
on_lock_file(struct reader *reader, const struct option *option, char **operands)
{
  const struct lock lock = {.path = operands[0], .typed = reader->typed};

  (void)option;
  if (operands[0][0] == '\0')
    return reader_refuse(reader, REFUSE_EMPTY_DEST, NULL);
  g_array_append_val(reader->draft->locks, lock);
  return 0;
}

/* --- privileges ---------------------------------------------------------- */

static int
parse_capabilities(struct reader *reader, const char *word, uint64_t *set)
{
  g_autofree char *name = g_ascii_strdown(word, -1);
  g_autofree char *prefixed = g_strconcat("cap_", name, NULL);
  cap_value_t value;

  if (strcmp(name, "all") == 0) {
    *set = UINT64_MAX;
    return 0;
  }
  if (cap_from_name(name, &value) < 0 && cap_from_name(prefixed, &value) < 0)
    return reader_refuse(reader, REFUSE_CAPABILITY, NULL);
  *set = UINT64_C(1) << value;
  return 0;
}

int
on_capability(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  uint64_t set = 0;

  if (parse_capabilities(reader, operands[0], &set) < 0)
    return -1;
  draft->add_capabilities &= ~set;
  draft->drop_capabilities &= ~set;
  *(option->value ? &draft->add_capabilities : &draft->drop_capabilities) |= set;
  draft->capabilities = (struct request){.typed = reader->typed};
  return 0;
}

/* --seccomp names the only filter, --add-seccomp-fd one of many. */
static int
check_mixed(struct reader *reader, bool adds)
{
  struct draft *draft = reader->draft;

  if (draft_asked(adds ? &draft->seccomp : &draft->add_seccomp))
    return reader_refuse(reader, REFUSE_SECCOMP_MIXED, adds ? "--seccomp" : "--add-seccomp-fd");
  if (adds || !draft_asked(&draft->seccomp))
    return 0;
  if (draft->persona->strict)
    return reader_refuse(reader, REFUSE_SECCOMP_TWICE, NULL);
  g_array_set_size(draft->filters, 0);
  return 0;
}

int
on_seccomp(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  struct filter filter = {.typed = reader->typed};
  bool adds = option->value == DRAFT_REQUEST(add_seccomp);
  int fd = -1;

  if (check_mixed(reader, adds) < 0 ||
      reader_consume_fd(reader, operands[0], USE_DATA, REFUSE_SECCOMP_DATA, &fd) < 0)
    return -1;
  filter.fd = fd;
  switch (filter_read(fd, &filter.program)) {
  case FILTER_UNREADABLE:
    return reader_refuse_unreadable(reader, REFUSE_SECCOMP_DATA);
  case FILTER_TOO_LONG:
    return refuse_invalid(reader, REFUSE_SECCOMP_DATA, "the filter has over 4096 instructions");
  case FILTER_RAGGED:
    return reader_refuse(reader, REFUSE_SECCOMP_SIZE, NULL);
  case FILTER_EMPTY:
    if (draft->persona->strict)
      return refuse_invalid(reader, REFUSE_SECCOMP_DATA, "the filter is empty");
    break;
  case FILTER_READ:
    break;
  }
  g_array_append_val(draft->filters, filter);
  if (!adds)
    return on_request(reader, option, operands);
  draft->add_seccomp = (struct request){.typed = reader->typed};
  return 0;
}

static int
refuse_filter(struct reader *reader)
{
  g_autoptr(GString) names = g_string_new(NULL);

  for (const struct builtin *one = filter_builtins; one->name; one++)
    g_string_append_printf(names, "%s%s",
                           one == filter_builtins ? "" : (one[1].name ? ", " : " and "), one->name);
  return reader_refuse(reader, REFUSE_SECCOMP_NAME, names->str);
}

int
on_seccomp_filter(struct reader *reader, const struct option *option, char **operands)
{
  const struct builtin *builtin = filter_find(operands[0]);

  (void)option;
  if (!builtin)
    return refuse_filter(reader);
  const struct filter filter = {
      .program = builtin->program,
      .name = builtin->name,
      .fd = -1,
      .typed = reader->typed,
  };
  g_array_append_val(reader->draft->builtins, filter);
  return 0;
}

/* --- what is to be done with the plan ------------------------------------ */

const char *const handlers_forms[] = {
    [FORM_TEXT] = "text", [FORM_JSON] = "json", [FORM_ARGS] = "args", NULL};

int
on_print_plan(struct reader *reader, const struct option *option, char **operands)
{
  for (uint32_t form = 0; handlers_forms[form]; form++)
    if (strcmp(operands[0], handlers_forms[form]) == 0) {
      reader->draft->print_plan.number = form;
      return on_request(reader, option, operands);
    }
  return reader_refuse(reader, REFUSE_FORM, NULL);
}

int
on_explain(struct reader *reader, const struct option *option, char **operands)
{
  const struct question question = {.path = operands[0], .typed = reader->typed};

  (void)option;
  if (operands[0][0] == '\0')
    return reader_refuse(reader, REFUSE_EMPTY_PATH, NULL);
  g_array_append_val(reader->draft->questions, question);
  return 0;
}

int
on_label(struct reader *reader, const struct option *option, char **operands)
{
  if (label_is_supported())
    return on_request(reader, option, operands);
  return reader_refuse(reader, REFUSE_LABEL, NULL);
}

/* "none" asks for the bus, and for nothing on it. */
int
on_dbus(struct reader *reader, const struct option *option, char **operands)
{
  struct bus_wish *wish = &reader->draft->buses[option->value];
  const char *reason = dbus_check_rule(operands[0]);
  bool may_be_missing = option->flags;

  if (reason)
    return reader_refuse(reader, REFUSE_BUS_RULE, reason);
  if (!draft_asked(&wish->asked)) {
    wish->asked.typed = reader->typed;
    wish->rules = g_ptr_array_new();
  }
  if (!may_be_missing && !draft_asked(&wish->needed))
    wish->needed.typed = reader->typed;
  if (strcmp(operands[0], "none") != 0)
    g_ptr_array_add(wish->rules, operands[0]);
  return 0;
}

/* --- general ------------------------------------------------------------- */

int
on_intent(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->intent = (enum intent)option->value;
  return 0;
}
