"""Any file as raw tables: which reader takes it, by its name and first bytes."""

from comptroller.intake.json_rows import read_json, read_ndjson
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.raw import Raw
from comptroller.intake.refuse import refuse
from comptroller.model.refusal import Refusal

__all__ = ["USUAL", "Limits", "read_file"]


def read_file(payload: bytes, media: str, name: str, *, limits: Limits = USUAL) -> tuple[list[Raw], list[Refusal]]:
    """Give a file's raw tables, or all that is refused in it."""
    if media == "json":
        return read_json(payload, name, limits=limits)
    if media == "ndjson":
        return read_ndjson(payload, name, limits=limits)
    return [], [refuse("intake.file.media", (name, None, ""), media, media="json, ndjson")]
