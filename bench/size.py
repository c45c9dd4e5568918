"""How much is measured: the stated sizes, and smaller ones to try the bench itself."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Size:
    """Facts held, rounds, and the lengths of the single measures."""

    held: int = 10_000_000
    rounds: int = 9
    batches: tuple[int, ...] = (5_000, 10_000, 20_000)
    schedule_s: int = 60
    afresh: int = 1_000_000
    replayed: int = 200_000
    rivals: tuple[int, ...] = (1_000_000, 5_000_000)
    ledger_rounds: int = 5
    ledger_share: float = 1.0
    pack: str = "cn-central"

    @property
    def tenth(self) -> int:
        """Return a tenth of what is held."""
        return self.held // 10

    def at(self, held: int) -> "Size":
        """Return the same with other facts held, and nothing above that."""
        rivals = tuple(dict.fromkeys(min(number, held) for number in self.rivals))
        afresh, replayed = min(self.afresh, held), min(self.replayed, held)
        return replace(self, held=held, afresh=afresh, replayed=replayed, rivals=rivals)


FULL = Size()
SMALL = Size(
    held=1_000_000,
    rounds=2,
    batches=(2_000, 5_000),
    schedule_s=4,
    afresh=50_000,
    replayed=6_000,
    rivals=(30_000,),
    ledger_rounds=2,
    ledger_share=0.05,
)
