"""The files of a pack and of all packs that it extends, collected from the pack folders."""

from collections.abc import Iterable
from pathlib import Path

from comptroller.model.near import suggest
from comptroller.model.refusal import BrokenPack, refusal
from comptroller.model.text import message
from comptroller.packs import schema
from comptroller.packs.yaml import read_form


def gather_files(roots: Iterable[Path], name: str) -> dict[str, bytes]:
    """Return the files of pack `name` and of all packs that it extends, by path from `<pack>/`.

    Raises:
        BrokenPack: a pack is in no root, or its `pack.yml` is not valid.
    """
    files: dict[str, bytes] = {}
    waiting, places = [name], list(roots)
    while waiting:
        pack = waiting.pop(0)
        if f"{pack}/pack.yml" in files:
            continue
        folder = next((root / pack for root in places if (root / pack / "pack.yml").is_file()), None)
        if folder is None:
            existing = sorted({p.parent.name for root in places for p in root.glob("*/pack.yml")})
            fix = suggest(pack, existing, message("packs.unknown:fix"))
            raise BrokenPack([refusal("packs.unknown", (pack, None, ""), pack, mend=fix, packs=existing)])
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                files[f"{pack}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
        form, refusals = read_form(files, f"{pack}/pack.yml", schema.PackForm)
        if form is None:
            raise BrokenPack(refusals)
        waiting.extend(form.extends)
    return files
