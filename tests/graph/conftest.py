"""Where the real data sets are found, and what is read from them; tests that need one skip where it is absent."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def data_folder(name: str) -> Path:
    """Return the folder of one real data set, or skip and name what is missing."""
    folder = Path(os.environ.get("COMPTROLLER_DATA", REPOSITORY.parent / "shared" / "data")) / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not here; set COMPTROLLER_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def group_tree() -> tuple[int, list[tuple[int, int, int]]]:
    """The real group: number of companies, stakes in hundredths of a percent; company 0 is the head."""
    with (data_folder("group_tree") / "edges.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    ids = {row["child"]: number for number, row in enumerate(rows)}
    stakes = [
        (ids[row["parent"]], ids[row["child"]], round(float(row["direct_pct"]) * 100))
        for row in rows
        if row["parent"] and row["direct_pct"]
    ]
    return len(ids), stakes


@pytest.fixture(scope="session")
def media_register() -> tuple[int, list[tuple[int, int, float | None]], list[int]]:
    """The media register: number of companies, stakes in percent (None: not disclosed), and the public id of each."""
    folder = data_folder("kek_media")
    with (folder / "companies.csv").open(encoding="utf-8-sig") as lines:
        names = [int(row["id"]) for row in csv.DictReader(lines)]
    ids = {name: number for number, name in enumerate(names)}
    stakes = []
    with (folder / "shares.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            for name in (int(row["shareholder"]), int(row["owns"])):
                if name not in ids:
                    ids[name] = len(names)
                    names.append(name)
            share = float(row["share_pct"]) if row["share_pct"] not in ("", "null") else None
            stakes.append((ids[int(row["shareholder"])], ids[int(row["owns"])], share))
    return len(names), stakes, names
