"""Reports at a node: what intake and the officers' grants accept, and how the ledger holds a report."""

from pathlib import Path

from comptroller import node
from comptroller.model.channel import CONSOLE, REPORTER
from comptroller.model.report import Report
from tests.packs_small.small import AT, small_node

ENTITY = b'[{"entity": "A", "name": "A"}]'


def test_a_batch_is_checked_as_a_whole(tmp_path: Path) -> None:
    """What intake accepts is accepted, and a report that cannot be read is rejected beside it."""
    worker = small_node(tmp_path / "n")
    good = Report(ENTITY, "json", "a.json", worker.charter.owner, "entity")
    bad = Report(b"no json", "json", "b.json", worker.charter.owner, "entity")
    checked = node.check_reports(worker._scratch, worker.pack, worker.books, [good, bad], worker.day(AT))
    assert list(checked.accepted) == [0]
    assert list(checked.refused) == [1]
    worker.close()


def test_the_header_names_channel_and_sender() -> None:
    """The ledger's note holds the channel; the user is in it for reporters alone, since acts name their officer."""
    sent = node.to_keep(Report(ENTITY, "json", "a.json", "A", "entity", channel=REPORTER, login="clerk"))
    act = node.to_keep(Report(ENTITY, "json", "a.json", "A", "entity", channel=CONSOLE, login="officer"))
    assert sent.note == {"channel": "reporter", "login": "clerk"}
    assert act.note == {"channel": "console"}


def test_a_mapping_is_named_by_its_digest() -> None:
    """A report that was read through a mapping carries the digest of the mapping; another carries none."""
    assert node.to_keep(Report(b"x", "csv", "a.csv", "A", "k", "SELECT 1")).attachments[0].isalnum()
    assert node.to_keep(Report(b"x", "csv", "a.csv", "A", "k")).attachments == ()
