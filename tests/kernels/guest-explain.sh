#!/bin/bash
# --explain agrees with a probe that really looks, on this kernel.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

pairs=$(cd "$(dirname "$0")/.." && pwd)/data/explain/pairs.py
for user in as_user env; do
  work=$(mktemp -d) && chmod 777 "$work"
  output=$(cd "$work" && "$user" timeout 100 /usr/bin/python3 "$pairs" "$HUTCH" made 200 guest 2>&1)
  check $? "$user: 200 paths are what they are said to be"
done

plan
