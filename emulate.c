/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "emulate.h"

#include <string.h>

struct machine {
  const struct seccomp_data *call;
  uint32_t a, x;
  uint32_t memory[BPF_MEMWORDS];
};

static bool
load(struct machine *machine, const struct sock_filter *instruction)
{
  uint32_t *target = BPF_CLASS(instruction->code) == BPF_LDX ? &machine->x : &machine->a;
  uint32_t k = instruction->k;

  switch (BPF_MODE(instruction->code)) {
  case BPF_IMM:
    *target = k;
    return true;
  case BPF_LEN:
    *target = sizeof *machine->call;
    return true;
  case BPF_MEM:
    if (k < BPF_MEMWORDS)
      *target = machine->memory[k];
    return k < BPF_MEMWORDS;
  case BPF_ABS:
    if (target != &machine->a || k % sizeof(uint32_t) != 0 ||
        k > sizeof *machine->call - sizeof(uint32_t))
      return false;
    memcpy(target, (const char *)machine->call + k, sizeof *target);
    return true;
  default:
    return false;
  }
}

static bool
store(struct machine *machine, const struct sock_filter *instruction)
{
  if (instruction->k >= BPF_MEMWORDS)
    return false;
  machine->memory[instruction->k] =
      BPF_CLASS(instruction->code) == BPF_STX ? machine->x : machine->a;
  return true;
}

/* A division by zero ends a filter with 0, which the kernel takes for an order to kill. */
static bool
calculate(struct machine *machine, const struct sock_filter *instruction, bool *ends)
{
  uint32_t operand = BPF_SRC(instruction->code) == BPF_X ? machine->x : instruction->k;

  switch (BPF_OP(instruction->code)) {
  case BPF_ADD:
    machine->a += operand;
    return true;
  case BPF_SUB:
    machine->a -= operand;
    return true;
  case BPF_MUL:
    machine->a *= operand;
    return true;
  case BPF_DIV:
    *ends = operand == 0;
    machine->a = operand == 0 ? 0 : machine->a / operand;
    return operand != 0 || BPF_SRC(instruction->code) == BPF_X;
  case BPF_AND:
    machine->a &= operand;
    return true;
  case BPF_OR:
    machine->a |= operand;
    return true;
  case BPF_XOR:
    machine->a ^= operand;
    return true;
  case BPF_LSH:
    machine->a <<= operand & 31;
    return operand < 32 || BPF_SRC(instruction->code) == BPF_X;
  case BPF_RSH:
    machine->a >>= operand & 31;
    return operand < 32 || BPF_SRC(instruction->code) == BPF_X;
  case BPF_NEG:
    machine->a = -machine->a;
    return true;
  default:
    return false;
  }
}

static bool
jump(const struct machine *machine, const struct sock_filter *instruction, uint64_t *distance)
{
  uint32_t operand = BPF_SRC(instruction->code) == BPF_X ? machine->x : instruction->k;
  bool holds;

  switch (BPF_OP(instruction->code)) {
  case BPF_JA:
    *distance = instruction->k;
    return true;
  case BPF_JEQ:
    holds = machine->a == operand;
    break;
  case BPF_JGT:
    holds = machine->a > operand;
    break;
  case BPF_JGE:
    holds = machine->a >= operand;
    break;
  case BPF_JSET:
    holds = (machine->a & operand) != 0;
    break;
  default:
    return false;
  }
  *distance = holds ? instruction->jt : instruction->jf;
  return true;
}

static bool
move(struct machine *machine, const struct sock_filter *instruction)
{
  if (BPF_MISCOP(instruction->code) == BPF_TAX)
    machine->x = machine->a;
  else
    machine->a = machine->x;
  return true;
}

bool
emulate_filter(const struct sock_fprog *program, const struct seccomp_data *call, uint32_t *answer)
{
  struct machine machine = {.call = call};
  bool ends = false, good = true;
  uint64_t distance = 0;

  /* Jumps lead forwards, so this comes to an end. */
  for (uint64_t at = 0; good && at < program->len; at += distance + 1) {
    const struct sock_filter *instruction = &program->filter[at];
    distance = 0;
    switch (BPF_CLASS(instruction->code)) {
    case BPF_LD:
    case BPF_LDX:
      good = load(&machine, instruction);
      break;
    case BPF_ST:
    case BPF_STX:
      good = store(&machine, instruction);
      break;
    case BPF_ALU:
      good = calculate(&machine, instruction, &ends);
      break;
    case BPF_JMP:
      good = jump(&machine, instruction, &distance);
      break;
    case BPF_MISC:
      good = move(&machine, instruction);
      break;
    default:
      *answer = BPF_RVAL(instruction->code) == BPF_A ? machine.a : instruction->k;
      return true;
    }
    if (ends && good) {
      *answer = 0;
      return true;
    }
  }
  return false;
}
