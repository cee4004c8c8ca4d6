#!/bin/bash
# A real package from npm's registry, installed and tested. It is fetched; `make check-examples` runs
# this.
# shellcheck source-path=SCRIPTDIR source=lib-examples.sh
. "$(dirname "$0")/lib-examples.sh" || exit 1

needs node npm
# shellcheck disable=SC2034 # run reads it
limit=120
export npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false

# Few packages bring their tests along. This one does, and needs thirteen others for them.
project
npm pack --silent brace-expansion@1.1.0 >/dev/null 2>&1 || skip_all 'the registry cannot be reached'
tar -xzf brace-expansion-1.1.0.tgz && cd package || exit 1
run "$examples/npm-test.sh"
like 'npm-test: a project without a lock file is refused' "$status $err" '^2 .*no package-lock\.json'
npm install --package-lock-only --ignore-scripts >/dev/null 2>&1
# What a package could do when it is installed, and when it is tested.
node -e '
  const fs = require("fs"), p = JSON.parse(fs.readFileSync("package.json"))
  p.scripts.preinstall = "sh ./hostile.sh install"
  p.scripts.pretest = "sh ./hostile.sh test"
  fs.writeFileSync("package.json", JSON.stringify(p))'
echo 'the key' >"$HOME/key"
tcp 127.0.0.1 serve >"$tmp/port" &
eventually test -s "$tmp/port"
cp "$HUTCH_HELPERS/tcp" .
cat >hostile.sh <<SH
echo "runs \$1" >>witness
cat '$HOME/key' 2>/dev/null >>witness
./tcp 127.0.0.1 $(cat "$tmp/port") >/dev/null 2>&1 && echo network >>witness
find "\$npm_config_cache" -type f -exec sh -c 'echo evil >>"\$0"' {} \; 2>/dev/null
touch "\$npm_config_cache/new" 2>/dev/null && echo cache >>witness
:
SH
npm_config_cache=$tmp/scratch-cache run sh hostile.sh outside
mkdir "$tmp/scratch-cache" && npm_config_cache=$tmp/scratch-cache run sh hostile.sh outside
is 'what a package runs reaches all of this outside' "$(tail -n 4 witness | one_line)" 'runs outside the key network cache'
rm witness
tcp 127.0.0.1 serve >"$tmp/port" &
run "$examples/npm-test.sh"
returns 'npm-test: a real package is installed and tested' 0
like '  by tests that are its own' "$out" '# pass +167'
is '  what packages run is run, and reaches nothing' "$(one_line <witness)" 'runs install runs test'
cache=$HOME/.cache/npm-sandbox
ok '  the cache is there' test -d "$cache/_cacache"
is '  and holds what was fetched, and no more' "$(find "$cache" -name new; grep -rl evil "$cache/_cacache" | wc -l)" 0
rm -rf node_modules
# The second sandbox alone, with what the first one has left.
run "$HUTCH" --profile ci --ro-bind "$cache" "$cache" --setenv npm_config_cache "$cache" -- npm ci --offline --ignore-scripts
is '  which is all that the second sandbox needs' "$status $(ls node_modules/.bin/tape)" '0 node_modules/.bin/tape'
run "$HUTCH" --profile ci --setenv npm_config_cache /tmp/empty -- npm ci --offline
unlike '  and without it there is nothing to install from' "$status" '^0$'

plan
