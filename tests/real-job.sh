#!/bin/bash
# A job as a package builder has it: compile and test a program as root inside, the host read-only, no network.
# shellcheck disable=SC2016 # make and the shell inside expand what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs cc make ar
limit=60

mkdir -p project/src project/tests
cat >project/src/stack.h <<'END'
#ifndef STACK_H
#define STACK_H
#include <stddef.h>
struct stack { double values[64]; size_t depth; };
int stack_push(struct stack *stack, double value);
int stack_pop(struct stack *stack, double *value);
int calculate(const char *expression, double *result);
#endif
END
cat >project/src/stack.c <<'END'
#include "stack.h"
int stack_push(struct stack *stack, double value) {
  if (stack->depth == sizeof stack->values / sizeof stack->values[0]) return -1;
  stack->values[stack->depth++] = value;
  return 0;
}
int stack_pop(struct stack *stack, double *value) {
  if (stack->depth == 0) return -1;
  *value = stack->values[--stack->depth];
  return 0;
}
END
cat >project/src/calculate.c <<'END'
#include "stack.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
static int apply(struct stack *stack, char operator) {
  double a, b;
  if (stack_pop(stack, &b) != 0 || stack_pop(stack, &a) != 0) return -1;
  switch (operator) {
  case '+': return stack_push(stack, a + b);
  case '-': return stack_push(stack, a - b);
  case '*': return stack_push(stack, a * b);
  case '/': return stack_push(stack, a / b);
  case '^': return stack_push(stack, pow(a, b));
  }
  return -1;
}
int calculate(const char *expression, double *result) {
  struct stack stack = { .depth = 0 };
  char *copy = strdup(expression), *rest = copy, *word;
  int error = 0;
  while (error == 0 && (word = strsep(&rest, " ")) != NULL) {
    char *end;
    double value = strtod(word, &end);
    if (*word == '\0') continue;
    error = *end == '\0' ? stack_push(&stack, value) : word[1] != '\0' ? -1 : apply(&stack, *word);
  }
  free(copy);
  return error != 0 || stack_pop(&stack, result) != 0 || stack.depth != 0 ? -1 : 0;
}
END
cat >project/src/main.c <<'END'
#include "stack.h"
#include <stdio.h>
int main(int argc, char **argv) {
  double result;
  if (argc != 2 || calculate(argv[1], &result) != 0) return fprintf(stderr, "cannot calculate that\n"), 1;
  return printf("%g\n", result) < 0;
}
END
cat >project/tests/check.sh <<'END'
#!/bin/sh
set -e
check() { test "$(./calc "$1")" = "$2" || { echo "FAIL: $1"; exit 1; }; echo "PASS: $1 = $2"; }
check '1 2 +' 3
check '2 10 ^ 24 -' 1000
check '7 2 / 2 *' 7
if ./calc '1 +' 2>/dev/null; then exit 1; fi
echo "PASS: errors"
END
cat >project/Makefile <<'END'
CFLAGS = -O2 -Wall -Isrc
PREFIX = /usr/local
calc: src/main.o libcalc.a
	$(CC) $(CFLAGS) -o $@ src/main.o libcalc.a -lm
libcalc.a: src/stack.o src/calculate.o
	ar rc $@ $^
src/%.o: src/%.c src/stack.h
	$(CC) $(CFLAGS) -c -o $@ $<
check: calc
	sh tests/check.sh
install: calc
	install -d $(DESTDIR)$(PREFIX)/bin
	install -o 0 -g 0 -m 755 calc $(DESTDIR)$(PREFIX)/bin/calc
END

job=("$HUTCH" "${base[@]}" --tmpfs /tmp --bind "$tmp/project" /tmp/project --chdir /tmp/project --unshare-net
  --setenv HOME /tmp --setenv TMPDIR /tmp --)

run "${job[@]}" make -j2
returns 'a program is compiled inside' 0
ok '  and is there, outside' test -x project/calc
is '  belonging to the caller' "$(stat -c %u project/calc)" "$(id -u)"
run "${job[@]}" make check
returns 'its tests pass inside' 0
is '  each of them' "$(grep -c '^PASS' <<<"$out")" 4
run "${job[@]}" make install DESTDIR=/tmp/project/staging
returns 'it is installed as root would' 0
run project/staging/usr/local/bin/calc '6 7 *'
is '  and runs outside' "$out" 42
run "${job[@]}" make install
unlike 'but not into the host' "$status" '^0$'
like '  which is read-only' "$err" 'Read-only file system'
sed -i 's/a - b/b - a/' project/src/calculate.c
run "${job[@]}" make check
returns 'when its tests fail, so does the job' 2
echo 'int broken(' >>project/src/stack.c
run "${job[@]}" make
like 'a mistake is reported as it is outside' "$err" 'src/stack.c:[0-9]+:[0-9]+: error'
run "${job[@]}" sh -c 'id -u; hostname >/dev/null; cc --version >/dev/null && mktemp && awk "NR > 2" /proc/net/dev | wc -l'
like 'the job is root, alone with a compiler' "$out" $'^0\n/tmp/tmp\\.[^\n]*\n[0-9]'

plan
