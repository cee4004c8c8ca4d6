#!/bin/bash
# The plan of what root asks for, whose defaults are others under the name bwrap.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

printed() { run bash -c 'exec -a "$0" "$HUTCH" --print-plan args "$@"' "$@"; }
printed bwrap --bind / / true
is 'as bwrap, root keeps its namespace and its capabilities' "$status $out" '0 bwrap --bind / / -- true'
printed bwrap --cap-drop net_raw --cap-drop chown true
is '  all but those that are dropped' "$status $out" '0 bwrap --cap-drop cap_chown --cap-drop cap_net_raw -- true'
printed bwrap --cap-drop ALL --cap-add chown --unshare-user true
is '  or none but some' "$status $out" '0 bwrap --unshare-user --cap-drop ALL --cap-add cap_chown -- true'
printed hutch --cap-drop ALL --share-pid --proc /proc true
is 'as hutch it keeps neither' "$status $out" '0 hutch --share-pid --proc /proc -- true'

if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
  if [[ ${HUTCH_SANITIZERS-} ]]; then lines=40; else lines=200; fi
  limit=120
  run /usr/bin/python3 -B "$here/data/plan-round-trip.py" "$HUTCH" "$here/../schema/plan.schema.json" "$lines"
  like 'of random command lines, each makes the plan that it asks for, and its own line makes that again' \
    "$status $out" $'^0 seed: [0-9]+\n.*\nwrong: 0$'
  echo "# ${out%%$'\n'*}"
else
  skip 'random command lines make the plans that they ask for' 'python3 with jsonschema is not here'
fi

plan
