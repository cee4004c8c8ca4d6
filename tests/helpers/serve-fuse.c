/*
 * serve-fuse DIR UID
 *
 * Mounts a file system on DIR that only the user UID may see, prints "mounted", and serves it for
 * ten seconds or until nobody can reach it: one file, hello, which holds "hello".
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char content[] = "hello\n";
enum { HELLO_NODE = 2 };

static void
reply(int device, const struct fuse_in_header *in, int error, void *data, size_t size)
{
  struct fuse_out_header out = {
      .len = (unsigned int)(sizeof out + size), .error = -error, .unique = in->unique};
  struct iovec parts[] = {{&out, sizeof out}, {data, size}};

  (void)!writev(device, parts, 2);
}

static struct fuse_attr
attributes(unsigned long node, unsigned int uid)
{
  struct fuse_attr attr = {.ino = node, .nlink = 1, .uid = uid, .gid = uid, .mode = S_IFDIR | 0700};

  if (node == HELLO_NODE) {
    attr.mode = S_IFREG | 0600;
    attr.size = sizeof content - 1;
  }
  return attr;
}

static void
answer(int device, const struct fuse_in_header *in, const char *operand, unsigned int uid)
{
  struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096};
  struct fuse_entry_out entry = {.nodeid = HELLO_NODE, .attr = attributes(HELLO_NODE, uid)};
  struct fuse_attr_out attr = {.attr = attributes(in->nodeid, uid)};
  struct fuse_open_out open_out = {0};
  char data[sizeof content];

  memcpy(data, content, sizeof content);
  switch (in->opcode) {
  case FUSE_INIT:
    reply(device, in, 0, &init, sizeof init);
    break;
  case FUSE_GETATTR:
    reply(device, in, 0, &attr, sizeof attr);
    break;
  case FUSE_LOOKUP:
    if (strcmp(operand, "hello") == 0)
      reply(device, in, 0, &entry, sizeof entry);
    else
      reply(device, in, ENOENT, NULL, 0);
    break;
  case FUSE_OPEN:
  case FUSE_OPENDIR:
    reply(device, in, 0, &open_out, sizeof open_out);
    break;
  case FUSE_READ:
    if (((const struct fuse_read_in *)(const void *)operand)->offset == 0)
      reply(device, in, 0, data, sizeof content - 1);
    else
      reply(device, in, 0, NULL, 0);
    break;
  case FUSE_FORGET:
  case FUSE_BATCH_FORGET:
    break;
  default:
    reply(device, in, ENOSYS, NULL, 0);
  }
}

int
main(int argc, char **argv)
{
  static union {
    struct fuse_in_header header;
    char bytes[1 << 16];
  } request;
  char options[128];
  int device;

  if (argc != 3)
    return 2;
  device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%s,group_id=%s", device, argv[2],
           argv[2]);
  if (device < 0 || mount("test", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
    perror("serve-fuse");
    return 1;
  }
  puts("mounted");
  fflush(stdout);
  alarm(10);
  while (read(device, request.bytes, sizeof request) > 0)
    answer(device, &request.header, request.bytes + sizeof request.header,
           (unsigned int)atoi(argv[2]));
  return 0;
}
