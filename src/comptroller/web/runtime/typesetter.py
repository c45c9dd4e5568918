"""Letters as PDF, typeset in a separate process with limits of memory and time, an empty root folder, and no network.

- A template that does not end, or that takes all memory, ends only its own process; the console goes on.
- Two letters are set at once; others wait, and a letter that waits too long gets a refusal.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.web.runtime.typeset_process import FAULT, FONTLESS

_PROGRAM = Path(__file__).with_name("typeset_process.py")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1", "https_proxy": "http://localhost:9"}
"""Nothing of the server's own: one thread, and a proxy that does not exist, for any request to the network."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one letter: address space in bytes, processor time and elapsed time in seconds, bytes of its PDF."""

    most_bytes: int = 1 << 30
    most_seconds: int = 15
    most_wait_seconds: float = 30.0
    most_pdf_bytes: int = 32 << 20


@dataclass(frozen=True, slots=True)
class Fonts:
    """Folders with fonts beside those of the system, and font families; at least one family must be installed."""

    folders: Sequence[str]
    one_of: Sequence[str]


class Typesetter:
    """Typesets letters, few at once."""

    def __init__(self, limits: Limits | None = None, most_at_once: int = 2) -> None:
        """Take the limits of one letter, and the number of letters set at the same time."""
        self._limits, self._turns = limits or Limits(), threading.BoundedSemaphore(most_at_once)

    def typeset(self, files: Mapping[str, str], values: Mapping[str, Any], fonts: Fonts, at: int) -> bytes:
        """Return the PDF of `main.typ` among `files`, dated at `at` (seconds since 1970); raises Refused with
        the reason.
        """
        if not self._turns.acquire(timeout=self._limits.most_wait_seconds):
            raise Refused([_busy()])
        try:
            with tempfile.TemporaryDirectory(prefix="comptroller-letter-") as root:
                return self._run(self._job(files, values, fonts, at) | {"root": root}, root)
        finally:
            self._turns.release()

    def _job(self, files: Mapping[str, str], values: Mapping[str, Any], fonts: Fonts, at: int) -> dict[str, Any]:
        return {
            "files": dict(files),
            "values": json.dumps(values, ensure_ascii=False),
            "font_folders": list(fonts.folders),
            "needs_fonts": list(fonts.one_of),
            "at": at,
            "most_bytes": self._limits.most_bytes,
            "most_seconds": self._limits.most_seconds,
        }

    def _run(self, job: Mapping[str, Any], root: str) -> bytes:
        command = [sys.executable, "-I", str(_PROGRAM)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program of this package, without a shell
                command,
                input=json.dumps(job).encode(),
                capture_output=True,
                timeout=self._limits.most_wait_seconds,
                env=_ENVIRONMENT,
                cwd=root,
                check=False,
            )
        except subprocess.TimeoutExpired as ended:
            raise Refused([_past_limits(f"{self._limits.most_wait_seconds:g} s")]) from ended
        if done.returncode == FONTLESS:
            raise Refused([_no_font(job["needs_fonts"])])
        if done.returncode == FAULT:
            raise Refused([_fault(done.stderr.decode("utf-8", "replace").replace(root, ""))])
        if done.returncode or len(done.stdout) > self._limits.most_pdf_bytes:
            raise Refused([_past_limits(f"exit {done.returncode}, {len(done.stdout)} bytes")])
        return done.stdout


def _busy() -> Refusal:
    return refusal("desk.letter.busy", ("", None, ""), "-")


def _past_limits(seen: str) -> Refusal:
    return refusal("desk.letter.limits", ("", None, "text"), seen)


def _no_font(families: Sequence[str]) -> Refusal:
    return refusal("desk.letter.font", ("", None, "font"), "-", fonts=families)


def _fault(text: str) -> Refusal:
    seen = "".join(letter for letter in text if letter.isprintable())[:300]
    return refusal("desk.letter.template", ("", None, "template"), seen)
