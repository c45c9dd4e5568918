"""Instants on the command line: the current one, or one that an option names."""

import datetime as dt

import typer


def now() -> dt.datetime:
    """Return the current instant; no package below the command line reads the clock."""
    return dt.datetime.now(dt.UTC)


def instant(text: str | None) -> dt.datetime:
    """Return the instant in an option (ISO 8601; UTC where it has no offset), or now. Raises typer.BadParameter
    for other text.
    """
    if not text:
        return now()
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: an instant such as 2024-06-30T08:00:00+08:00") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
