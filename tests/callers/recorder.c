/* Stands in the place of /usr/bin/bwrap: adds its argument vector to a log, one call a line, and
 * becomes the binary under test, with everything else as the caller gave it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char log_path[] = "/run/tested/log";
static const char binary_path[] = "/run/tested/bwrap";

static size_t
room_for(char **words)
{
  size_t size = 1;
  for (char **word = words; *word != NULL; word++) {
    size++;
    for (const char *at = *word; *at != '\0'; at++)
      size += 4;
  }
  return size;
}

/* Words are separated by a blank; in them, what is not plain is written in octal. */
static size_t
write_line(char *line, char **words)
{
  char *end = line;
  for (char **word = words; *word != NULL; word++) {
    if (word != words)
      *end++ = ' ';
    for (const char *at = *word; *at != '\0'; at++) {
      if (*at > ' ' && *at < 127 && *at != '\\')
        *end++ = *at;
      else {
        unsigned char byte = (unsigned char)*at;
        *end++ = '\\';
        *end++ = (char)('0' + byte / 64);
        *end++ = (char)('0' + byte / 8 % 8);
        *end++ = (char)('0' + byte % 8);
      }
    }
  }
  *end++ = '\n';
  return (size_t)(end - line);
}

static void
record(char **words)
{
  char *line = malloc(room_for(words));
  int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  /* In one piece, as others write to the log at the same time. */
  if (line == NULL || fd < 0 || write(fd, line, write_line(line, words)) < 0)
    perror(log_path);
  if (fd >= 0)
    close(fd);
  free(line);
}

int
main(int argc, char **argv, char **environment)
{
  if (argc > 0)
    record(argv);
  execve(binary_path, argv, environment);
  perror(binary_path);
  return 127;
}
