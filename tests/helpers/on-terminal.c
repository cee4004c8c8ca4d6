/*
 * on-terminal [TEXT KEYS]... -- COMMAND...
 *
 * Runs COMMAND in a session of its own on a new terminal. Each time TEXT appears in the output,
 * after what was matched before, KEYS are typed; the word RESIZE instead of keys changes the size
 * of the window. Copies the output, without carriage returns, and ends as the command ends; 124
 * after eight seconds.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char output[1 << 16];

static void
press(int terminal, const char *keys)
{
  struct winsize size = {.ws_row = 33, .ws_col = 99};
  struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

  /* As a person would, who gives the processes time to settle. */
  nanosleep(&pause, NULL);
  if (strcmp(keys, "RESIZE") == 0)
    ioctl(terminal, TIOCSWINSZ, &size);
  else if (write(terminal, keys, strlen(keys)) < 0)
    exit(1);
}

static int
converse(int terminal, char **steps, int count)
{
  size_t length = 0, matched = 0;
  time_t deadline = time(NULL) + 8;
  int step = 0;

  while (length + 1024 < sizeof output) {
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    char chunk[1024];
    ssize_t got;

    if (poll(&ready, 1, 1000) == 0 || time(NULL) > deadline) {
      if (time(NULL) > deadline)
        return -1;
      continue;
    }
    got = read(terminal, chunk, sizeof chunk);
    if (got <= 0)
      return 0;
    for (ssize_t i = 0; i < got; i++)
      if (chunk[i] != '\r' && chunk[i] != '\0')
        output[length++] = chunk[i];
    output[length] = '\0';
    while (step < count) {
      char *found = strstr(output + matched, steps[2 * step]);
      if (found == NULL)
        break;
      matched = (size_t)(found - output) + strlen(steps[2 * step]);
      press(terminal, steps[2 * step + 1]);
      step++;
    }
  }
  return -1;
}

int
main(int argc, char **argv)
{
  int terminal, status, outcome, end = 1;
  pid_t child;

  while (end < argc && strcmp(argv[end], "--") != 0)
    end++;
  if (end >= argc - 1 || (end - 1) % 2 != 0)
    return 2;
  child = forkpty(&terminal, NULL, NULL, NULL);
  if (child < 0)
    return 2;
  if (child == 0) {
    execvp(argv[end + 1], argv + end + 1);
    _exit(127);
  }
  outcome = converse(terminal, argv + 1, (end - 1) / 2);
  fputs(output, stdout);
  if (outcome < 0) {
    kill(child, SIGKILL);
    return 124;
  }
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
