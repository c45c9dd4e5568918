"""Laws of the checkpoints outside: each file is named by itself, and a fault of one has no bearing on the ledger."""

from pathlib import Path

import pytest

from comptroller import node
from comptroller.model.refusal import Refused
from tests.packs_small.small import key, small_node


def test_every_witness_is_read_and_each_fault_is_named(tmp_path: Path) -> None:
    """The node's own comes first; of two files that are none, both are named."""
    small_node(tmp_path / "n").close()
    own = tmp_path / "n" / node.WITNESS
    heads = node.outside_heads(tmp_path / "n", key().verifier)
    assert list(heads) == [own]
    assert heads[own].size == 3
    (tmp_path / "crlf").write_bytes(heads[own].text.replace("\n", "\r\n").encode())
    with pytest.raises(Refused) as refused:
        node.outside_heads(tmp_path / "n", key().verifier, [tmp_path / "none", tmp_path / "crlf"])
    assert [(one.code, one.file) for one in refused.value.refusals] == [
        ("witness.missing", str(tmp_path / "none")),
        ("witness.encoding", str(tmp_path / "crlf")),
    ]
