/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "handlers.h"

#include "profile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
  ARGS_BYTES_MAX = 64 << 20,
};

/* The words of the data, which live as long as the process. NULL and errno when
 * they cannot be read, or never seem to end. */
static GPtrArray *
read_data(int fd)
{
  g_autoptr(GByteArray) data = g_byte_array_new();
  GPtrArray *words = g_ptr_array_new();
  guint8 chunk[16384];
  ssize_t got;

  while ((got = read(fd, chunk, sizeof chunk)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 || data->len > ARGS_BYTES_MAX) {
      errno = got < 0 ? errno : EFBIG;
      g_ptr_array_free(words, TRUE);
      return NULL;
    }
    g_byte_array_append(data, chunk, (guint)got);
  }
  if (data->len > 0 && data->data[data->len - 1] != '\0')
    g_byte_array_append(data, (const guint8 *)"", 1);
  gsize size = data->len;
  char *text = (char *)g_byte_array_steal(data, NULL);
  for (gsize at = 0; at < size; at += strlen(text + at) + 1)
    g_ptr_array_add(words, text + at);
  return words;
}

int
on_args(struct reader *reader, const struct option *option, char **operands)
{
  struct reader inner = *reader;
  int fd = -1, used = 0;

  (void)option;
  if (reader->in_data)
    return reader_refuse(reader, REFUSE_ARGS_NESTED, NULL);
  if (reader_consume_fd(reader, operands[0], USE_DATA, REFUSE_ARGS_DATA, &fd) < 0)
    return -1;
  GPtrArray *words = read_data(fd);
  if (!words)
    return reader_refuse_unreadable(reader, REFUSE_ARGS_DATA);
  inner.in_data = true;
  inner.in_profile = false;
  inner.profile = NULL;
  inner.words += words->len;
  int result = reader_read_words(&inner, (char **)words->pdata, (int)words->len, &used);
  if (result == 0 && used < (int)words->len && inner.intent == INTENT_RUN &&
      reader->draft->persona->strict)
    return reader_refuse(reader, REFUSE_ARGS_WORD, words->pdata[used]);
  reader->intent = inner.intent;
  reader->words = inner.words;
  return result;
}

static int
refuse_profile(struct reader *reader, struct profile_problem *problem)
{
  g_autofree char *text = g_steal_pointer(&problem->text);
  static const enum refusal refusals[] = {
      [PROFILE_MISSING] = REFUSE_PROFILE_MISSING,   [PROFILE_LOOP] = REFUSE_PROFILE_LOOP,
      [PROFILE_UNSAFE] = REFUSE_PROFILE_UNSAFE,     [PROFILE_SYNTAX] = REFUSE_PROFILE_SYNTAX,
      [PROFILE_VARIABLE] = REFUSE_PROFILE_VARIABLE,
  };

  return reader_refuse(reader, refusals[problem->trouble], text);
}

/* READER becomes that of the line. */
static int
read_line(struct reader *reader, const struct profile_line *line)
{
  int used = 0;

  reader->words += (size_t)line->count;
  if (reader_read_words(reader, line->words, line->count, &used) < 0)
    return -1;
  if (used == line->count || reader->intent != INTENT_RUN)
    return 0;
  reader->typed = (struct typed){
      .words = line->words,
      .count = line->count,
      .index = (int)reader->draft->typed->len,
      .origin = line->origin,
  };
  return reader_refuse(reader, REFUSE_PROFILE_WORD, line->words[used]);
}

static int
read_profile(struct reader *reader, struct profile *profile)
{
  struct profile_problem problem = {0};
  struct profile_line line;
  int got;

  while (reader->intent == INTENT_RUN && (got = profile_read_line(profile, &line, &problem)) != 0) {
    reader->origin = line.origin;
    if (got > 0 && read_line(reader, &line) == 0)
      continue;
    if (got > 0)
      return -1;
    reader->typed = (struct typed){
        .words = line.words,
        .count = line.count,
        .index = (int)reader->draft->typed->len,
        .origin = line.origin,
    };
    return refuse_profile(reader, &problem);
  }
  return 0;
}

int
on_profile(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  struct profile_problem problem = {0};
  struct reader inner = *reader;

  (void)option;
  if (draft->profiles->len == PROFILES_MAX)
    return reader_refuse(reader, REFUSE_PROFILE_MANY, NULL);
  struct profile *profile = profile_open(operands[0], reader->profile, &problem);
  if (!profile)
    return refuse_profile(reader, &problem);
  const struct source_file file = {.path = profile->real, .typed = reader->typed};
  g_array_append_val(draft->profiles, file);
  inner.in_profile = true;
  inner.profile = profile;
  int result = read_profile(&inner, profile);
  reader->intent = inner.intent;
  reader->words = inner.words;
  return result;
}
