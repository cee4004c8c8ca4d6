#!/bin/bash
# ci-step.sh COMMAND [ARGS...]: one step of a CI job, in a sandbox.
#
#   ci-step.sh make check
#
# COMMAND has the current directory, writable, the system, read-only, and nothing else: no network,
# no home directory, no tokens of the job's environment. `man hutch-profile` says how to hand out
# more; put such options into HUTCH_STEP_PROFILE, a profile that begins with `--profile ci`.
#
# The exit status is that of COMMAND. 125 means that there is no result, since the sandbox could not
# be made: try such a step again, or look at the machine, rather than at the change under test.
set -u
if [ $# -eq 0 ]; then
  echo "usage: ${0##*/} COMMAND [ARGS...]" >&2
  exit 125
fi

if ! command -v hutch >/dev/null; then
  echo "ci-step: no result, hutch is not installed" >&2
  exit 125
fi
notes=$(mktemp -d) || exit 125
trap 'rm -rf "$notes"' EXIT

# Descriptor 3 gets a failure of hutch's, as one JSON object, and nothing if there is none.
# Descriptor 4 gets one line at the start and one at the end. COMMAND has neither of them.
# If this script is killed, say because the job is cancelled, the sandbox ends with it: the profile
# says --die-with-parent.
hutch --error-fd 3 --status-fd 4 --profile "${HUTCH_STEP_PROFILE:-ci}" -- "$@" \
  3>"$notes/failure" 4>"$notes/status"
status=$?

# Told apart by what hutch wrote, and not by the number: COMMAND may end with 125 itself.
if [ -s "$notes/failure" ]; then
  case $status in
    126 | 127) echo "ci-step: the command could not be started:" ;;
    *) echo "ci-step: no result, the sandbox could not be made:" ;;
  esac >&2
  cat "$notes/failure" >&2
elif ! tail -n 1 "$notes/status" | grep -q '"event": "exit"'; then
  echo "ci-step: no result, hutch was killed" >&2
  status=125
elif [ "$status" -eq 125 ]; then
  # To whoever reads the status alone, 125 is to mean one thing.
  echo "ci-step: the command ended with status 125, which is passed on as 1" >&2
  status=1
fi

# What it took: processor time, peak memory, and so on. Keep it beside the job's log.
if [ -n "${HUTCH_STEP_REPORT-}" ]; then
  cp "$notes/status" "$HUTCH_STEP_REPORT"
fi
exit "$status"
