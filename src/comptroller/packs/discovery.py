"""The files of a pack and of all packs that it extends, collected from the pack folders."""

from collections.abc import Iterable
from pathlib import Path

from comptroller.model.near import suggest
from comptroller.model.refusal import BrokenPack, refusal
from comptroller.model.text import message
from comptroller.packs import schema
from comptroller.packs.yaml import read_form


def gather_files(roots: Iterable[Path], name: str) -> dict[str, bytes]:
    """Return the files of pack `name` and of all packs beneath it, by path from `<pack>/`.

    Raises BrokenPack for a pack that no root holds, and packs that extend one another in a ring.
    """
    files: dict[str, bytes] = {}
    waiting, places = [name], list(roots)
    while waiting:
        one = waiting.pop(0)
        if f"{one}/pack.yml" in files:
            continue
        folder = next((root / one for root in places if (root / one / "pack.yml").is_file()), None)
        if folder is None:
            existing = sorted({p.parent.name for root in places for p in root.glob("*/pack.yml")})
            fix = suggest(one, existing, message("packs.unknown:fix"))
            raise BrokenPack([refusal("packs.unknown", (one, None, ""), one, mend=fix, packs=existing)])
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                files[f"{one}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
        form, refusals = read_form(files, f"{one}/pack.yml", schema.PackForm)
        if form is None:
            raise BrokenPack(refusals)
        waiting.extend(form.extends)
    return files
