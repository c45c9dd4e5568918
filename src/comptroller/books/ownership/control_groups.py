"""The control group of a party: the uppermost that controls it, state owners and public bodies apart.

Firms are not one party because the state owns both (company law, article 265, item 4). A ring of mutual controllers
counts to the first of them by name.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.store.duck import DuckDb

_IS_PUBLIC = "(coalesce(is_owner, false) OR coalesce(form, '') = 'public_body')"
_PUBLIC = f"SELECT entity FROM {{entity}} AS e WHERE {_IS_PUBLIC}"


def groups_of(
    duck: DuckDb, parties: Iterable[str] | None = None, *, controls: str = "controls", entity: str = "entity"
) -> dict[str, str]:
    """Return the head of each of those parties (of all, where None) that has a controller; from other rows,
    where given.
    """
    private = f"SELECT entity, owner FROM {controls} AS c WHERE owner NOT IN ({_PUBLIC.format(entity=entity)})"
    if parties is None:
        rows = duck.rows(private)
    else:
        duck.register("asked_parties", pa.table({"party": pa.array(sorted(parties), pa.string())}))
        chosen = f"SELECT * FROM ({private}) AS p WHERE entity IN (SELECT party FROM asked_parties)"
        rows = duck.rows(
            f"WITH p AS ({private}), a AS ({chosen}) SELECT * FROM a UNION SELECT * FROM p WHERE entity IN (SELECT owner FROM a)"
        )
        duck.unregister("asked_parties")
    owners: dict[str, set[str]] = {}
    for party, owner in rows:
        owners.setdefault(party, set()).add(owner)
    heads = {}
    for party, above in owners.items():
        tops = [owner for owner in above if not owners.get(owner)]
        ring = {owner for owner in above if party in owners.get(owner, ())}
        heads[party] = min(tops) if tops else min({*ring, party} if ring else _ring(above, owners))
    return heads


def regrouped(duck: DuckDb, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> set[str]:
    """Return the parties under an owner that became a public body, or is one no more, though control of none changed.

    Rows that came are in the books already. An owner has changed where one of its two facts is public.
    """
    facts = [ended["entity"]] if "entity" in ended else []
    facts += [added["entity"].column("fact").to_numpy()] if "entity" in added else []
    if not facts:
        return set()
    duck.register("turned_facts", pa.table({"fact": np.concatenate(facts)}))
    owners = (
        f"SELECT entity FROM all_entity WHERE fact IN (SELECT fact FROM turned_facts) AND {_IS_PUBLIC} "
        "GROUP BY entity HAVING count(*) % 2 = 1"
    )
    parties = {party for (party,) in duck.rows(f"SELECT entity FROM controls WHERE owner IN ({owners})")}
    duck.unregister("turned_facts")
    return parties


def _ring(above: set[str], owners: dict[str, set[str]]) -> set[str]:
    """Return those of the owners that control one another: no other party is above them."""
    return {owner for owner in above if any(owner in owners.get(other, ()) for other in owners.get(owner, ()))} or above
