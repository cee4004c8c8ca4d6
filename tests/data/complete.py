"""complete.py bash|zsh|fish SETUP <LINES: what the shell offers at the end of each line.

A real shell reads SETUP and gets each line typed, on a terminal of its own; a key then puts all that
it offers into the line. Prints the words, with their quotes taken away, after the number of the
line and a tab, one a line.
"""
import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

PATIENCE = 20

# C-t offers, C-o tells. Nothing else may mean something.
BASH = r"""
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind 'set enable-bracketed-paste off'
bind '"\C-t": insert-completions'
tell() { printf '%s\n' "$READLINE_LINE" >>"$TOLD"; READLINE_LINE='' READLINE_POINT=0; }
bind -x '"\C-o": tell'
PS1= PS2=
echo ready >>"$TOLD"
"""

ZSH = r"""
PS1= PS2= RPS1=
unset zle_bracketed_paste
zstyle ':completion:*' insert-tab false
offer() { _main_complete; compstate[insert]=all compstate[list]=''; }
zle -C offer complete-word offer
bindkey '^T' offer
tell() { print -r -- "$BUFFER" >>$TOLD; BUFFER=''; }
zle -N tell
bindkey '^O' tell
zle-line-init() { echo ready >>$TOLD; zle -D zle-line-init; }
zle -N zle-line-init
"""


def last_word(line):
    """Where the word that is being typed begins."""
    at = start = 0
    quote = ""
    while at < len(line):
        sign = line[at]
        if sign == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == " ":
            start = at + 1
        at += 1
    return start


def split(text):
    """The words of TEXT, where a quote may still be open."""
    for quote in "", "'", '"':
        try:
            return shlex.split(text + quote)
        except ValueError:
            pass
    return [text]


class Terminal:
    """A shell on a terminal that nobody looks at."""

    def __init__(self, argv, environment, told):
        self.told = told
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 30000, 0, 0))
        self.screen = b""
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        try:
            while data := os.read(self.fd, 65536):
                self.screen = (self.screen + data)[-2000:]
        except OSError:
            pass

    def lines(self):
        with open(self.told, encoding="utf-8") as file:
            return file.read().split("\n")[:-1]

    def wait(self, count):
        end = time.monotonic() + PATIENCE
        while len(self.lines()) < count:
            if time.monotonic() > end:
                sys.exit(f"complete.py: no answer; the screen ends in {self.screen!r}")
            time.sleep(0.002)

    def type(self, text):
        data = text.encode()
        while data:
            select.select([], [self.fd], [])
            data = data[os.write(self.fd, data[:512]):]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def ask_terminal(shell, setup, lines, room):
    told, start = os.path.join(room, "told"), os.path.join(room, ".zshrc")
    open(told, "w", encoding="utf-8").close()
    with open(start, "w", encoding="utf-8") as file:
        file.write(f". {shlex.quote(setup)}\n" + (BASH if shell == "bash" else ZSH))
    argv = ["bash", "--noprofile", "--rcfile", start, "-i"] if shell == "bash" else ["zsh", "-d", "-i"]
    environment = dict(os.environ, TOLD=told, ZDOTDIR=room, TERM="dumb", INPUTRC="/dev/null")
    terminal = Terminal(argv, environment, told)
    try:
        terminal.wait(1)
        for count, line in enumerate(lines, 1):
            terminal.type(line + "\x14\x0f")
            terminal.wait(1 + count)
        answers = terminal.lines()[1:]
    finally:
        terminal.close()
    for line, answer in zip(lines, answers):
        start = last_word(line)
        # What was typed is still there when nothing was offered.
        yield [] if answer.rstrip() == line.rstrip() else split(answer[start:])


def ask_fish(setup, lines):
    script = f"source {shlex.quote(setup)}\n"
    for number, line in enumerate(lines, 1):
        quoted = "'" + line.replace("\\", "\\\\").replace("'", "\\'") + "'"
        script += f"complete -C {quoted} | string replace -r '^' '{number}\t'\n"
    script += "exit 0\n"
    result = subprocess.run(["fish", "--no-config", "--private"], input=script, text=True,
                            stdout=subprocess.PIPE, timeout=2 * PATIENCE, check=True,
                            close_fds=False)
    answers = [[] for _ in lines]
    for answer in result.stdout.splitlines():
        number, word = answer.split("\t")[:2]
        answers[int(number) - 1].append(word)
    return answers


def main():
    shell, setup = sys.argv[1], os.path.abspath(sys.argv[2])
    lines = sys.stdin.read().split("\n")[:-1]
    with tempfile.TemporaryDirectory() as room:
        asked = ask_fish(setup, lines) if shell == "fish" else ask_terminal(shell, setup, lines, room)
        for number, words in enumerate(asked, 1):
            for word in words:
                print(f"{number}\t{word}")


main()
