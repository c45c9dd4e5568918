"""Sanction bands by the class of a loss and the degree of responsibility, as the policy states for a day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from comptroller.model.cite import Cite
from comptroller.model.policy import Pack, Value


@dataclass(frozen=True, slots=True)
class SanctionBand:
    """The least and the most share of performance pay to withhold, both included; their sources, and whether
    the figures are verified.
    """

    least: Decimal
    most: Decimal
    verified: bool
    cites: tuple[Cite, ...]

    def holds(self, share: Decimal) -> bool:
        """Return whether a share is within the band."""
        return self.least <= share <= self.most


def band_of(pack: Pack, loss_class: str, degree: str, on: dt.date) -> SanctionBand | None:
    """Return the band of a class of loss and a degree on a day; None if the policy has none."""
    if not pack.case_policy.band_params:
        return None
    limits = [_value(pack, name, {"class": loss_class, "degree": degree}, on) for name in pack.case_policy.band_params]
    least, most = limits
    if least is None or most is None:
        return None
    cites = tuple(dict.fromkeys((*least.cites, *most.cites)))
    return SanctionBand(Decimal(str(least.value)), Decimal(str(most.value)), least.verified and most.verified, cites)


def _value(pack: Pack, name: str, by: dict[str, str], on: dt.date) -> Value | None:
    """Return the value of a parameter in force on a day; None if there is none."""
    begun = (v for v in pack.params[name].values if dict(v.by) == by and v.valid_from <= on)
    return next((v for v in begun if v.valid_until is None or on < v.valid_until), None)
