#!/bin/bash
# The binary is what configure promised: position independent, with every relocation read-only,
# no executable stack, nothing that is both writable and executable, and no loader in a static one;
# its own code has what the compiler adds against overflows and jumps to where no code begins.
set -u

if [ "${HUTCH_SANITIZERS:-}" = yes ]; then
  echo "1..0 # SKIP the sanitizers' build is not for use"
  exit
fi

headers=$("${READELF:-readelf}" --wide --file-header --program-headers --dynamic "${HUTCH:?}")
# The objects, and not the binary: the C library's own code is in a static one, and has its own flags.
archive=${top_builddir:?}/libhutch.a
objects=$("${READELF:-readelf}" --wide --notes "$archive" | grep -c '^File: ')
echo "1..10"
number=0
report() {
  number=$((number + 1))
  if [ "$2" -eq 0 ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
  fi
}
skip() {
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2"
}
has() {
  grep -Eq -e "$1" <<<"$headers"
}
built_with() {
  [[ " ${HUTCH_FLAGS:?} " == *" $1"* ]]
}

has 'Type: *DYN'
report "position independent" $?
has 'GNU_RELRO'
report "relocations become read-only" $?
has 'FLAGS.*BIND_NOW|FLAGS_1.*NOW'
report "all of them, at the start" $?
! has 'TEXTREL'
report "none in the code" $?
has 'GNU_STACK .* RW '
report "no executable stack" $?
has 'LOAD .* R E ' && ! has 'LOAD .* RWE '
report "no segment is writable and executable" $?
if [ "${HUTCH_LINK:-}" = static-pie ]; then
  ! has 'INTERP|\(NEEDED\)'
  report "static-pie: no loader and no shared library" $?
else
  has 'INTERP'
  report "dynamic: has a loader" $?
fi

if built_with -fcf-protection && has 'Machine: .*X86-64'; then
  marked=$("${READELF:-readelf}" --wide --notes "$archive" | grep -c 'x86 feature: IBT, SHSTK')
  [ "$objects" -gt 0 ] && [ "$marked" -eq "$objects" ]
  report "each object is made for shadow stacks and indirect branch tracking" $?
else
  skip "each object is made for shadow stacks and indirect branch tracking" "not on this machine"
fi
if built_with -fstack-protector-strong; then
  guarded=$("${NM:-nm}" --undefined-only --format=posix "$archive" | grep -c '^__stack_chk_fail')
  [ "$objects" -gt 0 ] && [ "$guarded" -gt $((objects / 2)) ]
  report "most objects guard their stack" $?
else
  skip "most objects guard their stack" "the compiler does not"
fi
if built_with -D_FORTIFY_SOURCE=; then
  "${NM:-nm}" --undefined-only --format=posix "$archive" | grep -Eq '^__[a-z]+_chk '
  report "calls that fill buffers are fortified" $?
else
  skip "calls that fill buffers are fortified" "the compiler does not optimise"
fi
