/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

/* The reading of one list of words: the command line, or the data of --args. */
struct reader {
  struct draft *draft;
  struct failure *failure;
  enum intent intent;
  struct typed typed; /* the option being handled */
  bool in_data;       /* the words came from --args */
};

enum {
  ARGS_BYTES_MAX = 64 << 20,
};

const char *const options_group_titles[GROUP_COUNT] = {
    [GROUP_GENERAL] = "General",       [GROUP_NAMESPACES] = "Namespaces and identity",
    [GROUP_FILES] = "File system",     [GROUP_PROCESS] = "Process",
    [GROUP_PRIVILEGES] = "Privileges",
};

static int read_words(struct reader *reader, char **words, int count, int *used);

/* Refuses the option being handled because of REASON. */
static int
refuse(struct reader *reader, const char *reason)
{
  g_autofree char *typed = typed_to_string(&reader->typed);

  return failure_say(reader->failure, STAGE_OPTIONS, typed, reason);
}

static int
parse_number(struct reader *reader, const char *word, unsigned base, uint64_t max, const char *what,
             uint64_t *value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned(word, base, 0, max, &number, NULL))
    return refuse(reader, what);
  *value = number;
  return 0;
}

static int
parse_fd(struct reader *reader, const char *word, int *fd)
{
  uint64_t number = 0;

  if (parse_number(reader, word, 10, INT_MAX, "not a file descriptor number", &number) < 0)
    return -1;
  *fd = (int)number;
  return 0;
}

/* What the caller left open came through execve, and so is not to be closed by
 * it; what is belongs to hutch, be it that it fills a standard descriptor's place. */
static int
check_open(struct reader *reader, int fd)
{
  int flags = fcntl(fd, F_GETFD);

  return flags < 0 || (flags & FD_CLOEXEC) ? refuse(reader, g_strerror(EBADF)) : 0;
}

/* Marks FD as read to its end by this option; no other may read it too. */
static int
claim_data(struct reader *reader, const char *word, int *fd)
{
  struct draft *draft = reader->draft;

  if (parse_fd(reader, word, fd) < 0 || check_open(reader, *fd) < 0)
    return -1;
  for (guint i = 0; i < draft->claims->len; i++) {
    const struct claim *other = &g_array_index(draft->claims, struct claim, i);
    if (other->fd == *fd) {
      g_autofree char *first = typed_to_string(&other->typed);
      g_autofree char *reason = g_strdup_printf("descriptor %d is already read by %s", *fd, first);
      return refuse(reader, reason);
    }
  }
  g_array_append_vals(draft->claims, &(struct claim){.fd = *fd, .typed = reader->typed}, 1);
  return 0;
}

static void
request(struct reader *reader, struct request *request, const char *text)
{
  request->typed = reader->typed;
  request->text = text;
}

/* An option that is a request and nothing more; the last one counts. */
static int
on_request(struct reader *reader, const struct option *option, char **operands)
{
  struct request *asked = draft_request(reader->draft, (size_t)option->value);

  request(reader, asked, option_arity(option) > 0 ? operands[0] : NULL);
  return 0;
}

/* --- operations --------------------------------------------------------- */

static bool
takes_mode(enum operation_kind kind)
{
  return kind == OPERATION_TMPFS || kind == OPERATION_DIR || kind == OPERATION_FILE ||
         kind == OPERATION_BIND_DATA;
}

static mode_t
default_mode(enum operation_kind kind)
{
  switch (kind) {
  case OPERATION_FILE:
    return 0666;
  case OPERATION_BIND_DATA:
    return 0600;
  default:
    return 0755;
  }
}

/* Parents are no more open than what they lead to. */
static mode_t
narrow_parents(mode_t mode)
{
  mode_t parents = 0755;

  if ((mode & S_IRWXG) == 0)
    parents &= ~(mode_t)S_IRWXG;
  if ((mode & S_IRWXO) == 0)
    parents &= ~(mode_t)S_IRWXO;
  return parents;
}

static int
append_operation(struct reader *reader, const struct option *option, struct operation operation)
{
  struct draft *draft = reader->draft;

  operation.kind = (enum operation_kind)option->value;
  operation.flags = option->flags;
  operation.words = reader->typed.words;
  operation.word_count = reader->typed.count;
  operation.parent_mode = 0755;
  if (operation.dest[0] == '\0')
    return refuse(reader, "the destination is empty");
  if (operation.kind != OPERATION_CHMOD)
    operation.mode = default_mode(operation.kind);
  if (draft->perms.typed.count > 0) {
    operation.mode = (mode_t)draft->perms.number;
    operation.parent_mode = narrow_parents(operation.mode);
    draft->perms = (struct request){0};
  }
  if (draft->size.typed.count > 0) {
    operation.size = draft->size_value;
    draft->size = (struct request){0};
  }
  g_array_append_val(draft->operations, operation);
  return 0;
}

static int
on_source_dest(struct reader *reader, const struct option *option, char **operands)
{
  if (operands[0][0] == '\0')
    return refuse(reader, "the source is empty");
  return append_operation(reader, option,
                          (struct operation){.source = operands[0], .dest = operands[1], .fd = -1});
}

static int
on_overlay_source(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;

  (void)option;
  if (operands[0][0] == '\0')
    return refuse(reader, "the source is empty");
  if (draft->layers->len == 0)
    request(reader, &draft->overlay_source, operands[0]);
  g_ptr_array_add(draft->layers, operands[0]);
  return 0;
}

/* The last operand is the destination; two before it are where changes go. */
static int
on_overlay(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  bool has_upper = option_arity(option) == 3;
  struct operation operation = {
      .fd = -1,
      .dest = operands[has_upper ? 2 : 0],
      .upper = has_upper ? operands[0] : NULL,
      .work = has_upper ? operands[1] : NULL,
      .layer_count = draft->layers->len,
  };

  if (operation.layer_count == 0)
    return refuse(reader, "needs at least one --overlay-src before it");
  if (operation.layer_count == 1 && (option->flags & OPERATION_READONLY))
    return refuse(reader, "needs at least two --overlay-src before it");
  operation.layers = (const char *const *)g_ptr_array_free(draft->layers, FALSE);
  draft->layers = g_ptr_array_new();
  draft->overlay_source = (struct request){0};
  return append_operation(reader, option, operation);
}

static int
on_dest(struct reader *reader, const struct option *option, char **operands)
{
  return append_operation(reader, option, (struct operation){.dest = operands[0], .fd = -1});
}

static int
on_fd_dest(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  if (parse_fd(reader, operands[0], &fd) < 0 || check_open(reader, fd) < 0)
    return -1;
  return append_operation(reader, option, (struct operation){.fd = fd, .dest = operands[1]});
}

static int
on_data_dest(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  if (claim_data(reader, operands[0], &fd) < 0)
    return -1;
  return append_operation(reader, option, (struct operation){.fd = fd, .dest = operands[1]});
}

static int
on_chmod(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t mode = 0;

  if (parse_number(reader, operands[0], 8, 07777, "not an octal mode of at most 07777", &mode) < 0)
    return -1;
  return append_operation(reader, option,
                          (struct operation){.mode = (mode_t)mode, .dest = operands[1], .fd = -1});
}

static int
on_perms(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t mode = 0;

  (void)option;
  if (parse_number(reader, operands[0], 8, 07777, "not an octal mode of at most 07777", &mode) < 0)
    return -1;
  request(reader, &reader->draft->perms, operands[0]);
  reader->draft->perms.number = (uint32_t)mode;
  return 0;
}

static int
on_size(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;

  (void)option;
  if (parse_number(reader, operands[0], 10, INT64_MAX, "not a number of bytes",
                   &draft->size_value) < 0)
    return -1;
  if (draft->size_value == 0)
    return refuse(reader, "a size of zero bytes holds nothing");
  request(reader, &draft->size, operands[0]);
  return 0;
}

/* --perms, --size and --overlay-src wait for an operation that they can concern. */
static int
check_waiting(struct reader *reader, const struct option *option, bool is_operation)
{
  struct draft *draft = reader->draft;
  enum operation_kind kind = (enum operation_kind)option->value;

  if (draft->perms.typed.count > 0 && !(is_operation && takes_mode(kind)) &&
      strcmp(option->name, "--size") != 0) {
    reader->typed = draft->perms.typed;
    return refuse(reader, "must come right before an option that makes a file or directory");
  }
  if (draft->size.typed.count > 0 && !(is_operation && kind == OPERATION_TMPFS) &&
      strcmp(option->name, "--perms") != 0) {
    reader->typed = draft->size.typed;
    return refuse(reader, "must come right before --tmpfs");
  }
  if (draft->layers->len > 0 && option->handle != on_overlay_source &&
      option->handle != on_overlay) {
    reader->typed = draft->overlay_source.typed;
    return refuse(reader, "must come right before another layer or the overlay itself");
  }
  return 0;
}

/* --- namespaces and identity -------------------------------------------- */

static int
on_unshare(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->draft->unshare |= option->value;
  reader->draft->share &= ~option->value;
  return 0;
}

static int
on_share(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->draft->share |= option->value;
  reader->draft->unshare &= ~option->value;
  return 0;
}

static int
on_hostname(struct reader *reader, const struct option *option, char **operands)
{
  (void)option;
  if (operands[0][0] == '\0' || strlen(operands[0]) > 64)
    return refuse(reader, "a host name has 1 to 64 bytes");
  request(reader, &reader->draft->hostname, operands[0]);
  return 0;
}

/* (uid_t)-1 means "no change" to the kernel and is nobody's id. */
static int
on_id(struct reader *reader, const struct option *option, char **operands)
{
  bool is_user = option->value == DRAFT_REQUEST(uid);
  uint64_t number = 0;

  if (parse_number(reader, operands[0], 10, UINT32_MAX - 1,
                   is_user ? "not a user id" : "not a group id", &number) < 0)
    return -1;
  draft_request(reader->draft, (size_t)option->value)->number = (uint32_t)number;
  return on_request(reader, option, operands);
}

/* --- process ------------------------------------------------------------- */

static int
on_setenv(struct reader *reader, const struct option *option, char **operands)
{
  struct variable variable = {.name = operands[0], .value = option->value ? operands[1] : NULL};

  if (operands[0][0] == '\0' || strchr(operands[0], '='))
    return refuse(reader, "not the name of an environment variable");
  g_array_append_val(reader->draft->variables, variable);
  return 0;
}

static int
on_clearenv(struct reader *reader, const struct option *option, char **operands)
{
  struct variable variable = {0};

  (void)option;
  (void)operands;
  g_array_append_val(reader->draft->variables, variable);
  return 0;
}

static int
on_argv0(struct reader *reader, const struct option *option, char **operands)
{
  (void)option;
  if (reader->draft->argv0.typed.count > 0)
    return refuse(reader, "given more than once");
  request(reader, &reader->draft->argv0, operands[0]);
  return 0;
}

static int
on_keep_fd(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  (void)option;
  if (parse_fd(reader, operands[0], &fd) < 0 || check_open(reader, fd) < 0)
    return -1;
  g_array_append_val(reader->draft->keep_fds, fd);
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
    return refuse(reader, "no such capability");
  *set = UINT64_C(1) << value;
  return 0;
}

static int
on_capability(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t *kept = &reader->draft->capabilities;
  uint64_t set = 0;

  if (parse_capabilities(reader, operands[0], &set) < 0)
    return -1;
  *kept = option->value ? *kept | set : *kept & ~set;
  return 0;
}

static int
on_seccomp(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  struct request *asked = option->value ? &draft->add_seccomp : &draft->seccomp;
  struct request *other = option->value ? &draft->seccomp : &draft->add_seccomp;
  struct filter filter = {.words = reader->typed.words, .word_count = reader->typed.count};
  int fd = -1;

  if (!option->value && asked->typed.count > 0)
    return refuse(reader, "given more than once: --add-seccomp-fd adds further filters");
  if (other->typed.count > 0)
    return refuse(reader, "--seccomp and --add-seccomp-fd do not go together");
  request(reader, asked, operands[0]);
  if (claim_data(reader, operands[0], &fd) < 0)
    return -1;
  if (filter_read(fd, &filter.program, reader->failure) < 0) {
    g_autofree char *reason = g_strdup(reader->failure->text);
    return refuse(reader, reason);
  }
  g_array_append_val(draft->filters, filter);
  return 0;
}

/* --- general ------------------------------------------------------------- */

static int
on_intent(struct reader *reader, const struct option *option, char **operands)
{
  (void)operands;
  reader->intent = (enum intent)option->value;
  return 0;
}

/* The words of the data, which live as long as the process. NULL and errno when
 * they cannot be read, or never seem to end. */
static GPtrArray *
read_data(int fd)
{
  g_autoptr(GByteArray) data = g_byte_array_new();
  GPtrArray *words = g_ptr_array_new();
  guint8 chunk[16384];
  ssize_t got;

  while ((got = read(fd, chunk, sizeof chunk)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 || data->len > ARGS_BYTES_MAX) {
      errno = got < 0 ? errno : EFBIG;
      g_ptr_array_free(words, TRUE);
      return NULL;
    }
    g_byte_array_append(data, chunk, (guint)got);
  }
  if (data->len > 0 && data->data[data->len - 1] != '\0')
    g_byte_array_append(data, (const guint8 *)"", 1);
  gsize size = data->len;
  char *text = (char *)g_byte_array_steal(data, NULL);
  for (gsize at = 0; at < size; at += strlen(text + at) + 1)
    g_ptr_array_add(words, text + at);
  return words;
}

static int
on_args(struct reader *reader, const struct option *option, char **operands)
{
  struct reader inner = *reader;
  int fd = -1, used = 0;

  (void)option;
  if (reader->in_data)
    return refuse(reader, "not possible inside the data of --args");
  if (claim_data(reader, operands[0], &fd) < 0)
    return -1;
  GPtrArray *words = read_data(fd);
  if (!words)
    return refuse(reader, g_strerror(errno));
  inner.in_data = true;
  int result = read_words(&inner, (char **)words->pdata, (int)words->len, &used);
  if (result == 0 && used < (int)words->len && inner.intent == INTENT_RUN) {
    g_autofree char *reason =
        g_strdup_printf("the data holds a word that is no option: %s", (char *)words->pdata[used]);
    return refuse(reader, reason);
  }
  reader->intent = inner.intent;
  return result;
}

#define NAMESPACE GROUP_NAMESPACES
#define ALL_NAMESPACES                                                                             \
  (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET)

/* A row reads best as its columns. */
/* clang-format off */
const struct option options_table[] = {
    /* --- general --- */
    {"--help", "", GROUP_GENERAL, on_intent, INTENT_HELP, 0,
     "print this help and exit", NULL},
    {"--version", "", GROUP_GENERAL, on_intent, INTENT_VERSION, 0,
     "print the version and exit", NULL},
    {"--args", "FD", GROUP_GENERAL, on_args, 0, 0,
     "read more options from descriptor FD",
     "The data are words, each ended by a NUL byte; the last NUL may be missing. They are read to "
     "the end of the descriptor and stand in the place of this option. They may hold options only, "
     "not the command, and no further --args."},

    /* --- namespaces and identity --- */
    {"--unshare-user", "", NAMESPACE, on_unshare, CLONE_NEWUSER, 0,
     "new user namespace (always so)", NULL},
    {"--unshare-pid", "", NAMESPACE, on_unshare, CLONE_NEWPID, 0,
     "new process namespace (the default)", NULL},
    {"--unshare-ipc", "", NAMESPACE, on_unshare, CLONE_NEWIPC, 0,
     "new IPC namespace (the default)", NULL},
    {"--unshare-uts", "", NAMESPACE, on_unshare, CLONE_NEWUTS, 0,
     "new host name namespace (the default)", NULL},
    {"--unshare-cgroup", "", NAMESPACE, on_unshare, CLONE_NEWCGROUP, 0,
     "new control group namespace (the default)", NULL},
    {"--unshare-net", "", NAMESPACE, on_unshare, CLONE_NEWNET, 0,
     "new network namespace with nothing but loopback",
     "The loopback interface is up, with 127.0.0.1 and ::1. Nothing of the host's network is "
     "reachable, and neither are the abstract UNIX sockets of the host."},
    {"--unshare-all", "", NAMESPACE, on_unshare, ALL_NAMESPACES, 0,
     "all of the above", NULL},
    {"--share-pid", "", NAMESPACE, on_share, CLONE_NEWPID, 0,
     "see and signal the caller's processes",
     "The sandbox then has no process namespace whose end would end every process in it: the "
     "reaper ends what descends from the command, which a hostile command can escape."},
    {"--share-ipc", "", NAMESPACE, on_share, CLONE_NEWIPC, 0,
     "keep the caller's IPC namespace", NULL},
    {"--share-uts", "", NAMESPACE, on_share, CLONE_NEWUTS, 0,
     "keep the caller's host name namespace", NULL},
    {"--share-cgroup", "", NAMESPACE, on_share, CLONE_NEWCGROUP, 0,
     "keep the caller's control group namespace", NULL},
    {"--share-net", "", NAMESPACE, on_share, CLONE_NEWNET, 0,
     "keep the caller's network (the default)",
     "Takes back an earlier --unshare-net or the network's part of --unshare-all."},
    {"--hostname", "NAME", NAMESPACE, on_hostname, 0, 0,
     "host name inside",
     "Needs a host name namespace of the sandbox's own."},
    {"--uid", "UID", NAMESPACE, on_id, DRAFT_REQUEST(uid), 0,
     "user id inside (default 0)", NULL},
    {"--gid", "GID", NAMESPACE, on_id, DRAFT_REQUEST(gid), 0,
     "group id inside (default 0)", NULL},
    {"--keep-id", "", NAMESPACE, on_request, DRAFT_REQUEST(keep_id), 0,
     "the caller's user and group id inside", NULL},

    /* --- file system --- */
    {"--bind", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND, 0,
     "show the host's SRC at DEST, writable",
     "The source is a file or a directory with all that is mounted below it. A relative source "
     "starts at the caller's working directory, a relative destination at the new root."},
    {"--ro-bind", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_READONLY,
     "show the host's SRC at DEST, read-only",
     "Everything mounted below the source is read-only too."},
    {"--dev-bind", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_DEVICES,
     "as --bind, and device nodes work", NULL},
    {"--bind-try", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_OPTIONAL,
     "as --bind, but skipped if SRC does not exist", NULL},
    {"--ro-bind-try", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND,
     OPERATION_READONLY | OPERATION_OPTIONAL,
     "as --ro-bind, but skipped if SRC does not exist", NULL},
    {"--dev-bind-try", "SRC DEST", GROUP_FILES, on_source_dest, OPERATION_BIND,
     OPERATION_DEVICES | OPERATION_OPTIONAL,
     "as --dev-bind, but skipped if SRC does not exist", NULL},
    {"--bind-fd", "FD DEST", GROUP_FILES, on_fd_dest, OPERATION_BIND_FD, 0,
     "show what descriptor FD refers to at DEST, writable",
     "The descriptor is an open file or directory, or one opened with O_PATH. What appears is that "
     "very object: if its name leads to another one meanwhile, or nowhere, that is an error."},
    {"--ro-bind-fd", "FD DEST", GROUP_FILES, on_fd_dest, OPERATION_BIND_FD, OPERATION_READONLY,
     "show what descriptor FD refers to at DEST, read-only", NULL},
    {"--overlay-src", "SRC", GROUP_FILES, on_overlay_source, 0, 0,
     "a layer of the overlay that follows",
     "May be given more than once: each layer lies on top of the one before it."},
    {"--overlay", "RWSRC WORKDIR DEST", GROUP_FILES, on_overlay, OPERATION_OVERLAY, 0,
     "show the layers and RWSRC on top at DEST",
     "Changes are written to RWSRC. WORKDIR is an empty directory of the same file system, for the "
     "kernel's use. The directories belong to the overlay while the sandbox runs."},
    {"--tmp-overlay", "DEST", GROUP_FILES, on_overlay, OPERATION_OVERLAY, OPERATION_SCRATCH,
     "show the layers at DEST, changes are kept in memory",
     "The changes are gone with the sandbox."},
    {"--ro-overlay", "DEST", GROUP_FILES, on_overlay, OPERATION_OVERLAY, OPERATION_READONLY,
     "show the layers at DEST, read-only",
     "There must be two layers at least."},
    {"--tmpfs", "DEST", GROUP_FILES, on_dest, OPERATION_TMPFS, 0,
     "new empty file system in memory at DEST", NULL},
    {"--proc", "DEST", GROUP_FILES, on_dest, OPERATION_PROC, 0,
     "new proc file system at DEST",
     "With --share-pid it is the host's /proc. Started by root, the kernel's settings in it are "
     "read-only."},
    {"--dev", "DEST", GROUP_FILES, on_dest, OPERATION_DEV, 0,
     "new small /dev at DEST",
     "It holds null, zero, full, random, urandom and tty of the host, console when the standard "
     "output is a terminal, the links fd, stdin, stdout, stderr, core and ptmx, an empty shm, and "
     "pts with pseudo-terminals of its own."},
    {"--mqueue", "DEST", GROUP_FILES, on_dest, OPERATION_MQUEUE, 0,
     "new POSIX message queue file system at DEST", NULL},
    {"--dir", "DEST", GROUP_FILES, on_dest, OPERATION_DIR, 0,
     "make a directory at DEST", NULL},
    {"--file", "FD DEST", GROUP_FILES, on_data_dest, OPERATION_FILE, 0,
     "make a file with the data of FD at DEST",
     "The descriptor is read to its end from where it stands. No two options may read the same "
     "descriptor."},
    {"--bind-data", "FD DEST", GROUP_FILES, on_data_dest, OPERATION_BIND_DATA, 0,
     "show a new file with the data of FD at DEST", NULL},
    {"--ro-bind-data", "FD DEST", GROUP_FILES, on_data_dest, OPERATION_BIND_DATA,
     OPERATION_READONLY,
     "as --bind-data, read-only", NULL},
    {"--symlink", "TARGET DEST", GROUP_FILES, on_source_dest, OPERATION_SYMLINK, 0,
     "make a symbolic link to TARGET at DEST",
     "A link to the same target that stands there already is left alone."},
    {"--remount-ro", "DEST", GROUP_FILES, on_dest, OPERATION_REMOUNT, OPERATION_READONLY,
     "make the mount at DEST read-only, that one alone", NULL},
    {"--chmod", "OCTAL PATH", GROUP_FILES, on_chmod, OPERATION_CHMOD, 0,
     "change the permissions of PATH inside", NULL},
    {"--perms", "OCTAL", GROUP_FILES, on_perms, 0, 0,
     "permissions of what the next option makes",
     "Concerns the next --dir, --tmpfs, --file, --bind-data or --ro-bind-data. Without it these "
     "are 0755, 0755, 0666, 0600 and 0600. Missing parents get 0755, less what the permissions "
     "deny to the group and to others altogether."},
    {"--size", "BYTES", GROUP_FILES, on_size, 0, 0,
     "size of the next --tmpfs", NULL},

    /* --- process --- */
    {"--chdir", "DIR", GROUP_PROCESS, on_request, DRAFT_REQUEST(chdir), 0,
     "working directory inside", NULL},
    {"--setenv", "VAR VALUE", GROUP_PROCESS, on_setenv, true, 0,
     "set an environment variable", NULL},
    {"--unsetenv", "VAR", GROUP_PROCESS, on_setenv, false, 0,
     "unset an environment variable", NULL},
    {"--clearenv", "", GROUP_PROCESS, on_clearenv, 0, 0,
     "unset all variables so far, but PWD", NULL},
    {"--argv0", "NAME", GROUP_PROCESS, on_argv0, 0, 0,
     "what the command sees as its own name", NULL},
    {"--keep-fd", "FD", GROUP_PROCESS, on_keep_fd, 0, 0,
     "let the command inherit descriptor FD",
     "An open directory or socket is a way out of the sandbox."},
    {"--new-session", "", GROUP_PROCESS, on_request, DRAFT_REQUEST(new_session), 0,
     "start a new terminal session", NULL},
    {"--die-with-parent", "", GROUP_PROCESS, on_request, DRAFT_REQUEST(die_with_parent), 0,
     "end the sandbox when the calling process ends",
     "The calling process is the one that is hutch's parent when hutch starts to run."},
    {"--as-pid-1", "", GROUP_PROCESS, on_request, DRAFT_REQUEST(as_pid_1), 0,
     "no reaper: the command itself is process 1",
     "The command must reap what is left to it, and has no reaper that tells signals to its process "
     "group apart. A hostile one can undo that it ends when hutch is killed."},

    /* --- privileges --- */
    {"--cap-add", "CAP", GROUP_PRIVILEGES, on_capability, true, 0,
     "keep capability CAP, or ALL of them",
     "The name may be in either case and without its prefix. The capability concerns what belongs "
     "to the sandbox; the mounts do not, and stay locked."},
    {"--cap-drop", "CAP", GROUP_PRIVILEGES, on_capability, false, 0,
     "take an earlier --cap-add back", NULL},
    {"--seccomp", "FD", GROUP_PRIVILEGES, on_seccomp, false, 0,
     "load the compiled seccomp filter in FD",
     "The data are struct sock_filter, as seccomp_export_bpf(3) writes them."},
    {"--add-seccomp-fd", "FD", GROUP_PRIVILEGES, on_seccomp, true, 0,
     "the same; may be given more than once, loaded in order", NULL},
    {0},
};
/* clang-format on */

/* --- the loop ------------------------------------------------------------ */

int
option_arity(const struct option *option)
{
  int arity = 0;

  for (const char *at = option->operands; *at != '\0'; at++)
    arity += *at == ' ';
  return option->operands[0] == '\0' ? 0 : arity + 1;
}

static const struct option *
find_option(const char *word)
{
  for (const struct option *option = options_table; option->name; option++)
    if (strcmp(option->name, word) == 0)
      return option;
  return NULL;
}

static bool
is_operation(const struct option *option)
{
  return option->handle == on_source_dest || option->handle == on_dest ||
         option->handle == on_fd_dest || option->handle == on_data_dest ||
         option->handle == on_chmod || option->handle == on_overlay;
}

static int
read_option(struct reader *reader, char **words, int count, int *used)
{
  static const char *const numerals[] = {"no operand", "one operand", "two operands",
                                         "three operands"};
  const struct option *option = find_option(words[0]);

  if (!option)
    return failure_say(reader->failure, STAGE_OPTIONS, "unknown option", words[0]);
  int arity = option_arity(option);
  if (arity > count - 1) {
    g_autofree char *text =
        g_strdup_printf("%s takes %s: %s", option->name,
                        numerals[MIN(arity, (int)G_N_ELEMENTS(numerals) - 1)], option->operands);
    return failure_say(reader->failure, STAGE_OPTIONS, NULL, text);
  }
  *used = arity + 1;
  reader->typed = (struct typed){.words = words, .count = *used};
  if (check_waiting(reader, option, is_operation(option)) < 0)
    return -1;
  return option->handle(reader, option, words + 1);
}

/* Reads options up to the first word that is none; *used words were read. */
static int
read_words(struct reader *reader, char **words, int count, int *used)
{
  int at = 0, taken = 0;

  while (at < count && words[at][0] == '-' && reader->intent == INTENT_RUN) {
    if (strcmp(words[at], "--") == 0) {
      at++;
      break;
    }
    if (read_option(reader, words + at, count - at, &taken) < 0)
      return -1;
    at += taken;
  }
  *used = at;
  return 0;
}

enum intent
options_read(struct draft *draft, int argc, char **argv, struct failure *failure)
{
  struct reader reader = {.draft = draft, .failure = failure, .intent = INTENT_RUN};
  int used = 0;

  if (read_words(&reader, argv + 1, argc - 1, &used) < 0)
    return INTENT_FAIL;
  if (reader.intent == INTENT_RUN && used + 1 < argc)
    draft->command = argv + 1 + used;
  return reader.intent;
}

char *
options_help(const char *program)
{
  GString *text = g_string_new(NULL);

  g_string_printf(text, "usage: %s [OPTIONS...] [--] COMMAND [ARGS...]\n", program);
  for (int group = 0; group < GROUP_COUNT; group++) {
    g_string_append_printf(text, "\n%s:\n", options_group_titles[group]);
    for (const struct option *option = options_table; option->name; option++) {
      if ((int)option->group != group)
        continue;
      g_autofree char *usage = g_strconcat(option->name, " ", option->operands, NULL);
      g_string_append_printf(text, "    %-28s %s\n", usage, option->help);
    }
  }
  return g_string_free(text, FALSE);
}
