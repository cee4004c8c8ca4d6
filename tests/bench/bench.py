#!/usr/bin/python3 -B
"""Measures hutch against its peers, as an ordinary user.

  HUTCH=PATH          the program to measure; beside it lies builtin-filters.h
  HUTCH_DYNAMIC=PATH  the same, linked dynamically
  BENCH_BWRAP=PATHS   further programs that take bwrap's options, separated by commas
  BENCH_UID=UID       who runs everything when root starts this
"""

import argparse
import dataclasses
import json
import os
import platform
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import measure
import report
import workloads

FAMILIES = ("tiny", "tiny-net", "build", "binds", "mounts", "rate", "memory", "files", "counts")


@dataclasses.dataclass
class Settings:
    """How long everything takes: a command runs as often as fits into its seconds."""

    seconds: float = 10
    rounds: int = 300
    least_rounds: int = 3
    patience: int = 120
    pause: int = 0
    binds: tuple = (1, 10, 100, 500, 1000, 2000, 5000)
    mounts: tuple = (25, 125, 425)
    rate_seconds: float = 10
    rate_slices: int = 5
    settle: float = 1
    rest_seconds: float = 10
    files: int = 20000
    calls: int = 1000000
    work_rounds: int = 30

    def replace(self, **changes):
        return dataclasses.replace(self, **changes)


QUICK = Settings(seconds=0.7, rounds=40, least_rounds=1, patience=20, binds=(1, 10, 100, 1000),
                 mounts=(25, 425), rate_seconds=1, rate_slices=2, settle=0.2, rest_seconds=2, files=2000,
                 calls=200000, work_rounds=5)


class Bench:
    """The peers that are there, and what was measured of them."""

    def __init__(self, room, settings):
        self.room, self.settings = room, settings
        self.results, self.absent = {}, {}
        self.peers = []
        self.find_peers()

    def add(self, name, kind, path, copied=False):
        if not path or not os.access(path, os.X_OK):
            self.absent[name] = "not installed"
            return
        self.peers.append(workloads.Peer(name, kind, self.room.copy(path) if copied else path))

    def find_peers(self):
        hutch = os.environ.get("HUTCH", os.path.join(measure.HERE, "..", "..", "hutch"))
        self.add("hutch", "hutch", hutch, True)
        self.add("hutch-dynamic", "hutch", os.environ.get("HUTCH_DYNAMIC"), True)
        self.add("bwrap", "bwrap", shutil.which("bwrap", path="/usr/bin:/bin"))
        for path in filter(None, os.environ.get("BENCH_BWRAP", "").split(",")):
            self.add(path, "bwrap", path, True)
        for name in ("unshare", "firejail", "crun", "runc"):
            self.add(name, name, shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin"))
        floor = self.room.compile("floor", "-static", "-I",
                                  os.path.dirname(os.path.realpath(hutch)))
        if floor:
            self.add("floor", "floor", floor)
        else:
            self.absent["floor"] = "does not compile: builtin-filters.h has to lie beside hutch"

    def commands(self, make, *arguments, kinds=None):
        """{name: words} of the peers that have such a command."""
        made = {}
        for peer in self.peers:
            if kinds is None or peer.kind in kinds:
                words = make(peer, self.room.path, *arguments)
                if words:
                    made[peer.name] = words
        return made

    def keep(self, name, kind, found, failures):
        self.results[name] = {"kind": kind, "peers": found, "failures": failures}

    def keep_times(self, name, samples, failures):
        found = {peer: report.summary(taken) for peer, taken in samples.items()}
        self.keep(name, "time", found, failures)

    def time(self, name, commands, around=()):
        self.keep_times(name, *measure.take_samples(commands, self.settings, self.room, around))

    def payload(self):
        return {"payload alone": ["true"]}

    def run_tiny(self):
        self.time("tiny", {**self.commands(workloads.tiny), **self.payload()})

    def run_tiny_net(self):
        self.time("tiny-net", {**self.commands(workloads.tiny_net), **self.payload()})

    def run_build(self):
        self.time("build", self.commands(workloads.build))

    def run_binds(self):
        for count in self.settings.binds:
            self.time("binds %d" % count, self.commands(workloads.binds, count))

    def run_mounts(self):
        for count in self.settings.mounts:
            around = [self.room.mounts, str(count), os.path.join(self.room.path, "mounts")]
            self.time("mounts %d" % count, self.commands(workloads.subtrees), around)

    def run_rate(self):
        for jobs in (1, 2):
            rates, failures = measure.take_rates(self.commands(workloads.tiny), jobs,
                                                 self.settings, self.room)
            found = {peer: {"rate": rate} for peer, rate in rates.items()}
            self.keep("rate %d" % jobs, "rate", found, failures)

    def run_memory(self):
        payload = (measure.PAYLOAD_NAME, "60")
        commands = self.commands(workloads.tiny_net, payload)
        self.keep("memory", "memory", *measure.take_memory(commands, self.settings, self.room))

    def run_files(self):
        kinds = ("hutch", "bwrap")
        outside = workloads.Peer("outside", "outside", None)
        files = os.path.join(self.room.path, "files")
        for name, words in (("files", ("read", files, str(self.settings.files))),
                            ("getppid", ("getppid", str(self.settings.calls)))):
            commands = {"outside": workloads.work(outside, self.room.path, *words),
                        **self.commands(workloads.work, *words, kinds=kinds)}
            self.keep_times(name, *measure.take_work(commands, self.settings, self.room))

    def run_counts(self):
        script = self.room.copy(os.path.join(measure.HERE, "..", "budget-calls.sh"))
        kinds = ("hutch", "bwrap", "floor")
        for name, commands in (
                ("counts tiny", self.commands(workloads.tiny, False, ("/bin/true",), kinds=kinds)),
                ("counts binds 100", self.commands(workloads.binds, 100, kinds=kinds))):
            found, failures = {}, {}
            for peer, words in commands.items():
                try:
                    lines = self.room.run(["bash", script, "--count", *words]).splitlines()
                except measure.Failed as error:
                    failures[peer] = str(error)
                    continue
                found[peer] = {" ".join(line.split()[:2]): int(line.split()[2]) for line in lines}
            self.keep(name, "count", found, failures)

    def run(self, families):
        for family in families:
            print("bench: %s" % family, file=sys.stderr, flush=True)
            getattr(self, "run_" + family.replace("-", "_"))()


def first_line(words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None


def read_value(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def describe(peers):
    """The machine, and the versions."""
    names = {line.partition("=")[0]: line.partition("=")[2].strip().strip('"')
             for line in open("/etc/os-release", encoding="utf-8")}
    machine = {
        "processor": read_value("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": read_value("/proc/meminfo", "MemTotal"),
        "system": names.get("PRETTY_NAME", "unknown"),
        "kernel": platform.release(),
        "load before": "%.2f" % os.getloadavg()[0],
    }
    versions = {p.name: first_line([p.path, "--version"]) or "unknown"
                for p in peers if p.kind != "floor"}
    return machine, versions


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything, in a minute")
    parser.add_argument("--seconds", type=float, metavar="N",
                        help="how long one command of a workload may run in all")
    parser.add_argument("--pause", type=int, default=0, metavar="MS",
                        help="rest before each start, as a caller does who starts few")
    parser.add_argument("--only", metavar="LIST", help="workloads: " + ",".join(FAMILIES))
    parser.add_argument("--json", metavar="FILE", help="write everything, each sample too")
    parser.add_argument("--svg", metavar="DIR", help="draw the curves of binds and mounts")
    arguments = parser.parse_args()
    arguments.families = arguments.only.split(",") if arguments.only else FAMILIES
    unknown = [name for name in arguments.families if name not in FAMILIES]
    if unknown:
        parser.error("no such workload: " + ", ".join(unknown))
    return arguments


def main():
    arguments = read_arguments()
    settings = QUICK if arguments.quick else Settings()
    settings = settings.replace(pause=arguments.pause,
                                seconds=arguments.seconds or settings.seconds)
    with measure.Room() as room:
        room.furnish(max(settings.binds), settings.files)
        bench = Bench(room, settings)
        machine, versions = describe(bench.peers)
        bench.run(arguments.families)
    verdicts = report.judge(bench.results)
    for title, fields in (("machine", machine), ("versions", versions), ("absent", bench.absent)):
        for key, value in fields.items():
            print("%s: %s: %s" % (title, key, value))
    report.print_workloads(bench.results)
    report.print_verdicts(verdicts)
    if arguments.svg:
        report.draw_all(bench.results, arguments.svg)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine, "versions": versions, "absent": bench.absent,
                       "settings": dataclasses.asdict(settings), "workloads": bench.results,
                       "bounds": verdicts}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
