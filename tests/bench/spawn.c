/*
 * spawn [-p MILLISECONDS] <COMMANDS
 * spawn -t SECONDS [-j JOBS] <COMMANDS
 *
 * Starts commands and measures them, with as little of its own as can be: posix_spawn shares its
 * memory with the child, so that this program's size is no part of the time.
 *
 * COMMANDS is a row of commands, each the number of its rounds and its words, every one of them
 * ended by a NUL, and an empty word. The word "@id@" becomes a name that is used once.
 *
 * Without -t, the commands take turns, in a new order each round, so that what one leaves to the
 * kernel to clean up burdens no other more than the rest. A sample is the time from before the
 * start to after the exit was collected, and is printed as "sample COMMAND NANOSECONDS". The first
 * run of a command that has more than one is not counted.
 *
 * With -p, it rests so long before each start: the kernel takes network namespaces apart after
 * their last process has ended, and makes no new one meanwhile.
 *
 * With -t, each command is started again and again for that time, JOBS of them at once, and
 * "rate COMMAND RUNS NANOSECONDS" is printed. The time ends when no descendant is left.
 *
 * A command that exits with another status than 0 is printed as "failed COMMAND STATUS", and not
 * started again.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  JOBS_MAX = 64,
  ID_SIZE = 64,
};

struct command {
  unsigned long rounds;
  char **words;
  int failed;
};

static struct command *commands;
static size_t command_count;
static FILE *output;
static struct timespec pause_before;
static char id[ID_SIZE] = "not empty, which ends a command";

static _Noreturn void
die(void)
{
  perror("spawn");
  exit(2);
}

static void *
must(void *result)
{
  if (!result)
    die();
  return result;
}

static int64_t
now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* The next word, or NULL at the end of the input. */
static char *
read_word(void)
{
  char *word = NULL;
  size_t size = 0;

  if (getdelim(&word, &size, '\0', stdin) < 0) {
    free(word);
    return NULL;
  }
  return strcmp(word, "@id@") == 0 ? id : word;
}

static void
read_words(struct command *command)
{
  size_t count = 0;
  char *word;

  do {
    word = read_word();
    if (word && word[0] == '\0')
      word = NULL;
    command->words = must(realloc(command->words, (count + 1) * sizeof *command->words));
    command->words[count++] = word;
  } while (word);
}

static void
read_commands(void)
{
  char *rounds;

  while ((rounds = read_word()) != NULL) {
    commands = must(realloc(commands, (command_count + 1) * sizeof *commands));
    commands[command_count] = (struct command){.rounds = strtoul(rounds, NULL, 10)};
    read_words(&commands[command_count++]);
  }
}

/* The commands get nothing to read, and no place to write but the standard error. */
static void
settle_descriptors(void)
{
  int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);

  if (kept < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
    die();
  output = must(fdopen(kept, "w"));
}

static pid_t
start(const struct command *command)
{
  static unsigned long number;
  pid_t pid;

  snprintf(id, sizeof id, "bench-%d-%lu", (int)getpid(), number++);
  errno = posix_spawnp(&pid, command->words[0], NULL, NULL, command->words, environ);
  if (errno != 0)
    die();
  return pid;
}

static void
note_status(size_t index, int status)
{
  if (status == 0 || commands[index].failed)
    return;
  commands[index].failed = 1;
  fprintf(output, "failed %zu %d\n", index,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* What a command leaves behind comes to this process, and ends before the next is started. */
static void
reap_the_rest(void)
{
  while (waitpid(-1, NULL, 0) > 0)
    continue;
}

static void
take_sample(size_t index, int is_counted)
{
  int status = 0;

  nanosleep(&pause_before, NULL);
  int64_t begin = now();
  pid_t pid = start(&commands[index]);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    continue;
  int64_t spent = now() - begin;
  reap_the_rest();
  note_status(index, status);
  if (status == 0 && is_counted)
    fprintf(output, "sample %zu %lld\n", index, (long long)spent);
}

static uint64_t
next_random(void)
{
  static uint64_t state = 0x9e3779b97f4a7c15;

  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void
shuffle(size_t *order)
{
  for (size_t i = command_count; i > 1; i--) {
    size_t other = next_random() % i;
    size_t kept = order[i - 1];
    order[i - 1] = order[other];
    order[other] = kept;
  }
}

/* A command with fewer rounds than another is spread over all of them. */
static void
run_rounds(void)
{
  size_t *order = must(calloc(command_count, sizeof *order));
  unsigned long rounds = 0;

  for (size_t i = 0; i < command_count; i++) {
    order[i] = i;
    if (commands[i].rounds > 1)
      take_sample(i, 0);
    if (rounds < commands[i].rounds)
      rounds = commands[i].rounds;
  }
  for (unsigned long round = 0; round < rounds; round++) {
    shuffle(order);
    for (size_t i = 0; i < command_count; i++) {
      const struct command *command = &commands[order[i]];
      int has_turn = round * command->rounds / rounds != (round + 1) * command->rounds / rounds;
      if (has_turn && !command->failed)
        take_sample(order[i], 1);
    }
    fflush(output);
  }
  free(order);
}

static void
sustain(size_t index, int64_t duration, size_t jobs)
{
  pid_t pids[JOBS_MAX];
  unsigned long runs = 0;
  int64_t begin = now();
  pid_t ended;
  int status;

  for (size_t i = 0; i < jobs; i++)
    pids[i] = start(&commands[index]);
  while ((ended = waitpid(-1, &status, 0)) > 0)
    for (size_t i = 0; i < jobs; i++) {
      if (pids[i] != ended)
        continue;
      runs++;
      note_status(index, status);
      pids[i] = commands[index].failed || now() - begin >= duration ? 0 : start(&commands[index]);
      break;
    }
  if (!commands[index].failed)
    fprintf(output, "rate %zu %lu %lld\n", index, runs, (long long)(now() - begin));
  fflush(output);
}

int
main(int argc, char **argv)
{
  double seconds = 0;
  unsigned long jobs = 1;
  long pause = 0;
  int option;

  while ((option = getopt(argc, argv, "p:t:j:")) != -1) {
    if (option == 't')
      seconds = strtod(optarg, NULL);
    else if (option == 'p')
      pause = strtol(optarg, NULL, 10);
    else if (option == 'j')
      jobs = strtoul(optarg, NULL, 10);
    else
      return 2;
  }
  pause_before = (struct timespec){.tv_sec = pause / 1000, .tv_nsec = pause % 1000 * 1000000};
  if (jobs < 1 || jobs > JOBS_MAX || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return 2;
  read_commands();
  settle_descriptors();
  if (seconds <= 0)
    run_rounds();
  for (size_t i = 0; seconds > 0 && i < command_count; i++)
    sustain(i, (int64_t)(seconds * 1e9), jobs);
  return fclose(output) == 0 ? 0 : 2;
}
