#!/bin/bash
# Made-up inputs for what reads text: command lines, profiles, rules, filters, documents, the files of the system. The
# fuzzers are those of tests/fuzz, and run in a sandbox, as they open what the inputs name.
#   $FUZZERS        a directory with them, their dictionaries and corpora; none: clang is missing
#   $FUZZ_SECONDS   how long each
#   $FUZZ_TARGETS   which, or all
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 2

if [[ ! ${FUZZERS-} ]]; then
  echo 'inputs skipped: there is no clang with a runtime to build the fuzzers'
  exit
fi

# Words of the command line are those of the option table.
"$HUTCH" --help | sed -n 's/^ *\(--[a-z0-9-]*\) .*/"\1\\x00"/p' | cat "$FUZZERS/options.dict" - >options.dict

# start TARGET WORDS...: with nothing of the host but the system.
start() {
  timeout -k 5 $((FUZZ_SECONDS + 60)) "$HUTCH" "${system[@]}" --proc /proc --tmpfs /work --chdir /work --unshare-net \
    --ro-bind "$FUZZERS" /fuzzers --ro-bind options.dict /fuzzers/options.dict --bind "fuzz.$1" /found \
    --clearenv --setenv PATH /usr/bin:/bin \
    --setenv ASAN_OPTIONS quarantine_size_mb=32:detect_leaks=1 --setenv UBSAN_OPTIONS print_stacktrace=1 \
    -- "/fuzzers/$1" -rss_limit_mb=1024 -malloc_limit_mb=256 "${@:2}"
}

fuzz() {
  local known=()
  [[ ! -e $FUZZERS/$1.dict ]] || known=("-dict=/fuzzers/$1.dict")
  mkdir -p "fuzz.$1"
  start "$1" -max_total_time="$FUZZ_SECONDS" -timeout=10 -report_slow_units=1 -print_final_stats=1 -print_funcs=0 \
    "${known[@]}" -artifact_prefix=/found/ /found "/fuzzers/corpus/$1" >"$1.log" 2>&1
  echo $? >"$1.status"
}

# is_slow TARGET: whether an input takes more than a second of the processor's time, whoever else has some.
is_slow() {
  local file spent TIMEFORMAT='%U %S'
  for file in "fuzz.$1"/slow-unit-*; do
    [[ -e $file ]] || continue
    spent=$({ time start "$1" "/found/${file##*/}" >/dev/null 2>&1; } 2>&1)
    if awk '{ exit !($1 + $2 > 1.5) }' <<<"$spent"; then return; fi
    rm "$file"
  done
  return 1
}

# What is to be seen of a finding, and the input itself.
show_finding() {
  local file
  printf '# %s: a finding: status %d\n' "$1" "$2"
  grep -aE '^finding:|ERROR:|SUMMARY:|^ +#[0-9]+ .*\.c:[0-9]' "$1.log" | head -n 12 | tr -cd '[:print:]\n' | sed 's/^/#   /'
  for file in "fuzz.$1"/{crash,leak,oom,slow-unit,timeout}-*; do
    [[ -e $file ]] || continue
    printf "#   base64 -d <<<'%s' >tests/fuzz/corpus/%s/NAME\n" "$(base64 -w 0 "$file")" "$1"
  done
}

report() {
  local runs edges all status
  runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$1.log")
  edges=$(sed -n 's/^#.* cov: \([0-9]*\) .*/\1/p' "$1.log" | tail -n 1)
  all=$(sed -n 's/^INFO: Loaded .* modules *(\([0-9]*\) .*/\1/p' "$1.log" | head -n 1)
  status=$(<"$1.status")
  if ((status == 0)) && is_slow "$1"; then status=70; fi
  ((status == 0)) || show_finding "$1" "$status"
  printf '# %s: %d inputs, %d of %d edges\n' "$1" "${runs:-0}" "${edges:-0}" "${all:-0}"
  echo "inputs inputs ${runs:-0} findings $((status != 0))"
}

targets=()
for directory in "$FUZZERS"/corpus/*/; do
  target=$(basename "$directory")
  [[ " ${FUZZ_TARGETS-$target} " != *" $target "* ]] || targets+=("$target")
done
running=0
for target in "${targets[@]}"; do
  ((running < JOBS)) || wait -n
  fuzz "$target" &
  running=$((running + 1))
done
wait
for target in "${targets[@]}"; do report "$target"; done
