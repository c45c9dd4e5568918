"""The entry that holds a file."""

from pathlib import Path

from comptroller.ledger.entry import payload_digest
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refused, refusal


def holding(ledger: Ledger, file: Path) -> int:
    """Return the first entry whose payload is this file; raises Refused for a file that was never taken."""
    try:
        found = ledger.find(payload_digest(file.read_bytes()))
    except OSError as fault:
        wanted, mend = ("可读的文件", "a file that can be read"), ("核对路径", "Check the path.")
        raise Refused([refusal("entry.unreadable", (str(file), None, "file"), str(fault), wanted, mend)]) from fault
    if found is None:
        wanted = ("台账收下过的文件,逐字节相同", "a file that the ledger took, byte for byte")
        mend = ("核对是否改动过,或重新报送", "See whether it was changed since, or report it again.")
        raise Refused([refusal("entry.not_taken", (str(file), None, "file"), file.name, wanted, mend)])
    return found
