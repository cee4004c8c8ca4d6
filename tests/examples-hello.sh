#!/bin/bash
# GNU hello from Debian's source, as a job of continuous integration; and the same, hostile. It is
# fetched; `make check-examples` runs this.
# shellcheck source-path=SCRIPTDIR source=lib-examples.sh
. "$(dirname "$0")/lib-examples.sh" || exit 1

needs apt-get cc dpkg-source make
# shellcheck disable=SC2034 # run reads it
limit=240

project
unpack_hello hello
cd hello || exit 1

run "$HUTCH" --profile ci -- sh -c './configure && make check'
returns 'ci: hello passes its tests' 0
like '  which are some' "$out" '# PASS: +[1-9]'
run ./hello
is '  and is there, outside' "$out" 'Hello, world!'
echo 'the key' >"$HOME/.ssh-key"
cp "$HUTCH_HELPERS/unix-socket" "$HUTCH_HELPERS/tcp" .
"$HUTCH_HELPERS/unix-socket" "$XDG_RUNTIME_DIR/bus" serve >ready.out &
tcp 127.0.0.1 serve >"$tmp/port" &
eventually said ready ready.out && eventually test -s "$tmp/port"
new_mark
# The same tree, from somebody who means no good.
cat >GNUmakefile <<MAKE
check:
	-@cat '$HOME/.ssh-key' >/dev/null && echo reached key
	-@./tcp 127.0.0.1 $(cat "$tmp/port") >/dev/null && echo reached network
	-@./unix-socket '$XDG_RUNTIME_DIR/bus' && echo reached bus
	@setsid bash -c "exec -a $mark sleep 100" >/dev/null 2>&1 &
MAKE
run make check
is 'a hostile makefile reaches all of these outside' "$(grep ^reached <<<"$out" | one_line)" 'reached key reached network reached bus'
ok '  and leaves a process behind' eventually survive
survivors | xargs kill -KILL
eventually none_left
run "$HUTCH" --profile ci -- make check
is 'ci: and none of them inside' "$(grep ^reached <<<"$out")" ''
ok '  and leaves none' none_left

plan
