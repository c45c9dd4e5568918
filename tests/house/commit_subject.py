"""Check a commit message's first line: `area: imperative`, at most 72 characters; pre-commit runs it."""

import re
import sys
from pathlib import Path

MOST = 72
FORM = re.compile(r"(?:Merge|Revert) .+|[a-z0-9][a-z0-9/_.-]*(?:, [a-z0-9/_.-]+)*: \S.*[^.\s]")


def fault(subject: str) -> str:
    """Return what is wrong with a subject line, or ''."""
    if len(subject) > MOST:
        return f"{len(subject)} characters; at most {MOST}"
    return "" if FORM.fullmatch(subject) else "expected `area: what it does`, without a full stop"


if __name__ == "__main__":
    lines = [one for one in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if not one.startswith("#")]
    wrong = fault(lines[0] if lines else "")
    sys.exit(f"commit subject: {wrong}" if wrong else 0)
