#!/bin/bash
# --explain as root, who has files without permissions, devices and mounts of its own.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

[[ -x /usr/bin/python3 ]] || skip_all 'python3 is not here'
needs unshare

limit=200 run unshare --mount --propagation private \
  /usr/bin/python3 "$here/data/explain/pairs.py" "$HUTCH" pairs "${PAIRS:-1000}" ${SEED:+"$SEED"}
head -n 1 "$tmp/.out" | sed 's/^/# /'
for what in presence kind read-only devices read write execute; do
  is "$what is as the probe finds it" "$(grep "^$what " "$tmp/.out")" "$what ${PAIRS:-1000} compared, 0 differ"
done
for what in inside host operation untouched refusal; do
  like "so is what is said of it: $what" "$(grep "^$what " "$tmp/.out")" ' compared, 0 differ$'
done
returns 'nothing else is wrong' 0
grep -Ev '^(seed|[a-z-]+ [0-9]+ compared)' "$tmp/.out" | cut -c 1-2000 | sed 's/^/# /'

plan
