"""The writer: waiting reports are one batch, every caller gets its own answer, and readers never wait."""

import threading
from concurrent.futures import wait

import pytest

from comptroller.web.runtime.writer import Writer
from tests.consoles import NOW
from tests.worlds import OWNER, fresh_node, report


@pytest.fixture
def writer(tmp_path):
    fresh_node(tmp_path, "base").close()
    batches = []
    one = Writer(tmp_path / "node", lambda: NOW, batches.append)
    one.batches = batches
    one.engine = one.start()
    yield one
    one.stop()


def test_reports_that_wait_become_few_batches(writer):
    """While the engine is busy reports wait, and are then taken together; each gets its own entry."""
    gate = threading.Event()
    busy = writer.do(lambda _: gate.wait(10))
    futures = [writer.take(report("entity", {"entity": f"E{n}", "name": "e"})) for n in range(20)]
    gate.set()
    wait([busy, *futures])
    entries = [f.result().entry for f in futures]
    assert len(set(entries)) == 20
    assert len(writer.batches) == 1
    assert [number for number, _ in writer.batches[0].kept] == sorted(entries)


def test_each_report_is_answered_for_itself(writer):
    """A rejected report does not affect its neighbours."""
    good = writer.take(report("entity", {"entity": "A", "name": "a"}))
    bad = writer.take(report("entity", {"entity": "B"}))
    work = writer.do(lambda worker: worker.charter.owner)
    assert good.result(30).entry is not None
    assert bad.result(30).entry is None
    assert bad.result().refusals
    assert work.result(30) == OWNER


def test_what_fails_is_told_to_whoever_asked(writer):
    """Work that raises does not end the thread; a fault of the engine does, and reaches all callers."""
    with pytest.raises(ZeroDivisionError):
        writer.do(lambda _: 1 / 0).result(30)
    assert writer.do(lambda _: 1).result(30) == 1


def test_a_fault_of_the_engine_is_told_to_the_batch_and_the_line_goes_on(writer):
    """No report of that batch counts as accepted; later ones are taken."""

    def broken(*_):
        raise AssertionError("the engine met what it does not expect")

    writer.do(lambda worker: setattr(worker, "take", broken)).result(30)
    with pytest.raises(AssertionError):
        writer.take(report("entity", {"entity": "A", "name": "a"})).result(30)
    writer.do(lambda worker: delattr(worker, "take")).result(30)
    assert writer.take(report("entity", {"entity": "A", "name": "a"})).result(30).entry is not None


def test_readers_see_a_whole_batch_or_nothing(writer):
    """A cursor beside the writer reads while it works."""
    cursor = writer.root.cursor()
    inside, gate = threading.Event(), threading.Event()

    def work(worker):
        with worker.duck.transaction():
            worker.duck.execute("INSERT INTO all_entity (entity, name, fact) VALUES ('X', 'x', 1)")
            inside.set()
            gate.wait(10)

    done = writer.do(work)
    inside.wait(10)
    assert cursor.rows("SELECT count(*) FROM entity") == [(0,)]
    gate.set()
    done.result(30)
    assert cursor.rows("SELECT count(*) FROM entity") == [(1,)]
