#!/usr/bin/python3
"""plan-round-trip.py HUTCH SCHEMA COUNT [SEED]: random command lines, and the plans they make.

Makes COUNT valid command lines and works out by itself which plan each asks for. The plan that
--print-plan=json prints must be that one and fit the schema, and the line that --print-plan=args prints
must, when a shell has read it, lead to the same bytes again. Prints what was covered, and each line
with which something is wrong. The same SEED makes the same lines.
"""
import collections
import json
import os
import random
import re
import shlex
import struct
import subprocess
import sys
import tempfile

import jsonschema

FIRST_FD, FDS = 20, 100
# The validator takes longer than all else.
VALIDATED = 150
FILTER = struct.pack('HBBI', 6, 0, 0, 0x7fff0000)
BUSES = {'session': f'/run/user/{os.geteuid()}/bus', 'system': '/run/dbus/system_bus_socket'}
ADDRESSES = {'session': ('unix:path=/no%20where/1', '/no where/1'),
             'system': ('unix:guid=0,path=/run/dbus/system_bus_socket', BUSES['system'])}
NAMESPACES = ['user', 'mount', 'pid', 'ipc', 'uts', 'cgroup', 'net']
# The options that ask for something else than a plan, or whose plan depends on what this system has.
NOT_GENERATED = {'--help', '--version', '--dry-run', '--print-plan', '--explain', '--json',
                 '--doctor', '--exec-label', '--file-label', '--profile', '--show-try'}
PIECES = ['a', 'b', 'usr', 'lib64', '/', '//', '.', '..', '-', '--', ' ', '  ', '\n', '\t', "'", '"',
          '\\', '\\n', '$', '$HOME', '$(x)', '`x`', '*', '?', '[a]', '{a,b}', '~', '#', '!', '&', ';',
          '|', '<', '>', '(', ')', '=', '%', '%s', '^', '\x01', '\x1b[31m', '\x7f', '7', 'é', '日本',
          '\U0001f427', '\ufffe', b'\xff', b'\xc3']


def text(word):
    """A word as JSON has it."""
    return word.decode('utf-8', 'replace')


def octal(mode):
    return f'{mode:04o}'


class Line:
    """A command line that grows: groups of words, each with what it does to the plan."""

    def __init__(self, rng):
        self.rng = rng
        self.persona = rng.choice(['hutch', 'bwrap'])
        self.free = rng.sample(range(FIRST_FD, FIRST_FD + FDS), FDS)
        self.shareable = []
        self.groups = []

    def odd(self, empty=False, without=''):
        pieces = self.rng.choices(PIECES, k=self.rng.randint(0 if empty else 1, 6))
        word = b''.join(p if isinstance(p, bytes) else p.encode() for p in pieces)
        for character in without:
            word = word.replace(character.encode(), b'')
        return word if word or empty else b'x'

    def path(self):
        if self.rng.random() < 0.5:
            return self.rng.choice([b'/', b'/usr', b'/tmp/a b', b'/proc', b'/dev', b'relative'])
        return self.rng.choice([b'', b'/']) + self.odd()

    def fd(self, use):
        if use != 'closed' and self.shareable and self.rng.random() < 0.15:
            other, other_use = self.rng.choice(self.shareable)
            if not (use == 'data' and other_use == 'data'):
                if use == 'data':
                    self.shareable.remove((other, other_use))
                    self.shareable.append((other, 'data'))
                return other
        fd = self.free.pop()
        if use != 'closed':
            self.shareable.append((fd, use))
        return fd

    def add(self, words, effect):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.groups.append((words, effect))


# --- what options there are, and what each does to a state ----------------------------------------

def add_bind(line):
    source, dest = line.path(), line.path()
    kind, suffix = line.rng.choice(['', 'ro-', 'dev-']), line.rng.choice(['', '', '-try', '-create'])
    if suffix == '-create':
        kind = ''
    operation = {'kind': 'bind', 'source': text(source), 'dest': text(dest),
                 'read-only': kind == 'ro-', 'devices': kind == 'dev-',
                 'optional': suffix == '-try', 'create': suffix == '-create'}
    line.add([f'--{kind}bind{suffix}', source, dest],
             lambda state: state.operations.append(operation))


def add_bind_fd(line):
    dest, fd, kind = line.path(), line.fd('held'), line.rng.choice(['', 'ro-'])
    operation = {'kind': 'bind-fd', 'fd': fd, 'dest': text(dest), 'read-only': kind == 'ro-'}
    line.add([f'--{kind}bind-fd', fd, dest], lambda state: state.operations.append(operation))


def add_made(line):
    option = line.rng.choice(['tmpfs', 'dir', 'file', 'bind-data', 'ro-bind-data'])
    kind, dest, words, before = option.replace('ro-', ''), line.path(), [], []
    mode, parents = {'file': 0o666, 'bind-data': 0o600}.get(kind, 0o755), 0o755
    operation = {'kind': kind, 'dest': text(dest)}
    if line.rng.random() < 0.6:
        mode = line.rng.choice([0o600, 0o666, 0o755, 0o700, 0o750, 0, 0o7777,
                                line.rng.randrange(0o10000)])
        parents &= ~((0 if mode & 0o070 else 0o070) | (0 if mode & 0o007 else 0o007))
        before.append(['--perms', f'{mode:o}'])
    operation.update({'mode': octal(mode), 'parent-mode': octal(parents)})
    if kind == 'tmpfs':
        operation['size'] = None
        if line.rng.random() < 0.4:
            operation['size'] = line.rng.choice([1, 4096, 2**63 - 1, line.rng.randrange(1, 2**40)])
            before.append(['--size', operation['size']])
    if kind in ('file', 'bind-data'):
        operation['fd'] = line.fd('data')
        words = [operation['fd']]
    if kind == 'bind-data':
        operation['read-only'] = option != kind
    line.rng.shuffle(before)
    line.add([*sum(before, []), f'--{option}', *words, dest],
             lambda state: state.operations.append(operation))


def add_mount(line):
    kind, dest = line.rng.choice(['proc', 'dev', 'mqueue', 'remount-ro']), line.path()
    operation = {'kind': kind, 'dest': text(dest)}
    if kind == 'proc':
        operation['host'] = None  # It depends on the namespaces.
    line.add([f'--{kind}', dest], lambda state: state.operations.append(operation))


def add_symlink(line):
    source, dest = line.odd(), line.path()
    operation = {'kind': 'symlink', 'source': text(source), 'dest': text(dest)}
    line.add(['--symlink', source, dest], lambda state: state.operations.append(operation))


def add_chmod(line):
    mode, dest = line.rng.randrange(0o10000), line.path()
    operation = {'kind': 'chmod', 'dest': text(dest), 'mode': octal(mode)}
    line.add(['--chmod', f'{mode:o}', dest], lambda state: state.operations.append(operation))


def add_overlay(line):
    option = line.rng.choice(['--overlay', '--tmp-overlay', '--ro-overlay'])
    layers = [line.path() for _ in range(line.rng.randint(2 if 'ro-' in option else 1, 4))]
    dest, upper, work = line.path(), None, None
    words = sum((['--overlay-src', layer] for layer in layers), []) + [option]
    if option == '--overlay':
        upper, work = line.path(), line.path()
        words += [upper, work]
    operation = {'kind': 'overlay', 'layers': [text(layer) for layer in layers], 'dest': text(dest),
                 'upper': upper and text(upper), 'work': work and text(work),
                 'read-only': option == '--ro-overlay', 'scratch': option == '--tmp-overlay'}
    line.add([*words, dest], lambda state: state.operations.append(operation))


def add_variable(line):
    name, value = line.odd(without='='), line.odd(empty=True)
    words, change = line.rng.choice([
        (['--setenv', name, value], {'change': 'set', 'name': text(name), 'value': text(value)}),
        (['--unsetenv', name], {'change': 'unset', 'name': text(name)}),
        (['--keepenv', b'NO_SUCH_' + name], {'change': 'unset', 'name': 'NO_SUCH_' + text(name)}),
        (['--clearenv'], {'change': 'clear'})])
    line.add(words, lambda state: state.document['environment'].append(change))


def add_namespace(line):
    kind = line.rng.choice(['all', 'user', 'user-try', 'pid', 'ipc', 'uts', 'cgroup', 'cgroup-try',
                            'net'])
    share = line.rng.random() < 0.4 and kind in ('pid', 'ipc', 'uts', 'cgroup', 'net')
    names = [n for n in NAMESPACES if n != 'mount'] if kind == 'all' else [kind.split('-')[0]]
    line.add([('--share-' if share else '--unshare-') + kind],
             lambda state: state.unshared.update({name: not share for name in names}))


def add_join(line):
    option, place = line.rng.choice([('--userns', 'user'), ('--userns2', 'inner-user'),
                                     ('--pidns', 'pid')])
    fd = line.fd('held')
    line.add([option, fd], lambda state: state.document['join'].update({place: fd}))


def add_id(line):
    number = line.rng.choice([0, 1000, os.geteuid(), 2**32 - 2, line.rng.randrange(2**32 - 1)])
    option, place = line.rng.choice([('--uid', 'user'), ('--gid', 'group')])
    line.add([option, number], lambda state: state.ids.update({place: number}))


def add_flag(line):
    option, place = line.rng.choice([
        ('--new-session', 'new-session'), ('--die-with-parent', 'die-with-parent'),
        ('--level-prefix', 'level-prefix'), ('--not-a-security-boundary', None), ('--keep-id', None),
        ('--as-pid-1', None), ('--disable-userns', None), ('--assert-userns-disabled', None)])
    line.add([option], lambda state: place and state.document.update({place: True}))


def add_word(line):
    option, place = line.rng.choice([('--chdir', 'chdir'), ('--hostname', 'hostname'),
                                     ('--argv0', 'argv0')])
    word = line.odd()[:64]
    if option == '--argv0' and any(words[0] == b'--argv0' for words, _ in line.groups):
        return
    line.add([option, word], lambda state: state.document.update({place: text(word)}))


def add_umask(line):
    mask = line.rng.randrange(0o1000)
    line.add(['--umask', f'{mask:o}'], lambda state: state.document.update({'umask': octal(mask)}))


def add_lock(line):
    path = line.path()
    line.add(['--lock-file', path], lambda state: state.document['locks'].append(text(path)))


def add_descriptor(line):
    place = line.rng.choice(['keep', 'error', 'status', 'info', 'json-status', 'userns-block',
                             'block', 'sync'])
    fd = line.fd('held' if place in ('keep', 'sync') else 'closed')
    if place == 'keep':
        line.add(['--keep-fd', fd], lambda state: state.document['descriptors'][place].append(fd))
    else:
        line.add([f'--{place}-fd', fd],
                 lambda state: state.document['descriptors'].update({place: fd}))


def add_capability(line):
    name = line.rng.choice(['cap_chown', 'cap_net_raw', 'cap_sys_admin', 'cap_bpf', '50', 'ALL'])
    word = line.rng.choice([name, name.upper(), name.replace('cap_', '')])
    adds = line.rng.random() < 0.6

    def effect(state):
        every = name == 'ALL'
        for which in [True, False]:
            state.capabilities[which] = set() if every else state.capabilities[which] - {name}
        if every:
            state.all_capabilities = adds
        elif adds != state.all_capabilities:
            state.capabilities[adds].add(name)
    line.add([f'--cap-{"add" if adds else "drop"}', word], effect)


def add_filter(line):
    option = line.rng.choice(['--seccomp', '--add-seccomp-fd'])
    if line.persona == 'hutch' and any(words[0] == b'--seccomp' for words, _ in line.groups):
        return
    fd = line.fd('data')

    def effect(state):
        if option == '--seccomp':
            state.filters.clear()
        state.filters.append({'name': None, 'log': False, 'fd': fd})
    line.add([option, fd], effect)


def add_bus(line):
    bus, optional = line.rng.choice(['session', 'system']), line.rng.random() < 0.3
    rule = line.rng.choice(['none', 'see=org.example.A', 'talk=org.example.*', 'own=a.b-c._d',
                            'call=a.b=*', 'call=org.example.*=org.example.I.M@/a/*',
                            'broadcast=a.b=@/', 'broadcast=a.b=i.j.*'])
    line.add([f'--dbus-{bus}' + ('-try' if optional else ''), rule],
             lambda state: state.buses[bus].append((rule, optional)))


def add_builtin(line):
    name = line.rng.choice(['terminal', 'default', 'strict'])
    line.add(['--seccomp-filter', name], lambda state: state.builtins.append(name))
    if line.rng.random() < 0.3:
        line.add(['--seccomp-log'], lambda state: None)


ADDERS = [add_bind] * 4 + [add_made] * 4 + [add_mount] * 2 + [add_variable] * 2 + \
    [add_namespace] * 3 + [add_flag] * 3 + [add_descriptor] * 3 + \
    [add_bus, add_builtin, add_bind_fd, add_symlink, add_chmod, add_overlay, add_join, add_id, add_word,
     add_umask, add_lock, add_capability, add_filter]


# --- which plan a line asks for -------------------------------------------------------------------

class State:
    """The words of LINE, read as the manual says."""

    def __init__(self, line):
        self.persona, self.root = line.persona, os.geteuid() == 0
        self.operations, self.filters, self.unshared, self.ids = [], [], {}, {}
        self.builtins = []
        self.buses = {bus: [] for bus in BUSES}
        # Root keeps every one as bwrap; those that differ from what is so for all are in the sets.
        self.all_capabilities = self.root and line.persona == 'bwrap'
        self.capabilities = {True: set(), False: set()}
        self.document = {
            'persona': line.persona, 'join': {'user': None, 'pid': None, 'inner-user': None},
            'hostname': None, 'environment': [], 'chdir': None, 'umask': None,
            'argv0': None, 'locks': [],
            'labels': {'exec': None, 'file': None}, 'new-session': False, 'die-with-parent': False,
            'level-prefix': False,
            'descriptors': {'keep': [], 'error': None, 'status': None, 'info': None,
                            'json-status': None, 'userns-block': None, 'block': None,
                            'sync': None}}
        self.options = {word.decode() for words, _ in line.groups for word in words[:1]}
        for _, effect in line.groups:
            effect(self)
        self.namespaces = [name for name in NAMESPACES if self.has(name)]

    def has(self, name):
        standard = self.persona == 'hutch' and name != 'net'
        if name == 'user':
            return self.document['join']['user'] is None and (
                standard or not self.root or self.unshared.get(name, False))
        return name == 'mount' or self.unshared.get(name, standard)

    def contradiction(self):
        """Options that may not be there, as they contradict others."""
        joins, own_user = '--userns' in self.options, self.persona == 'hutch' or 'user' in self.unshared
        return {option for option, broken in [
            ('--hostname', 'uts' not in self.namespaces),
            ('--as-pid-1', 'pid' not in self.namespaces or self.document['locks']),
            ('--keep-id', self.ids),
            ('--uid', not joins and 'user' not in self.namespaces),
            ('--gid', not joins and 'user' not in self.namespaces),
            ('--unshare-user', joins),
            ('--disable-userns', joins or not own_user),
            ('--userns-block-fd', joins or not own_user or '--info-fd' not in self.options),
            ('--pidns', self.persona == 'hutch' and 'pid' not in self.namespaces),
            ('--add-seccomp-fd', '--seccomp' in self.options),
        ] if broken and option in self.options}

    def identity(self, place, own):
        join, blocks = self.document['join']['user'], '--userns-block-fd' in self.options
        keeps = self.persona == 'bwrap' or '--keep-id' in self.options
        if 'user' in self.namespaces and not blocks:
            return {'way': 'mapped', 'id': self.ids.get(place, own if keeps else 0)}
        if place in self.ids and (join is not None or self.persona == 'hutch'):
            return {'way': 'required', 'id': self.ids[place]}
        return {'way': 'kept', 'id': None} if keeps else {'way': 'tried', 'id': 0}

    def kept(self):
        asked = {'--cap-add', '--cap-drop'} & self.options
        keep = ['ALL'] if self.all_capabilities else sorted(self.capabilities[True])
        drop = sorted(self.capabilities[False]) if self.all_capabilities else []
        return {'untouched': self.persona == 'bwrap' and self.root and not asked,
                'keep': keep, 'drop': drop}

    def bus(self, bus):
        """What is asked of a bus; its sockets are the last that is put into the root."""
        rules = self.buses[bus]
        if not rules:
            return None
        address, path = ADDRESSES[bus]
        for dest in [BUSES[bus]] + ([path] if path != BUSES[bus] else []):
            self.operations.append({'kind': 'dbus', 'source': bus, 'dest': dest,
                                    'optional': dest != BUSES[bus]})
        return {'address': address, 'rules': [rule for rule, _ in rules if rule != 'none'],
                'optional': all(optional for _, optional in rules)}

    def plan(self, command):
        document, options = self.document, self.options
        has_pid = 'pid' in self.namespaces
        shares_pid = not has_pid and document['join']['pid'] is None
        for operation in self.operations:
            if operation['kind'] == 'proc':
                operation['host'] = shares_pid
        logs = '--seccomp-log' in options
        own = [{'name': 'terminal', 'log': False, 'fd': None}] if self.persona == 'hutch' else []
        own += [{'name': name, 'log': logs, 'fd': None} for name in self.builtins]
        nesting = 'asserted' if '--assert-userns-disabled' in options else 'allowed'
        holds = document['locks'] or document['descriptors']['sync'] is not None
        document.update({
            'namespaces': self.namespaces,
            'ids': {'user': self.identity('user', os.geteuid()),
                    'group': self.identity('group', os.getegid())},
            'user-namespaces': 'disabled' if '--disable-userns' in options else nesting,
            'operations': self.operations, 'command': [text(word) for word in command],
            'capabilities': self.kept(), 'filters': own + self.filters,
            'buses': {bus: self.bus(bus) for bus in BUSES},
            'reaper': '--as-pid-1' not in options and
                      bool(self.persona == 'hutch' or has_pid or holds)})
        return document


def make(rng):
    """A valid line: its name, its groups of words, its command, and the plan it asks for."""
    line = Line(rng)
    for _ in range(rng.randint(0, 30)):
        rng.choice(ADDERS)(line)
    rng.shuffle(line.groups)
    state = State(line)
    while wrong := state.contradiction():
        line.groups = [group for group in line.groups if group[0][0].decode() not in wrong]
        state = State(line)
    command = [line.odd(empty=rng.random() < 0.1) for _ in range(rng.randint(0, 4))]
    if line.persona == 'bwrap' and not command:
        command = [b'true']
    return line, command, state.plan(command)


# --- running --------------------------------------------------------------------------------------

class Runner:
    def __init__(self, hutch):
        self.hutch = hutch
        self.room = tempfile.TemporaryDirectory()
        self.errors = tempfile.TemporaryFile()
        self.environment = {name: value for name, value in os.environ.items()
                            if name != 'XDG_RUNTIME_DIR'}
        for bus, (address, _) in ADDRESSES.items():
            self.environment[f'DBUS_{bus.upper()}_BUS_ADDRESS'] = address
        for fd in range(FIRST_FD, FIRST_FD + FDS + 1):
            path = os.path.join(self.room.name, str(fd))
            with open(path, 'wb') as file:
                file.write(FILTER)
            opened = os.open(path, os.O_RDWR)
            if opened != fd:
                os.dup2(opened, fd)
                os.close(opened)
            os.set_inheritable(fd, True)

    def run(self, form, name, words, data=None):
        """What the program prints for WORDS, of which --args may name the last descriptor."""
        self.errors.truncate(0)
        self.errors.seek(0)
        for fd in range(FIRST_FD, FIRST_FD + FDS + 1):
            os.lseek(fd, 0, os.SEEK_SET)
        if data is not None:
            os.ftruncate(FIRST_FD + FDS, 0)
            os.pwrite(FIRST_FD + FDS, data, 0)
        done = subprocess.run([name, b'--print-plan', form.encode(), *words], check=False,
                              executable=self.hutch, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=self.errors, close_fds=False)
        if done.returncode != 0:
            self.errors.seek(0)
            raise ValueError(f'--print-plan {form}: {self.errors.read().decode("utf-8", "replace")}')
        return done.stdout


def typed(rng, line, command):
    """The words as somebody types them, and the data of --args, which may hold some of them."""
    groups = [list(words) for words, _ in line.groups]
    if line.persona == 'hutch':
        groups = [[b'='.join(words)] if len(words) == 2 and rng.random() < 0.2 else words
                  for words in groups]
    data = None
    if rng.random() < 0.2:
        start, end = sorted(rng.randint(0, len(groups)) for _ in range(2))
        data = b''.join(word + b'\0' for group in groups[start:end] for word in group)
        groups[start:end] = [[b'--args', str(FIRST_FD + FDS).encode()]]
    words = sum(groups, [])
    if command and (command[0].startswith(b'-') or rng.random() < 0.5):
        words.append(b'--')
    return words + command, data


def read_by_shell(lines):
    """The words of each line, as a shell reads them."""
    script = r'''
    while IFS= read -r -d '' line; do
      eval "set -- $line"
      printf '%s\0' "$#" "$@"
    done'''
    data = b''.join(line + b'\0' for line in lines)
    done = subprocess.run(['bash', '--norc', '-c', script], input=data, capture_output=True,
                          check=True, timeout=60, env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C'})
    words, result = done.stdout.split(b'\0')[:-1], []
    while words:
        count = int(words[0])
        result.append(words[1:count + 1])
        words = words[count + 1:]
    return result


def options_of_help(hutch):
    done = subprocess.run([hutch, '--help'], capture_output=True, check=True, timeout=30)
    return set(re.findall(r'^ +(--[a-z0-9-]+)', done.stdout.decode(), re.MULTILINE))


def main():
    hutch, schema_path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    print(f'seed: {seed}', flush=True)
    with open(schema_path, encoding='utf-8') as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    rng, runner, seen = random.Random(seed), Runner(hutch), collections.Counter()
    cases, wrong = [], 0

    def complain(words, what):
        nonlocal wrong
        wrong += 1
        print(f'WRONG: {" ".join(shlex.quote(os.fsdecode(word)) for word in words)}'
              .encode('utf-8', 'backslashreplace').decode(), f'  {what}', sep='\n')

    for _ in range(count):
        line, command, wanted = make(rng)
        words, data = typed(rng, line, command)
        seen.update({line.persona, *(option.decode('utf-8', 'replace') for group, _ in line.groups
                                     for option in group if option.startswith(b'--')),
                     *(word.decode() for word in words if word == b'--args')})
        try:
            printed = runner.run('json', line.persona, words, data)
            args = runner.run('args', line.persona, words, data)
        except ValueError as error:
            complain([line.persona.encode(), *words], error)
            continue
        got = json.loads(printed)
        got['capabilities']['keep'].sort()
        got['capabilities']['drop'].sort()
        if got != wanted:
            complain(words, {key: (got.get(key), wanted.get(key)) for key in {*got, *wanted}
                             if got.get(key) != wanted.get(key)})
        if len(cases) < VALIDATED:
            for error in validator.iter_errors(got):
                complain(words, error.message)
        if args.count(b'\n') != 1 or not args.endswith(b'\n'):
            complain(words, f'not one line: {args!r}')
        cases.append((words, printed, args))

    for (words, printed, args), again in zip(cases, read_by_shell([args for _, _, args in cases])):
        name, *rest = again
        try:
            if runner.run('json', name, rest) != printed:
                complain(words, f'another plan by {args!r}')
            if runner.run('args', name, rest) != args:
                complain(words, f'other args by {args!r}')
        except ValueError as error:
            complain(words, f'{args!r}: {error}')

    missing = options_of_help(hutch) - set(seen) - NOT_GENERATED
    print(f'hutch and bwrap: {seen["hutch"]} and {seen["bwrap"]}')
    print(f'options without a line: {" ".join(sorted(missing)) or "none"}')
    print(f'lines: {len(cases)} of {count}')
    print(f'wrong: {wrong}')
    return 1 if wrong or missing and count >= 200 else 0


sys.exit(main())
