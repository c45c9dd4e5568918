"""What is released holds what it needs: the wheel, the change fragments, the container file, the offline bundle."""

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import comptroller
from tests.house.commit_subject import fault
from tests.house.source import PACKS, REPOSITORY, SRC

FRAGMENTS = REPOSITORY / "changelog.d"
KINDS = ("addition", "change", "fix")
TOOLS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
MOST_WHEEL_BYTES = 40 << 20


def _fragments() -> list[Path]:
    return sorted(p for p in FRAGMENTS.iterdir() if p.name not in TOOLS["towncrier"]["ignore"])


def test_fragments_are_named_by_their_area() -> None:
    """A fragment is `<name>.<area>.md`, and the change log has a heading for each area."""
    areas = {one["directory"] for one in TOOLS["towncrier"]["type"]}
    wrong = [
        p.name for p in _fragments() if not re.fullmatch(rf"[a-z0-9_-]+\.(?:{'|'.join(sorted(areas))})\.md", p.name)
    ]
    assert wrong == [], f"expected <name>.<area>.md with an area of {sorted(areas)}"


def test_fragments_say_their_kind() -> None:
    """The last line of a fragment is `Kind of change:` with one of three words, before it comes what changed."""
    wrong = []
    for path in _fragments():
        *text, kind = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        if not re.fullmatch(rf"Kind of change: (?:{'|'.join(KINDS)})\.", kind):
            wrong.append(f"{path.name}: its last line is {kind!r}")
        if not text or any(not line.strip() or line.startswith(("-", "#", "*")) for line in text):
            wrong.append(f"{path.name}: expected whole sentences before it, one a line, no list and no empty line")
    assert wrong == [], f"end each fragment with `Kind of change: {'|'.join(KINDS)}.`"


def test_a_release_is_in_the_change_log_once() -> None:
    """No version has two headings, and the present version is the newest one or not released yet."""
    page = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", page)
    assert len(versions) == len(set(versions))
    assert TOOLS["towncrier"]["start_string"].strip() in page
    assert versions[0] == comptroller.__version__ or comptroller.__version__ not in versions


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from the repository as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, capture_output=True)
    (path,) = folder.glob("*.whl")
    assert path.stat().st_size < MOST_WHEEL_BYTES
    return zipfile.ZipFile(path)


def test_the_wheel_holds_all_that_runs(wheel: zipfile.ZipFile) -> None:
    """Source, texts, templates, scripts, types, packs and the demonstration's world are inside, file by file."""
    inside = set(wheel.namelist())
    own = [p for p in SRC.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    expected = {f"comptroller/{p.relative_to(SRC).as_posix()}" for p in own}
    expected |= {
        f"comptroller/packs_shipped/{p.relative_to(PACKS).as_posix()}" for p in PACKS.rglob("*") if p.is_file()
    }
    world = REPOSITORY / "examples" / "harbour"
    expected |= {f"comptroller/examples_shipped/examples/harbour/{p.relative_to(world)}" for p in world.rglob("*.py")}
    assert sorted(expected - inside) == []
    assert "comptroller/py.typed" in inside


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No tests, no caches, no data of a node and no path of a machine are inside; its version is the package's."""
    inside = wheel.namelist()
    strange = [n for n in inside if re.search(r"__pycache__|\.pyc|/tests/|\.sqlite|\.duckdb|\.pem$|\.egg-info", n)]
    assert strange == []
    assert {n.split("/")[0] for n in inside} == {"comptroller", f"comptroller-{comptroller.__version__}.dist-info"}
    entry = wheel.read(f"comptroller-{comptroller.__version__}.dist-info/entry_points.txt").decode()
    assert "comptroller = comptroller.cli:main" in entry


def test_the_demonstration_is_found_in_a_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """From the unpacked wheel alone, outside the repository, packs and the world's script are found and the script runs."""
    wheel.extractall(tmp_path / "site")
    program = (
        "import runpy; from comptroller.cli.demo import world_maker; from comptroller.cli.pack_paths import pack_roots; "
        f"place = world_maker(); assert str(place).startswith({str(tmp_path)!r}), place; "
        f"assert [str(p) for p in pack_roots()] == [{str(tmp_path / 'site/comptroller/packs_shipped')!r}]; "
        "assert callable(runpy.run_path(str(place))['write'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin"},
    )
    assert done.returncode == 0, done.stderr


def test_the_container_file_names_what_there_is() -> None:
    """Each file that the image copies exists, packages are installed by hash, and the process is not root's."""
    lines = (REPOSITORY / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [one.split()[1:-1] for one in lines if one.startswith("COPY ") and "--from" not in one]
    assert copied
    assert [name for names in copied for name in names if not (REPOSITORY / name).exists()] == []
    installs = [one for one in lines if "pip install" in one]
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    assert any(one.startswith("USER ") and "root" not in one for one in lines)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The folder of a bundle with nothing in it but the installer, its sums, and two small files."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(REPOSITORY / "packaging" / "install.sh", folder)
    (folder / "requirements.lock").write_text("# nothing\n", encoding="utf-8")
    (folder / "wheels" / "a.whl").write_bytes(b"a")
    names = ("install.sh", "requirements.lock", "wheels/a.whl")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  ./{name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return folder


def _install(bundle: Path, target: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": python, "LC_ALL": "C"}
    command = ["bash", str(bundle / "install.sh"), str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("name", ["wheels/a.whl", "requirements.lock"])
def test_an_altered_bundle_installs_nothing(bundle: Path, tmp_path: Path, name: str) -> None:
    """Where one byte of a bundle was altered, or a file is missing, the installer names the file and makes no folder."""
    path = bundle / name
    for alter in (lambda: path.write_bytes(path.read_bytes() + b"."), path.unlink):
        alter()
        done = _install(bundle, tmp_path / "target")
        assert done.returncode != 0
        assert name in done.stdout + done.stderr
        assert not (tmp_path / "target").exists()


def test_a_bundle_overwrites_nothing(bundle: Path, tmp_path: Path) -> None:
    """An existing target is left as it is, and a bundle without a target prints its usage."""
    (tmp_path / "target").mkdir()
    done = _install(bundle, tmp_path / "target")
    assert (done.returncode, "exists already" in done.stderr) == (1, True)
    assert list((tmp_path / "target").iterdir()) == []
    bare = subprocess.run(["bash", str(bundle / "install.sh")], capture_output=True, text=True, check=False)
    assert "usage" in bare.stderr


@pytest.mark.parametrize(
    ("subject", "is_right"),
    [
        ("ledger: record erasure as an entry", True),
        ("desk/cases: show responsibility band", True),
        ("library, cli: share the shipped packs", True),
        ("Merge branch 'ledger'", True),
        ("Reference follows", False),
        ("ledger: record erasure.", False),
        ("ledger:", False),
        ("", False),
        ("ledger: " + "x" * 65, False),
    ],
)
def test_a_commit_subject_names_its_area(subject: str, is_right: bool) -> None:
    """A subject is `area: what it does`, at most 72 characters, without a full stop."""
    assert (fault(subject) == "") is is_right
