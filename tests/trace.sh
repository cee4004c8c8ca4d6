#!/bin/bash
# The system calls of a start: no list of mounts is read, and in the new root nothing is opened by its path.
# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2094 # the data are read only
. "$(dirname "$0")/lib.sh" || exit 1

needs strace
mkdir dir
echo x >data

# reads_mounts FILE: lines that open a list of mounts.
reads_mounts() { grep -E 'open[a-z0-9_]*\(.*(mountinfo|/mounts|mtab)"' "$1"; }

# Lines of the processes inside, after the root was entered and before the command runs, that open by path.
# The path "/.." may be opened: it shows whether there is a way out.
opens_by_path() {
  awk '
    NR == 1 { monitor = $1 }
    / execve\(.* = 0$/ && NR > 1 { running[$1] = 1 }
    / execve\(.*<unfinished/ && entered { starting[$1] = 1 }
    / <... execve resumed.* = 0$/ && starting[$1] { running[$1] = 1 }
    entered && $1 != monitor && !running[$1] && / (open|creat|open_tree|openat|openat2)\(("|0x|AT_FDCWD)/ && !/AT_FDCWD, "\/\.\."/
    / pivot_root\(/ { entered = 1 }' "$1"
}

trace() {
  local name=$1
  shift
  run strace -f -s 4096 -o "$tmp/$name" "$@"
}

trace full "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind dir /tmp/dir --bind data /tmp/file --dir /tmp/made \
  --symlink made /tmp/link --file 11 /tmp/link/data --ro-bind-data 12 /tmp/ro-data --remount-ro /tmp/dir \
  --chmod 0700 /tmp/made --unshare-net --hostname traced --chdir /tmp/link --new-session \
  -- sh -c 'cat /proc/self/mountinfo' 11<data 12<data
returns 'a start can be traced' 0
ok '  it uses mount trees' grep -q 'open_tree(' full
is '  and pivots once' "$(grep -c 'pivot_root(.* = 0\|pivot_root resumed.* = 0' full)" 1
command_reads=$(grep -c 'open.*"/proc/self/mountinfo"' full)
is 'no list of mounts is read, but by the command' "$command_reads $(reads_mounts full | wc -l)" '1 1'
is 'after the root was entered, nothing is opened by path' "$(opens_by_path full)" ''
is '  and no second time that the root is changed' "$(grep -c ' chroot(' full)" 0
like 'the command is then executed' "$out" ' /tmp/dir ro,'

trace empty "$HUTCH" "${base[@]}" -- true
is 'nor is it for the simplest sandbox' "$(reads_mounts empty; opens_by_path empty)" ''

if [[ -x /usr/bin/bwrap ]]; then
  trace bwrap /usr/bin/bwrap "${base[@]}" true
  ok 'bubblewrap does read the list, which the trace shows' test -n "$(reads_mounts bwrap)"
else
  skip 'bubblewrap does read the list, which the trace shows' '/usr/bin/bwrap is not here'
fi

plan
