#!/bin/bash
# Symbolic links at destinations and above them: followed inside the new root, as the kernel would follow them there.
#
# A table: each kind of link, in each position, for each operation. What is wanted follows from what the kernel does
# with such a path in a process whose root is the new root, and from what each operation is: one that makes a file
# makes it where a dangling link leads, as open(O_CREAT) does; one that makes a directory does not, as mkdir does not;
# one that makes a link never follows the last component. The links lie in a directory of the host that is bound
# writable, and those that could lead astray lead to names that the host has too.
#
# RACE_SECONDS=N makes the race at the end last that long.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

host=$tmp/host # no part of any sandbox
victim=$host/victim # there is such a place inside, which is $tmp/inside
system+=(--ro-bind "$HUTCH_HELPERS" /helpers --dev /dev)

# kind | text of the link | where it leads inside | what comes of it; @ is "dir" or "file"
kinds=(
  "absolute  | $victim/@ | $victim/@ | inside"
  "relative  | real/@ | /b/real/@ | inside"
  "up        | real/dir/../../../b/real/@ | /b/real/@ | inside"
  "past-root | $(printf '../%.0s' {1..20})${victim#/}/@ | $victim/@ | inside"
  "chain     | relative.@ | /b/real/@ | inside"
  "dangling  | $victim/none.@ | $victim/none.@ | nowhere"
  "outside   | $host/secret.@ | $host/secret.@ | nowhere"
  "oldroot   | /oldroot$victim/@ | | absent"
  "loop      | loop2.@ | | Too many levels of symbolic links"
  "file      | $victim/file | $victim/file | Not a directory"
  "proc      | /proc/self/../..$victim/@ | $victim/@ | inside"
  "proc-root | /proc/self/root$victim/@ | | refused"
  "proc-cwd  | /proc/self/cwd/@ | | refused"
  "proc-fd   | /proc/self/fd/9/@ | | refused"
)

# operation | what it is about | its last component below a link | options before it | it | what proves it inside
operations=(
  "bind-dir   | dir  | new      | | --bind $tmp/source {dest} | grep -q mark {at}/mark"
  "bind-file  | file | new      | | --bind $tmp/source/mark {dest} | grep -q mark {at}"
  'bind-fd    | dir  | new      | | --bind-fd 8 {dest} | grep -q mark {at}/mark'
  'device     | file | new      | | --dev-bind /dev/null {dest} | test -c {at}'
  'tmpfs      | dir  | new      | | --tmpfs {dest} | mounted tmpfs {at}'
  'proc       | dir  | new      | | --proc {dest} | mounted proc {at}'
  'dev        | dir  | new      | | --dev {dest} | test -c {at}/null'
  'dir        | dir  | new      | | --dir {dest} | test -d {at}'
  'file       | file | new      | | --file 7 {dest} | grep -q mark {at}'
  'data       | file | new      | | --bind-data 7 {dest} | grep -q mark {at}'
  'symlink    | link | new      | | --symlink mark {dest} | test "$(readlink {at})" = mark'
  'chmod-dir  | dir  | old      | | --chmod 0711 {dest} | test "$(stat -c %a {at})" = 711'
  'chmod-file | file | old-file | | --chmod 0611 {dest} | test "$(stat -c %a {at})" = 611'
  'remount-ro | dir  | old      | --tmpfs {at} | --remount-ro {dest} | mounted tmpfs {at} && ! touch {at}/x'
)
if grep -qw mqueue /proc/filesystems; then
  operations+=('mqueue | dir | new | | --mqueue {dest} | mounted mqueue {at}')
else
  skip 'links and --mqueue' 'the kernel has no message queues'
fi
mkdir -p l u w m
if unshare -Urm mount -t overlay -o userxattr,lowerdir=l,upperdir=u,workdir=w none m 2>/dev/null; then
  operations+=("overlay | dir | new | --overlay-src $tmp/source | --tmp-overlay {dest} | grep -q mark {at}/mark")
else
  skip 'links and overlays' 'the kernel mounts no overlay for an ordinary user'
fi
if "$HUTCH" --help | grep -q -e '--lock-file'; then
  operations+=('lock-file | file | old-file | | --lock-file {dest} | test "$(/helpers/try-lock {at})" = held')
fi
mounted='mounted() { grep -qE "^([^ ]+ ){4}$2 .* - $1 " /proc/self/mountinfo; }; exec 2>/dev/null; '

# Leaves the trimmed fields of a row in ${fields[@]}.
split_row() {
  local field
  fields=()
  while IFS= read -r -d '|' field; do
    field=${field#"${field%%[! ]*}"}
    fields+=("${field%"${field##*[! ]}"}")
  done <<<"$1|"
}

make_tree() {
  mkdir -p "$1/dir/old" "$1/dir/deep/old"
  echo kept | tee "$1/dir/old-file" "$1/dir/deep/old-file" >"$1/file"
}

make_trees() {
  local row object text
  mkdir -p host room source
  make_tree host/victim
  make_tree host/secret
  mv host/secret/dir host/secret.dir && mv host/secret/file host/secret.file
  make_tree inside
  make_tree room/real
  echo mark >source/mark
  for row in "${kinds[@]}"; do
    split_row "$row"
    text=${fields[1]}
    for object in dir file; do ln -s "${text//@/$object}" "room/${fields[0]}.$object"; done
  done
  for object in dir file; do ln -s "loop.$object" "room/loop2.$object"; done
  mkdir kept && cp -a inside room kept/
}

# Every name with its type, mode and target, and what is in the files.
look_closely() {
  (cd "$tmp" && { find host inside room -printf '%p %y %m %l\n' && find host inside room -type f -exec sha1sum {} +; } |
    sort)
}

# The same in one step, and whatever else changes with the time of an inode's last change.
glance() { now=$(cd "$tmp" && find host inside room -printf '%p %i %m %C@\n'); }

# Leaves in $changed the paths that are not as they were before, but for $1 and what is below; and puts back what
# was bound.
find_changes() {
  changed=
  glance
  [[ $now != "$pristine" ]] || return
  changed=$(
    diff <(grep ^host <<<"$pristine") <(grep ^host <<<"$now") | awk '/^[<>]/ {print $2}'
    diff <(printf '%s\n' "$contents") <(look_closely) | awk -v may="$1" '
      /^[<>]/ {name = length($2) == 40 ? $3 : $2}
      /^[<>]/ && !(may && (name == may || index(name, may "/") == 1)) {print name}'
  )
  (cd "$tmp" && rm -rf inside room && cp -a kept/. .)
  glance
  pristine=$now
}

# Leaves in $path where a place inside lies on the host, if it does.
find_on_host() {
  path=
  case $1 in
    "$victim"/*) path=inside${1#"$victim"} ;;
    /b/*) path=room${1#/b} ;;
  esac
}

# Leaves in $want whether an operation ends where the link leads, or what it says when it is refused.
find_wanted() {
  local position=$1 object=$2 leaf=$3 fate=$4
  want="refused: .*$fate"
  case $fate in
    inside) want=inside ;;
    refused) want='refused: ' ;;
    nowhere | absent)
      want='refused: .*(leads nowhere|No such file or directory)'
      if [[ $fate/$position/$object/$leaf == nowhere/final/file/new ]]; then want=inside; fi
      ;;
  esac
  if [[ $position == final && $object == link ]]; then want='refused: '; fi
}

# Leaves $outcome.
try() {
  local at=$2 before=${3//"{at}"/"$2"} option=${4//"{dest}"/"$1"} check=${5//"{at}"/"$2"} words
  read -ra words <<<"$before $option"
  # shellcheck disable=SC2094 # a directory is not written
  timeout -k 2 20 "$HUTCH" "${system[@]}" --proc /proc --bind "$tmp/room" /b --bind "$tmp/inside" "$victim" --keep-fd 9 \
    "${words[@]}" -- sh -c "$mounted $check && echo there" \
    7<"$tmp/source/mark" 8<"$tmp/source" 9<"$victim" >"$tmp/.out" 2>"$tmp/.err"
  status=$? out=$(<"$tmp/.out") err=$(<"$tmp/.err")
  if [[ $status == 0 && $out == there ]]; then
    outcome=inside
  elif [[ $status == 125 && ! $out && $err == "hutch: $option: "* && ${err%%$'\n'hutch: hint: *} != *$'\n'* ]]; then
    outcome="refused: ${err#"hutch: $option: "}"
  else
    outcome="status $status, output '$out'"
  fi
}

# One cell of the table: where the last component is $1, below the link or the link itself.
test_cell() {
  local position=$1 link=$object below='' at='' may='' early=$before at_most
  if [[ $object == link || $position != final ]]; then link=dir; fi
  case $position/$leaf in
    final/*) ;;
    parent/*) below=/$leaf ;;
    above/new) below=/more/new ;;
    above/*) below=/deep/$leaf ;;
  esac
  if [[ $leads ]]; then at=${leads//@/$link}$below; fi
  find_wanted "$position" "$object" "$leaf" "$fate"
  # On the host, what was missing may appear, and what was asked to change may change.
  if [[ $want != inside ]]; then
    if [[ $before == *"{at}"* ]]; then early=; fi
  elif [[ $position != final || $fate == nowhere || $name == file || $name == chmod-* ]]; then
    if [[ $below == /more/new ]]; then at_most=${at%/new}; else at_most=$at; fi
    find_on_host "$at_most"
    may=$path
  fi
  try "/b/$kind.$link$below" "$at" "$early" "$option" "$check"
  find_changes "$may"
  like "$kind, $position: $name is ${want%%:*}" "$outcome" "^$want"
  is '  and the rest of the host is as before' "$changed" ''
}

make_trees
contents=$(look_closely)
glance
pristine=$now
# What /proc/self/cwd is, then, is a directory of the host.
cd "$victim" || exit 1
for row in "${kinds[@]}"; do
  split_row "$row"
  kind=${fields[0]} leads=${fields[2]} fate=${fields[3]}
  for operation in "${operations[@]}"; do
    split_row "$operation"
    name=${fields[0]} object=${fields[1]} leaf=${fields[2]} before=${fields[3]} option=${fields[4]} check=${fields[5]}
    for position in final parent above; do
      case $kind/$position in
        file/final) ;;
        absolute/above | outside/above | oldroot/above | */final | */parent) test_cell "$position" ;;
      esac
    done
  done
done
cd "$tmp" || exit 1

# A race: what is a directory, or a file, at one moment is a link to one of the host at the next.
seconds=${RACE_SECONDS:-3}
race() {
  local room=$1 target=$2
  mkdir "$room" "$room/dir" && echo x >"$room/file"
  ln -s "$target.dir" "$room/dir-link"
  ln -s "$target.file" "$room/file-link"
  rename-race "$3" "$room/dir" "$room/dir-link" >"$room.dir-swaps" &
  rename-race "$3" "$room/file" "$room/file-link" >"$room.file-swaps" &
}

# What follows links on the host meets them, so that there is something to be missed.
mkdir -p naive.dir
race naive "$tmp/naive" 1
for i in {1..200}; do mkdir "naive/dir/$i" 2>/dev/null; done
wait
ok 'in the race, mkdir of the host goes astray' test "$(find naive.dir -mindepth 1 | wc -l)" -gt 0

racers=(
  '--tmpfs /b/dir' '--chmod 0700 /b/dir' "--bind $tmp/source /b/dir" '--chmod 0600 /b/file' '--file 7 /b/file'
  '--bind-data 7 /b/file' "--bind $tmp/source/mark /b/file" '--dir /b/dir/d' '--tmpfs /b/dir/t/t' '--file 7 /b/dir/f'
  '--bind-data 7 /b/dir/b' '--symlink x /b/dir/l' "--bind $tmp/source/mark /b/dir/s" '--proc /b/dir/p' '--dev /b/dir/v'
)
race race "$host/secret" "$seconds"
end=$((SECONDS + seconds)) n=0 done=0 refused=0 strange=''
while ((SECONDS < end)); do
  # A new name each time, so that there is always something to be made.
  option=${racers[n % ${#racers[@]}]} n=$((n + 1))
  [[ $option != */dir/* ]] || option+=$n
  # shellcheck disable=SC2086 # options and operands, one word each
  timeout -k 2 20 "$HUTCH" "${system[@]}" --proc /proc --bind race /b $option -- true 7<source/mark >.out 2>.err
  case $? in
    0) done=$((done + 1)) ;;
    125) refused=$((refused + 1)) && grep -q "^hutch: $option: " .err || strange+=$(<.err) ;;
    *) strange+="$option: $(<.err) " ;;
  esac
done
wait
printf '# %d sandboxes, %d of them refused; %s swaps\n' "$n" "$refused" "$(cat race.*-swaps | tr '\n' ' ')"
ok 'a destination below a name that is swapped is reached' test "$done" -gt 0
ok '  or refused' test "$refused" -gt 0
is '  and nothing else happens' "$strange" ''
for object in dir file; do ok "  while it is swapped ($object)" test "$(<"race.$object-swaps")" -gt 1000; done
find_changes
is '  and the host is not touched through it' "$changed" ''
plan
