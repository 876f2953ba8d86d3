"""Runs a program within the restrictions of a systemd unit, as far as one can without systemd.

  fence.py UNIT WRITABLE UID COMMAND...

As root: a mount namespace in which everything is read-only but WRITABLE, homes are empty, and processes of others
cannot be seen; then UID without groups and capabilities, no new privileges, and the system calls and address families
that the unit names. Linux on a 64-bit processor, with libseccomp.
"""
import ctypes
import errno
import os
import re
import socket
import subprocess
import sys

UNIT, WRITABLE, UID, COMMAND = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
CLONE_NEWNS = 0x00020000
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24
SCMP_ACT_ALLOW, SCMP_CMP_EQ = 0x7FFF0000, 4
SCMP_ACT_EPERM = 0x00050000 | errno.EPERM
libc = ctypes.CDLL(None, use_errno=True)
seccomp = ctypes.CDLL("libseccomp.so.2")
seccomp.seccomp_init.restype = ctypes.c_void_p


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def must(done):
    if done != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def settings(name):
    with open(UNIT, encoding="utf8") as unit:
        return [line.split("=", 1)[1].split() for line in unit.read().splitlines() if line.startswith(name + "=")]


def expand(word):
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, capture_output=True, text=True)
    members = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return set().union(*(expand(one) for one in members if one and not one.startswith("#")))


def allowed_calls():
    """As systemd reads it: the first line is a list of what is allowed, `~` takes away."""
    calls = set()
    for words in settings("SystemCallFilter"):
        away = words[0].startswith("~")
        named = set().union(*(expand(word.lstrip("~")) for word in words))
        calls = calls - named if away else calls | named
    return calls


def mounts():
    must(libc.unshare(CLONE_NEWNS))
    run = lambda *words: subprocess.run(["mount", *words], check=True)
    run("--make-rprivate", "/")
    run("--bind", WRITABLE, WRITABLE)
    run("-t", "tmpfs", "-o", "ro", "tmpfs", "/home")
    run("-t", "proc", "-o", "hidepid=invisible", "proc", "/proc")
    with open("/proc/self/mountinfo", encoding="utf8") as listed:
        points = [line.split()[4] for line in listed]
    for point in points:
        if not re.match(r"^/(proc|sys|dev)(/|$)", point) and point != WRITABLE:
            subprocess.run(["mount", "-o", "remount,bind,ro", point], stderr=subprocess.DEVNULL)


def rights():
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)
    must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def filter_calls(calls, families):
    context = ctypes.c_void_p(seccomp.seccomp_init(SCMP_ACT_EPERM))
    for name in calls - {"socket"}:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        # Calls of other processors have numbers below zero.
        if number >= 0:
            seccomp.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 0, None)
    number = seccomp.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        compare = Compare(0, SCMP_CMP_EQ, getattr(socket, family), 0)
        must(seccomp.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1, ctypes.byref(compare)))
    must(seccomp.seccomp_load(context))


calls = allowed_calls()
(families,) = settings("RestrictAddressFamilies")
mounts()
rights()
filter_calls(calls, families)
os.execvp(COMMAND[0], COMMAND)
