"""The locks name versions and hashes, and no host; every dependency is in its lock and in the architecture page."""

import json
import re
import tomllib

import pytest

from tests.house.source import DOCS, REPOSITORY

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-docs.lock")
WEB = "requirements-web.lock"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pins(lock: str) -> dict[str, str]:
    """Return the text after each pinned name."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=[a-z0-9])", text)
    return {part.split("==")[0]: part for part in parts if "==" in part}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[; ]", one)[0].lower() for one in requirements}


@pytest.mark.parametrize("lock", [*LOCKS, WEB])
def test_a_lock_names_no_host(lock: str) -> None:
    """An address of a download or an index would tie the product to one network."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|--\w*index\w*|--find-links|--trusted-host|@ ", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_locked_has_its_hashes(lock: str) -> None:
    """What is installed is what was looked at, byte for byte."""
    pins = _pins(lock)
    assert len(pins) > len(PROJECT["dependencies"])
    assert [name for name, text in pins.items() if "--hash=sha256:" not in text] == []


def test_scripts_of_pages_are_pinned_without_a_host() -> None:
    """Every npm package has its hash, and no lock names a host; npm itself is pinned as well."""
    lock = json.loads((REPOSITORY / "web" / "package-lock.json").read_text(encoding="utf-8"))
    parts = {name: one for name, one in lock["packages"].items() if name}
    assert len(parts) > 1
    assert [name for name, one in parts.items() if not one.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, one in parts.items() if "resolved" in one] == []
    assert [name for name, text in _pins(WEB).items() if "--hash=sha256:" not in text] == []
    page = (DOCS / "architecture.md").read_text(encoding="utf-8").lower()
    assert [
        name for name in lock["packages"][""]["dependencies"] if f"| {name}" not in page and f", {name}" not in page
    ] == []


def test_what_the_project_asks_for_is_locked() -> None:
    """Runtime and build are in the first lock; those of tests and documents hold the same versions of them."""
    extras = PROJECT["optional-dependencies"]
    run, dev, docs = map(_pins, LOCKS)
    assert _names(PROJECT["dependencies"]) | _names(extras["build"]) <= set(run)
    assert _names(extras["dev"]) <= set(dev)
    assert _names(extras["docs"]) <= set(docs)
    for other in (dev, docs):
        assert [name for name, text in run.items() if other.get(name, "").split()[:1] != text.split()[:1]] == []


def test_every_dependency_has_its_line() -> None:
    """docs/architecture.md states for each dependency its purpose and what would replace it."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8").lower()
    bench = (REPOSITORY / "requirements-bench.txt").read_text(encoding="utf-8")
    asked = [
        *PROJECT["dependencies"],
        *PROJECT["optional-dependencies"]["build"],
        *PROJECT["optional-dependencies"]["dev"],
        *PROJECT["optional-dependencies"]["docs"],
    ]
    asked += [line for line in bench.splitlines() if line and not line.startswith("#")]
    assert sorted(name for name in _names(asked) if f"| {name}" not in page and f", {name}" not in page) == []
