#!/bin/bash
# BuildStream: elements built from nothing but each other, each in a sandbox over a FUSE file system.
# Packages: buildstream bubblewrap busybox-static fuse3
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir -p project/{elements,files/root/bin,files/src} && cd project || exit 1
cp "$(command -v busybox)" files/root/bin/busybox
for applet in sh cat echo id ls mkdir install printf cp rm test touch hostname wc grep env chmod kill sleep; do
  ln -s busybox "files/root/bin/$applet"
done
echo 'a source' >files/src/source.txt
printf 'name: callers\nelement-path: elements\n' >project.conf
printf 'kind: import\nsources:\n- kind: local\n  path: files/root\n' >elements/base.bst

# element NAME DEPENDENCY COMMAND...
element() {
  local name=$1 dependency=$2
  shift 2
  {
    printf 'kind: manual\ndepends:\n- %s\n' "$dependency"
    printf 'sources:\n- kind: local\n  path: files/src\n'
    printf 'config:\n  build-commands:\n'
    printf '  - |\n    %s\n' "$@"
    printf '  install-commands:\n'
    # shellcheck disable=SC2016,SC2028 # for the sandbox
    printf '  - |\n    mkdir -p "%%{install-root}/share"; cp out "%%{install-root}/share/%s"\n' "$name"
  } >"elements/$name.bst"
}
# shellcheck disable=SC2016 # the sandbox expands it
{
  element good base.bst 'cat source.txt >out' \
    'id -u >>out; id -g >>out; hostname >>out; ls / >>out' \
    'echo "interfaces: $(grep -c : /proc/net/dev)" >>out' \
    'if touch /bin/new 2>/dev/null; then echo wrote to the root >>out; fi' \
    'touch /tmp/new && echo has room >>out' \
    'ls /dev >>out; echo x >/dev/null'
  element second good.bst 'cat /share/good source.txt >out'
  element bad base.bst 'echo this is why >&2; exit 4'
  element killed base.bst 'kill -KILL $$'
}

bst() { run bst --no-interactive --no-colors "$@"; }
limit=100
bst build second.bst
is 'elements are built, one on the other' "$status" 0
bst checkout good.bst ../good
made=$(cat ../good/share/good)
like '  from their sources' "$made" '^a source'
like '  as root, on a host of their own' "$made" $'\n0\n0\nbuildstream\n'
unlike '  which holds nothing of this one' "$made" $'\n(home|usr|etc|var)\n'
unlike '  and cannot be written' "$made" 'wrote to the root'
like '  but for what is temporary' "$made" 'has room'
like '  with no network' "$made" 'interfaces: 1'
is '  and the devices that were asked for' "$(sed '1,/has room/d' <<<"$made" | paste -sd ' ')" \
  'full null random urandom zero'
bst checkout second.bst ../second
like 'the second has the first' "$(cat ../second/share/second)" 'has room.*a source$'
ok '  belonging to the caller' test -O ../second/share/second
ok 'nothing of the sandbox is in what was built' test ! -e ../second/tmp -a ! -e ../second/dev -a ! -e ../second/proc
bst build bad.bst
unlike 'an element that fails is not built' "$status" '^0$'
like '  and BuildStream shows why' "$out" 'this is why'
bst build killed.bst
unlike 'nor is one that is killed' "$status" '^0$'
bst shell second.bst -- sh -c 'cat /share/good; exit 9'
like 'a shell runs in what was built' "$out" 'a source'
is '  and gives its status' "$status" 9
bst shell --build good.bst -- sh -c 'cat source.txt; echo changed >source.txt; cat source.txt'
like 'so does one in what is to be built' "$status $out" $'^0 .*a source\nchanged'
is '  which leaves the source' "$(cat files/src/source.txt)" 'a source'
ok 'nothing stays mounted' test -z "$(grep -F fuse /proc/self/mounts | grep -F caller)"
plan
