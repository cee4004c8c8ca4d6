/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "assemble.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>

enum {
  JUMP_MAX = 255, /* of a comparison */
  REFUSE = SECCOMP_RET_ERRNO | ENOSYS,
};

/* A tracer that skips a call sets this number, and the kernel does nothing for it. */
static const uint32_t no_call = UINT32_MAX;

static GArray *
new_code(void)
{
  return g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
}

static void
emit(GArray *code, unsigned operation, uint32_t k, guint jump_true, guint jump_false)
{
  const struct sock_filter instruction = {
      .code = (uint16_t)operation,
      .jt = (uint8_t)jump_true,
      .jf = (uint8_t)jump_false,
      .k = k,
  };

  g_array_append_val(code, instruction);
}

static void
emit_return(GArray *code, uint32_t action)
{
  emit(code, BPF_RET | BPF_K, action, 0, 0);
}

/* Appends MORE, and frees it. */
static void
emit_code(GArray *code, GArray *more)
{
  g_array_append_vals(code, more->data, more->len);
  g_array_unref(more);
}

/* --- conditions ----------------------------------------------------------- */

enum half {
  HALF_LOW,
  HALF_HIGH,
};

static uint32_t
half_of(uint64_t value, enum half half)
{
  return (uint32_t)(half == HALF_LOW ? value : value >> 32);
}

static void
emit_load(GArray *code, const struct condition *condition, enum half half)
{
  size_t place = offsetof(struct seccomp_data, args) + condition->argument * sizeof(uint64_t);
  uint32_t mask = half_of(condition->mask, half);

  emit(code, BPF_LD | BPF_W | BPF_ABS,
       (uint32_t)(place + (half == HALF_HIGH ? sizeof(uint32_t) : 0)), 0, 0);
  if (mask != UINT32_MAX)
    emit(code, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
}

/* Goes on where COMPARE, which is BPF_JEQ, BPF_JGE or BPF_JGT, holds, or if NEGATED where it does
 * not; else jumps over REST further instructions. */
static GArray *
test(const struct condition *condition, unsigned compare, bool negated, guint rest)
{
  uint32_t high = half_of(condition->value, HALF_HIGH);
  GArray *code = new_code(), *low = new_code();

  emit_load(low, condition, HALF_LOW);
  emit(low, BPF_JMP | compare | BPF_K, half_of(condition->value, HALF_LOW), negated ? rest : 0,
       negated ? 0 : rest);
  if (half_of(condition->mask, HALF_HIGH) != 0) {
    guint holds = negated ? low->len + rest : low->len,
          fails = negated ? low->len : low->len + rest;
    emit_load(code, condition, HALF_HIGH);
    if (compare != BPF_JEQ)
      emit(code, BPF_JMP | BPF_JGT | BPF_K, high, holds + 1, 0);
    emit(code, BPF_JMP | BPF_JEQ | BPF_K, high, 0, fails);
  }
  emit_code(code, low);
  return code;
}

static GArray *
test_condition(const struct condition *condition, guint rest)
{
  switch (condition->comparison) {
  case COMPARE_EQUAL:
    return test(condition, BPF_JEQ, false, rest);
  case COMPARE_UNEQUAL:
    return test(condition, BPF_JEQ, true, rest);
  case COMPARE_LESS:
    return test(condition, BPF_JGE, true, rest);
  case COMPARE_LESS_EQUAL:
    return test(condition, BPF_JGT, true, rest);
  case COMPARE_GREATER:
    return test(condition, BPF_JGT, false, rest);
  default:
    return test(condition, BPF_JGE, false, rest);
  }
}

/* What one line does for a call: returns its action, or goes on behind. */
static GArray *
line_code(const struct rule_line *line)
{
  GArray *code = new_code();

  emit_return(code, line->action);
  for (guint i = line->conditions->len; i > 0; i--) {
    GArray *before =
        test_condition(&g_array_index(line->conditions, struct condition, i - 1), code->len);
    emit_code(before, code);
    code = before;
  }
  return code;
}

/* --- numbers -------------------------------------------------------------- */

/* What is done from number FIRST up to the next segment. */
struct segment {
  uint32_t first;
  uint32_t action;        /* if no line decides */
  const GPtrArray *lines; /* struct rule_line *, or NULL */
};

static void
add_segment(GArray *segments, uint32_t first, uint32_t action, const GPtrArray *lines)
{
  const struct segment segment = {.first = first, .action = action, .lines = lines};

  if (segments->len > 0) {
    const struct segment *last = &g_array_index(segments, struct segment, segments->len - 1);
    if (!lines && !last->lines && last->action == action)
      return;
  }
  g_array_append_val(segments, segment);
}

static void
free_lines(gpointer data)
{
  g_ptr_array_unref(data);
}

/* The lines of each number, up to the first that has no condition. */
static GHashTable *
lines_by_number(const struct rules *rules, const struct architecture *architecture)
{
  GHashTable *table = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_lines);

  for (guint i = 0; i < rules->lines->len; i++) {
    struct rule_line *line = rules->lines->pdata[i];
    for (guint j = 0; j < line->calls->len; j++) {
      uint32_t number = 0;
      if (!architecture_number(architecture, line->calls->pdata[j], &number))
        continue;
      GPtrArray *lines = g_hash_table_lookup(table, GUINT_TO_POINTER(number));
      if (!lines) {
        lines = g_ptr_array_new();
        g_hash_table_insert(table, GUINT_TO_POINTER(number), lines);
      }
      const struct rule_line *last = lines->len > 0 ? lines->pdata[lines->len - 1] : NULL;
      if (!last || last->conditions->len > 0)
        g_ptr_array_add(lines, line);
    }
  }
  return table;
}

/* Adds what is done with the numbers of ARCHITECTURE, from FIRST. */
static void
add_calls(GArray *segments, const struct rules *rules, const struct architecture *architecture,
          GHashTable *table, uint32_t first)
{
  g_autoptr(GArray) numbers = architecture_numbers(architecture);
  uint32_t next = first;

  for (guint i = 0; i < numbers->len; i++) {
    uint32_t number = g_array_index(numbers, uint32_t, i);
    const GPtrArray *lines = g_hash_table_lookup(table, GUINT_TO_POINTER(number));
    const struct rule_line *only = lines ? lines->pdata[0] : NULL;
    if (number > next)
      add_segment(segments, next, rules->unknown, NULL);
    if (only && only->conditions->len == 0)
      add_segment(segments, number, only->action, NULL);
    else
      add_segment(segments, number, rules->otherwise, lines);
    next = number + 1;
  }
  add_segment(segments, next, rules->unknown, NULL);
}

/* A segment's instructions, which end in a return. */
static GArray *
segment_code(const struct segment *segment)
{
  GArray *code = new_code();
  bool is_closed = false;

  for (guint i = 0; segment->lines && i < segment->lines->len; i++) {
    const struct rule_line *line = segment->lines->pdata[i];
    emit_code(code, line_code(line));
    is_closed = line->conditions->len == 0;
  }
  if (!is_closed)
    emit_return(code, segment->action);
  return code;
}

/* Instructions for the numbers from FIRST on. */
struct block {
  uint32_t first;
  GArray *code;
};

/* Puts a comparison before BELOW and ABOVE, which are taken. */
static GArray *
choose(GArray *below, GArray *above, uint32_t first_above)
{
  GArray *code = new_code();

  if (below->len <= JUMP_MAX) {
    emit(code, BPF_JMP | BPF_JGE | BPF_K, first_above, below->len, 0);
  } else {
    emit(code, BPF_JMP | BPF_JGE | BPF_K, first_above, 0, 1);
    emit(code, BPF_JMP | BPF_JA, below->len, 0, 0);
  }
  emit_code(code, below);
  emit_code(code, above);
  return code;
}

/* A tree of comparisons: neighbours are joined in pairs until one is left. */
static GArray *
search_code(const GArray *segments)
{
  g_autoptr(GArray) blocks = g_array_new(FALSE, FALSE, sizeof(struct block));

  for (guint i = 0; i < segments->len; i++) {
    const struct segment *segment = &g_array_index(segments, struct segment, i);
    const struct block block = {.first = segment->first, .code = segment_code(segment)};
    g_array_append_val(blocks, block);
  }
  while (blocks->len > 1) {
    for (guint i = 0; i < blocks->len; i += 2) {
      struct block joined = g_array_index(blocks, struct block, i);
      if (i + 1 < blocks->len) {
        const struct block *above = &g_array_index(blocks, struct block, i + 1);
        joined.code = choose(joined.code, above->code, above->first);
      }
      g_array_index(blocks, struct block, i / 2) = joined;
    }
    g_array_set_size(blocks, (blocks->len + 1) / 2);
  }
  return g_array_index(blocks, struct block, 0).code;
}

/* --- architectures -------------------------------------------------------- */

/* The calls that have the token of ARCHITECTURE: those of x86_64 and of x32 have the same. */
static GArray *
token_code(const struct rules *rules, const struct architecture *architecture)
{
  const struct architecture *x32 = architecture_find("x32");
  g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
  g_autoptr(GHashTable) table = lines_by_number(rules, architecture);
  g_autoptr(GHashTable) x32_table = lines_by_number(rules, x32);
  GArray *code = new_code();

  if (architecture == x32)
    add_segment(segments, 0, REFUSE, NULL);
  else
    add_calls(segments, rules, architecture, table, 0);
  if (architecture == x32 || (architecture->token == x32->token && rules->covers_x32))
    add_calls(segments, rules, x32, x32_table, ARCHITECTURE_X32_BIT);
  else if (architecture->token == x32->token)
    add_segment(segments, ARCHITECTURE_X32_BIT, REFUSE, NULL);
  add_segment(segments, no_call, SECCOMP_RET_ALLOW, NULL);
  emit(code, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
  emit_code(code, search_code(segments));
  return code;
}

GArray *
assemble_filter(const struct rules *rules, const struct architecture *architecture)
{
  const struct architecture *const parts[] = {
      architecture, architecture->also ? architecture_find(architecture->also) : NULL};
  GArray *code = new_code();

  emit(code, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(parts) && parts[i]; i++) {
    GArray *part = token_code(rules, parts[i]);
    emit(code, BPF_JMP | BPF_JEQ | BPF_K, parts[i]->token, 1, 0);
    emit(code, BPF_JMP | BPF_JA, part->len, 0, 0);
    emit_code(code, part);
  }
  emit_return(code, REFUSE);
  if (code->len <= BPF_MAXINSNS)
    return code;
  g_array_unref(code);
  return NULL;
}
