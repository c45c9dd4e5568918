"""The typesetter as a separate process: it reads one job from standard input and writes one PDF to standard output.

It runs isolated (`python -I`), imports nothing of this package, has no environment, and its root is an empty folder.
Limits of memory and processor time are set before the library is loaded; the kernel ends a process that passes them. On
Linux a filter of system calls blocks sockets and other programs, so that no template reaches the network.
"""

import ctypes
import errno
import json
import platform
import resource
import struct
import sys
from typing import Any

FAULT, FONTLESS = 3, 4
"""Exit codes: a fault in the template; no required font is installed."""
_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER_MODE = 38, 22, 2
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets of the call's number and the architecture in `struct seccomp_data`."""
_ALLOW, _REJECT = 0x7FFF0000, 0x00050000 | errno.EACCES
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 53, 101, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 199, 117, 221, 281, 425)),
}
"""By machine: its audit code, and the numbers of socket, connect, socketpair, ptrace, execve, execveat,
io_uring_setup.
"""


def limit(bytes_at_most: int, seconds: int) -> None:
    """Set the limits of this process: address space in bytes, processor time in seconds, no files written, no core."""
    if sys.platform == "linux":  # other systems do not support a limit of the address space
        resource.setrlimit(resource.RLIMIT_AS, (bytes_at_most, bytes_at_most))
    for name, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (most, most))


def filter_of(machine: str) -> bytes:
    """Build the filter of system calls for a machine, as `struct sock_filter` records; empty for an unknown one."""
    if machine not in _CALLS:
        return b""
    audit, calls = _CALLS[machine]
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_JUMP_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _REJECT)]
    program.append((_LOAD, 0, 0, _NUMBER))
    for at, number in enumerate(calls):
        program.append((_JUMP_EQUAL, len(calls) - at, 0, number))
    program += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REJECT)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def close_off() -> bool:
    """Block sockets and other programs for this process; return whether the kernel did so."""
    program = filter_of(platform.machine()) if sys.platform == "linux" else b""
    if not program:
        return False
    buffer = ctypes.create_string_buffer(program, len(program))
    record = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(kernel.prctl(_SET_FILTER, _FILTER_MODE, ctypes.create_string_buffer(record, len(record)), 0, 0) == 0)


def typeset(job: dict[str, Any]) -> bytes:
    """Return the PDF of a job; exits with FONTLESS when none of its fonts is installed; raises the library's errors."""
    import typst  # noqa: PLC0415 - loaded under the limits

    fonts = typst.Fonts(include_system_fonts=True, font_paths=job["font_folders"])
    if not set(job["needs_fonts"]) & set(fonts.families()):
        sys.exit(FONTLESS)
    files = {name: text.encode() for name, text in job["files"].items()}
    empty = job["root"]
    # The library accepts a project as a dictionary of files, which its types leave out.
    compiler = typst.Compiler(files, root=empty, font_paths=fonts, package_path=empty, package_cache_path=empty)  # type: ignore[type-var]
    pdf = compiler.compile(format="pdf", sys_inputs={"said": job["values"]}, timestamp=job["at"])
    assert isinstance(pdf, bytes), "a PDF is one file"
    return pdf


def main() -> None:
    """Typeset one job; a fault of the template is one line on standard error, and the exit code FAULT."""
    job = json.load(sys.stdin)
    limit(job["most_bytes"], job["most_seconds"])
    close_off()
    try:
        pdf = typeset(job)
    except (RuntimeError, ValueError, OSError, MemoryError) as fault:
        sys.stderr.write((str(fault) or type(fault).__name__).splitlines()[0][:500])
        sys.exit(FAULT)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
