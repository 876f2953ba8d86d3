#!/usr/bin/env python3
"""Mounts a FUSE filesystem that misbehaves: fuse.py MOUNTPOINT hang|eio|ok

hang: is mounted, and answers nothing. eio: answers statfs with an I/O error. ok: 1000 blocks, 400 available.
Prints its pid once mounted. It has no libfuse and no files, only a root directory.
Kernel interface: include/uapi/linux/fuse.h.
"""
import ctypes
import os
import struct
import sys

GETATTR, STATFS, INIT = 3, 17, 26
EIO, ENOSYS = 5, 38

mountpoint, mode = sys.argv[1:]
os.makedirs(mountpoint, exist_ok=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"made-up", mountpoint.encode(), b"fuse.test", 0, options.encode()) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
print(os.getpid(), flush=True)


def reply(unique, body=b"", error=0):
    os.write(device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)


while True:
    try:
        request = os.read(device, 1 << 17)
    except OSError:
        sys.exit(0)  # unmounted
    _, opcode, unique = struct.unpack_from("<IIQ", request)
    if opcode == INIT:
        # fuse_init_out of protocol 7.31: version, readahead, flags, limits, time granularity.
        head = struct.pack("<IIIIHHII", 7, 31, 0, 0, 4, 3, 4096, 1)
        reply(unique, head.ljust(64, b"\0"))
    elif opcode == GETATTR:
        # fuse_attr_out, valid for an hour: a directory, inode 1.
        valid = struct.pack("<QII", 3600, 0, 0)
        attributes = struct.pack("<6Q10I", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o040755, 2, 0, 0, 0, 4096, 0)
        reply(unique, valid + attributes)
    elif mode == "hang":
        continue
    elif opcode != STATFS:
        reply(unique, error=ENOSYS)
    elif mode == "eio":
        reply(unique, error=EIO)
    else:
        # fuse_kstatfs: blocks, free, available, files, free files; block size, name length, fragment size.
        reply(unique, struct.pack("<5Q4I", 1000, 500, 400, 100, 50, 4096, 255, 4096, 0).ljust(80, b"\0"))
