#!/usr/bin/python3
"""Print an AppArmor profile in the kernel's binary format, for a guest without the parser:

hutch-test-no-userns        everything is allowed but making a user namespace
hutch-test-no-capabilities  everything is allowed but using a capability, which is what the
                            restriction of unprivileged user namespaces leaves a program
hutch-test-no-mounts        everything is allowed but mounting
"""
import struct
import sys

U32, NAME, STRING, BLOB, STRUCT, STRUCT_END = 2, 4, 5, 6, 7, 8
ACCEPT, BASE, CHECK, DEFAULT, ACCEPT2, NEXT = 1, 2, 3, 4, 7, 8
CLASS_MOUNT = 7
CLASS_USER_NAMESPACE = 21
ABI = 5
ATTACH_DISCONNECTED = 0x20004
# What a file rule gives the owner and, 14 bits up, everybody else: each access, executing under
# the same profile.
FILE_ALL = 0x7F | 0x200
EVERY_FILE = FILE_ALL | FILE_ALL << 14


def name(text):
    raw = text.encode() + b"\0"
    return struct.pack("<BH", NAME, len(raw)) + raw


def string(text):
    raw = text.encode() + b"\0"
    return struct.pack("<BH", STRING, len(raw)) + raw


def u32(value):
    return struct.pack("<BI", U32, value)


def block(tag, *items):
    return name(tag) + bytes([STRUCT]) + b"".join(items) + bytes([STRUCT_END])


def table(kind, size, values):
    code = {2: "H", 4: "I"}[size]
    raw = struct.pack(f">HHII{len(values)}{code}", kind, size, 0, len(values), *values)
    return raw + bytes(-len(raw) % 8)


def automaton(accept, default, edges):
    """States 0 (deny), 1 (start), ...: accept and default by state, edges as {byte: (from, to)}."""
    check, following = [0] * 256, [0] * 256
    for byte, (source, dest) in edges.items():
        check[byte], following[byte] = source, dest
    tables = table(ACCEPT, 4, accept) + table(ACCEPT2, 4, [0] * len(accept))
    tables += table(BASE, 4, [0] * len(accept)) + table(DEFAULT, 2, default)
    tables += table(CHECK, 2, check) + table(NEXT, 2, following)
    version = b"notflex\0"
    size = 12 + 2 + len(version)
    header_size = size + -size % 8
    header = struct.pack(">IIIH", 0x1B5E783D, header_size, header_size + len(tables), 0) + version
    return header.ljust(header_size, b"\0") + tables


def dfa(data, position):
    """The blob's data starts at a multiple of 8 bytes in the whole."""
    head = name("aadfa") + bytes([BLOB])
    padding = -(position + len(head) + 4) % 8
    raw = bytes(padding) + data
    return head + struct.pack("<I", len(raw)) + raw


def profile(title, capabilities, mediated):
    raw = name("version") + u32(ABI) + name("profile") + bytes([STRUCT]) + string(title)
    raw += block("flags", u32(0), u32(0), u32(0)) + name("path_flags") + u32(ATTACH_DISCONNECTED)
    raw += u32(capabilities) + u32(0) * 3
    raw += block("caps64", u32(capabilities), u32(0), u32(0), u32(0))
    if mediated:
        raw += name("policydb") + bytes([STRUCT])
        raw += dfa(automaton([0] * 3, [0] * 3, {mediated: (1, 2)}), len(raw))
        raw += bytes([STRUCT_END])
    raw += dfa(automaton([0, EVERY_FILE], [0, 1], {}), len(raw))
    return raw + bytes([STRUCT_END])


PROFILES = {
    "hutch-test-no-userns": (0xFFFFFFFF, CLASS_USER_NAMESPACE),
    "hutch-test-no-capabilities": (0, None),
    "hutch-test-no-mounts": (0xFFFFFFFF, CLASS_MOUNT),
}
sys.stdout.buffer.write(profile(sys.argv[1], *PROFILES[sys.argv[1]]))
