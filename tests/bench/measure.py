"""Where and how commands are measured: the room, the driver, the memory of what sleeps."""

import glob
import math
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
UNPRIVILEGED = 61234
PAYLOAD_NAME = "sleep"


class Failed(Exception):
    """A command that does not work here; the text says why."""


def percentile(samples, share):
    """The smallest sample that at least this share of all samples does not exceed."""
    return sorted(samples)[max(math.ceil(len(samples) * share), 1) - 1]


def median(samples):
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


class Room:
    """A directory that an ordinary user can reach, and that user; root becomes one."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="hutch-bench-", dir="/tmp")
        self.bin = os.path.join(self.path, "bin")
        self.runtime = os.path.join(self.path, "runtime")
        self.environment = dict(ENVIRONMENT, HOME=self.path, XDG_RUNTIME_DIR=self.runtime)
        for path in (self.bin, self.runtime):
            os.mkdir(path)
        self.user = {}
        if os.geteuid() == 0:
            uid = int(os.environ.get("BENCH_UID", UNPRIVILEGED))
            self.user = {"user": uid, "group": uid, "extra_groups": []}
        self.spawn = self.compile("spawn")
        self.mounts = self.compile("mounts")
        self.work = self.compile("work", "-static")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["chmod", "-R", "u+rwx", self.path], check=False)
        shutil.rmtree(self.path, ignore_errors=True)

    def compile(self, name, *flags):
        """Returns the path of the program, or None."""
        program = os.path.join(self.bin, name)
        done = subprocess.run(
            [os.environ.get("CC", "cc"), "-O2", *flags, "-o", program,
             os.path.join(HERE, name + ".c")],
            capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return program
        if name == "floor":
            return None
        raise SystemExit("bench: %s.c does not compile\n%s" % (name, done.stderr))

    def copy(self, program):
        """A program where the user can reach it, under its own name, which may have a meaning."""
        directory = tempfile.mkdtemp(dir=self.bin)
        copied = os.path.join(directory, os.path.basename(program))
        shutil.copy(program, copied)
        os.chmod(copied, 0o755)
        os.chmod(directory, 0o755)
        return copied

    def furnish(self, bind_count, file_count):
        workloads.furnish(self.path, bind_count, file_count)
        if not self.user:
            return
        os.chmod(self.path, 0o755)
        for directory, names, files in os.walk(self.path):
            for name in [".", *names, *files]:
                os.chown(os.path.join(directory, name), self.user["user"], self.user["group"],
                         follow_symlinks=False)

    def start(self, words, **streams):
        """Both limits on descriptors are made equal, as hutch would else raise one."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return subprocess.Popen(
            words, cwd="/", env=self.environment, start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard)),
            **self.user, **streams)

    def run(self, words, text="", timeout=60):
        """Returns the output; whatever the command started ends with it."""
        process = self.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(text.encode(), timeout=timeout)
        except subprocess.TimeoutExpired:
            end_session(process)
            raise Failed("took over %d seconds" % timeout) from None
        except BaseException:
            end_session(process)
            raise
        if process.returncode != 0:
            said = err.decode(errors="replace").strip().splitlines() or ["(says nothing)"]
            raise Failed("status %d: %s" % (process.returncode, said[-1][:200]))
        return out.decode()


def end_session(process):
    """Ends a session of ours, of which PROCESS is the first."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def pack(commands):
    """What spawn.c reads: (rounds, words) for each command."""
    return "".join("%d\0%s\0\0" % (rounds, "\0".join(words)) for rounds, words in commands)


def sort_out(commands, settings, room):
    """Tries each command once. Returns how many rounds it can have in its time, and what fails."""
    rounds, failures = {}, {}
    for name, words in commands.items():
        begin = time.monotonic()
        try:
            room.run([w if w != "@id@" else "bench-try" for w in words], timeout=settings.patience)
        except (Failed, OSError) as error:
            failures[name] = str(error)
            continue
        fitting = int(settings.seconds / max(time.monotonic() - begin, 0.001))
        rounds[name] = max(min(fitting, settings.rounds), settings.least_rounds)
    return rounds, failures


def read_lines(output, names, failures):
    """The driver's lines, without those of commands that failed on the way."""
    lines = [line.split() for line in output.splitlines()]
    for line in lines:
        if line[0] == "failed":
            failures[names[int(line[1])]] = "status %s in a later run" % line[2]
    return [line for line in lines if names[int(line[1])] not in failures]


def take_samples(commands, settings, room, around=()):
    """Runs commands in turn: {name: words} to {name: [nanoseconds]} and {name: reason}."""
    rounds, failures = sort_out(commands, settings, room)
    names = list(rounds)
    text = pack((rounds[name], commands[name]) for name in names)
    driver = [*around, room.spawn, "-p", str(settings.pause)]
    output = room.run(driver, text, settings.patience * 20)
    samples = {name: [] for name in names}
    for line in read_lines(output, names, failures):
        samples[names[int(line[1])]].append(int(line[2]))
    return {name: found for name, found in samples.items() if found}, failures


def take_rates(commands, jobs, settings, room):
    """Returns sandboxes a second, and what fails. The time of each command is cut into slices that
    take turns, so that what else the machine does burdens no command more than the rest."""
    quick = settings.replace(rounds=1, least_rounds=1)
    names, failures = sort_out(commands, quick, room)
    slice_seconds = settings.rate_seconds / settings.rate_slices
    words = [room.spawn, "-t", str(slice_seconds), "-j", str(jobs)]
    runs, nanoseconds = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for turn in range(settings.rate_slices):
        for name in list(names)[turn % len(names):] + list(names)[:turn % len(names)]:
            output = room.run(words, pack([(1, commands[name])]), slice_seconds + settings.patience)
            for line in read_lines(output, [name], failures):
                runs[name] += int(line[2])
                nanoseconds[name] += int(line[3])
            time.sleep(settings.settle)  # the kernel goes on to take namespaces apart
    return {name: runs[name] * 1e9 / nanoseconds[name] for name in names
            if name not in failures and nanoseconds[name]}, failures


def take_work(commands, settings, room):
    """Runs payloads in turn that say how long they took."""
    samples, failures = {}, {}
    for _ in range(settings.work_rounds + 1):
        for name, words in commands.items():
            if name in failures:
                continue
            try:
                samples.setdefault(name, []).append(int(room.run(words)))
            except (Failed, OSError) as error:
                failures[name] = str(error)
                samples.pop(name, None)
    return {name: found[1:] for name, found in samples.items()}, failures


def descendants(pid):
    """The process and all below it."""
    found = [pid]
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            with open(path, encoding="ascii") as file:
                children = file.read().split()
        except OSError:
            continue
        for child in children:
            found += descendants(int(child))
    return found


def read_fields(path):
    with open(path, encoding="ascii", errors="replace") as file:
        lines = [line.split() for line in file if ":" in line]
    return {line[0].rstrip(":"): line[1] for line in lines if len(line) > 1}


def look_at(pids):
    """The sums over PIDS, in KiB, and how often they have slept. What is private in a process that
    hides itself, and what of that was written, is for root to see."""
    keys = ("resident", "peak", "switches", "private", "dirty")
    sums = {"processes": len(pids), **dict.fromkeys(keys, 0)}
    for pid in pids:
        status = read_fields("/proc/%d/status" % pid)
        sums["resident"] += int(status["VmRSS"])
        sums["peak"] += int(status["VmHWM"])
        sums["switches"] += int(status["voluntary_ctxt_switches"])
        sums["switches"] += int(status["nonvoluntary_ctxt_switches"])
        try:
            rollup = read_fields("/proc/%d/smaps_rollup" % pid)
        except OSError:
            sums["private"] = sums["dirty"] = None
        if sums["private"] is not None:
            sums["private"] += int(rollup["Private_Clean"]) + int(rollup["Private_Dirty"])
            sums["dirty"] += int(rollup["Private_Dirty"])
    return sums


def own_processes(pid):
    """What a sandbox costs besides its payload."""
    found = []
    for each in descendants(pid):
        with open("/proc/%d/comm" % each, encoding="ascii", errors="replace") as file:
            if file.read().strip() != PAYLOAD_NAME:
                found.append(each)
    return found


def take_memory(commands, settings, room):
    """Lets all payloads sleep at the same time, and looks at the processes beside them, twice."""
    running, failures, before, after = {}, {}, {}, {}
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    try:
        for name, words in commands.items():
            words = [w if w != "@id@" else "bench-rest" for w in words]
            running[name] = room.start(words, **quiet)
        time.sleep(1)
        for found, pause in ((before, settings.rest_seconds), (after, 0)):
            for name, process in running.items():
                try:
                    found[name] = look_at(own_processes(process.pid))
                except (OSError, KeyError):
                    failures[name] = "has ended early"
            time.sleep(pause)
    finally:
        for name, process in running.items():
            # Some leave their payload behind when they are ended first.
            for pid in reversed(descendants(process.pid)):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            end_session(process)
    for name in failures:
        after.pop(name, None)
    for name, found in after.items():
        found["wakeups"] = found.pop("switches") - before[name]["switches"]
    return after, failures
