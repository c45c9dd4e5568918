"""Create a node, report invoices, and print what the rules found and why: the Python interface in one program.

Run it as `python examples/library/report_and_read.py NODE_FOLDER`; the folder is made.
"""

import sys
from pathlib import Path

import comptroller

FIRM = {"entity": "F1", "name": "Example Trading Ltd"}
INVOICES = [
    {
        "entity": "F1",
        "side": "input",
        "invoice": "1001",
        "issued_on": "2024-03-04",
        "net": 100,
        "tax": 13,
        "gross": 113,
    },
    {
        "entity": "F1",
        "side": "input",
        "invoice": "1002",
        "issued_on": "2024-03-05",
        "net": 100,
        "tax": 13,
        "gross": 131,
    },
]
UNKNOWN_FIRM = {**INVOICES[0], "entity": "F9"}


def main(folder: str) -> int:
    """Create the node, report to it and print its findings; return the exit code."""
    pack = comptroller.Pack.load("base")
    with comptroller.create(Path(folder), pack, owner="CITY") as node:
        node.report(comptroller.Report.from_rows("entity", [FIRM]))
        accepted, rejected = node.report(
            comptroller.Report.from_rows("invoice", INVOICES),
            comptroller.Report.from_rows("invoice", [UNKNOWN_FIRM], name="unknown.json"),
        )
        print(f"{accepted.name}: entry {accepted.entry}")
        for refusal in rejected.refusals:
            print(f"{rejected.name}: {refusal.field}: {refusal.expected.en} ({refusal.code})")
        for finding in node.findings():
            print(f"{finding.name}  {finding.title['en']}  {finding.subject}  {dict(finding.evidence)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
