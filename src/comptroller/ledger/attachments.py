"""The blobs that reports attach (a mapping's SQL, a pack), each stored once under its SHA-256.

A blob is stored only when an entry attaches it, and an entry attaches only blobs that are stored.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from comptroller.ledger.entry import Accepted
from comptroller.store.sqlite import Sqlite


def store_blobs(store: Sqlite, reports: Sequence[Accepted], blobs: Mapping[str, bytes]) -> None:
    """Write the attached blobs that are not stored yet, inside the caller's transaction.

    Raises ValueError for a blob that no report attaches or that does not match its name. It does so as well for an
    attachment that is neither stored nor supplied.
    """
    attached = {named for report in reports for named in report.attachments}
    for named, content in blobs.items():
        if named not in attached or sha256(content).hexdigest() != named:
            raise ValueError(f"the blob {named} is attached to no report, or is not what its name says")
        store.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (bytes.fromhex(named), content))
    for named in attached - blobs.keys():
        if store.row("SELECT 1 FROM blob WHERE sha256 = ?", (bytes.fromhex(named),)) is None:
            raise ValueError(f"a report attaches {named}, which is neither kept nor given")


def read_blob(store: Sqlite, named: str) -> bytes:
    """Return the blob with this SHA-256 in hex. Raises LookupError for one that is not stored."""
    row = store.row("SELECT content FROM blob WHERE sha256 = ?", (bytes.fromhex(named),))
    if row is None:
        raise LookupError(f"there is no blob {named}")
    content: bytes = row[0]
    return content
