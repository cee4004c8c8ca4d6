#define _GNU_SOURCE 1
#include "storm.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  CROWD_MAX = 1024,
  STARTS_AT_ONCE = 4,
  WORDS_MAX = 256,
  HANG_SECONDS = 60,
  STATUS_OF_KILLED = 128 + SIGKILL,
};

enum victim {
  NOBODY,
  MONITOR,
  REAPER,
  PAYLOAD,
};

static struct member {
  pid_t pid;
  int status; /* of its payload */
  enum victim victim;
  double begun;
} members[CROWD_MAX];

static const char *const victims[] = {"nobody", "the monitor", "the reaper", "the payload"};

/* HUTCH OPTIONS... -- IDLE, to which the three operands are added. */
static void
start_member(char **argv, struct member *member, struct tally *tally)
{
  char *words[WORDS_MAX];
  char status[16], milliseconds[16], processes[] = "0";
  size_t count = 0;

  while (count < WORDS_MAX - 4 && argv[count]) {
    words[count] = argv[count];
    count++;
  }
  *member = (struct member){.status = 1 + (int)storm_chance(100), .begun = storm_now()};
  snprintf(status, sizeof status, "%d", member->status);
  snprintf(milliseconds, sizeof milliseconds, "%u", storm_chance(3000));
  words[count++] = status;
  words[count++] = milliseconds;
  processes[0] = (char)('0' + storm_chance(2));
  words[count++] = processes;
  words[count] = NULL;
  member->pid = storm_start(words, STDOUT_FILENO);
  if (member->pid < 0) {
    member->pid = 0;
    tally->statuses++;
    perror("# fork");
    return;
  }
  tally->sandboxes++;
}

static void
kill_one(struct member *member, struct tally *tally)
{
  pid_t child;
  pid_t pid = member->pid;
  enum victim victim = MONITOR + storm_chance(3);

  for (int i = MONITOR; i < (int)victim; i++) {
    if (storm_children(pid, &child, 1) != 1)
      return;
    pid = child;
  }
  member->victim = victim;
  if (kill(pid, SIGKILL) == 0)
    tally->kills++;
}

/* A payload that had ended by itself before it was killed has its own status. */
static bool
is_right(const struct member *member, int status)
{
  if (member->victim == MONITOR && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
    return true;
  if (!WIFEXITED(status))
    return false;
  return WEXITSTATUS(status) == member->status ||
         (member->victim >= REAPER && WEXITSTATUS(status) == STATUS_OF_KILLED);
}

static void
reap(unsigned count, struct tally *tally)
{
  int status;

  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    for (unsigned i = 0; i < count; i++) {
      if (members[i].pid != pid)
        continue;
      if (!is_right(&members[i], status)) {
        tally->statuses++;
        printf("# wait status %x for a payload's %d, when %s was killed\n", (unsigned)status,
               members[i].status, victims[members[i].victim]);
      }
      members[i].pid = 0;
    }
}

static unsigned
count_living(unsigned count, struct tally *tally)
{
  unsigned living = 0;

  for (unsigned i = 0; i < count; i++) {
    if (members[i].pid == 0)
      continue;
    living++;
    if (storm_now() > members[i].begun + HANG_SECONDS) {
      tally->leftovers++;
      printf("# a sandbox hangs; %s was killed\n", victims[members[i].victim]);
      kill(members[i].pid, SIGKILL);
      members[i].victim = MONITOR;
      members[i].begun = storm_now();
    }
  }
  return living;
}

void
storm_crowd(char **argv, unsigned count, double seconds, struct tally *tally)
{
  double end = storm_now() + seconds;
  unsigned most = 0;

  if (count > CROWD_MAX)
    exit(2);
  for (;;) {
    bool is_over = storm_now() >= end;
    unsigned living = count_living(count, tally);
    most = living > most ? living : most;
    if (is_over && living == 0)
      break;
    for (unsigned i = 0, started = 0; !is_over && i < count && started < STARTS_AT_ONCE; i++)
      if (members[i].pid == 0) {
        start_member(argv, &members[i], tally);
        started++;
        /* For every other one that starts, one is killed that may have just begun. */
        struct member *member = &members[storm_chance(count)];
        if (member->pid > 0 && member->victim == NOBODY && storm_chance(2) == 0)
          kill_one(member, tally);
      }
    reap(count, tally);
    storm_pause(0.002);
  }
  printf("# at most %u sandboxes at once\n", most);
  tally->leftovers += storm_wait_all(10);
}
