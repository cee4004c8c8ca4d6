#!/usr/bin/env python3
"""agent-runner.py DIRECTORY: runs the commands of a coding agent, each in a sandbox of its own.

Reads one JSON object a line and answers each with one:

    {"command": "make check", "seconds": 60}      a string goes to a shell, a list does not
    {"exit": 2, "signal": null, "timed_out": false, "output": "...", "truncated": false,
     "failure": null}

"failure" says why the command was not started: {"code": ..., "message": ..., "remedy": ...}. The
code is for the program that decides what to do next, the remedy for the model: it names the option,
or the setting of the machine, that would help.

The commands have DIRECTORY, writable, and the system, read-only: no network, no home directory,
no environment but a list. Nothing is ever run without a sandbox: one call here starts a program,
and that program is hutch.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time

SECONDS = 120  # for a command that names no limit of its own
SECONDS_MAX = 86400
GRACE = 5  # between asking a command to end and ending it
OUTPUT_MAX = 100_000  # bytes of output that are kept
PROFILE = os.environ.get("HUTCH_AGENT_PROFILE", "ci")


def result(**known):
    """An answer, which always has the same members."""
    return {"exit": None, "signal": None, "timed_out": False, "output": "", "truncated": False,
            "failure": None, **known}


def failed(code, message, remedy=None):
    return result(failure={"code": code, "message": message, "remedy": remedy})


def collect(process, seconds):
    """Reads the output until the sandbox is gone, and ends it when the time is up. Returns the
    first OUTPUT_MAX bytes, whether there were more, and whether the time was up."""
    kept, total = b"", 0
    deadline = time.monotonic() + seconds
    # hutch passes SIGTERM on to the command. SIGKILL ends hutch, and the kernel all that is inside.
    steps = [process.terminate, process.kill]
    while True:
        left = max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([process.stdout], [], [], left)
        if ready:
            data = os.read(process.stdout.fileno(), 65536)
            if not data:  # hutch holds this end of the pipe until nothing runs any more
                break
            kept += data[: OUTPUT_MAX - len(kept)]
            total += len(data)
        if time.monotonic() >= deadline:
            if steps:
                steps.pop(0)()
            deadline += GRACE
    process.wait()
    return kept, total > len(kept), len(steps) < 2


def run(directory, command, seconds=SECONDS):
    """Runs COMMAND in a sandbox and returns the answer."""
    words = ["sh", "-c", command] if isinstance(command, str) else list(command)
    # hutch writes two small documents. They go to files, so that nobody has to read them in time.
    with tempfile.TemporaryFile() as failure_file, tempfile.TemporaryFile() as status_file:
        descriptors = failure_file.fileno(), status_file.fileno()
        process = subprocess.Popen(
            ["hutch", "--error-fd", str(descriptors[0]), "--status-fd", str(descriptors[1]),
             "--profile", PROFILE, "--", *words],
            cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=descriptors)  # to hutch, which keeps them from the command
        with process.stdout:
            output, truncated, timed_out = collect(process, seconds)
        failure_file.seek(0)
        status_file.seek(0)
        failure = json.loads(failure_file.read() or "null")
        last = json.loads((status_file.read().splitlines() or [b"{}"])[-1])
    if failure:
        return failed(failure["code"], failure["message"], failure["remedy"])
    if last.get("event") == "exit":
        signal = last["signal"] and last["signal"]["name"]
        known = {"exit": last["code"], "signal": signal}
    elif timed_out:
        known = {"signal": "SIGKILL"}
    else:
        return failed("hutch-killed", "the sandbox was ended from outside")
    return result(**known, timed_out=timed_out, truncated=truncated,
                  output=output.decode(errors="replace"))


def answer(directory, line):
    """The answer to a line. Whatever the line is, there is one."""
    try:
        request = json.loads(line)
        seconds = float(request.get("seconds", SECONDS))
        if not 0 < seconds <= SECONDS_MAX:  # which NaN is not, either
            raise ValueError(f"seconds: more than 0, and at most {SECONDS_MAX}")
        return run(directory, request["command"], seconds)
    except OSError as error:
        return failed("hutch-not-started", str(error), "install hutch")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
            ValueError) as error:
        return failed("bad-request", repr(error))


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit(f"usage: {os.path.basename(sys.argv[0])} DIRECTORY")
    for line in sys.stdin.buffer:
        print(json.dumps(answer(sys.argv[1], line)), flush=True)


if __name__ == "__main__":
    main()
