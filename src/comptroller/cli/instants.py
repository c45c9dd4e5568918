"""Instants on the command line: the current one, or one that an option names."""

import datetime as dt

import typer


def now() -> dt.datetime:
    """Return the current instant; no package below the command line reads the clock."""
    return dt.datetime.now(dt.UTC)


def instant(said: str | None) -> dt.datetime:
    """Return the instant in an option (ISO 8601; UTC where it has no offset), or now. Raises typer.BadParameter
    for other text.
    """
    if not said:
        return now()
    try:
        found = dt.datetime.fromisoformat(said)
    except ValueError as error:
        raise typer.BadParameter(f"{said}: an instant such as 2024-06-30T08:00:00+08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
