/* storm: what both kinds of storms need: time, chance, and the processes that are ours to end.
 *
 * A storm is the reaper of all that descends from it, so that what a sandbox leaves behind comes
 * back to it, and once it has no child there is nothing left anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tally {
  unsigned kills, sandboxes, leftovers, statuses;
};

double storm_now(void);

/* A number below LIMIT, another one each time. */
unsigned storm_chance(unsigned limit);

void storm_pause(double seconds);

/* Fills PIDS with at most MAX children of PID; returns how many. */
size_t storm_children(pid_t pid, pid_t *pids, size_t max);

/* Waits for all children to end, whoever they were, until SECONDS have passed. Ends what is there
 * then, and returns how many that were. */
unsigned storm_wait_all(double seconds);

/* Starts ARGV with its standard descriptors at /dev/null, but for the error, which goes to
 * ERROR_FD. */
pid_t storm_start(char **argv, int error_fd);

/* Kills the parent, or the monitor itself, at every moment of a start that takes about SPAN. */
void storm_parents(char **argv, double seconds, double span, bool kills_monitor,
                   struct tally *tally);

/* Keeps COUNT sandboxes alive, and kills at random in all of them. */
void storm_crowd(char **argv, unsigned count, double seconds, struct tally *tally);
