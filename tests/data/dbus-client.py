#!/usr/bin/python3
"""dbus-client.py BUS ACTION...: speaks on the message bus whose socket is at the path BUS.

Each action prints one line: what came of it, a dash for nothing, or the name of the error.
  own NAME              take NAME
  names                 the names below org.example that are shown
  owner NAME            whether NAME is shown to have an owner
  call NAME PATH METHOD call INTERFACE.MEMBER of an object
  listen SECONDS        the signals that come in that time
  hold                  wait until the bus is gone
  serve                 answer every call, and send the signals org.example.Signals.One and .Two of
                        the objects /org/example/a and /b, until it is ended
"""
import os
import select
import socket
import struct
import sys
import time

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_TO, DESTINATION, SENDER, SIGNATURE = range(1, 9)
TYPES = {PATH: 'o', REPLY_TO: 'u', SIGNATURE: 'g'}


def pad(data, size):
    return data + bytes(-len(data) % size)


def put_string(data, text, length='<I'):
    if length == '<I':
        data = pad(data, 4)
    raw = text.encode()
    return data + struct.pack(length, len(raw)) + raw + b'\0'


def put(data, kind, value):
    if kind == 'u':
        return pad(data, 4) + struct.pack('<I', value)
    return put_string(data, value, '<B' if kind == 'g' else '<I')


class Bus:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.data, self.serial, self.signals = b'', 0, []
        self.socket.sendall(b'\0AUTH EXTERNAL ' + str(os.geteuid()).encode().hex().encode() + b'\r\n')
        while b'\r\n' not in self.data:
            self.receive()
        answer, self.data = self.data.split(b'\r\n', 1)
        if not answer.startswith(b'OK'):
            sys.exit(f'not let in: {answer.decode()}')
        self.socket.sendall(b'BEGIN\r\n')
        self.ask('Hello')

    def receive(self):
        got = self.socket.recv(65536)
        if not got:
            raise EOFError
        self.data += got

    def send(self, kind, fields, signature='', body=()):
        self.serial += 1
        content = b''
        for one, value in zip(signature, body):
            content = put(content, one, value)
        if signature:
            fields = {**fields, SIGNATURE: signature}
        entries = b''
        for code, value in fields.items():
            entries = pad(entries, 8) + bytes([code])
            entries = put(put_string(entries, TYPES.get(code, 's'), '<B'), TYPES.get(code, 's'), value)
        head = struct.pack('<cBBBIII', b'l', kind, 0, 1, len(content), self.serial, len(entries))
        self.socket.sendall(pad(head + entries, 8) + content)
        return self.serial

    def message(self):
        """The next one: its kind, its serial, its fields, and its body if that is text or a number."""
        while len(self.data) < 16:
            self.receive()
        order = '<' if self.data[:1] == b'l' else '>'
        kind, (size, serial, length) = self.data[1], struct.unpack_from(order + 'III', self.data, 4)
        start = 16 + length + -length % 8
        while len(self.data) < start + size:
            self.receive()
        data, self.data = self.data[:start + size], self.data[start + size:]
        fields, at = {}, 16
        while at < 16 + length:
            at += -at % 8
            code, what = data[at], chr(data[at + 2])
            at += 4
            if what == 'g':
                fields[code] = data[at + 1:at + 1 + data[at]].decode()
                at += data[at] + 2
                continue
            at += -at % 4
            number = struct.unpack_from(order + 'I', data, at)[0]
            at += 4
            fields[code] = number
            if what in 'so':
                fields[code] = data[at:at + number].decode()
                at += number + 1
        return kind, serial, fields, self.body(order, fields.get(SIGNATURE, ''), data[start:])

    @staticmethod
    def body(order, signature, data):
        if signature[:1] in ('u', 'b'):
            return struct.unpack_from(order + 'I', data)[0]
        if signature[:1] == 's':
            return data[4:4 + struct.unpack_from(order + 'I', data)[0]].decode()
        texts, at = [], 4
        while signature == 'as' and at < len(data):
            at += -at % 4
            length = struct.unpack_from(order + 'I', data, at)[0]
            texts.append(data[at + 4:at + 4 + length].decode())
            at += 5 + length
        return texts

    def call(self, name, path, method, signature='', body=()):
        interface, member = method.rsplit('.', 1)
        serial = self.send(CALL, {DESTINATION: name, PATH: path, INTERFACE: interface, MEMBER: member},
                           signature, body)
        while True:
            kind, _, fields, content = self.message()
            if kind == SIGNAL:
                self.signals.append(fields)
            elif fields.get(REPLY_TO) == serial:
                return fields[ERROR_NAME].rsplit('.', 1)[1] if kind == ERROR else content

    def ask(self, member, signature='', *body):
        return self.call('org.freedesktop.DBus', '/org/freedesktop/DBus',
                         f'org.freedesktop.DBus.{member}', signature, body)

    def listen(self, seconds):
        self.ask('AddMatch', 's', "type='signal'")
        self.signals, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.data or select.select([self.socket], [], [], left)[0]:
                kind, _, fields, _ = self.message()
                if kind == SIGNAL:
                    self.signals.append(fields)
        heard = {one[PATH].rsplit('/', 1)[1] + one[MEMBER] for one in self.signals
                 if one[INTERFACE] == 'org.example.Signals'}
        return ' '.join(sorted(heard))

    def hold(self):
        print('holding', flush=True)
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionError):
            return 'gone'

    def serve(self):
        print('serving', flush=True)
        while True:
            if self.data or select.select([self.socket], [], [], 0.05)[0]:
                kind, serial, fields, _ = self.message()
                if kind == CALL:
                    self.send(RETURN, {REPLY_TO: serial, DESTINATION: fields[SENDER]}, 's', ['pong'])
            else:
                for place in 'ab':
                    for member in ['One', 'Two']:
                        self.send(SIGNAL, {PATH: f'/org/example/{place}', MEMBER: member,
                                           INTERFACE: 'org.example.Signals'})

    def act(self, words):
        if words[0] == 'own':
            return {1: 'owned'}.get(got := self.ask('RequestName', 'su', words[1], 4), got)
        if words[0] == 'names':
            return ' '.join(sorted(name[12:] for name in self.ask('ListNames')
                                   if name.startswith('org.example.')))
        if words[0] == 'owner':
            return {1: 'shown', 0: 'hidden'}.get(got := self.ask('NameHasOwner', 's', words[1]), got)
        if words[0] == 'listen':
            return self.listen(float(words[1]))
        return self.call(*words[1:]) if words[0] == 'call' else getattr(self, words[0])()


bus = Bus(sys.argv[1])
for action in sys.argv[2:]:
    print(bus.act(action.split()) or '-', flush=True)
