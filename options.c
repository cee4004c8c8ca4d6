/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include "handlers.h"

#include <sched.h>
#include <string.h>

const char *const options_group_titles[GROUP_COUNT] = {
    [GROUP_GENERAL] = "General",       [GROUP_NAMESPACES] = "Namespaces and identity",
    [GROUP_FILES] = "File system",     [GROUP_PROCESS] = "Process",
    [GROUP_PRIVILEGES] = "Privileges",
};

#define NAMESPACE GROUP_NAMESPACES
#define ALL_NAMESPACES                                                                             \
  (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET)

/* A row reads best as its columns. */
/* clang-format off */
const struct option options_table[] = {
    /* --- general --- */
    {"--help", {OPERAND_NONE}, GROUP_GENERAL, on_intent, INTENT_HELP, 0,
     "print this help", NULL},
    {"--version", {OPERAND_NONE}, GROUP_GENERAL, on_intent, INTENT_VERSION, 0,
     "print version", NULL},
    {"--args", {OPERAND_FD}, GROUP_GENERAL, on_args, 0, 0,
     "read more options from descriptor FD",
     "The data are words, each ended by a NUL byte; the last NUL may be missing. They are read to "
     "the end of the descriptor and stand in the place of this option. They may hold options only, "
     "not the command, and no further --args."},
    {"--profile", {OPERAND_PROFILE}, GROUP_GENERAL, on_profile, 0, 0,
     "read more options from a file",
     "They stand in the place of this option, so that what comes behind it has the last word. A "
     "PROFILE with a slash is the path of the file, one without is looked up in the profile "
     "directories. hutch-profile(5) describes the file."},
    {"--error-fd", {OPERAND_FD}, GROUP_GENERAL, on_output_fd, DRAFT_REQUEST(error_fd), REFUSE_FD,
     "write a failure of hutch's own to FD as JSON",
     "One object: code, exit status, option, system call, errno, message and remedy. It counts from "
     "where it stands, so it comes first. Nothing is written when hutch does not fail."},
    {"--status-fd", {OPERAND_FD}, GROUP_GENERAL, on_output_fd, DRAFT_REQUEST(status_fd), REFUSE_FD,
     "write the start and the end to FD as JSON",
     "One object a line: \"started\", with the processes, the namespaces and what is enforced, and "
     "\"exit\", with the exit status and what the command used; or \"failed\" alone. It counts from "
     "where it stands, so it comes first."},
    {"--dry-run", {OPERAND_NONE}, GROUP_GENERAL, on_request, DRAFT_REQUEST(dry_run), 0,
     "check everything but start nothing, and print the plan",
     "The sandbox is built, with all that is the host's read-only in it, and the command is looked "
     "up. What would have to be made on the host is not made, and named as such. The exit status is "
     "0, or that of the failure."},
    {"--print-plan", {OPERAND_FORM}, GROUP_GENERAL, on_print_plan, DRAFT_REQUEST(print_plan), 0,
     "print the plan as text, json or args, and start nothing",
     "The form args is a command line that makes the same plan."},
    {"--explain", {OPERAND_PATH}, GROUP_GENERAL, on_explain, 0, 0,
     "print what PATH is inside; start nothing",
     "Says which operation decides, what is there, which path of the host is behind it, and what "
     "reading, writing and executing it would get. The sandbox is built and looked at, as with "
     "--dry-run. May be given more than once."},
    {"--json", {OPERAND_NONE}, GROUP_GENERAL, on_request, DRAFT_REQUEST(json), 0,
     "print --explain, --dry-run or --doctor as JSON", NULL},
    {"--doctor", {OPERAND_NONE}, GROUP_GENERAL, on_request, DRAFT_REQUEST(doctor), 0,
     "try what this system allows, and say what is missing",
     "Builds sandboxes, one step after the other, and reports each with a remedy. The exit status "
     "is 0 if the simplest one works, else 1."},
    {"--level-prefix", {OPERAND_NONE}, GROUP_GENERAL, on_request, DRAFT_REQUEST(level_prefix), 0,
     "begin messages with their level, as <3>",
     "The level is that of syslog(3), which the journal understands: 3 is an error, 4 a warning."},
    {"--not-a-security-boundary", {OPERAND_NONE},
     GROUP_GENERAL, on_request, DRAFT_REQUEST(not_a_boundary), 0,
     "accepted, without an effect", NULL},

    /* --- namespaces and identity --- */
    {"--unshare-user", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWUSER, 0,
     "new user namespace",
     "Always so, unless --userns names one."},
    {"--unshare-user-try", {OPERAND_NONE}, NAMESPACE, on_unshare_try, CLONE_NEWUSER, 0,
     "new user namespace if the kernel has them", NULL},
    {"--unshare-pid", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWPID, 0,
     "new process namespace",
     "The default."},
    {"--unshare-ipc", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWIPC, 0,
     "new IPC namespace",
     "The default."},
    {"--unshare-uts", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWUTS, 0,
     "new host name namespace",
     "The default."},
    {"--unshare-cgroup", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWCGROUP, 0,
     "new control group namespace",
     "The default."},
    {"--unshare-cgroup-try", {OPERAND_NONE}, NAMESPACE, on_unshare_try, CLONE_NEWCGROUP, 0,
     "the same if the kernel has them", NULL},
    {"--unshare-net", {OPERAND_NONE}, NAMESPACE, on_unshare, CLONE_NEWNET, 0,
     "new network namespace with nothing but loopback",
     "The loopback interface is up, with 127.0.0.1 and ::1. Nothing of the host's network is "
     "reachable, and neither are the abstract UNIX sockets of the host."},
    {"--unshare-all", {OPERAND_NONE}, NAMESPACE, on_unshare_all, ALL_NAMESPACES, 0,
     "all of the above", NULL},
    {"--share-pid", {OPERAND_NONE}, NAMESPACE, on_share, CLONE_NEWPID, 0,
     "see and signal the caller's processes",
     "The sandbox then has no process namespace whose end would end every process in it: the "
     "reaper ends what descends from the command, which a hostile command can escape."},
    {"--share-ipc", {OPERAND_NONE}, NAMESPACE, on_share, CLONE_NEWIPC, 0,
     "keep the caller's IPC namespace", NULL},
    {"--share-uts", {OPERAND_NONE}, NAMESPACE, on_share, CLONE_NEWUTS, 0,
     "keep the caller's host name namespace", NULL},
    {"--share-cgroup", {OPERAND_NONE}, NAMESPACE, on_share, CLONE_NEWCGROUP, 0,
     "keep the caller's control group namespace", NULL},
    {"--share-net", {OPERAND_NONE}, NAMESPACE, on_share, CLONE_NEWNET, 0,
     "keep the caller's network",
     "The default. Takes back an earlier --unshare-net or the network's part of --unshare-all."},
    {"--userns", {OPERAND_FD}, NAMESPACE, on_fd_request, DRAFT_REQUEST(userns), REFUSE_USERNS_FD,
     "join the user namespace FD instead of a new one",
     "The descriptor is that of a file such as /proc/PID/ns/user. The namespace must be one that "
     "the caller owns. The sandbox takes on id 0, or those of --uid and --gid, where they are "
     "mapped."},
    {"--userns2", {OPERAND_FD}, NAMESPACE, on_fd_request, DRAFT_REQUEST(userns2), REFUSE_USERNS_FD,
     "then, when all is set up, join the user namespace FD",
     "The namespace must lie below the one that the sandbox is set up in."},
    {"--pidns", {OPERAND_FD}, NAMESPACE, on_fd_request, DRAFT_REQUEST(pidns), REFUSE_PIDNS_FD,
     "join the process namespace FD",
     "The namespace must belong to the user namespace that the sandbox is set up in. A new "
     "process namespace of the sandbox's own lies below it."},
    {"--disable-userns", {OPERAND_NONE}, NAMESPACE, on_request, DRAFT_REQUEST(disable_userns), 0,
     "let nobody inside make a user namespace", NULL},
    {"--assert-userns-disabled", {OPERAND_NONE}, NAMESPACE, on_request,
     DRAFT_REQUEST(assert_userns_disabled), 0,
     "fail if a user namespace can be made inside", NULL},
    {"--hostname", {OPERAND_HOSTNAME}, NAMESPACE, on_hostname, DRAFT_REQUEST(hostname), 0,
     "host name inside",
     "Needs a host name namespace of the sandbox's own."},
    {"--uid", {OPERAND_UID}, NAMESPACE, on_id, DRAFT_REQUEST(uid), 0,
     "user id inside",
     "Without it the id is 0."},
    {"--gid", {OPERAND_GID}, NAMESPACE, on_id, DRAFT_REQUEST(gid), 0,
     "group id inside",
     "Without it the id is 0."},
    {"--keep-id", {OPERAND_NONE}, NAMESPACE, on_request, DRAFT_REQUEST(keep_id), 0,
     "the caller's user and group id inside", NULL},

    /* --- file system --- */
    {"--bind", {OPERAND_SOURCE, OPERAND_DEST}, GROUP_FILES, on_source_dest, OPERATION_BIND, 0,
     "show the host's SRC at DEST, writable",
     "The source is a file or a directory with all that is mounted below it. A relative source "
     "starts at the caller's working directory, a relative destination at the new root."},
    {"--ro-bind", {OPERAND_SOURCE, OPERAND_DEST},
     GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_READONLY,
     "show the host's SRC at DEST, read-only",
     "Everything mounted below the source is read-only too."},
    {"--dev-bind", {OPERAND_SOURCE, OPERAND_DEST},
     GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_DEVICES,
     "as --bind, and device nodes work", NULL},
    {"--bind-try", {OPERAND_SOURCE, OPERAND_DEST},
     GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_OPTIONAL,
     "as --bind, but skipped if SRC does not exist", NULL},
    {"--ro-bind-try", {OPERAND_SOURCE, OPERAND_DEST}, GROUP_FILES, on_source_dest, OPERATION_BIND,
     OPERATION_READONLY | OPERATION_OPTIONAL,
     "as --ro-bind, but skipped if SRC does not exist", NULL},
    {"--dev-bind-try", {OPERAND_SOURCE, OPERAND_DEST}, GROUP_FILES, on_source_dest, OPERATION_BIND,
     OPERATION_DEVICES | OPERATION_OPTIONAL,
     "as --dev-bind, but skipped if SRC does not exist", NULL},
    {"--bind-fd", {OPERAND_FD, OPERAND_DEST}, GROUP_FILES, on_fd_dest, OPERATION_BIND_FD, 0,
     "show what descriptor FD refers to at DEST, writable",
     "The descriptor is an open file or directory, or one opened with O_PATH. What appears is that "
     "very object: if its name leads to another one meanwhile, or nowhere, that is an error."},
    {"--ro-bind-fd", {OPERAND_FD, OPERAND_DEST},
     GROUP_FILES, on_fd_dest, OPERATION_BIND_FD, OPERATION_READONLY,
     "show what descriptor FD refers to at DEST, read-only", NULL},
    {"--overlay-src", {OPERAND_SOURCE_DIR}, GROUP_FILES, on_overlay_source, 0, 0,
     "a layer of the overlay that follows",
     "May be given more than once: each layer lies on top of the one before it."},
    {"--overlay", {OPERAND_UPPER, OPERAND_WORK, OPERAND_DEST_DIR},
     GROUP_FILES, on_overlay, OPERATION_OVERLAY, 0,
     "show the layers and RWSRC on top at DEST",
     "Changes are written to RWSRC. WORKDIR is an empty directory of the same file system, for the "
     "kernel's use. The directories belong to the overlay while the sandbox runs."},
    {"--tmp-overlay", {OPERAND_DEST_DIR},
     GROUP_FILES, on_overlay, OPERATION_OVERLAY, OPERATION_SCRATCH,
     "show the layers at DEST, changes are kept in memory",
     "The changes are gone with the sandbox."},
    {"--ro-overlay", {OPERAND_DEST_DIR},
     GROUP_FILES, on_overlay, OPERATION_OVERLAY, OPERATION_READONLY,
     "show the layers at DEST, read-only",
     "There must be two layers at least."},
    {"--bind-create", {OPERAND_SOURCE_DIR, OPERAND_DEST_DIR},
     GROUP_FILES, on_source_dest, OPERATION_BIND, OPERATION_CREATE,
     "as --bind, but SRC is made a directory if it is missing",
     "So are the directories above it, with the permissions 0700. With --dry-run and --explain "
     "nothing is made, and a SRC that does not exist is skipped."},
    {"--show-try", {OPERAND_HOST_PATH}, GROUP_FILES, on_show, OPERATION_BIND,
     OPERATION_READONLY | OPERATION_OPTIONAL,
     "show the host's PATH in its place, if it exists, read-only",
     "A symbolic link becomes a link to the same target, so that a system looks as it does on the "
     "host, whether its /bin is a directory or a link."},
    {"--tmpfs", {OPERAND_DEST_DIR}, GROUP_FILES, on_dest, OPERATION_TMPFS, 0,
     "new empty file system in memory at DEST", NULL},
    {"--proc", {OPERAND_DEST_DIR}, GROUP_FILES, on_dest, OPERATION_PROC, 0,
     "new proc file system at DEST",
     "With --share-pid it is the host's /proc. Started by root, the kernel's settings in it are "
     "read-only."},
    {"--dev", {OPERAND_DEST_DIR}, GROUP_FILES, on_dest, OPERATION_DEV, 0,
     "new small /dev at DEST",
     "It holds null, zero, full, random, urandom and tty of the host, console when the standard "
     "output is a terminal, the links fd, stdin, stdout, stderr, core and ptmx, an empty shm, and "
     "pts with pseudo-terminals of its own."},
    {"--mqueue", {OPERAND_DEST_DIR}, GROUP_FILES, on_dest, OPERATION_MQUEUE, 0,
     "new POSIX message queue file system at DEST", NULL},
    {"--dir", {OPERAND_DEST_DIR}, GROUP_FILES, on_dest, OPERATION_DIR, 0,
     "make a directory at DEST", NULL},
    {"--file", {OPERAND_FD, OPERAND_DEST}, GROUP_FILES, on_data_dest, OPERATION_FILE, 0,
     "make a file with the data of FD at DEST",
     "The descriptor is read to its end from where it stands. No two options may read the same "
     "descriptor."},
    {"--bind-data", {OPERAND_FD, OPERAND_DEST}, GROUP_FILES, on_data_dest, OPERATION_BIND_DATA, 0,
     "show a new file with the data of FD at DEST", NULL},
    {"--ro-bind-data", {OPERAND_FD, OPERAND_DEST}, GROUP_FILES, on_data_dest, OPERATION_BIND_DATA,
     OPERATION_READONLY,
     "as --bind-data, read-only", NULL},
    {"--symlink", {OPERAND_TARGET, OPERAND_DEST}, GROUP_FILES, on_source_dest, OPERATION_SYMLINK, 0,
     "make a symbolic link to TARGET at DEST",
     "A link to the same target that stands there already is left alone."},
    {"--remount-ro", {OPERAND_DEST}, GROUP_FILES, on_dest, OPERATION_REMOUNT, OPERATION_READONLY,
     "make the mount at DEST read-only, that one alone", NULL},
    {"--chmod", {OPERAND_MODE, OPERAND_PATH}, GROUP_FILES, on_chmod, OPERATION_CHMOD, 0,
     "change the permissions of PATH inside", NULL},
    {"--perms", {OPERAND_MODE}, GROUP_FILES, on_perms, 0, 0,
     "permissions of what the next option makes",
     "Concerns the next --dir, --tmpfs, --file, --bind-data or --ro-bind-data. Without it these "
     "are 0755, 0755, 0666, 0600 and 0600. Missing parents get 0755, less what the permissions "
     "deny to the group and to others altogether."},
    {"--size", {OPERAND_SIZE}, GROUP_FILES, on_size, 0, 0,
     "size of the next --tmpfs", NULL},

    /* --- process --- */
    {"--chdir", {OPERAND_DIRECTORY}, GROUP_PROCESS, on_request, DRAFT_REQUEST(chdir), 0,
     "working directory inside", NULL},
    {"--umask", {OPERAND_MODE}, GROUP_PROCESS, on_umask, DRAFT_REQUEST(umask), 0,
     "permissions that what the command makes does not get",
     "Without it the command has the caller's umask. What the options make has the permissions that "
     "they name."},
    {"--setenv", {OPERAND_VARIABLE, OPERAND_VALUE}, GROUP_PROCESS, on_setenv, true, 0,
     "set an environment variable", NULL},
    {"--unsetenv", {OPERAND_VARIABLE}, GROUP_PROCESS, on_setenv, false, 0,
     "unset an environment variable", NULL},
    {"--clearenv", {OPERAND_NONE}, GROUP_PROCESS, on_clearenv, 0, 0,
     "unset all variables so far, but PWD", NULL},
    {"--keepenv", {OPERAND_VARIABLE}, GROUP_PROCESS, on_keepenv, 0, 0,
     "let an environment variable be as the caller has it",
     "Takes back what earlier options did to it. Behind --clearenv, such options are the list of "
     "what is let through. A variable that the caller does not have is unset."},
    {"--argv0", {OPERAND_ARGV0}, GROUP_PROCESS, on_argv0, DRAFT_REQUEST(argv0), 0,
     "what the command sees as its own name", NULL},
    {"--keep-fd", {OPERAND_FD}, GROUP_PROCESS, on_keep_fd, 0, 0,
     "let the command inherit descriptor FD",
     "An open directory or socket is a way out of the sandbox."},
    {"--new-session", {OPERAND_NONE}, GROUP_PROCESS, on_request, DRAFT_REQUEST(new_session), 0,
     "start a new terminal session", NULL},
    {"--die-with-parent", {OPERAND_NONE},
     GROUP_PROCESS, on_request, DRAFT_REQUEST(die_with_parent), 0,
     "end the sandbox when the calling process ends",
     "The calling process is the one that is hutch's parent when hutch starts to run."},
    {"--as-pid-1", {OPERAND_NONE}, GROUP_PROCESS, on_request, DRAFT_REQUEST(as_pid_1), 0,
     "no reaper: the command itself is process 1",
     "The command must reap what is left to it, and has no reaper that tells signals to its process "
     "group apart. A hostile one can undo that it ends when hutch is killed."},
    {"--lock-file", {OPERAND_DEST}, GROUP_PROCESS, on_lock_file, 0, 0,
     "hold a read lock on DEST inside while the sandbox lives",
     "The lock is one of fcntl(2). May be given more than once."},
    {"--dbus-session", {OPERAND_BUS_RULE}, GROUP_PROCESS, on_dbus, BUS_SESSION, 0,
     "reach the session bus, filtered by RULE",
     "The sandbox gets a socket of xdg-dbus-proxy, which must be installed, and "
     "DBUS_SESSION_BUS_ADDRESS. RULE is see=NAME, talk=NAME, own=NAME, call=NAME=METHOD@PATH, "
     "broadcast=NAME=METHOD@PATH, or none, which allows nothing but the bus itself. May be given more than once."},
    {"--dbus-session-try", {OPERAND_BUS_RULE}, GROUP_PROCESS, on_dbus, BUS_SESSION, 1,
     "the same, but skipped if there is no session bus", NULL},
    {"--dbus-system", {OPERAND_BUS_RULE}, GROUP_PROCESS, on_dbus, BUS_SYSTEM, 0,
     "reach the system bus, filtered by RULE",
     "As --dbus-session."},
    {"--dbus-system-try", {OPERAND_BUS_RULE}, GROUP_PROCESS, on_dbus, BUS_SYSTEM, 1,
     "the same, but skipped if there is no system bus", NULL},
    {"--sync-fd", {OPERAND_FD}, GROUP_PROCESS, on_fd_request, DRAFT_REQUEST(sync_fd), REFUSE_FD,
     "keep FD open while the sandbox lives",
     "The command does not get the descriptor, but with --as-pid-1. Who holds the other end of a "
     "pipe learns of the end of the sandbox."},
    {"--block-fd", {OPERAND_FD}, GROUP_PROCESS, on_closed_fd, DRAFT_REQUEST(block_fd), REFUSE_FD,
     "wait for a byte on FD before the command starts",
     "The end of FD will do, too."},
    {"--userns-block-fd", {OPERAND_FD}, GROUP_PROCESS, on_closed_fd, DRAFT_REQUEST(userns_block_fd),
     REFUSE_FD,
     "wait on FD until the caller has written the id maps",
     "The caller learns from --info-fd of which process. The ids inside are those that it maps."},
    {"--info-fd", {OPERAND_FD}, GROUP_PROCESS, on_closed_fd, DRAFT_REQUEST(info_fd), REFUSE_INFO_FD,
     "write the first process's id and its namespaces to FD",
     "The data are a JSON object. FD is closed before the command starts, and before --block-fd "
     "waits."},
    {"--json-status-fd", {OPERAND_FD}, GROUP_PROCESS, on_closed_fd, DRAFT_REQUEST(json_status_fd),
     REFUSE_STATUS_FD,
     "write the same to FD, and at the end the exit status",
     "The data are JSON objects, one a line. No second one comes when the sandbox could not be "
     "built or the command not be executed."},

    /* --- privileges --- */
    {"--cap-add", {OPERAND_CAPABILITY}, GROUP_PRIVILEGES, on_capability, true, 0,
     "keep capability CAP, or ALL of them",
     "The name may be in either case and without its prefix. The capability concerns what belongs "
     "to the sandbox; the mounts do not, and stay locked."},
    {"--cap-drop", {OPERAND_CAPABILITY}, GROUP_PRIVILEGES, on_capability, false, 0,
     "do not keep CAP, or any of them",
     "Takes an earlier --cap-add back."},
    {"--seccomp", {OPERAND_FD}, GROUP_PRIVILEGES, on_seccomp, DRAFT_REQUEST(seccomp), 0,
     "load the compiled seccomp filter in FD",
     "The data are struct sock_filter, as seccomp_export_bpf(3) writes them."},
    {"--add-seccomp-fd", {OPERAND_FD}, GROUP_PRIVILEGES, on_seccomp, DRAFT_REQUEST(add_seccomp), 0,
     "the same; may be given more than once, loaded in order", NULL},
    {"--seccomp-filter", {OPERAND_FILTER}, GROUP_PRIVILEGES, on_seccomp_filter, 0, 0,
     "load the built-in filter NAME: terminal, default or strict",
     "default refuses what no ordinary program needs, strict allows what builds and tests need and "
     "nothing else. May be given more than once. Built-in filters are loaded before those of "
     "--seccomp and --add-seccomp-fd; every one of them has to allow a call. See hutch-seccomp(1)."},
    {"--seccomp-log", {OPERAND_NONE}, GROUP_PRIVILEGES, on_request, DRAFT_REQUEST(seccomp_log), 0,
     "log what --seccomp-filter would refuse, and let it pass",
     "The kernel's log names the number of each call. The filter for the terminal, which is always "
     "there, goes on refusing."},
    {"--exec-label", {OPERAND_LABEL}, GROUP_PRIVILEGES, on_label, DRAFT_REQUEST(exec_label), 0,
     "SELinux context of the command", NULL},
    {"--file-label", {OPERAND_LABEL}, GROUP_PRIVILEGES, on_label, DRAFT_REQUEST(file_label), 0,
     "SELinux context of what is made in memory", NULL},
    {0},
};
/* clang-format on */

/* --- the loop ------------------------------------------------------------ */

int
option_arity(const struct option *option)
{
  int arity = 0;

  while (option->operands[arity] != OPERAND_NONE)
    arity++;
  return arity;
}

char *
option_operands(const struct option *option)
{
  GString *words = g_string_new(NULL);

  for (const enum operand *operand = option->operands; *operand != OPERAND_NONE; operand++)
    g_string_append_printf(words, "%s%s", words->len == 0 ? "" : " ", operand_kinds[*operand].word);
  return g_string_free(words, FALSE);
}

bool
option_comes_once(const struct option *option)
{
  static handler *const handlers[] = {on_argv0,       on_closed_fd,  on_fd_request, on_hostname,
                                      on_id,          on_intent,     on_label,      on_output_fd,
                                      on_print_plan,  on_request,    on_share,      on_unshare,
                                      on_unshare_all, on_unshare_try};

  for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
    if (option->handle == handlers[i])
      return true;
  return option->handle == on_seccomp && option->value == DRAFT_REQUEST(seccomp);
}

static const struct option *
find_option(const char *word)
{
  if (word[0] != '-' || word[1] != '-')
    return NULL;
  /* Thousands of options are looked up in a row: the first letter rules most rows out. */
  for (const struct option *option = options_table; option->name; option++)
    if (option->name[2] == word[2] && strcmp(option->name, word) == 0)
      return option;
  return NULL;
}

static int
refuse_arity(struct reader *reader, const struct option *option)
{
  enum refusal refusal = (enum refusal)(REFUSE_ONE_OPERAND + option_arity(option) - 1);
  g_autofree char *operands = option_operands(option);

  return reader_refuse(reader, refusal, operands);
}

/* "--name=operand" in one word, for an option that takes one operand: the two words,
 * which live as long as the process, or NULL if WORD is none of these. */
static char **
split_word(const struct reader *reader, const char *word)
{
  const char *equals = strchr(word, '=');

  if (!equals || !reader->draft->persona->strict)
    return NULL;
  char **words = g_new(char *, 3);
  words[0] = g_strndup(word, (gsize)(equals - word));
  words[1] = (char *)equals + 1;
  words[2] = NULL;
  const struct option *option = find_option(words[0]);
  if (option && option_arity(option) == 1) {
    g_ptr_array_add(reader->draft->split, words);
    return words;
  }
  g_free(words[0]);
  g_free(words);
  return NULL;
}

static int
read_option(struct reader *reader, char **words, int count, int *used)
{
  const struct option *option = find_option(words[0]);
  char **split = option ? NULL : split_word(reader, words[0]);

  if (split)
    option = find_option(split[0]);
  reader->typed = (struct typed){
      .words = words,
      .count = 1,
      .index = (int)reader->draft->typed->len,
      .origin = reader->origin,
  };
  g_array_append_val(reader->draft->typed, reader->typed);
  if (!option)
    return reader_refuse(reader, REFUSE_UNKNOWN, NULL);
  int arity = option_arity(option);
  if (!split && arity > count - 1)
    return refuse_arity(reader, option);
  *used = split ? 1 : arity + 1;
  reader->typed.count = *used;
  g_array_index(reader->draft->typed, struct typed, reader->typed.index) = reader->typed;
  if (reader_check_waiting(reader, option) < 0)
    return -1;
  return option->handle(reader, option, (split ? split : words) + 1);
}

static int
refuse_words(struct reader *reader, size_t max)
{
  char number[24];

  g_snprintf(number, sizeof number, "%zu", max);
  return reader_refuse(reader, REFUSE_TOO_MANY_WORDS, number);
}

int
reader_read_words(struct reader *reader, char **words, int count, int *used)
{
  size_t max = reader->draft->persona->words_max;
  int at = 0, taken = 0;

  if (max > 0 && reader->words > max)
    return refuse_words(reader, max);
  while (at < count && words[at][0] == '-' && reader->intent == INTENT_RUN) {
    if (strcmp(words[at], "--") == 0) {
      at += !reader->in_profile;
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
  struct reader reader = {
      .draft = draft,
      .failure = failure,
      .intent = INTENT_RUN,
      .words = (size_t)argc,
  };
  int used = 0;

  if (reader_read_words(&reader, argv + 1, argc - 1, &used) < 0)
    return INTENT_FAIL;
  if (reader.intent != INTENT_RUN)
    return reader.intent;
  if (draft_asked(&draft->doctor))
    return INTENT_DOCTOR;
  if (used + 1 < argc)
    draft->command = argv + 1 + used;
  else if (draft->persona->usage_without_command)
    return INTENT_USAGE;
  return INTENT_RUN;
}

char *
options_help(const char *program)
{
  GString *text = g_string_new(NULL);

  g_string_printf(text, "usage: %s [OPTIONS...] [--] COMMAND [ARGS...]\n", program);
  for (int group = 0; group < GROUP_COUNT; group++) {
    if (group == GROUP_GENERAL)
      g_string_append_c(text, '\n');
    else
      g_string_append_printf(text, "\n%s:\n", options_group_titles[group]);
    for (const struct option *option = options_table; option->name; option++) {
      if ((int)option->group != group)
        continue;
      g_autofree char *operands = option_operands(option);
      g_autofree char *usage = g_strconcat(option->name, " ", operands, NULL);
      g_string_append_printf(text, "    %-28s %c%s\n", usage, g_ascii_toupper(option->help[0]),
                             option->help + 1);
    }
  }
  return g_string_free(text, FALSE);
}
