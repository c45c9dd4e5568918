"""The refusals of cases by their codes: what each expects, and how to fix it."""

from comptroller.model.refusal import Refusal, refusal


def step_refusal(code: str, kind: str, field: str, value: object) -> Refusal:
    """Return the refusal with that code about a field of a kind."""
    return refusal(code, ("", None, f"{kind}.{field}"), value)
