"""The process of the typesetter: its filter of system calls, its limits, and its exit codes."""

import struct
import subprocess
import sys

import pytest

from comptroller.web.runtime import typeset_process
from comptroller.web.runtime.typeset_process import filter_of

TRIES = {
    "socket": "import socket; socket.socket()",
    "pair": "import socket; socket.socketpair()",
    "program": "import os; os.execv('/bin/true', ['true'])",
}


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is the kernel's of Linux")
@pytest.mark.parametrize("way", TRIES)
def test_sockets_and_programs_are_taken_away(way):
    """After the filter neither a socket nor another program is had."""
    program = f"import sys; sys.path.insert(0, {typeset_process.__file__.rpartition('/')[0]!r}); import typeset_process as p; assert p.close_off(); {TRIES[way]}"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=False)
    assert b"PermissionError" in done.stderr


def test_the_filter_allows_the_rest_and_rejects_other_machines():
    """Each record is eight bytes; jumps lead to the last record, which rejects; an unknown machine has no filter."""
    program = filter_of("x86_64")
    records = [struct.unpack("HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    for at, (code, to, _, _) in enumerate(records[4:], 4):
        if code == 0x15:
            assert at + 1 + to == len(records) - 1
    assert records[-1][3] & 0xFFFF0000 == 0x00050000
    assert records[-2][3] == 0x7FFF0000
    assert filter_of("vax") == b""
