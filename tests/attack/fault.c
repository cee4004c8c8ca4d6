/*
 * fault [OPTIONS...] -- COMMAND...
 *
 * Runs COMMAND, a hutch whose payload is tests/attack/portrait, again and again, each time with
 * another system call of its set-up failing, or with a process killed there. After each it looks
 * whether the payload ran in a complete sandbox or not at all, whether a process is left, whether
 * the host's tree is as it was, and whether exit status and message say what happened.
 *
 *   --name NAME        what to call it
 *   --seconds N        end after so long, if not all has been tried by then; 0: never
 *   --jobs N           so many at once; each has the tree TREE.0, TREE.1, and so on
 *   --tree TREE        what must stay as it is; @ in the command stands for its name
 *   --hand N=PATH      opens PATH as descriptor N of the command
 *   --failed STATUS    the exit status of a set-up that failed
 *   --limits           tries limits on resources instead of system calls
 *   --swap ONE=TWO     exchanges the two names before a system call instead; @ as above
 *   --loose            what the payload sees may depend on that
 *   --proxy            COMMAND starts a proxy, which is the fourth process
 *   --only P:N:WHAT    tries one of them, and prints the portrait: process, system call, and error
 *                      number or -1 to kill; -1:0:0 for none
 *
 * Prints each finding with the words that repeat it, and "NAME faults N kills N limits N races N
 * missed N escapes N leftovers N leaks N statuses N seconds N" at the end.
 */
#define _GNU_SOURCE 1
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <getopt.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  PAYLOAD_STATUS = 42,
  ITEMS_MAX = 65536,
  TREE_SIZE = 65536,
  HANDED_MAX = 16,
  JOBS_MAX = 16,
  BASELINE_TRIES = 4,
  SHOWN_LINES = 6,
};

static const int errors[] = {EPERM, DO_KILL, ENOSYS, ENOMEM, EINTR, EMFILE};
enum {
  ERRORS = sizeof errors / sizeof errors[0],
};
static const char *const process_names[PROCESSES] = {"monitor", "child", "payload", "proxy"};

/* What all the jobs write to. */
static struct shared {
  size_t next;
  size_t faults, kills, limits, races, missed;
  size_t escapes, leftovers, leaks, statuses;
  bool is_broken;
} * shared;

static struct {
  const char *name;
  const char *tree;
  const char *only;
  double seconds;
  int jobs;
  int failed;
  int limits, loose, has_proxy;
  char *swapped[2];
  struct handed handed[HANDED_MAX];
  size_t handed_count;
} options = {.name = "fault", .jobs = 1, .failed = 125};

static struct fault items[ITEMS_MAX];
static size_t item_count;

/* Of one job. */
static struct command command;
static char tree[4096];
static char tree_before[TREE_SIZE], tree_after[TREE_SIZE];
static struct outcome baseline, outcome;
static long main_begins;   /* the monitor's first system call of its own */
static long reaper_begins; /* the child's, when the payload's process is there */

static double
now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int
compare_entries(const FTSENT **left, const FTSENT **right)
{
  return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* Writes a line for each entry of the host's tree, with what must not change. */
static void
describe_tree(char *text, size_t size)
{
  char *const paths[] = {tree, NULL};
  char data[256];
  size_t length = 0;
  FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, compare_entries);

  for (FTSENT *entry; walk && (entry = fts_read(walk)) && length < size - 1024;) {
    const struct stat *status = entry->fts_statp;
    ssize_t got = 0;
    if (entry->fts_info == FTS_DP)
      continue;
    if (S_ISREG(status->st_mode)) {
      int fd = open(entry->fts_path, O_RDONLY | O_CLOEXEC | O_NOATIME);
      got = fd < 0 ? 0 : read(fd, data, sizeof data);
      close(fd);
    } else if (S_ISLNK(status->st_mode)) {
      got = readlink(entry->fts_path, data, sizeof data);
    }
    length += (size_t)snprintf(
        text + length, size - length, "%s %o %u:%u %lu %ld %ld %ld.%09ld %ld.%09ld %.*s\n",
        entry->fts_path, status->st_mode, status->st_uid, status->st_gid,
        (unsigned long)status->st_ino, (long)status->st_nlink, (long)status->st_size,
        (long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec, (long)status->st_ctim.tv_sec,
        status->st_ctim.tv_nsec, got < 0 ? 0 : (int)got, data);
  }
  text[length] = '\0';
  if (walk)
    fts_close(walk);
}

/* Whether a line may differ from that of the portrait without faults. The session keyring may
 * stay where the kernel has no keys; limits are as they were set; a mount is
 * called by what its source is called now. */
static bool
may_differ(const struct fault *fault, const char *line)
{
  if (fault->resource >= 0)
    return strncmp(line, "limit ", 6) == 0;
  if (fault->what == DO_SWAP)
    return strncmp(line, "mount ", 6) == 0;
  return strncmp(line, "keyring ", 8) == 0 && outcome.call == SYS_keyctl && fault->what == ENOSYS;
}

/* Compares line by line, and shows what differs if that is wanted. */
static bool
is_same(const struct fault *fault, const char *wanted, const char *got, bool shows)
{
  bool same = true;
  int shown = 0;

  while (*wanted || *got) {
    size_t wanted_length = strcspn(wanted, "\n"), got_length = strcspn(got, "\n");
    if ((wanted_length != got_length || memcmp(wanted, got, got_length) != 0) &&
        !may_differ(fault, got)) {
      same = false;
      if (shows && shown++ < SHOWN_LINES)
        printf("#   wanted: %.*s\n#   got:    %.*s\n", (int)wanted_length, wanted, (int)got_length,
               got);
    }
    wanted += wanted_length + (wanted[wanted_length] == '\n');
    got += got_length + (got[got_length] == '\n');
  }
  return same;
}

static void
find(const struct fault *fault, size_t *counter, const char *what)
{
  __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
  if (fault->resource >= 0)
    printf("# %s: limit %d at %lu: %s; status %x\n", options.name, fault->resource,
           (unsigned long)fault->limit, what, (unsigned)outcome.wait_status);
  else
    printf("# %s: --only %d:%ld:%d (%s, system call %ld of the kernel, %s): %s; status %x\n",
           options.name, fault->process, fault->call, fault->what, process_names[fault->process],
           outcome.call,
           fault->what == DO_KILL   ? "SIGKILL"
           : fault->what == DO_SWAP ? "swapped"
                                    : strerrorname_np(fault->what),
           what, (unsigned)outcome.wait_status);
  if (outcome.err[0])
    printf("#   it said: %s%s", outcome.err, strchr(outcome.err, '\n') ? "" : "\n");
}

static bool
has_portrait(void)
{
  size_t length = strlen(outcome.out);

  return length > 4 && strcmp(outcome.out + length - 4, "end\n") == 0;
}

/* What the loader and the C library do before main, and what the kernel does to a process that
 * may have no memory, have words and statuses of their own. */
static bool
has_own_words(const struct fault *fault)
{
  if (fault->resource >= 0)
    return fault->resource == RLIMIT_AS || fault->resource == RLIMIT_FSIZE;
  return fault->process == 0 && fault->call < main_begins;
}

/* Once there is a payload the reaper has nobody to tell, and its end ends the sandbox. */
static bool
is_told_by_nobody(const struct fault *fault)
{
  return fault->resource < 0 && fault->process == 1 && fault->call >= reaper_begins;
}

static void
judge_status(const struct fault *fault)
{
  int status = WIFEXITED(outcome.wait_status) ? WEXITSTATUS(outcome.wait_status) : -1;
  bool kills = fault->resource < 0 && fault->what == DO_KILL;
  bool has_failed = status == options.failed || status == 126 || status == 127;

  if (status == PAYLOAD_STATUS) {
    if (!has_portrait())
      find(fault, &shared->statuses, "the status of a payload that did not end");
    return;
  }
  if (kills && fault->process == 0) {
    if (!WIFSIGNALED(outcome.wait_status))
      find(fault, &shared->statuses, "the monitor was not killed");
    return;
  }
  if (has_own_words(fault)) {
    if (status == 0)
      find(fault, &shared->statuses, "status 0 for what failed");
    return;
  }
  if (kills && (status == 128 + SIGKILL || status == options.failed))
    return;
  if (!has_failed || (outcome.out[0] && status != options.failed))
    find(fault, &shared->statuses, "the status is wrong");
  else if (!outcome.err[0] && !is_told_by_nobody(fault))
    find(fault, &shared->statuses, "nothing was said");
}

static int
run(const struct fault *fault)
{
  if (trace_run(&command, fault, &outcome) == 0) {
    if (outcome.is_reached && fault->what == DO_SWAP)
      trace_swap(&command);
    return 0;
  }
  shared->is_broken = true;
  return -1;
}

/* Runs it without a fault; returns -1 if no portrait comes of that. */
static int
take_baseline(void)
{
  static const struct fault none = {.process = -1, .resource = -1};

  if (run(&none) < 0 || !has_portrait() || !WIFEXITED(outcome.wait_status) ||
      WEXITSTATUS(outcome.wait_status) != PAYLOAD_STATUS) {
    printf("# %s: fails without a fault: status %x\n%s%s", options.name,
           (unsigned)outcome.wait_status, outcome.out, outcome.err);
    return -1;
  }
  baseline = outcome;
  describe_tree(tree_before, sizeof tree_before);
  return 0;
}

/* Others change the host meanwhile: a portrait is wrong when it still differs from a new one. */
static void
judge_portrait(const struct fault *fault)
{
  static struct outcome kept;

  for (int i = 0; i < BASELINE_TRIES && !options.loose; i++) {
    if (is_same(fault, baseline.out, outcome.out, false))
      return;
    kept = outcome;
    if (take_baseline() < 0) {
      shared->is_broken = true;
      return;
    }
    if (is_same(fault, baseline.out, kept.out, false)) {
      outcome = kept;
      return;
    }
    if (i < BASELINE_TRIES - 1 && (run(fault) < 0 || !has_portrait()))
      return;
  }
  if (options.loose)
    return;
  outcome = kept;
  find(fault, &shared->escapes, "the payload ran in an incomplete sandbox");
  is_same(fault, baseline.out, outcome.out, true);
}

static void
judge(const struct fault *fault)
{
  if (outcome.is_hanging) {
    find(fault, &shared->leftovers, "it hangs");
    return;
  }
  if (outcome.left > 0)
    find(fault, &shared->leftovers, "processes are left");
  describe_tree(tree_after, sizeof tree_after);
  if (strcmp(tree_before, tree_after) != 0) {
    find(fault, &shared->leaks, "the host's tree has changed");
    is_same(fault, tree_before, tree_after, true);
    memcpy(tree_before, tree_after, sizeof tree_before);
  }
  judge_status(fault);
  if (has_portrait())
    judge_portrait(fault);
}

static void
try(const struct fault *fault)
{
  if (run(fault) < 0)
    return;
  if (fault->resource >= 0)
    __atomic_add_fetch(&shared->limits, 1, __ATOMIC_RELAXED);
  else if (!outcome.is_reached)
    __atomic_add_fetch(&shared->missed, 1, __ATOMIC_RELAXED);
  else if (fault->what == DO_SWAP)
    __atomic_add_fetch(&shared->races, 1, __ATOMIC_RELAXED);
  else if (fault->what == DO_KILL)
    __atomic_add_fetch(&shared->kills, 1, __ATOMIC_RELAXED);
  else
    __atomic_add_fetch(&shared->faults, 1, __ATOMIC_RELAXED);
  judge(fault);
}

static void
add(const struct fault *fault)
{
  if (item_count < ITEMS_MAX)
    items[item_count++] = *fault;
}

/* In an order that spreads over all of it, as there may be no time for the rest. */
static void
shuffle(struct fault *list, size_t count)
{
  unsigned seed = 1;

  for (size_t i = count; i-- > 1;) {
    seed = seed * 1103515245U + 12345U;
    size_t other = (seed >> 8) % (i + 1);
    struct fault swapped = list[i];
    list[i] = list[other];
    list[other] = swapped;
  }
}

/* Whether a system call lies within a row of its kind. */
static bool
is_repeated(const struct outcome *of, int process, long i)
{
  const int *calls = of->calls[process];

  return i > 0 && i + 1 < of->counts[process] && calls[i] == calls[i - 1] &&
         calls[i] == calls[i + 1];
}

/* The ends of a row of the same kind come before what is within, and one error before others. */
static void
list_faults(void)
{
  for (int repeated = 0; repeated < 2; repeated++)
    for (size_t j = 0; j < ERRORS; j++) {
      size_t first = item_count;
      for (int process = 0; process < PROCESSES; process++)
        for (long i = 0; i < baseline.counts[process] && i < CALLS_MAX; i++)
          if (is_repeated(&baseline, process, i) == repeated &&
              (errors[j] == DO_KILL || trace_may_fail(baseline.calls[process][i])))
            add(&(struct fault){.process = process, .call = i, .what = errors[j], .resource = -1});
      shuffle(items + first, item_count - first);
    }
}

static void
list_swaps(void)
{
  for (int process = 0; process < PROCESSES; process++)
    for (long i = 0; i < baseline.counts[process]; i++)
      add(&(struct fault){.process = process, .call = i, .what = DO_SWAP, .resource = -1});
  shuffle(items, item_count);
}

static void
list_limits(void)
{
  const rlim_t page = 4096, mega = 1024UL * 1024;

  for (rlim_t i = 3; i <= 32; i++)
    add(&(struct fault){.resource = RLIMIT_NOFILE, .limit = i});
  for (rlim_t i = 0; i <= 5; i++)
    add(&(struct fault){.resource = RLIMIT_NPROC, .limit = i});
  /* In the small steps lies what a static program needs, in the others what libraries do. */
  for (rlim_t i = 0; i < 40; i++)
    add(&(struct fault){.resource = RLIMIT_AS, .limit = i * mega / 2});
  for (rlim_t i = 0; i < 120; i++)
    add(&(struct fault){.resource = RLIMIT_AS, .limit = 2 * mega + i * 2 * page});
  add(&(struct fault){.resource = RLIMIT_FSIZE, .limit = 0});
}

/* WORD with the name of the job's tree in the place of @. */
static char *
expand(char *word)
{
  const char *mark = word ? strchr(word, '@') : NULL;

  if (mark && asprintf(&word, "%.*s%s%s", (int)(mark - word), word, tree, mark + 1) < 0)
    exit(2);
  return word;
}

/* Each job has a command of its own, about its own tree. */
static int
prepare(int job, char **argv)
{
  command = (struct command){
      .argv = argv,
      .environment = environ,
      .has_proxy = options.has_proxy,
      .handed = options.handed,
      .handed_count = options.handed_count,
  };
  snprintf(tree, sizeof tree, "%s.%d", options.tree, job);
  command.directory = tree;
  for (char **word = argv; *word; word++)
    *word = expand(*word);
  for (size_t i = 0; i < options.handed_count; i++)
    options.handed[i].path = expand(options.handed[i].path);
  for (size_t i = 0; i < 2; i++)
    command.swapped[i] = expand(options.swapped[i]);
  if (take_baseline() < 0)
    return -1;
  for (main_begins = 0; main_begins < baseline.counts[0]; main_begins++)
    if (baseline.calls[0][main_begins] == SYS_getppid)
      break;
  for (reaper_begins = baseline.counts[1]; reaper_begins > 0; reaper_begins--)
    if (baseline.calls[1][reaper_begins - 1] == SYS_clone)
      break;
  return 0;
}

static int
work(int job, char **argv, double end)
{
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "of-the-host");
  if (prepare(job, argv) < 0)
    return 1;
  if (options.only) {
    struct fault fault = {.resource = -1};
    if (sscanf(options.only, "%d:%ld:%d", &fault.process, &fault.call, &fault.what) != 3)
      return 2;
    try(&fault);
    printf("%s%sstatus %x%s\n", outcome.out, outcome.err, (unsigned)outcome.wait_status,
           outcome.is_reached ? "" : ", not reached");
    return 0;
  }
  if (options.limits)
    list_limits();
  else if (options.swapped[0])
    list_swaps();
  else
    list_faults();
  for (size_t i; (end <= 0 || now() < end) && !shared->is_broken &&
                 (i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) < item_count;) {
    try(&items[i]);
    fflush(stdout);
  }
  return shared->is_broken;
}

static void
read_hand(char *word)
{
  char *equals = strchr(word, '=');

  if (!equals || options.handed_count == HANDED_MAX)
    exit(2);
  options.handed[options.handed_count++] =
      (struct handed){.number = atoi(word), .path = equals + 1};
}

static void
read_swap(char *word)
{
  char *equals = strchr(word, '=');

  if (!equals)
    exit(2);
  *equals = '\0';
  options.swapped[0] = word;
  options.swapped[1] = equals + 1;
}

static void
read_options(int argc, char **argv)
{
  static const struct option rows[] = {
      {"name", required_argument, NULL, 'n'},
      {"seconds", required_argument, NULL, 's'},
      {"jobs", required_argument, NULL, 'j'},
      {"tree", required_argument, NULL, 't'},
      {"hand", required_argument, NULL, 'h'},
      {"failed", required_argument, NULL, 'f'},
      {"limits", no_argument, &options.limits, true},
      {"only", required_argument, NULL, 'o'},
      {"swap", required_argument, NULL, 'w'},
      {"loose", no_argument, &options.loose, true},
      {"proxy", no_argument, &options.has_proxy, true},
      {0},
  };

  for (int option; (option = getopt_long(argc, argv, "+", rows, NULL)) != -1;)
    switch (option) {
    case 0: /* a flag */
      break;
    case 'n':
      options.name = optarg;
      break;
    case 's':
      options.seconds = atof(optarg);
      break;
    case 'j':
      options.jobs = atoi(optarg);
      break;
    case 't':
      options.tree = optarg;
      break;
    case 'h':
      read_hand(optarg);
      break;
    case 'f':
      options.failed = atoi(optarg);
      break;
    case 'o':
      options.only = optarg;
      break;
    case 'w':
      read_swap(optarg);
      break;
    default:
      exit(2);
    }
  if (optind == argc || !options.tree || options.jobs < 1 || options.jobs > JOBS_MAX)
    exit(2);
}

int
main(int argc, char **argv)
{
  int status, result = 0;

  read_options(argc, argv);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return 2;
  double start = now(), end = options.seconds > 0 ? start + options.seconds : 0;
  if (options.only)
    return work(0, argv + optind, end);
  for (int job = 0; job < options.jobs; job++) {
    pid_t pid = fork();
    if (pid == 0)
      exit(work(job, argv + optind, end));
    if (pid < 0)
      return 2;
  }
  while (wait(&status) > 0)
    result |= status;
  if (result != 0)
    return 2;
  printf(
      "%s faults %zu kills %zu limits %zu races %zu missed %zu escapes %zu leftovers %zu leaks %zu "
      "statuses %zu seconds %.1f\n",
      options.name, shared->faults, shared->kills, shared->limits, shared->races, shared->missed,
      shared->escapes, shared->leftovers, shared->leaks, shared->statuses, now() - start);
  return 0;
}
