/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <unistd.h>

/* libFuzzer is to learn of hutch, not of this. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("coverage", "address"))),                  \
                             apply_to = function)
#endif

/* --- what is allocated ------------------------------------------------------ */

enum {
  ALLOCATIONS_MAX = 1 << 20, /* by one input, be they freed or not */
  PLACES = 1 << 18,
};

/* The runtime of a sanitizer has it. */
__attribute__((weak)) int
__sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                          void (*on_free)(const volatile void *));

/* All of them in their order, those that are freed without an address; and where each stands, from
 * 1, in a table with open places. Used by one thread. */
static struct memory {
  struct {
    const volatile void *at;
    size_t size;
  } allocations[ALLOCATIONS_MAX];
  uint32_t places[PLACES];
} * memory;
static uint32_t allocated, live;
static size_t live_bytes;
static _Thread_local bool is_noting;

static uint32_t
first_place(const volatile void *at)
{
  return (uint32_t)(((uintptr_t)at >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 46);
}

static uint32_t
next_place(uint32_t place)
{
  return (place + 1) % PLACES;
}

/* Where AT is, or would be. */
static uint32_t
find_place(const volatile void *at)
{
  uint32_t place = first_place(at);

  while (memory->places[place] != 0 && memory->allocations[memory->places[place] - 1].at != at)
    place = next_place(place);
  return place;
}

static void
note(const volatile void *at, size_t size)
{
  if (!is_noting || !at)
    return;
  fuzz_check(allocated < ALLOCATIONS_MAX && live < PLACES / 2, "too many allocations");
  memory->allocations[allocated].at = at;
  memory->allocations[allocated].size = size;
  memory->places[find_place(at)] = ++allocated;
  live++;
  live_bytes += size;
}

/* What stands behind an emptied place moves up, so that it is found. */
static void
close_gap(uint32_t gap)
{
  for (uint32_t next = next_place(gap); memory->places[next] != 0; next = next_place(next)) {
    uint32_t wanted = first_place(memory->allocations[memory->places[next] - 1].at);
    if ((next - wanted) % PLACES < (next - gap) % PLACES)
      continue;
    memory->places[gap] = memory->places[next];
    gap = next;
  }
  memory->places[gap] = 0;
}

static void
forget(const volatile void *at)
{
  if (!is_noting || !at)
    return;
  uint32_t place = find_place(at), which = memory->places[place];
  if (which == 0)
    return;
  close_gap(place);
  memory->allocations[which - 1].at = NULL;
  live--;
  live_bytes -= memory->allocations[which - 1].size;
}

void
fuzz_begin(void)
{
  is_noting = memory != NULL;
}

void
fuzz_end(size_t most)
{
  is_noting = false;
  fuzz_check(live_bytes <= most, "more is kept than the input is worth");
  for (uint32_t i = 0; i < allocated; i++)
    if (memory->allocations[i].at) {
      const volatile void *at = memory->allocations[i].at;
      close_gap(find_place(at));
      free((void *)at);
      memory->allocations[i].at = NULL;
    }
  allocated = live = 0;
  live_bytes = 0;
}

/* The pages are the kernel's, as the table must not note itself. */
static void
watch_memory(void)
{
  if (!__sanitizer_install_malloc_and_free_hooks)
    return;
  memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fuzz_check(memory != MAP_FAILED, "no memory");
  __sanitizer_install_malloc_and_free_hooks(note, forget);
}

/* --- the surroundings ------------------------------------------------------- */

/* What GLib and libcap allocate at the first use, and keep: not an input's. */
static void
warm_up(void)
{
  g_autoptr(GError) number = NULL, shell = NULL, file = NULL, link = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) words = NULL;
  cap_value_t capability;

  /* To the compiler a call whose result is not used has no effect. */
  for (int error = 0; error < 140; error++)
    fuzz_check(g_strerror(error) != NULL, "an error without a name");
  g_ascii_string_to_unsigned("x", 10, 0, 1, NULL, &number);
  g_shell_parse_argv("'", NULL, &words, &shell);
  g_file_get_contents("/nowhere\xff", &text, NULL, &file);
  g_free(g_file_read_link("/nowhere\xff", &link));
  cap_from_name("cap_chown", &capability);
  cap_free(cap_to_name(0));
}

/* GLib's own allocator would mix what is freed with what is not. It asks once, at its start. */
static void
use_malloc(void)
{
  const char *allocator = getenv("G_SLICE");
  g_autofree char *text = NULL;
  gsize size = 0;

  if (allocator && strcmp(allocator, "always-malloc") == 0)
    return;
  if (!g_file_get_contents("/proc/self/cmdline", &text, &size, NULL))
    return;
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  for (gsize at = 0; at < size; at += strlen(text + at) + 1)
    g_ptr_array_add(words, text + at);
  g_ptr_array_add(words, NULL);
  setenv("G_SLICE", "always-malloc", 1);
  execv("/proc/self/exe", (char **)words->pdata);
}

void
fuzz_prepare(void)
{
  static const char *const variables[][2] = {
      {"HOME", "/home/user"}, {"PATH", "/bin:/usr/bin:"}, {"A", "value of A"},
      {"EMPTY", ""},          {"ODD", "$A ' \" \\ \n"},   {"XDG_RUNTIME_DIR", "//run//user/1/../2"},
  };

  use_malloc();
  close_range(0, ~0U, CLOSE_RANGE_CLOEXEC);
  clearenv();
  for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
    setenv(variables[i][0], variables[i][1], 1);
  warm_up();
  watch_memory();
}

/* --- inputs ----------------------------------------------------------------- */

uint8_t
fuzz_take_byte(struct fuzz_input *input)
{
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->at++;
}

char *
fuzz_take_part(struct fuzz_input *input, size_t *size)
{
  const uint8_t *end = input->left > 0 ? memchr(input->at, FUZZ_DIVIDER, input->left) : NULL;
  size_t length = end ? (size_t)(end - input->at) : input->left;
  char *part = g_malloc(length + 1);

  if (length > 0)
    memcpy(part, input->at, length);
  part[length] = '\0';
  input->at += length + (end != NULL);
  input->left -= length + (end != NULL);
  if (size)
    *size = length;
  return part;
}

void
fuzz_open(int fd)
{
  int file = memfd_create("fuzz", 0);

  fuzz_check(file >= 0 && dup2(file, fd) == fd, "no descriptor");
  if (file != fd)
    close(file);
}

void
fuzz_fill(int fd, const void *data, size_t size)
{
  fuzz_check(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "no room");
  fuzz_rewind(fd);
}

void
fuzz_rewind(int fd)
{
  fuzz_check(lseek(fd, 0, SEEK_SET) == 0, "no beginning");
}

/* --- findings --------------------------------------------------------------- */

void
fuzz_find(const char *what)
{
  is_noting = false;
  dprintf(STDERR_FILENO, "finding: %s\n", what);
  abort();
}

void
fuzz_check_printable(const char *text)
{
  fuzz_check(g_utf8_validate(text, -1, NULL), "what is printed is no UTF-8");
  for (; *text != '\0'; text = g_utf8_next_char(text))
    fuzz_check(*text == '\n' || g_unichar_isprint(g_utf8_get_char(text)),
               "what is printed holds an order to the terminal");
}

static FILE *caught_stream, *real_stream;
static char *caught_text;
static size_t caught_size;

void
fuzz_catch(void)
{
  real_stream = stderr;
  caught_stream = open_memstream(&caught_text, &caught_size);
  fuzz_check(caught_stream != NULL, "no memory");
  stderr = caught_stream;
}

char *
fuzz_caught(void)
{
  stderr = real_stream;
  fclose(caught_stream);
  fuzz_check(strlen(caught_text) == caught_size, "what is printed holds a NUL byte");
  char *text = g_strdup(caught_text);
  free(caught_text);
  return text;
}

#ifdef __clang__
#pragma clang attribute pop
#endif
