#!/usr/bin/python3
"""lifetime-probe.py BWRAP: prints how long processes and descriptors of a sandbox live.

`lifetime.txt` beside this file holds what bubblewrap 0.11.1 printed. The cases run side by side.
"""
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

BASE = [sys.argv[1], '--ro-bind', '/', '/']


def stat_fields(pid):
    with open(f'/proc/{pid}/stat') as file:
        return file.read().rsplit(')', 1)[1].split()


def state(pid):
    """As the kernel says it; what was ended, and is perhaps not reaped yet, is gone."""
    try:
        letter = stat_fields(pid)[0]
    except OSError:
        return 'gone'
    return {'Z': 'gone', 'X': 'gone', 'R': 'S', 'D': 'S'}.get(letter, letter)


def children(parent):
    found = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                if int(stat_fields(name)[1]) == parent:
                    found.append(int(name))
            except OSError:
                pass
    return found


def settle(wanted, pids):
    """Waits until all are in a wanted state, for as long as it may take."""
    end = time.time() + 3
    while time.time() < end and any(state(pid) not in wanted for pid in pids):
        time.sleep(0.02)


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def read_child(reader):
    data = b''
    while b'}' not in data:
        data += os.read(reader, 4096)
    os.close(reader)
    return json.loads(data)['child-pid']


def document_ends(option, options):
    reader, writer = os.pipe()
    process = subprocess.Popen(BASE + options + [option, str(writer), 'sleep', '1'], pass_fds=(writer,))
    os.close(writer)
    data = b''
    while chunk := os.read(reader, 4096):
        data += chunk
    when = 'start' if process.poll() is None else 'end'
    if when == 'start':
        time.sleep(0.05)
        when = 'start' if process.poll() is None else 'end'
    process.wait()
    os.close(reader)
    return (f'{[option] + options} EOF at {when}, {len(data.splitlines())} lines, '
            f'ends with newline: {data.endswith(bytes([10]))}')


def sync_ends(options):
    reader, writer = os.pipe()
    script = 'import os,time;print(sorted(int(x) for x in os.listdir("/proc/self/fd")),flush=True);time.sleep(1)'
    begin = time.time()
    process = subprocess.Popen(
        BASE + options + ['--sync-fd', str(writer), '/usr/bin/python3', '-c', script],
        pass_fds=(writer,), stdout=subprocess.PIPE)
    os.close(writer)
    os.read(reader, 1)
    when = 'end' if time.time() - begin > 0.8 else 'start'
    seen = json.loads(process.communicate()[0])
    os.close(reader)
    return f'sync-fd {options} closes at {when}, command sees it: {writer in seen}, rc {process.returncode}'


def bwrap_is_killed(options, number):
    reader, writer = os.pipe()
    process = subprocess.Popen(BASE + options + ['--info-fd', str(writer), 'sleep', '30'], pass_fds=(writer,))
    os.close(writer)
    child = read_child(reader)
    time.sleep(0.3)
    below = children(child)
    os.kill(process.pid, number)
    process.wait()
    if '--die-with-parent' in options:
        settle(('gone',), [child] + below)
    else:
        time.sleep(0.2)
    text = (f'{options} {number.name} -> bwrap rc {process.returncode} child-pid {state(child)} '
            f'its children {[state(pid) for pid in below]}')
    kill([child] + below)
    return text


def caller_is_gone(options):
    script = f'''
import json, os, subprocess, time
reader, writer = os.pipe()
process = subprocess.Popen({BASE + options!r} + ['--info-fd', str(writer), 'sleep', '30'], pass_fds=(writer,),
                           stdout=subprocess.DEVNULL)
os.close(writer)
data = b''
while b'}}' not in data:
    data += os.read(reader, 4096)
print(process.pid, json.loads(data)['child-pid'], flush=True)
time.sleep(.3)
os._exit(0)
'''
    pids = [int(word) for word in
            subprocess.run([sys.executable, '-c', script], stdout=subprocess.PIPE).stdout.split()]
    if options:
        settle(('gone',), pids)
    else:
        time.sleep(0.2)
    text = f'caller exits {options} bwrap {state(pids[0])} child {state(pids[1])}'
    kill(pids)
    return text


def background_goes_on(options):
    with tempfile.TemporaryDirectory() as directory:
        mark = os.path.join(directory, 'mark')
        begin = time.time()
        process = subprocess.run(
            BASE + ['--bind', directory, directory] + options +
            ['--dev', '/dev', 'sh', '-c', f'(sleep 1; touch {mark}) >/dev/null 2>&1 & exit 3'])
        when = 'immediately' if time.time() - begin < 0.8 else 'after it'
        time.sleep(max(0, begin + 1.6 - time.time()))
        return (f'background {options} rc {process.returncode} bwrap returned {when}; '
                f'it finished later: {os.path.exists(mark)}')


def main():
    unshare, die, first = '--unshare-pid', '--die-with-parent', '--as-pid-1'
    cases = [(document_ends, '--info-fd', o) for o in ([], [unshare], [unshare, first])]
    cases += [(document_ends, '--json-status-fd', o) for o in ([], [unshare])]
    cases += [(sync_ends, o) for o in ([], [unshare], [unshare, first], [die])]
    cases += [(bwrap_is_killed, o, s) for o in ([], [unshare], [die], [unshare, die], [unshare, first, die])
              for s in (signal.SIGTERM, signal.SIGKILL)]
    cases += [(caller_is_gone, o) for o in ([], [die], [unshare, die])]
    cases += [(background_goes_on, o) for o in ([], [unshare], [unshare, die], [unshare, first])]
    # --die-with-parent follows the thread that started bwrap: the threads stay until all is over.
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        for result in [pool.submit(*case) for case in cases]:
            print(result.result(), flush=True)


main()
