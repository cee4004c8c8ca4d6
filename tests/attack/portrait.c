/*
 * portrait STATUS HOST-NAMESPACES [PATH...]
 *
 * Prints all that a command can tell of the sandbox that it runs in, in the same words for the same
 * sandbox, and ends with STATUS. Of two portraits that differ, one is of a sandbox that lacks
 * something. HOST-NAMESPACES is what `portrait --host` prints outside; each PATH is described.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  PORTRAIT_SIZE = 512 * 1024,
  MOUNTS_MAX = 4096,
};

static const char *const namespaces[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

static unsigned long
namespace_number(const char *name)
{
  char path[64];
  struct stat status;

  snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  return stat(path, &status) == 0 ? (unsigned long)status.st_ino : 0;
}

static bool
is_of_host(const char *name, const char *host)
{
  char own[64];

  snprintf(own, sizeof own, "%s:%lu,", name, namespace_number(name));
  return strstr(host, own) != NULL;
}

static void
print_namespaces(const char *host)
{
  for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
    printf("namespace %s %s\n", namespaces[i],
           is_of_host(namespaces[i], host) ? "of the host" : "of its own");
}

/* Prints the lines of a file, of those that begin with a word of PREFIXES if there are any. */
static void
print_file(const char *path, const char *const *prefixes)
{
  char line[4096];
  FILE *file = fopen(path, "re");

  if (!file) {
    printf("%s cannot be read\n", path);
    return;
  }
  while (fgets(line, sizeof line, file)) {
    bool is_wanted = !prefixes;
    for (const char *const *prefix = prefixes; prefix && *prefix; prefix++)
      is_wanted |= strncmp(line, *prefix, strlen(*prefix)) == 0;
    if (is_wanted)
      printf("%s %s", path, line);
  }
  fclose(file);
}

/* A number that stands for NUMBER in this portrait: the first gets 1. */
static int
ordinal_of(int number)
{
  static int seen[MOUNTS_MAX];
  static int count;

  for (int i = 0; i < count; i++)
    if (seen[i] == number)
      return i + 1;
  if (count < MOUNTS_MAX)
    seen[count++] = number;
  return count;
}

/* An overlay shows by which numbers its layers were open. */
static void
erase_numbers(char *text)
{
  static const char mark[] = "/proc/self/fd/";

  for (char *place = text; (place = strstr(place, mark));) {
    place += sizeof mark - 1;
    size_t digits = strspn(place, "0123456789");
    memmove(place, place + digits, strlen(place + digits) + 1);
  }
}

/* The mounts without what differs from one start to the next. */
static void
print_mounts(void)
{
  char line[8192];
  unsigned major, minor;
  int id, parent, end;
  FILE *file = fopen("/proc/self/mountinfo", "re");

  if (!file)
    return;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%d %d %u:%u %n", &id, &parent, &major, &minor, &end) >= 4) {
      id = ordinal_of(id);
      parent = ordinal_of(parent);
      erase_numbers(line + end);
      printf("mount %d on %d of %u:%u %s", id, parent, major, major == 0 ? 0 : minor, line + end);
    }
  fclose(file);
}

static int
compare_names(const void *left, const void *right)
{
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void
print_directory(const char *path)
{
  char *names[1024];
  size_t count = 0;
  DIR *directory = opendir(path);

  if (!directory)
    return;
  for (const struct dirent *entry;
       (entry = readdir(directory)) && count < sizeof names / sizeof names[0];)
    names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof names[0], compare_names);
  for (size_t i = 0; i < count; i++) {
    printf(" %s", names[i]);
    free(names[i]);
  }
}

static void
print_path(const char *path)
{
  char text[256];
  ssize_t length;
  struct stat status;

  printf("path %s", path);
  if (lstat(path, &status) != 0) {
    puts(" is not there");
    return;
  }
  printf(" %o %u %u%s%s", status.st_mode, status.st_uid, status.st_gid,
         access(path, R_OK) == 0 ? " readable" : "", access(path, W_OK) == 0 ? " writable" : "");
  if (S_ISLNK(status.st_mode) && (length = readlink(path, text, sizeof text)) > 0)
    printf(" to %.*s", (int)length, text);
  if (S_ISDIR(status.st_mode))
    print_directory(path);
  if (S_ISREG(status.st_mode)) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd < 0 ? -1 : read(fd, text, sizeof text);
    printf(" of %ld bytes: %.*s", (long)status.st_size, length < 0 ? 0 : (int)length, text);
    close(fd);
  }
  puts("");
}

/* Whose file it is changes while a reaper that may be traced makes itself so. */
static void
print_words_of_first(void)
{
  char words[4096];
  int fd = open("/proc/1/cmdline", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, words, sizeof words);

  printf("the first process is called");
  for (ssize_t i = 0; i < length; i++)
    putchar(words[i] == '\0' ? ' ' : words[i]);
  puts("");
  close(fd);
}

static void
print_descriptors(void)
{
  printf("descriptors");
  for (int fd = 0; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0)
      printf(" %d", fd);
  puts("");
}

static void
print_signals(void)
{
  struct sigaction action;

  printf("ignored");
  for (int i = 1; i < NSIG; i++)
    if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
      printf(" %d", i);
  puts("");
}

static void
print_limits(void)
{
  struct rlimit limit;

  for (int i = 0; i < RLIM_NLIMITS; i++)
    if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
      printf("limit %d %lx %lx\n", i, (long)limit.rlim_cur, (long)limit.rlim_max);
}

static void
print_process(bool has_own_numbers)
{
  struct ifreq loopback = {.ifr_name = "lo"};
  char text[256] = "";
  int death = -1, socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
  if (has_own_numbers)
    printf("process %d parent %d group %d session %d\n", getpid(), getppid(), getpgid(0),
           getsid(0));
  printf("dumpable %d, securebits %x, death signal %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
         (unsigned)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), death);
  if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text - 1) < 0)
    snprintf(text, sizeof text, ";none");
  printf("keyring %s\n", strrchr(text, ';') + 1);
  printf("loopback %s\n",
         ioctl(socket_fd, SIOCGIFFLAGS, &loopback) == 0 && (loopback.ifr_flags & IFF_UP) ? "up"
                                                                                         : "down");
  close(socket_fd);
  gethostname(text, sizeof text);
  printf("host name %s\n", text);
  printf("directory %s\n", getcwd(text, sizeof text) ? text : "unknown");
}

int
main(int argc, char **argv)
{
  static char buffer[PORTRAIT_SIZE];
  static const char *const fields[] = {
      "Name:",    "Umask:",       "Uid:",     "Gid:",
      "Groups:",  "SigBlk:",      "SigIgn:",  "SigCgt:",
      "CapInh:",  "CapPrm:",      "CapEff:",  "CapBnd:",
      "CapAmb:",  "NoNewPrivs:",  "Seccomp:", "Seccomp_filters:",
      "Threads:", "THP_enabled:", NULL,
  };

  if (argc == 2 && strcmp(argv[1], "--host") == 0) {
    for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
      printf("%s:%lu,", namespaces[i], namespace_number(namespaces[i]));
    return 0;
  }
  if (argc < 3)
    return 2;
  /* All at once, so that a portrait is whole or not there. */
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  print_descriptors();
  print_signals();
  print_limits();
  print_process(!is_of_host("pid", argv[2]));
  print_namespaces(argv[2]);
  print_file("/proc/self/status", fields);
  print_file("/proc/self/uid_map", NULL);
  print_file("/proc/self/gid_map", NULL);
  print_file("/proc/self/setgroups", NULL);
  print_mounts();
  print_words_of_first();
  print_path("/");
  for (int i = 3; i < argc; i++)
    print_path(argv[i]);
  for (char **entry = environ; *entry; entry++)
    printf("environment %s\n", *entry);
  puts("end");
  return fflush(stdout) == 0 ? atoi(argv[1]) : 2;
}
