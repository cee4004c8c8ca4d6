/*
 * unix-socket NAME serve    listens, says "ready", and answers until it is killed
 * unix-socket NAME          connects; succeeds when the other end answers
 * NAME is a path, or an abstract name behind an "@".
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
die(const char *what)
{
  perror(what);
  exit(1);
}

static void
serve(int listener)
{
  puts("ready");
  fflush(stdout);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
      die("accept");
    if (write(fd, "!", 1) != 1)
      perror("write");
    close(fd);
  }
}

int
main(int argc, char **argv)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char answer = '\0';

  if (argc < 2 || strlen(argv[1]) >= sizeof address.sun_path)
    return 2;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0)
    die("socket");
  memcpy(address.sun_path, argv[1], strlen(argv[1]));
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(argv[1]));
  if (argv[1][0] == '@')
    address.sun_path[0] = '\0';
  else
    size++;
  if (argc > 2) {
    if (bind(fd, (const struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0)
      die("bind");
    serve(fd);
  }
  if (connect(fd, (const struct sockaddr *)&address, size) != 0)
    die("connect");
  return read(fd, &answer, 1) == 1 && answer == '!' ? 0 : 1;
}
