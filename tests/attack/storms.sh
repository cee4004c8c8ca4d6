#!/bin/bash
# Parents and monitors killed at every moment of a start, and a crowd of sandboxes in which anything is killed.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 2

crowd=${ATTACK_CROWD:-200}
common=("${system[@]}" --unshare-net --proc /proc --dev /dev --tmpfs /tmp)
shared=("${system[@]}" --share-pid --ro-bind /proc /proc)
each=$(awk -v seconds="$ATTACK_SECONDS" 'BEGIN { print seconds / 3 }')

# Leaves in $span how many seconds a start takes that goes well.
measure() {
  local start=${EPOCHREALTIME/./} end
  "$@" -- /programs/idle 7 0 0
  [[ $? == 7 ]] || return
  end=${EPOCHREALTIME/./}
  span=$(awk -v time=$((end - start)) 'BEGIN { print time / 1e6 }')
}

# attack KIND NAME COMMAND...: for a third of the time.
attack() {
  local span
  if ! measure "${@:3}"; then
    echo "# $2: fails when nobody is killed"
    echo "$2 statuses 1"
    return
  fi
  storm "$1" "$2" "$each" "$JOBS" "$span" -- "${@:3}" -- /programs/idle 0 20000 2 || echo "$2 statuses 1"
}

attack parents parents-hutch "$HUTCH" "${common[@]}" --die-with-parent
attack parents parents-shared "$HUTCH" "${shared[@]}" --die-with-parent
attack parents parents-bwrap "$BWRAP" "${common[@]}" --unshare-pid --die-with-parent
attack monitors monitors-hutch "$HUTCH" "${common[@]}"
attack monitors monitors-shared "$HUTCH" "${shared[@]}"
attack monitors monitors-inner "$HUTCH" "${common[@]}" --cap-add ALL --as-pid-1

storm crowd crowd "$ATTACK_SECONDS" "$crowd" 0 -- "$HUTCH" "${common[@]}" -- /programs/idle || echo 'crowd statuses 1'
