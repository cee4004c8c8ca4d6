/* Prints "ready", then the name of each signal as it arrives, and "end" a moment after the end of
 * its input. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
  int number;
  const char *line;
} watched[] = {
    {SIGTERM, "TERM\n"}, {SIGINT, "INT\n"},   {SIGHUP, "HUP\n"},     {SIGQUIT, "QUIT\n"},
    {SIGUSR1, "USR1\n"}, {SIGUSR2, "USR2\n"}, {SIGWINCH, "WINCH\n"}, {SIGCONT, "CONT\n"},
};

#define WATCHED (sizeof watched / sizeof watched[0])

static void
say(const char *line)
{
  if (write(1, line, strlen(line)) < 0)
    _exit(1);
}

static void
on_signal(int number)
{
  for (size_t i = 0; i < WATCHED; i++)
    if (watched[i].number == number)
      say(watched[i].line);
}

int
main(void)
{
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  struct timespec moment = {.tv_nsec = 250 * 1000 * 1000};
  char byte;

  for (size_t i = 0; i < WATCHED; i++)
    sigaction(watched[i].number, &action, NULL);
  say("ready\n");
  while (read(0, &byte, 1) == 1)
    ;
  while (nanosleep(&moment, &moment) != 0)
    ;
  say("end\n");
  return 0;
}
