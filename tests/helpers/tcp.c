/*
 * tcp ADDRESS serve     listens, prints the port, and answers until it is killed
 * tcp ADDRESS PORT      connects; succeeds when the other end answers
 * tcp ADDRESS self      listens, and connects to itself
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} address;
static socklen_t size;

static void
parse_address(const char *text, int port)
{
  if (strchr(text, ':') != NULL) {
    address.v6 =
        (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
    inet_pton(AF_INET6, text, &address.v6.sin6_addr);
    size = sizeof address.v6;
  } else {
    address.v4 =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    inet_pton(AF_INET, text, &address.v4.sin_addr);
    size = sizeof address.v4;
  }
}

static int
die(const char *what)
{
  perror(what);
  exit(1);
}

static int
open_listener(void)
{
  int fd = socket(address.any.sa_family, SOCK_STREAM, 0);

  if (fd < 0)
    die("socket");
  if (bind(fd, &address.any, size) != 0 || listen(fd, 8) != 0)
    die("bind");
  getsockname(fd, &address.any, &size);
  return fd;
}

static int
open_connection(void)
{
  int fd = socket(address.any.sa_family, SOCK_STREAM, 0);

  if (fd < 0)
    die("socket");
  if (connect(fd, &address.any, size) != 0)
    die("connect");
  return fd;
}

static void
answer(int listener)
{
  int fd = accept(listener, NULL, NULL);

  if (fd < 0 || write(fd, "hello\n", 6) != 6)
    die("accept");
  close(fd);
}

static void
hear(int fd)
{
  char line[6];

  if (read(fd, line, sizeof line) != sizeof line)
    die("read");
  fwrite(line, 1, sizeof line, stdout);
}

int
main(int argc, char **argv)
{
  int listener, fd;

  if (argc != 3)
    return 2;
  alarm(30);
  parse_address(argv[1], atoi(argv[2]));
  if (strcmp(argv[2], "serve") == 0) {
    listener = open_listener();
    printf("%d\n", ntohs(size == sizeof address.v4 ? address.v4.sin_port : address.v6.sin6_port));
    fflush(stdout);
    for (;;)
      answer(listener);
  }
  if (strcmp(argv[2], "self") == 0) {
    listener = open_listener();
    fd = open_connection();
    answer(listener);
  } else {
    fd = open_connection();
  }
  hear(fd);
  return 0;
}
