#!/bin/bash
# Which namespaces a sandbox has of its own, and who the command is inside.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

own=(user mnt pid ipc uts cgroup)
# The /proc of the host shows a process in whatever namespaces it is.
plain=(--ro-bind / / --dev /dev)

namespace_inside() {
  local kind=$1
  shift
  run "$HUTCH" "${plain[@]}" "$@" -- readlink "/proc/self/ns/$kind"
}

is_own() {
  namespace_inside "$2" "${@:3}"
  like "$1" "$out" "^$2:\[[0-9]+\]$"
  unlike "  and not that of the caller" "$out" "^$(readlink "/proc/self/ns/$2" | sed 's/[][]/\\&/g')$"
}

is_shared() {
  namespace_inside "$2" "${@:3}"
  is "$1" "$out" "$(readlink "/proc/self/ns/$2")"
}

for kind in "${own[@]}"; do
  is_own "a sandbox has its own $kind namespace" "$kind"
done
is_shared 'it shares the network' net

for option in --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup; do
  kind=${option#--unshare-}
  is_shared "--share-$kind shares the $kind namespace" "$kind" "--share-$kind"
  is_own "$option, the default, may be said" "$kind" "$option"
  is_own "--unshare-$kind after --share-$kind takes it back" "$kind" "--share-$kind" "--unshare-$kind"
done
is_own '--unshare-user, the default, may be said' user --unshare-user

# Under the other name there is no cgroup namespace unless it is asked for.
tried_as_bwrap() { # ERRNO: where it cannot be seen whether the kernel has one
  run deny-syscall access "$1" bash -c 'exec -a bwrap "$0" "$@"' "$HUTCH" --unshare-cgroup-try --ro-bind / / --dev /dev -- \
    readlink /proc/self/ns/cgroup
}
tried_as_bwrap 13
like '--unshare-cgroup-try makes one where that is not known' "$status $out" '^0 cgroup:'
unlike '  which is its own' "$out" "$(readlink /proc/self/ns/cgroup | tr '[]' ..)"
tried_as_bwrap 2
is '  and none where the kernel has none' "$status $out" "0 $(readlink /proc/self/ns/cgroup)"
is_own '--unshare-net gives it its own network' net --unshare-net
for kind in "${own[@]}" net; do
  is_own "--unshare-all gives it its own $kind namespace" "$kind" --unshare-all
done
is_shared '--share-net after --unshare-all leaves the network out' net --unshare-all --share-net
is_own '  and only the network' ipc --unshare-all --share-net

inside -- sh -c 'echo $$; cat /proc/1/comm; ls -d /proc/[0-9]*'
is 'the command is the second process of its pid namespace' "${out%%$'\n'*}" 2
like '  the first one is hutch' "$out" $'^2\nhutch-reaper\n'
unlike '  and no other process can be seen' "$out" '/proc/[3-9][0-9]'
run "$HUTCH" "${plain[@]}" --share-pid -- sh -c "kill -0 $$ && cat /proc/$$/comm"
is 'with --share-pid the caller can be seen' "$out" "$(cat "/proc/$$/comm")"
run "$HUTCH" --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
  --proc /proc --share-pid -- cat "/proc/$$/comm"
is '  in the /proc that --proc then takes from the host, too' "$out" "$(cat "/proc/$$/comm")"

inside --hostname nest.example -- uname -n
is '--hostname names the machine inside' "$out" nest.example
unlike '  and not the one outside' "$(uname -n)" 'nest\.example'
inside -- uname -n
is 'without it the name is that of the host' "$out" "$(uname -n)"
refuses '--hostname needs a uts namespace' '--hostname' "${base[@]}" --share-uts --hostname nest -- echo ran
refuses 'a name that is too long for the kernel is refused' '--hostname' "${base[@]}" \
  --hostname "$(printf 'x%.0s' {1..65})" -- echo ran

inside -- sh -c 'id -u; id -g'
is 'the command is root inside' "$out" $'0\n0'
run "$HUTCH" "${plain[@]}" -- sh -c 'cat /proc/self/uid_map /proc/self/gid_map'
read -ra map <<<"${out//$'\n'/ }"
is '  which is the caller outside, alone' "${map[*]}" "0 $(id -u) 1 0 $(id -g) 1"
inside --bind "$tmp" "$tmp" -- sh -c "id -u >'$tmp/mine'"
is '  and who owns the files it makes' "$(stat -c '%u %g' mine)" "$(id -u) $(id -g)"
inside -- cat /proc/self/setgroups
is '  who may not change groups' "$out" deny

inside --uid 1234 --gid 567 -- sh -c 'id -u; id -g'
is '--uid and --gid choose who it is' "$out" $'1234\n567'
inside --uid 1234 -- sh -c 'id -u; id -g'
is '--uid alone leaves the group' "$out" $'1234\n0'
inside --uid 4294967294 --gid 4294967294 -- sh -c 'id -u; id -g'
is 'up to the largest id there is' "$out" $'4294967294\n4294967294'
inside --keep-id -- sh -c 'id -u; id -g'
is '--keep-id keeps who the caller is' "$out" "$(id -u)"$'\n'"$(id -g)"
inside --keep-id --bind "$tmp" "$tmp" -- sh -c "id -u >'$tmp/kept'; stat -c '%u' '$tmp/kept'"
is '  in the eyes of the file system too' "$out" "$(id -u)"

for ids in '--uid 0' '--uid 77 --gid 78' --keep-id; do
  # shellcheck disable=SC2086 # options and operands, one word each
  inside $ids -- on-terminal -- echo 'a terminal of its own'
  is "with $ids, --dev has terminals to give" "$out" 'a terminal of its own'
done

# The kernel lets root map itself anew only with CAP_SETFCAP.
inside --uid 77 --gid 77 -- sh -c 'unshare -r true && echo nested'
is 'a sandbox can make user namespaces of its own' "$out" nested
inside --uid 77 --gid 77 -- "$HUTCH" "${base[@]}" --keep-id -- "$HUTCH" "${base[@]}" -- sh -c 'id -u; exit 9'
returns 'a sandbox works in a sandbox in a sandbox' 9
is '  with root inside' "$out" 0

plan
