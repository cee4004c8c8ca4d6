/* use-up cpu MS | memory MIB | naps NUMBER | fault: uses that much, or ends by a real fault. */
#define _GNU_SOURCE 1
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static long
used_ms(void)
{
  struct timespec used;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static char *
map(size_t size, int protection)
{
  char *memory = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    exit(1);
  return memory;
}

int
main(int argc, char **argv)
{
  const struct timespec nap = {.tv_nsec = 1000000};
  const char *what = argc > 1 ? argv[1] : "";
  long amount = argc > 2 ? atol(argv[2]) : 0;

  if (strcmp(what, "cpu") == 0) {
    while (used_ms() < amount)
      for (volatile int i = 0; i < 100000; i++)
        continue;
  } else if (strcmp(what, "memory") == 0) {
    char *memory = map((size_t)amount << 20, PROT_READ | PROT_WRITE);
    memset(memory, 1, (size_t)amount << 20);
    printf("%d\n", memory[0]);
  } else if (strcmp(what, "naps") == 0) {
    while (amount-- > 0)
      nanosleep(&nap, NULL);
  } else if (strcmp(what, "fault") == 0) {
    signal(SIGSEGV, SIG_DFL); /* a sanitizer has taken it */
    *map(1, PROT_NONE) = 1;
  } else {
    return 2;
  }
  return 0;
}
