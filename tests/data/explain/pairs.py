#!/usr/bin/python3
"""Compare what --explain says of random paths in random sandboxes with what is found inside.

usage: pairs.py HUTCH DIRECTORY [PAIRS [SEED]]

DIRECTORY, which must be new, gets the tree that the sandboxes are made of; who may mount gets more
file systems below it, and does best in a mount namespace of its own. Each plan is asked for PATHS
paths, and then really started with the probe beside this file. Prints the first disagreements, each
with the command that shows it, and in the end a line for each thing that was compared:

    presence 2000 compared, 0 differ

The same seed makes the same plans.
"""
import json
import os
import random
import shlex
import stat
import subprocess
import sys
import time

from tree import SCRIPT, FILES, make_tree, state_of

PATHS = 50
SHOWN = 5
COMPARED = ("presence", "kind", "read-only", "devices", "read", "write", "execute", "inside",
            "host", "operation", "untouched", "refusal")
LIMIT = 30
MODES = (0, 0o400, 0o500, 0o555, 0o600, 0o644, 0o700, 0o711, 0o755, 0o777)


class Plan:
    """Options that build a sandbox, and what is known of it without looking."""

    def __init__(self, chance, base, names, number):
        self.chance, self.base, self.names = chance, base, names
        self.number = number
        self.words = []  # lists, one an option
        self.files = []  # descriptors that the options read
        self.decides = []  # (place, option's index, host), as the operations come
        self.free = []  # directories in which anything can be made
        self.existing = {}  # place: names below it that are the host's
        self.made = []  # other places that a question may be about
        self.links = {}  # the place of a link: where it leads
        self.counter = 0
        self.sure = True  # whether self.decides is the whole truth

    # --- what is random ---

    def new_name(self):
        self.counter += 1
        return self.chance.choice(["m{}", "m{}", "a b {}", "é{}", "-{}", "quo'te {}"]).format(self.counter)

    def new_place(self):
        """A place that is to be made, in memory."""
        parent = self.chance.choice(self.free)
        place = parent.rstrip("/") + "/" + self.new_name()
        if self.chance.random() < 0.2:
            place += "/" + self.new_name()
        return place

    def old_place(self, wanted):
        """A place that is there, and is the host's file or directory; None if there is none."""
        choices = []
        for place, (below, host) in self.existing.items():
            for name in below:
                path = os.path.join(host, name)
                if wanted(path) and not os.path.islink(path):
                    choices.append(os.path.normpath(os.path.join(place, name)))
        return self.chance.choice(choices) if choices else None

    def spelled(self, place):
        """The place by another name, sometimes."""
        ways = [place] * 6 + [place.replace("/", "//"), "/usr/.." + place, place[1:]]
        for link, target in self.links.items():
            if place.startswith(target + "/"):
                ways += [link + place[len(target):]] * 6
        return self.chance.choice(ways)

    def dest(self, is_directory):
        """Where the next operation mounts."""
        old = None
        if self.chance.random() < 0.4:
            old = self.old_place(os.path.isdir if is_directory else os.path.isfile)
        return old or self.new_place()

    def source(self):
        names = [name for name in self.names if name.count("/") < 2]
        return os.path.normpath(os.path.join(self.base, self.chance.choice(names)))

    # --- what is done ---

    def add(self, *words):
        self.words.append([os.fspath(word) for word in words])
        return len(self.words) - 1

    def cover(self, place, host=None):
        """What is known of the places below PLACE holds no more."""
        def stays(other):
            return other != place and not other.startswith(place + "/")
        self.free = [free for free in self.free if stays(free)]
        self.existing = {at: ([name for name in names if stays(os.path.join(at, name))], host)
                         for at, (names, host) in self.existing.items() if stays(at)}
        self.links = {at: to for at, to in self.links.items() if stays(at) and stays(to)}
        if not self.free:
            self.area()

    def mounted(self, index, place, host=None):
        self.cover(place)
        self.decides.append((place, index, host))
        self.made.append(place)

    def area(self):
        """A directory of memory at a top-level name, which is always possible but on a read-only root."""
        place = "/" + self.new_name() if not self.rooted else "/mnt"
        self.decides.append((place, self.add("--tmpfs", place), None))
        self.free.append(place)
        self.made.append(place)

    def start(self, system):
        """The system that the probe needs."""
        self.rooted = self.chance.random() < 0.25
        if self.rooted:
            self.decides.append(("/", self.add("--ro-bind", "/", "/"), "/"))
        else:
            for words in system:
                index = self.add(*words)
                if words[0] == "--ro-bind":
                    self.decides.append((words[2], index, words[1]))
                else:
                    self.links[words[2]] = "/" + words[1]
            self.free.append("/")
        if self.chance.random() < 0.8:
            self.decides.append(("/proc", self.add("--proc", "/proc"), None))
        if self.chance.random() < 0.7:
            self.decides.append(("/dev", self.add("--dev", "/dev"), None))
        if not self.free:
            self.area()

    def bind(self):
        source = self.source()
        if os.path.islink(source) and not os.path.exists(source):
            return
        real = os.path.realpath(source)
        if not real.startswith(self.base) or not os.access(real, os.F_OK):
            return
        place = self.dest(os.path.isdir(real))
        option = self.chance.choice(["--bind", "--ro-bind", "--dev-bind", "--bind-try", "--ro-bind-try",
                                     "--dev-bind-try", "--bind-fd", "--ro-bind-fd"])
        if option.endswith("fd"):
            descriptor = os.open(real, os.O_PATH)
            self.files.append(descriptor)
            index = self.add(option, str(descriptor), self.spelled(place))
        else:
            if self.chance.random() < 0.3:
                source = os.path.relpath(source)
            index = self.add(option, source, self.spelled(place))
        self.mounted(index, place, real)
        if os.path.isdir(real):
            prefix = os.path.relpath(real, self.base) + "/"
            below = [name[len(prefix):] for name in self.names if name.startswith(prefix)]
            if prefix == "./":
                below = self.names
            self.existing[place] = ([""] + below, real)

    def bind_missing(self):
        option = self.chance.choice(["--bind-try", "--ro-bind-try", "--dev-bind-try"])
        place = self.new_place()
        self.add(option, self.base + "/no such", place)
        self.made.append(place)

    def bind_wrong(self):
        """What makes the whole plan fail, at times."""
        if self.chance.random() < 0.9:
            return
        wrong = [("--bind", self.base + "/no such", self.new_place()), ("--tmpfs", "/usr/bin/env/x"),
                 ("--ro-bind", self.base + "/links/self", self.new_place()), ("--dir", "/usr/new/dir"),
                 ("--ro-bind", self.base + "/dirs/closed/x", self.new_place()),
                 ("--remount-ro", "/usr/bin"), ("--ro-bind", "/usr", "/usr/bin/env")]
        self.add(*self.chance.choice(wrong))

    def bind_system(self):
        option = self.chance.choice(["--bind", "--ro-bind", "--dev-bind"])
        source = self.chance.choice(["/etc", "/dev", "/dev", "/dev/shm", "/dev/null", "/usr/bin/env", "/var",
                                     "/sys"])
        if not os.path.exists(source):
            return
        place = self.new_place()
        self.mounted(self.add(option, source, self.spelled(place)), place, source)

    def perms(self):
        if self.chance.random() < 0.6:
            return None
        mode = self.chance.choice(MODES)
        self.add("--perms", f"{mode:04o}")
        return mode

    def memory(self):
        place = self.dest(True)
        mode = self.perms()
        if self.chance.random() < 0.2:
            self.add("--size", "1000000")
        self.mounted(self.add("--tmpfs", self.spelled(place)), place)
        if mode is None or mode & 0o300 == 0o300:
            self.free.append(place)

    def filesystem(self):
        place = self.dest(True)
        option = self.chance.choice(["--proc", "--dev", "--dev", "--mqueue"])
        self.mounted(self.add(option, self.spelled(place)), place)

    def directory(self):
        place = self.new_place()
        mode = self.perms()
        index = self.add("--dir", self.spelled(place))
        self.decides.append((place, index, None))
        self.made.append(place)
        if mode is None or mode & 0o300 == 0o300:
            self.free.append(place)

    def data(self):
        descriptor = os.memfd_create("data", 0)
        os.write(descriptor, SCRIPT)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.files.append(descriptor)
        option = self.chance.choice(["--file", "--bind-data", "--ro-bind-data"])
        place = self.new_place() if option == "--file" else self.dest(False)
        self.perms()
        index = self.add(option, str(descriptor), self.spelled(place))
        if option == "--file":
            self.decides.append((place, index, None))
            self.made.append(place)
        else:
            self.mounted(index, place)

    def symlink(self):
        place = self.new_place()
        choices = ["gone", "/no/such", os.path.basename(place), "..", "/usr/bin/env", "/etc", "."]
        target = self.chance.choice(choices + self.made * 2 + list(self.existing))
        self.add("--symlink", target, place)
        self.made.append(place)
        if target in self.existing or target in self.free:
            self.links[place] = target

    def chmod(self):
        mine = [place for place, index, host in self.decides
                if self.words[index][0] in ("--dir", "--file", "--tmpfs", "--bind-data")
                and self.decided(place)[1] == index and place != "/mnt"]
        if not mine:
            return
        place = self.chance.choice(mine)
        mode = self.chance.choice(MODES)
        self.add("--chmod", f"{mode:04o}", place)
        if mode & 0o300 != 0o300:
            self.free = [free for free in self.free if free != place and not free.startswith(place + "/")]
            self.existing = {at: rest for at, rest in self.existing.items() if not at.startswith(place + "/")}
            if not self.free:
                self.area()

    def remount(self):
        mounts = [place for place, index, host in self.decides
                  if self.words[index][0] not in ("--dir", "--file", "--symlink")
                  and self.decided(place)[1] == index and place not in ("/", "/mnt")]
        if not mounts:
            return
        place = self.chance.choice(mounts)
        self.add("--remount-ro", place)
        self.free = [free for free in self.free if self.mount_of(free) != place]
        if not self.free:
            self.area()

    def overlay(self):
        layers = self.chance.sample(["low1", "low2", "files", "deep"], self.chance.choice([1, 2, 2, 3]))
        place = self.dest(True)
        option = self.chance.choice(["--tmp-overlay", "--ro-overlay", "--overlay"])
        if option == "--ro-overlay" and len(layers) < 2:
            return
        for layer in layers:
            self.add("--overlay-src", f"{self.base}/{layer}")
        if option == "--overlay":
            self.counter += 1
            upper = f"{self.base}/../upper/{self.number}-{self.counter}"
            work = f"{self.base}/../work/{self.number}-{self.counter}"
            os.makedirs(upper)
            os.makedirs(work)
            index = self.add(option, upper, work, self.spelled(place))
        else:
            index = self.add(option, self.spelled(place))
        self.mounted(index, place)
        below = sorted({name[len(layer) + 1:] for layer in layers for name in self.names
                        if name.startswith(layer + "/")})
        self.existing[place] = ([""] + below, "/nowhere")

    def process(self):
        """What concerns the process that looks."""
        choice = self.chance.random()
        if choice < 0.1:
            self.add("--uid", "1000")
            self.add("--gid", "1000")
        elif choice < 0.2:
            self.add("--keep-id")
        if self.chance.random() < 0.2:
            self.add("--cap-add", self.chance.choice(["ALL", "dac_override", "dac_read_search", "fowner"]))
        if self.chance.random() < 0.1:
            self.add("--as-pid-1")
        if self.chance.random() < 0.1:
            self.add("--unshare-net")
        if self.chance.random() < 0.1:
            self.add("--disable-userns")
        if self.chance.random() < 0.3:
            self.add("--chdir", "/usr/bin")

    def fill(self, system):
        self.start(system)
        steps = [self.bind] * 8 + [self.memory] * 2 + [self.directory] * 2 + [self.data] * 3
        steps += [self.symlink] * 2 + [self.overlay] * 2
        steps += [self.bind_missing, self.bind_wrong, self.bind_system, self.filesystem, self.chmod, self.remount]
        for _ in range(self.chance.randrange(4, 25)):
            self.chance.choice(steps)()
        self.process()
        return self

    # --- what follows from it ---

    def decided(self, inside):
        """(place, index, host) of the last operation at or above INSIDE."""
        found = (None, None, None)
        for place, index, host in self.decides:
            if place == "/" or inside == place or inside.startswith(place + "/"):
                found = (place, index, host)
        return found

    def mount_of(self, inside):
        found = None
        for place, index, host in self.decides:
            if self.words[index][0] not in ("--dir", "--file"):
                if place == "/" or inside == place or inside.startswith(place + "/"):
                    found = place
        return found

    def arguments(self):
        return [word for words in self.words for word in words]

    def question(self):
        kind = self.chance.random()
        if kind < 0.5 and self.existing:
            place, (below, _) = self.chance.choice(list(self.existing.items()))
            path = os.path.join(place, self.chance.choice(below)).rstrip("/")
        elif kind < 0.8 and self.made:
            path = self.chance.choice(self.made)
        else:
            path = self.chance.choice([
                "/", "/usr", "/usr/bin/env", "/bin/sh", "/etc/passwd", "/etc/shadow", "/root", "/home", "/root/x",
                "/proc", "/proc/1", "/proc/1/status", "/proc/cmdline", "/proc/sys/kernel/hostname",
                "/proc/sys/kernel/ostype", "/proc/no", "/dev", "/dev/null", "/dev/zero", "/dev/full",
                "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts", "/dev/shm", "/dev/core", "/dev/no",
                "/proc/sys", "/proc/sysrq-trigger", "/proc/version", "/tmp", "/var/tmp", "/sys", "/usr/bin",
                "/etc/passwd/x", "env", "./env", "../lib", ".", "..", "no such", "/" + "x" * 300,
                "/" + "../" * 2000 + "usr", "/dev/vda", "/dev/loop0", "/dev/kmsg", "/usr/lib/os-release/",
            ])
        return self.twisted(path)

    def twisted(self, path):
        ways = [path] * 14 + [
            path + "/", path + "/.", path + "/..", path + "/missing", path + "/exec", path + "/sub/x",
            path.replace("/", "//"), os.path.dirname(path) or "/", path + "/../" + os.path.basename(path),
            path + "/none", path + "/links/rel",
        ]
        return self.chance.choice(ways)


class Comparison:
    def __init__(self, hutch, base):
        self.hutch, self.base = hutch, base
        self.counts = {what: [0, 0] for what in COMPARED}
        self.seen = {}
        self.pairs = self.plans = self.refused = 0
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")) as file:
            self.probe = file.read()

    def differ(self, what, same, plan, path, said, found):
        self.counts[what][0] += 1
        if same:
            return
        self.counts[what][1] += 1
        if self.counts[what][1] <= SHOWN:
            command = [self.hutch] + plan.arguments() + ["--json", "--explain", path]
            print(f"{what}: {path!r} in plan {plan.number}: hutch says {said}, it is {found}")
            print("    " + shlex.join(command))

    def run(self, plan, words, data=None):
        for descriptor in plan.files:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                try:
                    os.lseek(descriptor, 0, os.SEEK_SET)
                except OSError:
                    pass
        return subprocess.run([self.hutch] + plan.arguments() + words, input=data, timeout=LIMIT,
                              pass_fds=plan.files, capture_output=True, check=False)

    def compare(self, plan, count):
        """Compares COUNT answers; the pairs that came of it."""
        questions = {}
        while len(questions) < count:
            questions[plan.question()] = True
        questions = list(questions)
        before = state_of(self.base)
        asked = self.run(plan, ["--json"] + [word for path in questions for word in ("--explain", path)])
        after = state_of(self.base)
        self.differ("untouched", before == after, plan, "/", "nothing is made",
                    [line for line in after if line not in before])
        if asked.returncode != 0:
            self.compare_refusals(plan, asked)
            return 0
        answers = json.loads(asked.stdout)
        if len(answers) != count:
            sys.exit(f"{count} questions, {len(answers)} answers")
        found = self.look(plan, questions)
        for path, answer, fact in zip(questions, answers, found):
            # The name itself, which JSON may be unable to hold.
            fact["path"] = fact["inside"] and os.fsdecode(bytes.fromhex(fact["bytes"]))
            self.compare_pair(plan, path, answer, fact)
        self.plans += 1
        return count

    def look(self, plan, questions):
        data = b""
        for path in questions:
            data += os.fsencode(path) + b"\0"
            data += b"1\0" if path.endswith(OUR_PROGRAMS) else b"0\0"
        done = self.run(plan, ["--", "/usr/bin/python3", "-I", "-S", "-c", self.probe], data)
        if done.returncode != 0:
            sys.exit(f"the probe failed: {done.stderr.decode()}\n    {shlex.join(plan.arguments())}")
        return json.loads(done.stdout)

    def compare_refusals(self, plan, asked):
        """A plan that cannot be built is refused in the same words when it is to be started."""
        self.refused += 1
        started = self.run(plan, ["--", "/usr/bin/python3", "-c", "print('ran')"])
        said = (asked.returncode, asked.stdout, asked.stderr)
        self.differ("refusal", said == (started.returncode, started.stdout, started.stderr), plan, "/",
                    said, (started.returncode, started.stdout, started.stderr))

    def compare_pair(self, plan, path, answer, fact):
        self.pairs += 1
        if ["--as-pid-1"] in plan.words and str(answer["inside"]).startswith("/proc/1/"):
            # PID 1 is then the process that looks, once hutch's own and once the probe.
            fact |= {what: answer[what] for what in ("read", "write", "execute")}
        for name in ("kind", "read", "write", "execute"):
            self.seen.setdefault(name, {}).setdefault(answer[name], 0)
            self.seen[name][answer[name]] += 1
        self.differ("presence", answer["present"] == fact["present"], plan, path, answer["present"],
                    fact["present"])
        if str(fact["kind"]).endswith("-device"):
            # Opening a device can do things, so it is not opened; its number may be nobody's.
            for what in ("read", "write"):
                fact[what] = None if fact[what] == "ENXIO" else fact[what]
        if "ETXTBSY" in (fact["write"], answer["write"]):
            fact["write"] = answer["write"]  # It was run at that moment, by the probe or by another.
        for what in ("kind", "read-only", "devices", "read", "write", "execute"):
            self.differ(what, answer[what] == fact[what], plan, path, answer[what], fact[what])
        self.differ("untouched", not answer["pending"], plan, path, "pending", "not so")
        if answer["present"] or not answer["dangling"]:
            self.differ("inside", answer["inside"] == fact["inside"], plan, path, answer["inside"],
                        fact["inside"])
        if answer["present"] and fact["inside"]:
            self.compare_origin(plan, path, answer, fact)

    def compare_origin(self, plan, path, answer, fact):
        """Which operation decides, and what is behind the path on the host."""
        place, index, host = plan.decided(fact["path"])
        wanted = None
        if index is not None:
            wanted = {"index": index, "words": [shown(word) for word in plan.words[index]]}
        said = answer["operation"]
        if said is not None:
            said = {"index": said["index"], "words": said["words"]}
        self.differ("operation", said == wanted, plan, path, said, wanted)
        if host is None:
            self.differ("host", answer["host"] is None, plan, path, answer["host"], None)
            return
        behind = os.path.normpath(os.path.join(host, os.path.relpath(fact["path"], place)))
        same = answer["host"] == shown(behind)
        try:
            status = os.stat(behind)
            # Another device shows what was mounted there when the sandbox was made.
            same = same and [status.st_dev, status.st_ino] == fact["identity"]
        except PermissionError:
            pass
        self.differ("host", same, plan, path, answer["host"], behind)


def shown(text):
    """As JSON can hold it."""
    return os.fsencode(text).decode("utf-8", "replace")


OUR_PROGRAMS = tuple(list(FILES) + ["x", "line\nbreak", "rel", "chain", "into", "link"])


def system_options():
    """The system alone, as in lib.sh."""
    options = []
    for path in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(path):
            options.append(["--symlink", os.readlink(path), path])
        elif os.path.isdir(path):
            options.append(["--ro-bind", path, path])
    return options


def main():
    hutch, directory = sys.argv[1:3]
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    seed = sys.argv[4] if len(sys.argv) > 4 else str(time.time_ns())
    print(f"seed {seed}")
    base = os.path.realpath(directory) + "/host"
    os.makedirs(base)
    names = make_tree(base)
    comparison = Comparison(hutch, base)
    number = 0
    while comparison.pairs < wanted:
        number += 1
        plan = Plan(random.Random(f"{seed}/{number}"), base, names, number).fill(system_options())
        comparison.compare(plan, min(PATHS, wanted - comparison.pairs))
        for descriptor in plan.files:
            os.close(descriptor)
    for what, (compared, differ) in comparison.counts.items():
        print(f"{what} {compared} compared, {differ} differ")
    for name, values in comparison.seen.items():
        print(f"{name}: " + ", ".join(f"{value} {count}" for value, count in sorted(values.items(), key=str)))
    print(f"{comparison.pairs} pairs, {comparison.plans} plans, {comparison.refused} refused")
    sys.exit(any(differ for _, differ in comparison.counts.values()))


main()
