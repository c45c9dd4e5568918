"""Instants on the command line: the present one, and one that is given."""

import datetime as dt

import typer


def now() -> dt.datetime:
    """Return the present instant; nothing below the command line asks for it."""
    return dt.datetime.now(dt.UTC)


def instant(said: str | None) -> dt.datetime:
    """Return the instant that was said (ISO 8601; UTC where no offset is given), or now; wrong use where it is none."""
    if not said:
        return now()
    try:
        found = dt.datetime.fromisoformat(said)
    except ValueError as error:
        raise typer.BadParameter(f"{said}: an instant such as 2024-06-30T08:00:00+08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
