# shellcheck shell=bash
# What the parts of check-attack share. ./run sets up the room that they run in:
#   $HUTCH $BWRAP     the binary, under either name
#   $PROGRAMS         a directory with the programs of tests/attack and rename-race
#   $ROOM             a directory of its own; $ROOM/secret is never part of a sandbox
#   $ATTACK_SECONDS   how long each part may take
#   $JOBS             how many at once
# Each part prints its findings as comments, and lines "NAME KEY NUMBER...", where the keys that ./run adds
# up are faults kills limits races sandboxes inputs escapes leftovers leaks statuses findings. A part that cannot
# run says "NAME skipped: WHY".
set -u
umask 022
export LC_ALL=C
exec </dev/null
cd "$ROOM" || exit 2

# shellcheck disable=SC2034 # the parts use it
host_namespaces=$(portrait --host)

# The system alone, and the programs.
system=(--ro-bind "$PROGRAMS" /programs)
for dir in /usr /bin /sbin /lib /lib32 /lib64; do
  if [[ -L $dir ]]; then
    system+=(--symlink "$(readlink "$dir")" "$dir")
  elif [[ -d $dir ]]; then
    system+=(--ro-bind "$dir" "$dir")
  fi
done

has_overlays() {
  mkdir -p o/l o/u o/w o/m
  unshare -Urm mount -t overlay -o userxattr,lowerdir=o/l,upperdir=o/u,workdir=o/w none o/m 2>/dev/null
}

# Every name with what must not change, and what is in the files.
look() { find "$@" -printf '%p %y %m %U:%G %s %n %i %T@ %C@ %l\n' -type f -exec sha256sum {} +; }
