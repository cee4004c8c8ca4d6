#!/bin/bash
# npm-test.sh: `npm ci && npm test` in the current directory, where nothing that a package brings
# along ever meets the network.
#
# Packages run code when they are installed, and when they are tested. So there are two sandboxes:
# the first one has the network and runs no code of any package, the second one runs them and has no
# network. Between them is npm's cache, which the second one can read and not write: one project
# cannot leave something there for the next.
#
# A package-lock.json has to be there; npm compares what it gets with the checksums in it.
set -eu
if [ ! -f package-lock.json ]; then
  echo "${0##*/}: there is no package-lock.json here" >&2
  exit 2
fi
# A directory of its own, so that the first sandbox cannot write the cache that you use elsewhere.
cache=${NPM_SANDBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/npm-sandbox}
mkdir -p "$cache"

# npm looks up the cache in its environment, of which the profile leaves only a list.
npm=(--setenv npm_config_cache "$cache" --setenv npm_config_update_notifier false
  --setenv npm_config_audit false --setenv npm_config_fund false)

# 1. Fetch: the profile ci, with the network, and with the cache writable. Without git, since npm
# runs code of what it fetches by it.
hutch --profile ci --share-net --bind "$cache" "$cache" "${npm[@]}" --setenv npm_config_git false \
  -- npm ci --ignore-scripts

# 2. Install and test: no network, and the cache read-only. Its logs go to the private /tmp.
hutch --profile ci --ro-bind "$cache" "$cache" "${npm[@]}" --setenv npm_config_logs_dir /tmp/logs \
  -- sh -c 'npm ci --offline && npm test'
