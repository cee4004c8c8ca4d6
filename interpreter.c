/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "interpreter.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
  LINE_MAX_READ = 256, /* as much of a first line as the kernel looks at */
  HEADERS_MAX = 64,
};

static bool
ends_word(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\0';
}

static enum interpreter
of_script(const char *line, ssize_t size, char name[PATH_MAX])
{
  ssize_t at = 2, end;

  while (at < size && (line[at] == ' ' || line[at] == '\t'))
    at++;
  for (end = at; end < size && !ends_word(line[end]);)
    end++;
  memcpy(name, line + at, (size_t)(end - at));
  name[end - at] = '\0';
  return end > at ? INTERPRETER_SCRIPT : INTERPRETER_NONE;
}

static enum interpreter
read_name(int fd, uint64_t offset, uint64_t size, char name[PATH_MAX])
{
  if (size == 0 || size >= PATH_MAX || pread(fd, name, size, (off_t)offset) != (ssize_t)size)
    return INTERPRETER_NONE;
  name[size] = '\0';
  return INTERPRETER_LOADER;
}

/* The beginning of a file, as each kind has it. */
union head {
  char line[LINE_MAX_READ];
  unsigned char ident[EI_NIDENT];
  Elf64_Ehdr wide;
  Elf32_Ehdr narrow;
};

static enum interpreter
of_elf(int fd, const union head *head, char name[PATH_MAX])
{
  bool is_wide = head->ident[EI_CLASS] == ELFCLASS64;
  uint64_t at = is_wide ? head->wide.e_phoff : head->narrow.e_phoff;
  size_t step = is_wide ? head->wide.e_phentsize : head->narrow.e_phentsize;
  int count = is_wide ? head->wide.e_phnum : head->narrow.e_phnum;
  union {
    Elf64_Phdr wide;
    Elf32_Phdr narrow;
  } segment;
  size_t size = is_wide ? sizeof segment.wide : sizeof segment.narrow;

  for (int i = 0; i < count && i < HEADERS_MAX; i++, at += step) {
    if (pread(fd, &segment, size, (off_t)at) != (ssize_t)size)
      break;
    if (is_wide && segment.wide.p_type == PT_INTERP)
      return read_name(fd, segment.wide.p_offset, segment.wide.p_filesz, name);
    if (!is_wide && segment.narrow.p_type == PT_INTERP)
      return read_name(fd, segment.narrow.p_offset, segment.narrow.p_filesz, name);
  }
  return INTERPRETER_NONE;
}

/* Of the machine's own byte order: another one is no program here. */
static enum interpreter
of_file(int fd, char name[PATH_MAX])
{
  union head head = {{0}};
  ssize_t got = pread(fd, &head, sizeof head, 0);

  if (got > 2 && head.line[0] == '#' && head.line[1] == '!')
    return of_script(head.line, got, name);
  if (got < (ssize_t)sizeof head.narrow || memcmp(head.ident, ELFMAG, SELFMAG) != 0)
    return INTERPRETER_NONE;
  return of_elf(fd, &head, name);
}

enum interpreter
interpreter_find(const char *path, char name[PATH_MAX])
{
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd < 0)
    return INTERPRETER_NONE;
  enum interpreter interpreter = of_file(fd, name);
  close(fd);
  return interpreter;
}

bool
interpreter_is_program(const char *path)
{
  char magic[SELFMAG];
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd < 0)
    return false;
  bool is_program =
      pread(fd, magic, sizeof magic, 0) == sizeof magic && memcmp(magic, ELFMAG, SELFMAG) == 0;
  close(fd);
  return is_program;
}
