"""What takes a file through a mapping that ships, into fresh books."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from comptroller import engine
from comptroller.cli.pack_paths import pack_roots
from comptroller.intake.files import media_of
from comptroller.ledger.key import make_key
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

MAPPINGS = Path(__file__).parents[2] / "examples" / "real"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
Read = Callable[[str, bytes, str], engine.Engine]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what takes a file through a mapping into fresh books."""

    def take(name: str, payload: bytes, mapping: str) -> engine.Engine:
        key = make_key("comptroller.invalid/real", b"real".ljust(32, b"\0"))
        charter = Charter("OWNER", "comptroller.invalid/real", "base")
        worker = engine.create(tmp_path / "node", gather_files(pack_roots(), "base"), charter, key=key, at=AT)
        text = (MAPPINGS / mapping).read_text(encoding="utf-8")
        taken = worker.take([Report(payload, media_of(name, payload) or "", name, "OWNER", "", text)], AT)
        assert taken.refused == {}
        return worker

    return take
