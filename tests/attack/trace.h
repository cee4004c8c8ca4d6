/* trace: runs one command under ptrace, and makes one system call of it fail, or kills there.
 *
 * Being traced from the start changes nothing that a sandbox is made of: only an exec of a
 * set-user-ID program would do without its privilege.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum {
  MONITOR,
  CHILD, /* becomes the reaper */
  PAYLOAD,
  PROXY,
  PROCESSES,           /* the others are not looked at */
  CALLS_MAX = 4096,    /* of one process until the end of the set-up */
  TEXT_SIZE = 1 << 20, /* of what is printed */
};

enum kill_or_error {
  DO_NOTHING = 0,
  DO_KILL = -1,
  DO_SWAP = -2, /* two names, before the call; other values are error numbers */
};

/* A descriptor that the command begins with. */
struct handed {
  int number;
  char *path;
};

struct command {
  char **argv;
  char **environment;
  const char *directory;
  const struct handed *handed;
  size_t handed_count;
  const char *swapped[2]; /* or NULL */
  bool has_proxy;         /* the first process that the monitor makes is that of a proxy */
};

struct fault {
  int process;
  long call; /* counted from 0 */
  int what;
  int resource; /* or -1 */
  rlim_t limit;
};

struct outcome {
  bool is_reached; /* the fault took place */
  bool is_hanging; /* the monitor had to be killed */
  int left;        /* processes that outlived the monitor */
  long call;       /* what was made to fail */
  int wait_status; /* of the monitor */
  long counts[PROCESSES];
  int calls[PROCESSES][CALLS_MAX];
  char out[TEXT_SIZE];
  char err[TEXT_SIZE / 16];
};

/* Whether a system call can fail at all: some are never refused, and have no way to say so. */
bool trace_may_fail(int call);

/* Gives each of the two names what the other one meant. */
void trace_swap(const struct command *command);

/* Runs COMMAND; system calls are counted in all processes if FAULT's process is -1. Returns
 * -1 when that itself is not possible. */
int trace_run(const struct command *command, const struct fault *fault, struct outcome *outcome);
