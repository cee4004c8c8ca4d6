/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "handlers.h"

#include <string.h>
#include <sys/stat.h>

static bool
takes_mode(enum operation_kind kind)
{
  return kind == OPERATION_TMPFS || kind == OPERATION_DIR || kind == OPERATION_FILE ||
         kind == OPERATION_BIND_DATA;
}

/* Parents are no more open than what they lead to. */
static mode_t
narrow_parents(mode_t mode)
{
  mode_t parents = PLAN_PARENT_MODE;

  if ((mode & S_IRWXG) == 0)
    parents &= ~(mode_t)S_IRWXG;
  if ((mode & S_IRWXO) == 0)
    parents &= ~(mode_t)S_IRWXO;
  return parents;
}

static int
append_operation(struct reader *reader, const struct option *option, struct operation operation)
{
  struct draft *draft = reader->draft;

  operation.kind = (enum operation_kind)option->value;
  operation.flags = option->flags;
  operation.typed = reader->typed;
  operation.parent_mode = PLAN_PARENT_MODE;
  if (operation.dest[0] == '\0')
    return reader_refuse(reader, REFUSE_EMPTY_DEST, NULL);
  if (operation.kind != OPERATION_CHMOD)
    operation.mode = plan_mode_of(operation.kind);
  if (draft_asked(&draft->perms)) {
    operation.mode = (mode_t)draft->perms.number;
    operation.parent_mode = narrow_parents(operation.mode);
    draft->perms = (struct request){0};
  }
  if (draft_asked(&draft->size)) {
    operation.size = draft->size_value;
    draft->size = (struct request){0};
  }
  g_array_append_val(draft->operations, operation);
  return 0;
}

int
on_source_dest(struct reader *reader, const struct option *option, char **operands)
{
  if (operands[0][0] == '\0')
    return reader_refuse(reader, REFUSE_EMPTY_SOURCE, NULL);
  return append_operation(reader, option,
                          (struct operation){.source = operands[0], .dest = operands[1], .fd = -1});
}

int
on_overlay_source(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;

  (void)option;
  if (operands[0][0] == '\0')
    return reader_refuse(reader, REFUSE_EMPTY_SOURCE, NULL);
  if (draft->layers->len == 0)
    draft->overlay_source = (struct request){.typed = reader->typed};
  g_ptr_array_add(draft->layers, operands[0]);
  return 0;
}

/* The last operand is the destination; two before it are where changes go. */
int
on_overlay(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;
  bool has_upper = option_arity(option) == 3;
  struct operation operation = {
      .fd = -1,
      .dest = operands[has_upper ? 2 : 0],
      .upper = has_upper ? operands[0] : NULL,
      .work = has_upper ? operands[1] : NULL,
      .layer_count = draft->layers->len,
  };

  if (operation.layer_count < 2 && (option->flags & OPERATION_READONLY))
    return reader_refuse(reader, REFUSE_LAYERS_ONE, NULL);
  if (operation.layer_count == 0)
    return reader_refuse(reader, REFUSE_LAYERS_NONE, NULL);
  operation.layers = (const char *const *)g_ptr_array_free(draft->layers, FALSE);
  draft->layers = g_ptr_array_new();
  draft->overlay_source = (struct request){0};
  return append_operation(reader, option, operation);
}

int
on_dest(struct reader *reader, const struct option *option, char **operands)
{
  return append_operation(reader, option, (struct operation){.dest = operands[0], .fd = -1});
}

int
on_fd_dest(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  if (reader_consume_fd(reader, operands[0], USE_HELD, REFUSE_FD, &fd) < 0)
    return -1;
  return append_operation(reader, option, (struct operation){.fd = fd, .dest = operands[1]});
}

int
on_data_dest(struct reader *reader, const struct option *option, char **operands)
{
  int fd = -1;

  if (reader_consume_fd(reader, operands[0], USE_DATA, REFUSE_FILE_DATA, &fd) < 0)
    return -1;
  return append_operation(reader, option, (struct operation){.fd = fd, .dest = operands[1]});
}

int
on_chmod(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t mode = 0;

  if (reader_parse_number(reader, operands[0], 8, 07777, REFUSE_MODE, &mode) < 0)
    return -1;
  return append_operation(reader, option,
                          (struct operation){.mode = (mode_t)mode, .dest = operands[1], .fd = -1});
}

int
on_perms(struct reader *reader, const struct option *option, char **operands)
{
  uint64_t mode = 0;

  (void)option;
  if (reader_parse_number(reader, operands[0], 8, 07777, REFUSE_MODE, &mode) < 0)
    return -1;
  reader->draft->perms = (struct request){.typed = reader->typed, .number = (uint32_t)mode};
  return 0;
}

int
on_size(struct reader *reader, const struct option *option, char **operands)
{
  struct draft *draft = reader->draft;

  (void)option;
  if (reader_parse_number(reader, operands[0], 10, INT64_MAX, REFUSE_SIZE, &draft->size_value) < 0)
    return -1;
  if (draft->size_value == 0)
    return reader_refuse(reader, REFUSE_SIZE_ZERO, NULL);
  draft->size = (struct request){.typed = reader->typed};
  return 0;
}

/* What is a link on the host is to be one inside. */
int
on_show(struct reader *reader, const struct option *option, char **operands)
{
  struct operation operation = {.source = operands[0], .dest = operands[0], .fd = -1};
  struct option row = *option;

  if (operands[0][0] != '/')
    return reader_refuse(reader, REFUSE_RELATIVE, NULL);
  char *target = g_file_read_link(operands[0], NULL);
  if (target) {
    operation.source = target;
    row.value = OPERATION_SYMLINK;
    row.flags = 0;
  }
  return append_operation(reader, &row, operation);
}

static bool
adds_operation(const struct option *option)
{
  return option->handle == on_source_dest || option->handle == on_dest ||
         option->handle == on_fd_dest || option->handle == on_data_dest ||
         option->handle == on_chmod || option->handle == on_overlay || option->handle == on_show;
}

int
reader_check_waiting(struct reader *reader, const struct option *option)
{
  struct draft *draft = reader->draft;
  enum operation_kind kind = (enum operation_kind)option->value;
  bool is_operation = adds_operation(option);

  if (draft_asked(&draft->perms) && !(is_operation && takes_mode(kind)) &&
      strcmp(option->name, "--size") != 0) {
    reader->typed = draft->perms.typed;
    return reader_refuse(reader, REFUSE_PERMS_WAITING, NULL);
  }
  if (draft_asked(&draft->size) && !(is_operation && kind == OPERATION_TMPFS) &&
      strcmp(option->name, "--perms") != 0) {
    reader->typed = draft->size.typed;
    return reader_refuse(reader, REFUSE_SIZE_WAITING, NULL);
  }
  if (draft->layers->len > 0 && option->handle != on_overlay_source &&
      option->handle != on_overlay) {
    reader->typed = draft->overlay_source.typed;
    return reader_refuse(reader, REFUSE_LAYERS_WAITING, NULL);
  }
  return 0;
}
