"""The channels of a kind: those that its file names, those that follow from its fields, and those that no file
may add.
"""

from comptroller.model.channel import CONSOLE, DECLARED, ENGINE, FIXED, OFFICER_FIELDS, REPORTER
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message
from comptroller.packs.schema import KindForm


def channels_of(name: str, form: KindForm) -> tuple[str, ...]:
    """Return the channels that facts of a kind may come through.

    A file that names none has the channels of the product's own kinds. Without those, a field for an officer, a line,
    an office or a grantor means the console alone; any other kind is for reporters.
    """
    if form.made:
        return (ENGINE,)
    if listed := _channel_list(form):
        return tuple(dict.fromkeys(listed))
    return FIXED.get(name) or ((CONSOLE,) if not form.fields.keys().isdisjoint(OFFICER_FIELDS) else (REPORTER,))


def channels_refused(full: str, form: KindForm) -> list[Refusal]:
    """Reject unknown channels, channels of kinds that are never reported, and channels that a product kind must
    not have.
    """
    name, listed = full.rsplit("/", 1)[-1], _channel_list(form)
    allowed = (ENGINE,) if form.made else FIXED.get(name, DECLARED)
    wrong = [channel for channel in listed if channel not in allowed]
    if not wrong:
        return []
    expected, fix = message("packs.kind.channels:expected", channels=allowed), message("packs.kind.channels:fix")
    place = (f"{full}.yml", None, "reported_by")
    return [refusal("packs.kind", place, channel, expected, fix) for channel in wrong]


def _channel_list(form: KindForm) -> list[str]:
    """Return what the file names, as a list."""
    return [form.reported_by] if isinstance(form.reported_by, str) else form.reported_by
