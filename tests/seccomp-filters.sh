#!/bin/bash
# The built-in filters, and hutch-seccomp, which compiles and explains others.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs cc make python3
compiler=${HUTCH%/*}/hutch-seccomp
[[ -x $compiler ]] || skip_all 'hutch-seccomp is not built'
rules=$here/../seccomp
filters=(terminal default strict)

machine=$(uname -m)
abis=("$machine")
if [[ $machine == x86_64 ]]; then abis=(x86_64 i386 x32); fi
# More than any kernel has; with the bit that marks them, x32's are the same numbers.
count=600
bit() { if [[ $1 == x32 ]]; then echo $((0x40000000)); else echo 0; fi; }
can_call() {
  [[ $1 != i386 ]] || [[ $(try-calls i386 20:0) == '20 ok' ]]
}

# --- hutch-seccomp -------------------------------------------------------------------------------

run "$compiler" list
is 'the built-in filters can be listed' "$(awk '{print $1}' <<<"$out" | one_line)" "${filters[*]}"
run "$compiler" calls --arch i386
is 'so can the calls of an architecture' "$status $(grep -xc -e socketcall -e openat -e open_tree <<<"$out")" '0 3'
run "$compiler" calls --arch aarch64
is '  which has calls of its own' "$status $(grep -xc -e socketcall -e openat <<<"$out")" '0 1'
run "$compiler" calls getpid
returns '  and takes no operand' 2
for file in "$rules"/*.rules; do
  sizes=
  for arch in x86_64 i386 x32 aarch64 arm riscv64 ppc64le; do
    size=$("$compiler" compile "$file" --arch "$arch" | wc -c)
    sizes+=$((size > 0 && size % 8 == 0))
  done
  is "${file##*/} compiles for every architecture" "$sizes" 1111111
done
for name in "${filters[@]}"; do
  "$compiler" compile "$rules/$name.rules" >"$name.bpf"
  mark-filter <"$name.bpf" >"$name.marked"
done

# explains ABI FILTER CALL: the answer, without the number or the name
explains() { "$compiler" explain --arch="$1" "$2" "$3" | sed 's/^[^ ]* [^ ]* //; s/ # .*//'; }
answer() { is "$1" "$(explains "$2" "$3" "$4")" "$5"; }
answer 'explain takes names' x86_64 default.bpf keyctl 'errno EPERM'
answer '  numbers' x86_64 default.bpf 250 'errno EPERM'
answer '  arguments by name' x86_64 default.bpf socket:AF_VSOCK 'errno EAFNOSUPPORT'
answer '  and by number' x86_64 default.bpf socket:1 allow
answer '  with bits above those that the kernel looks at' x86_64 default.bpf socket:0x100000028 'errno EAFNOSUPPORT'
answer '  negative ones too' x86_64 default.bpf personality:-1 allow
answer 'a filter of one machine refuses the calls of another' aarch64 default.bpf getpid 'errno ENOSYS'
"$compiler" compile "$rules/default.rules" --arch aarch64 >aarch64.bpf
answer '  made for that one, it does not' aarch64 aarch64.bpf getpid allow
answer '  and covers the older one of the same kernel' arm aarch64.bpf keyctl 'errno EPERM'
cat >own.rules <<END
allow io_uring_setup
include $rules/default.rules
END
"$compiler" compile own.rules >own.bpf
answer 'lines before an include are exceptions' x86_64 own.bpf io_uring_setup allow
answer '  and nothing more' x86_64 own.bpf io_uring_enter 'errno ENOSYS'
run "$compiler" explain - getpid <own.bpf
is 'a filter may come from the standard input' "$status:${out%%$'\n'*}" '0:getpid x86_64 allow # 39'

# wrong STATUS REGEX ARGS...
wrong() {
  local wanted=$1 regex=$2
  shift 2
  run "$compiler" "$@"
  is "refused: ${*##*/}" "$status:$out" "$wanted:"
  like '  and it says why' "$err" "$regex"
}
printf 'default allow\n\ndeny EPERM reed\n' >typing.rules
wrong 1 '^hutch-seccomp: typing.rules:3: reed: no architecture has such a system call$' compile typing.rules
wrong 1 '^hutch-seccomp: .*/no/such' compile /no/such
wrong 2 '^hutch-seccomp: --arch vax: none of x86_64, ' compile own.rules --arch vax
wrong 2 '^hutch-seccomp: unknown option: --foo' compile own.rules --foo
wrong 1 'not a compiled filter' explain own.rules read
wrong 1 'nosuchcall: no such system call' explain own.bpf nosuchcall
wrong 1 'the arguments are' explain own.bpf read:x
wrong 2 '^usage: ' explain own.bpf
wrong 2 '^usage: ' nonsense
head -c 64 own.bpf >cut.bpf
wrong 1 'not one that the kernel takes' explain cut.bpf read

# --- the option ----------------------------------------------------------------------------------

refuses 'a filter that is not there' '--seccomp-filter nothing: .*terminal, default and strict' \
  "${base[@]}" --seccomp-filter nothing -- echo ran
refuses '--seccomp-log needs something to log' '--seccomp-log: needs --seccomp-filter' \
  "${base[@]}" --seccomp-log -- echo ran
run "$HUTCH" --error-fd 3 --seccomp-filter nothing -- echo ran 3>error.json
like '  with a code for programs' "$(cat error.json)" '"code": *"option-operand"'

own_filters() { "$@" sed -n 's/^Seccomp_filters:[[:space:]]*//p' /proc/self/status; }
already=$(own_filters "$HUTCH" "${base[@]}" --)
deny-syscall uname 38 >no-uname
is 'several filters are loaded, with those of the caller' \
  "$(own_filters "$HUTCH" "${base[@]}" --seccomp-filter default --seccomp-filter strict \
    --add-seccomp-fd 11 --add-seccomp-fd 12 -- 11<no-uname 12<terminal.bpf)" $((already + 4))
inside --seccomp 11 --seccomp-filter default -- sh -c 'uname; unshare -U true' 11<no-uname
like '  and both kinds work' "$err" $'Function not implemented.*\n.*Operation not permitted'
printf 'default allow\ndeny EPERM prctl\n' >no-prctl.rules
"$compiler" compile no-prctl.rules >no-prctl.bpf
inside --seccomp 11 --seccomp-filter default --seccomp-filter strict -- echo works 11<no-prctl.bpf
is 'the built-in ones are loaded before those of the caller' "$status $out" '0 works'
inside --seccomp-filter strict -- /no/such/command
like 'under strict a missing command is told as ever' "$status $err" '^127 hutch: .*No such file'
inside --seccomp-filter strict --as-pid-1 -- echo works
is '  and there need be no reaper' "$status $out" '0 works'
run bash -c 'exec -a bwrap "$0" "$@"' "$HUTCH" "${base[@]}" --seccomp-filter default -- unshare -U true
like 'under the name bwrap too' "$status $err" '^1 unshare: .*Operation not permitted'
bash -c 'exec -a bwrap "$0" "$@"' "$HUTCH" "${base[@]}" -- try-calls "$machine" 16:0,0x5412 >bwrap.plain
bash -c 'exec -a bwrap "$0" "$@"' "$HUTCH" "${base[@]}" --seccomp-filter terminal -- \
  try-calls "$machine" 16:0,0x5412 >bwrap.terminal
if [[ $machine == x86_64 ]]; then
  unlike '  where nothing but the option refuses to type' "$(cat bwrap.plain)" EPERM
  is '  into a terminal' "$(cat bwrap.terminal)" '16 EPERM'
fi

# --- every call ----------------------------------------------------------------------------------

# On each of these a probe of the kernel's own leads; newer kernels do not ask a filter about them.
probes='335 336'
explained() {
  local words first
  first=$(bit "$1")
  mapfile -t words < <(seq -f '%.0f:-1,-1,-1,-1,-1,-1' "$first" $((first + count - 1)))
  "$compiler" explain --arch "$1" "$2.bpf" "${words[@]}" |
    awk -v first="$first" '{ number = $1 - first; print number, $3 == "errno" ? "refused " $4 : "passed" }'
}
# What was refused by a marked filter, and what was not.
summary() { awk '{ print $1, $2 == "refused" ? $2 " " $3 : "passed" }' "$1"; }
without_probes() {
  if [[ $machine == x86_64 ]]; then awk -v skip=" $probes " 'index(skip, " " $1 " ") == 0'; else cat; fi
}
# Everything but what takes its time, or ends in a way of its own.
settled() { without_probes <"$1" | grep -vE ' (blocked|exited|signal [0-9]+)$'; }
# The lines of two files that differ, where a call came to an end in both.
differences() {
  awk 'NR == FNR { first[$1] = $2; next } ($1 in first) && first[$1] != $2 { print $1, first[$1], $2 }' \
    <(settled "$1") <(settled "$2") | head -n 20
}

for abi in "${abis[@]}"; do
  if ! can_call "$abi"; then
    skip "the calls of $abi" 'this kernel takes none of them'
    continue
  fi
  limit=60
  inside -- try-calls "$abi" "$count"
  printf '%s\n' "$out" >"$abi.plain"
  is "$abi: without a filter each of $count calls is made" "$status $(grep -c '' "$abi.plain")" "0 $count"
  for name in "${filters[@]}"; do
    inside --seccomp 11 -- try-calls "$abi" "$count" 11<"$name.marked"
    printf '%s\n' "$out" >"$abi.$name"
    is "$abi, $name: explain and the kernel agree about each of them" \
      "$(diff <(explained "$abi" "$name" | without_probes) <(summary "$abi.$name" | without_probes) | head -n 20)" ''
    inside --seccomp-filter "$name" -- try-calls "$abi" "$count"
    printf '%s\n' "$out" >"$abi.$name.builtin"
    # What the filter lets pass gives what it gives without, and what it refuses the errno of the rule.
    awk 'NR == FNR { plain[$1] = $0; next } $2 == "refused" { print $1, $3; next } { print plain[$1] }' \
      "$abi.plain" "$abi.$name" >"$abi.$name.wanted"
    is "  the built-in one does the same" "$(differences "$abi.$name.wanted" "$abi.$name.builtin")" ''
    inside --seccomp-filter "$name" --seccomp-log -- try-calls "$abi" "$count"
    printf '%s\n' "$out" >"$abi.$name.logged"
    is "  and if it only logs, every call is made" "$(differences "$abi.plain" "$abi.$name.logged")" ''
  done
done

# --- ways around ---------------------------------------------------------------------------------

# refused ABI FILTER SENTENCE WANTED NUMBER:ARGS...: a marked filter says so, and not the kernel.
refused() {
  local abi=$1 name=$2 sentence=$3 wanted=$4
  shift 4
  can_call "$abi" || return 0
  inside --seccomp 11 -- try-calls "$abi" "$@" 11<"$name.marked"
  is "$name, $abi: $sentence" "$(cut -d' ' -f2- <<<"$out" | sort -u | one_line)" "$wanted"
}
# With the same bits above them, the kernel takes each for the same.
high=$((1 << 32))
user=$((0x10000000))
vsock=40
if [[ $machine == x86_64 ]]; then
  for name in default strict; do
    refused x86_64 "$name" 'no namespace by clone' 'refused EPERM' 56:$((user | 17)) 56:$((user | 17 | high)) 56:$((0x20000000 | 17))
    refused x86_64 "$name" 'nor by unshare' 'refused EPERM' 272:$user 272:$((0x20000)) 272:$((0x80))
    refused x86_64 "$name" 'nor by setns' 'refused EPERM' 308:0,0 308:0,$user
    refused x86_64 "$name" 'nor by clone3, whose flags cannot be seen' 'refused ENOSYS' 435:0,88
    refused x86_64 "$name" 'a new process without them' ok 56:17 56:$((17 | high)) 57:
    refused x86_64 "$name" 'no socket of a rare family' 'refused EAFNOSUPPORT' 41:$vsock,1 41:$((vsock | high)),1 41:38,5 53:30,1
    refused x86_64 "$name" 'sockets of the usual ones' ok 41:1,1 41:2,1 41:10,2 41:16,3
    refused x86_64 "$name" 'nothing by io_uring' 'refused ENOSYS' 425: 426: 427:
    refused x86_64 "$name" 'no typing into a terminal' 'refused EPERM' 16:0,0x5412 16:0,$((0x5412 | high)) 16:0,0x541c
    refused x32 "$name" 'the calls of x32, whatever they are' 'refused ENOSYS' 514:0,0x5412 39: 250: 1000000:
    refused i386 "$name" 'no namespace by clone' 'refused EPERM' 120:$((user | 17))
    refused i386 "$name" 'nor by unshare, setns' 'refused EPERM' 310:$user 346:0,0
    refused i386 "$name" 'nor by clone3' 'refused ENOSYS' 435:0,88
    refused i386 "$name" 'no socket of a rare family' 'refused EAFNOSUPPORT' 359:$vsock,1
    refused i386 "$name" '  nor any by socketcall, whose arguments cannot be seen' 'refused ENOSYS' 102:1,0 102:8,0
    refused i386 "$name" '  but the usual ones' ok 359:1,1 359:2,1
    refused i386 "$name" 'nothing by io_uring' 'refused ENOSYS' 425: 426: 427:
    refused i386 "$name" 'no typing into a terminal' 'refused EPERM' 54:0,0x5412 54:0,0x541c
  done
  refused x86_64 default 'no keys' 'refused EPERM' 248: 249: 250:
  refused i386 default 'no keys' 'refused EPERM' 286: 287: 288:
  refused x86_64 default 'no mounts, old and new' 'refused EPERM' 165: 166: 155: 428: 429: 430: 431: 432: 433: 442: 467:
  refused x86_64 default 'a call without a name' 'refused ENOSYS' 600: 4000: 100000:
  refused x86_64 default 'a process that it may trace' ESRCH 101:16,999999999
  refused x86_64 terminal 'what is not about terminals passes' ok 39: 102: 272:0
  refused x32 terminal 'no typing into a terminal' 'refused EPERM' 514:0,0x5412 514:0,$((0x5412 | high)) 514:0,0x541c
  is 'a namespace can be made outside, so that it is the filter that refuses' \
    "$(try-calls x86_64 272:$user 56:$((user | 17)) | one_line)" "272 ok 56 ok"
fi

# --- what has to work ----------------------------------------------------------------------------

mkdir job
cat >job/main.c <<'END'
#include <pthread.h>
#include <stdio.h>
static void *say(void *text) { puts(text); return NULL; }
int main(void)
{
  pthread_t thread;
  return pthread_create(&thread, NULL, say, "built") || pthread_join(thread, NULL);
}
END
printf 'main: main.c\n\tcc -pthread -o $@ $<\n' >job/Makefile
cat >job/test.py <<'END'
import asyncio, concurrent.futures, socket, subprocess, tempfile

async def spawn():
    process = await asyncio.create_subprocess_exec("true")
    return await process.wait()

if __name__ == "__main__":
    assert asyncio.run(spawn()) == 0
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["cp", "-a", __file__, place], check=True)
    print("python works")
END
printf 'cmake_minimum_required(VERSION 3.10)\nproject(job C)\nadd_executable(other main.c)\ntarget_link_libraries(other pthread)\n' \
  >job/CMakeLists.txt
cat >job/package.json <<'END'
{"name": "job", "version": "1.0.0", "scripts": {"test": "node -e 'console.log(\"npm \" + \"works\")'"}}
END
mkdir -p job/debian/source
echo '3.0 (native)' >job/debian/source/format
printf 'job (1) unstable; urgency=low\n\n  * One.\n\n -- A <a@example.org>  Sun, 22 Nov 2026 08:00:00 +0000\n' >job/debian/changelog
printf 'Source: job\nMaintainer: A <a@example.org>\n\nPackage: job\nArchitecture: all\nDescription: job\n' >job/debian/control
cat >job/debian/rules <<'END'
#!/usr/bin/make -f
build clean build-indep build-arch binary-arch:
binary binary-indep:
	mkdir -p debian/job/DEBIAN debian/job/usr/share/job
	install -o root -g root main.c debian/job/usr/share/job
	dpkg-gencontrol -pjob -Pdebian/job
	dpkg-deb --root-owner-group -b debian/job ..
END
chmod +x job/debian/rules

# works FILTER SENTENCE WANTED COMMAND: the last line that it prints
works() {
  limit=120 inside --bind "$tmp/job" "$tmp/job" --chdir "$tmp/job" --setenv HOME "$tmp/job" --setenv TMPDIR "$tmp/job" --seccomp-filter "$1" -- sh -c "$4"
  is "$1: $2" "$status ${out##*$'\n'}" "0 $3"
}
for name in default strict; do
  works "$name" 'gcc and make' built 'rm -f main && make -s && ./main'
  works "$name" 'python' 'python works' 'python3 test.py'
  if has git; then
    works "$name" 'git' 1 'rm -rf repo copy && git init -q repo && cd repo &&
      git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one &&
      git clone -q . ../copy && cd ../copy && git gc -q && git log --oneline | wc -l'
  fi
  if has cmake; then works "$name" 'cmake' built 'rm -rf b && cmake -S . -B b >/dev/null && cmake --build b >/dev/null && b/other'; fi
  if has node; then works "$name" 'node' 'node works' 'node -e "require(\"fs\").promises.stat(\".\").then(() => console.log(\"node works\"))"'; fi
  if has node && has npm; then works "$name" 'npm' 'npm works' 'npm test --silent'; fi
  if has dpkg-buildpackage && has fakeroot; then
    works "$name" 'a Debian package' main.c 'rm -rf in && mkdir in && cp -r debian main.c in && cd in &&
      dpkg-buildpackage -us -uc -b -d >/dev/null 2>&1 && dpkg-deb -c ../job_1_all.deb | sed -n "s/.*job.//p"'
  fi
  if has strace; then works "$name" 'tracing a child' 'traced' 'strace -o trace.out echo traced'; fi
  if cc -fsanitize=address -o probe -x c - <<<'int main(void) { return 0; }' 2>/dev/null; then
    works "$name" 'a sanitizer that looks for leaks' built 'cc -fsanitize=address -pthread -o leaks main.c && ./leaks'
  fi
done

# --- elsewhere -----------------------------------------------------------------------------------

if has bwrap; then
  for name in "${filters[@]}"; do
    run bwrap "${base[@]}" --seccomp 11 try-calls "$machine" "$count" 11<"$name.marked"
    printf '%s\n' "$out" >"elsewhere.$name"
    is "bubblewrap takes what hutch-seccomp compiles: $name" \
      "$(diff <(explained "$machine" "$name" | without_probes) <(summary "elsewhere.$name" | without_probes) | head -n 20)" ''
  done
else
  skip 'bubblewrap takes what hutch-seccomp compiles' 'bwrap is not here'
fi

plan
