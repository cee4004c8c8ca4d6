/* plan: what the sandbox is to be, sealed.
 *
 * The draft that the options fill becomes a plan once, through plan_seal(),
 * which checks the rules that concern more than one option and prepares all
 * that the far side of the fork line will need: strings, vectors, candidate
 * paths. Everything points into memory that lives as long as the process.
 * A plan is read by every room and changed by none, but for two slots that the
 * payload fills when it knows what belongs there: PWD, and the name of a script. This room should
 * decide; it must not mount, clone or print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "persona.h"
#include "typed.h"

#include <linux/filter.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum operation_kind {
  OPERATION_BIND,      /* source, dest */
  OPERATION_BIND_FD,   /* fd, dest */
  OPERATION_TMPFS,     /* dest, mode, size */
  OPERATION_PROC,      /* dest */
  OPERATION_DEV,       /* dest */
  OPERATION_MQUEUE,    /* dest */
  OPERATION_DIR,       /* dest, mode */
  OPERATION_FILE,      /* fd, dest, mode */
  OPERATION_BIND_DATA, /* fd, dest, mode */
  OPERATION_SYMLINK,   /* source: the link's target; dest */
  OPERATION_REMOUNT,   /* dest: read-only from now on */
  OPERATION_CHMOD,     /* dest, mode */
  OPERATION_OVERLAY,   /* layers, upper, work, dest */
  OPERATION_DBUS,      /* source: the name of a bus; dest */
};

enum operation_flag {
  OPERATION_READONLY = 1 << 0,
  OPERATION_DEVICES = 1 << 1,   /* device nodes keep working */
  OPERATION_OPTIONAL = 1 << 2,  /* a source that does not exist is skipped */
  OPERATION_COVER = 1 << 3,     /* a proc that would obey the payload: parts are read-only */
  OPERATION_COVER_ALL = 1 << 4, /* ... so are the kernel's settings */
  OPERATION_SCRATCH = 1 << 5,   /* an overlay whose changes are kept in memory */
  OPERATION_HOST_PROC = 1 << 6, /* a bind that stands in for a proc of the sandbox's own */
  OPERATION_CREATE = 1 << 7,    /* a source that does not exist is made a directory */
};

struct operation {
  enum operation_kind kind;
  unsigned flags;
  const char *source;
  const char *const *layers; /* directories of the host, the lowest first */
  size_t layer_count;
  const char *upper; /* where an overlay's changes go, and its work directory */
  const char *work;
  const char *dest;
  int fd;
  mode_t mode;        /* permission bits of what is made */
  mode_t parent_mode; /* permission bits of missing parents */
  uint64_t size;      /* bytes, 0 for the kernel's default */
  struct typed typed; /* the option that asked for it */
};

/* A seccomp filter, and the option that named it, if one did. */
struct filter {
  struct sock_fprog program;
  const char *name; /* of a built-in one, else NULL */
  bool logs;        /* a built-in one that refuses nothing and logs instead */
  int fd;           /* where another came from, else -1 */
  struct typed typed;
};

/* A file inside that is locked while the sandbox lives. */
struct lock {
  const char *path;
  struct typed typed; /* the option that asked for it */
};

/* What the sandbox is set up for. */
enum purpose {
  PURPOSE_RUN,     /* the command is executed */
  PURPOSE_PRINT,   /* nothing is built, the plan is printed */
  PURPOSE_CHECK,   /* all but the command, and nothing of the host's is changed */
  PURPOSE_EXPLAIN, /* the same, and paths are looked at inside */
};

enum {
  BUS_SESSION,
  BUS_SYSTEM,
  BUSES,
};

/* A message bus that the sandbox reaches through a proxy. */
struct bus {
  const char *address;      /* on the host; NULL for none, and then nothing else counts */
  const char *path;         /* of its socket there; NULL for an abstract one */
  const char *dest;         /* of the proxy's socket, inside */
  const char *const *rules; /* as the options take them */
  size_t rule_count;
  bool is_optional;   /* the bus might have been missing */
  struct typed typed; /* the option that asked for it first */
};

/* How a plan or an answer is printed. */
enum form {
  FORM_TEXT,
  FORM_JSON,
  FORM_ARGS, /* options that make the same plan */
};

/* A path that is to be explained. */
struct question {
  const char *path;
  struct typed typed;
};

/* An environment operation; name NULL clears all, value NULL unsets. */
struct variable {
  const char *name;
  const char *value;
};

/* One way to arrive at a working directory, with the matching PWD entry. */
struct directory {
  const char *path;
  char *pwd; /* "PWD=" and the path */
};

enum { DIRECTORIES_MAX = 3 };

/* Whether the set-up takes another id on. */
enum change {
  CHANGE_NOT,
  CHANGE_TRY, /* if there is such an id */
  CHANGE_MUST,
};

/* When the monitor is to tell who is inside which namespaces. */
enum moment {
  ANNOUNCE_NEVER,
  ANNOUNCE_START, /* as soon as there is a process */
  ANNOUNCE_READY, /* when all its namespaces are there */
};

/* One line of uid_map or gid_map, of length one. */
struct id_map {
  uint32_t inside;
  uint32_t outside;
};

struct plan {
  const struct persona *persona;
  enum purpose purpose;
  enum form form;
  const struct typed *options; /* all of them, in the order they were read */
  size_t option_count;
  const struct question *questions;
  size_t question_count;

  uint64_t namespaces;       /* CLONE_NEW* flags for clone3 */
  uint64_t inner_namespaces; /* unshared once the root is entered; 0 for none */
  bool map_ids;              /* the id maps are hutch's to write, not the caller's */
  bool inner_keeps_ids;      /* the inner namespace maps whatever ids there are */
  struct id_map uid;
  struct id_map gid;
  enum change take_uid; /* what is asked of uid.inside where others write the maps */
  enum change take_gid;
  enum change change_uid; /* ... and what is done, which is nothing if hutch writes them */
  enum change change_gid;
  struct id_map inner_uid; /* meaningful where inner_namespaces has NEWUSER */
  struct id_map inner_gid;
  int userns_fd; /* namespaces to join, each -1 for none: before clone3, ... */
  int pidns_fd;
  int userns2_fd;       /* ... and once the root is entered */
  bool limit_userns;    /* there is to be no user namespace below the inner one */
  bool assert_limited;  /* nobody inside can make a user namespace, or it is an error */
  bool detach_mounts;   /* the caller would see what is mounted, unless it is kept from that */
  const char *hostname; /* NULL: as on the host */

  const struct operation *operations;
  size_t operation_count;
  size_t source_count; /* descriptors the sources of all operations take */
  bool needs_scratch;  /* some operation writes to files in memory first */
  bool root_in_place;  /* the first operation asks for what a new mount namespace is already */

  uint64_t capabilities; /* bit N keeps capability N */
  bool keep_privileges;  /* the caller's capabilities are left as they are */
  const struct filter *filters;
  size_t filter_count;
  const int *keep_fds;
  size_t keep_count;
  const int *consumed_fds; /* what options took: the payload does not get them */
  size_t consumed_count;

  bool reaper; /* hutch is the first process inside; else the payload is */
  bool new_session;
  bool die_with_parent;
  bool die_with_monitor;

  struct bus buses[BUSES];
  bool has_buses;            /* any of them */
  const char *proxy_program; /* NULL where none is needed, or the plan only printed */

  const struct lock *locks;
  size_t lock_count;
  int sync_fd;         /* descriptors, each -1 for none: open while the sandbox lives */
  int block_fd;        /* the command waits for it */
  int userns_block_fd; /* the set-up waits for it */
  int info_fd;
  int json_status_fd;
  int status_fd; /* hutch's own documents of the start and the end */
  int error_fd;  /* ... and of a failure */
  enum moment announcement;
  const char *exec_label; /* SELinux contexts, or NULL */
  const char *file_label;
  bool level_prefix; /* messages begin with their level */

  /* argv[0] is a spare slot for the interpreter of scripts without "#!". */
  char **argv;
  const char *command;              /* as it was typed; NULL for none */
  char *const *words;               /* the command and its arguments, as they were typed */
  const char *argv0;                /* what replaces the first of them, or NULL */
  const struct variable *variables; /* changes to the caller's environment, in order */
  size_t variable_count;
  char **environment; /* NULL-terminated; pwd_slot is to be filled in */
  size_t pwd_slot;
  char *const *candidates;             /* paths to try to execute, NULL-terminated */
  const struct directory *directories; /* to be tried in order */
  size_t directory_count;
  bool directory_required;  /* the first one was asked for */
  struct typed chdir_typed; /* ... by this option */
  int umask;                /* the command's, or -1 for the caller's */
};

/* Where the descriptors of an overlay stand among its sources. */
enum overlay_source {
  OVERLAY_MOUNT, /* the overlay itself, once it is made */
  OVERLAY_UPPER,
  OVERLAY_WORK,
  OVERLAY_LAYERS, /* the first of the layers */
};

enum {
  DEVICE_SOURCES = 7, /* the nodes of a small /dev, then the console */
};

/* Whether the sandbox has a process namespace of its own. */
static inline bool
plan_has_pids(const struct plan *plan)
{
  return (plan->namespaces & CLONE_NEWPID) != 0;
}

/* Whether that one lies below another one that is joined. */
static inline bool
plan_has_pids_below(const struct plan *plan)
{
  return plan->pidns_fd >= 0 && plan_has_pids(plan);
}

/* Whether the reaper has to end what descends from it by itself: there is no process
 * namespace whose end would. */
static inline bool
plan_ends_others(const struct plan *plan)
{
  return plan->reaper && !plan_has_pids(plan) && !plan->persona->linger;
}

/* Whether nothing is to be started, and nothing of the host's to be changed. */
static inline bool
plan_keeps_host(const struct plan *plan)
{
  return plan->purpose != PURPOSE_RUN;
}

/* The permission bits of what an operation makes, and of missing parents, if none were
 * asked for. */
enum { PLAN_PARENT_MODE = 0755 };

static inline mode_t
plan_mode_of(enum operation_kind kind)
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

/* Whether the start and the end of the command are to be told, as hutch tells them. */
static inline bool
plan_tells_status(const struct plan *plan)
{
  return plan->status_fd >= 0 && plan->purpose == PURPOSE_RUN;
}

/* How many descriptors the sources of an operation take. */
static inline size_t
plan_sources_of(const struct operation *operation)
{
  switch (operation->kind) {
  case OPERATION_BIND:
  case OPERATION_BIND_FD:
  case OPERATION_BIND_DATA:
  case OPERATION_DBUS:
    return 1;
  case OPERATION_DEV:
    return DEVICE_SOURCES;
  case OPERATION_OVERLAY:
    return OVERLAY_LAYERS + operation->layer_count;
  default:
    return 0;
  }
}
