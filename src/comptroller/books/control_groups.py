"""To whose control group a party counts: the uppermost that controls it, state owners and public bodies apart.

Firms are not one party because the state owns both (company law, article 265, item 4). A ring of mutual controllers
counts to the first of them by name.
"""

from collections.abc import Iterable

import pyarrow as pa

from comptroller.store.duck import Duck

_PUBLIC = "SELECT entity FROM {entity} AS e WHERE coalesce(is_owner, false) OR coalesce(form, '') = 'public_body'"


def groups_of(
    duck: Duck, parties: Iterable[str] | None = None, *, controls: str = "controls", entity: str = "entity"
) -> dict[str, str]:
    """Give the head of each of those parties (of all, where None) that somebody controls; from other rows, where said."""
    private = f"SELECT entity, owner FROM {controls} AS c WHERE owner NOT IN ({_PUBLIC.format(entity=entity)})"
    if parties is None:
        rows = duck.rows(private)
    else:
        duck.register("asked_parties", pa.table({"party": pa.array(sorted(parties), pa.string())}))
        asked = f"SELECT * FROM ({private}) AS p WHERE entity IN (SELECT party FROM asked_parties)"
        rows = duck.rows(
            f"WITH p AS ({private}), a AS ({asked}) SELECT * FROM a UNION SELECT * FROM p WHERE entity IN (SELECT owner FROM a)"
        )
        duck.unregister("asked_parties")
    owners: dict[str, set[str]] = {}
    for one, owner in rows:
        owners.setdefault(one, set()).add(owner)
    heads = {}
    for one, above in owners.items():
        tops = [owner for owner in above if not owners.get(owner)]
        ring = {owner for owner in above if one in owners.get(owner, ())}
        heads[one] = min(tops) if tops else min({*ring, one} if ring else _ring(above, owners))
    return heads


def _ring(above: set[str], owners: dict[str, set[str]]) -> set[str]:
    """Give those of the owners who control one another: nobody else is above them."""
    return {owner for owner in above if any(owner in owners.get(other, ()) for other in owners.get(owner, ()))} or above
