"""Run a program as the user ``nobody``: PostgreSQL refuses to run as root.

    python as_nobody.py FOLDER PROGRAM ARGUMENT...

The data folder and the program may lie below folders only root may enter. Their permissions are not ours to change,
so where ``nobody`` cannot reach FOLDER or PROGRAM the new process keeps the one capability that lets it pass
(CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a container has dropped that) and nothing else. A program of its own
rather than a ``preexec_fn``, since this is not safe between fork and exec of a threaded parent. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
_PR_SET_KEEPCAPS, _PR_CAPBSET_READ, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 23, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(*arguments: int) -> int:
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:5]]
    result: int = _libc.prctl(*padded)
    if result < 0:
        raise OSError(ctypes.get_errno(), "prctl failed")
    return result


def _set_capabilities(mask: int) -> None:
    """Make ``mask`` the effective, permitted and inheritable capabilities of this process."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if _libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")


def become(user: int, group: int, folder: str, program: str) -> None:
    """Give up root for good, keeping the way to ``folder`` and ``program`` open."""
    _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    # A helper cannot say which parent is closed; the kernel can, once we are that user without capabilities in effect.
    reachable = os.access(folder, os.R_OK | os.X_OK) and os.access(program, os.R_OK | os.X_OK)
    if reachable:
        _set_capabilities(0)
        return
    capability = CAP_DAC_READ_SEARCH if _prctl(_PR_CAPBSET_READ, CAP_DAC_READ_SEARCH) else CAP_DAC_OVERRIDE
    _set_capabilities(1 << capability)
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def main() -> None:
    folder, program, *arguments = sys.argv[1:]
    nobody = pwd.getpwnam("nobody")
    become(nobody.pw_uid, nobody.pw_gid, folder, program)
    os.chdir(folder)
    os.execv(program, [program, *arguments])


if __name__ == "__main__":
    main()
