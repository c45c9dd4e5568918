"""Within which band a consequence lies: by the class of a loss and the degree of responsibility, as policy says of a day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from comptroller.model.cite import Cite
from comptroller.model.policy import Pack, Value


@dataclass(frozen=True, slots=True)
class SanctionBand:
    """From which share of performance pay to which is withheld, both included; whether the figures are verified, and their sources."""

    least: Decimal
    most: Decimal
    verified: bool
    cites: tuple[Cite, ...]

    def holds(self, share: Decimal) -> bool:
        """Return whether a share lies within."""
        return self.least <= share <= self.most


def band_of(pack: Pack, loss_class: str, degree: str, on: dt.date) -> SanctionBand | None:
    """Return the band that policy has for a class of loss and a degree on a day; None where it has none."""
    if not pack.case_policy.band_params:
        return None
    found = [_value(pack, name, {"class": loss_class, "degree": degree}, on) for name in pack.case_policy.band_params]
    least, most = found
    if least is None or most is None:
        return None
    cites = tuple(dict.fromkeys((*least.cites, *most.cites)))
    return SanctionBand(Decimal(str(least.value)), Decimal(str(most.value)), least.verified and most.verified, cites)


def _value(pack: Pack, name: str, by: dict[str, str], on: dt.date) -> Value | None:
    """Return the value of a parameter in force on a day; None where there is none."""
    held = (v for v in pack.params[name].values if dict(v.by) == by and v.valid_from <= on)
    return next((v for v in held if v.valid_until is None or on < v.valid_until), None)
