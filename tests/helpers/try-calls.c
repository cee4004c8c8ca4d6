/*
 * try-calls ABI COUNT        try-calls ABI NUMBER[:ARG,...]...
 *
 * Makes system calls by their numbers, as a program of x86_64, of i386 or of x32 would (elsewhere
 * only "native" is known), each in a process of its own, and prints for each "NUMBER RESULT": ok,
 * the number of the errno, "signal N", "exited" or "blocked". With a single number without a colon
 * the calls from 0 up to it are made, with arguments that are all -1; other arguments that are not
 * given are 0.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define X32_BIT 0x40000000L
#define ARGUMENTS 6
#define NOTHING 4096
#define MARK 1000 /* as in mark-filter.c */

static int by_interrupt;
static long bit;

static long
call_i386(long number, const long *args)
{
#ifdef __x86_64__
  long result;

  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]),
                     "D"(args[4])
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)result;
#else
  (void)number;
  (void)args;
  return -ENOSYS;
#endif
}

/* Leaves what came of it in *RESULT, and does not return. A call that forks leaves two processes.
 */
static void
make_call(long number, const long *args, volatile long *result)
{
  pid_t self = getpid();
  long value;

  if (by_interrupt) {
    value = call_i386(number, args);
  } else {
    value = syscall(number | bit, args[0], args[1], args[2], args[3], args[4], args[5]);
    if (value == -1)
      value = -errno;
  }
  if (getpid() == self)
    *result = value;
  _exit(0);
}

/* Waits for half a second. */
static int
wait_for(pid_t child, int *status)
{
  const struct timespec pause = {.tv_nsec = 500000};

  for (int i = 0; i < 1000; i++) {
    if (waitpid(child, status, WNOHANG) == child)
      return 0;
    nanosleep(&pause, NULL);
  }
  kill(child, SIGKILL);
  waitpid(child, status, 0);
  return -1;
}

static void
print_errno(long error)
{
  const char *name = strerrorname_np((int)(error > MARK ? error - MARK : error));

  printf("%s%s\n", error > MARK ? "refused " : "", name ? name : "unknown");
}

static int
try_call(long number, const long *args, volatile long *result)
{
  int status = 0;

  *result = NOTHING;
  fflush(stdout);
  pid_t child = fork();
  if (child < 0)
    return -1;
  if (child == 0) {
    /* The group takes a forked child along that nobody waits for. */
    setpgid(0, 0);
    make_call(number, args, result);
  }
  printf("%ld ", number);
  if (wait_for(child, &status) < 0)
    printf("blocked\n");
  else if (WIFSIGNALED(status))
    printf("signal %d\n", WTERMSIG(status));
  else if (*result == NOTHING)
    printf("exited\n");
  else if (*result < 0 && *result > -NOTHING)
    print_errno(-*result);
  else
    printf("ok\n");
  return 0;
}

static int
try_word(const char *word, volatile long *result)
{
  long args[ARGUMENTS] = {0};
  char *at = NULL;
  long number = strtol(word, &at, 0);

  for (int i = 0; i < ARGUMENTS && *at != '\0' && at[1] != '\0'; i++)
    args[i] = (long)strtoull(at + 1, &at, 0);
  return try_call(number, args, result);
}

int
main(int argc, char **argv)
{
  const long all[ARGUMENTS] = {-1, -1, -1, -1, -1, -1};
  volatile long *result =
      mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (argc < 3 || (void *)result == MAP_FAILED)
    return 2;
  by_interrupt = strcmp(argv[1], "i386") == 0;
  bit = strcmp(argv[1], "x32") == 0 ? X32_BIT : 0;
  if (argc == 3 && !strchr(argv[2], ':')) {
    for (long number = 0; number < atol(argv[2]); number++)
      if (try_call(number, all, result) < 0)
        return 1;
    return 0;
  }
  for (int i = 2; i < argc; i++)
    if (try_word(argv[i], result) < 0)
      return 1;
  return 0;
}
