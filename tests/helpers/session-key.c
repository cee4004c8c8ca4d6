/* session-key put COMMAND...: joins a new session keyring, puts a key in it, and
 * executes the command. session-key get: prints the key that it finds. */
#define _GNU_SOURCE 1
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char name[] = "hutch-test";

static int
put(char **command)
{
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
      syscall(SYS_add_key, "user", name, "secret", 6, KEY_SPEC_SESSION_KEYRING) < 0) {
    perror("session-key");
    return 77;
  }
  execvp(command[0], command);
  return 127;
}

static int
get(void)
{
  char secret[16] = "";
  long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", name, 0);

  if (key < 0 || syscall(SYS_keyctl, KEYCTL_READ, key, secret, sizeof secret - 1) < 0)
    puts("no key");
  else
    puts(secret);
  return 0;
}

int
main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "get") == 0)
    return get();
  return argc > 2 && strcmp(argv[1], "put") == 0 ? put(argv + 2) : 2;
}
