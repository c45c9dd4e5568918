"""The trial of a policy before it is adopted: every rule runs over empty tables, and columns do not change
their types.
"""

from comptroller.books import Books
from comptroller.evaluation import Evaluation
from comptroller.model.policy import Pack
from comptroller.model.refusal import BrokenPack, Refusal, RuleBroken, refusal
from comptroller.store.duck import DuckDb


def try_out(pack: Pack, before: Pack) -> None:
    """Run every rule over empty tables, and compare the types of columns, so that every ledger entry can always be
    folded.

    Raises BrokenPack for a policy that cannot follow `before`. A pair that passed in this process is not tried again.
    """
    both = (pack.name, pack.digest, before.name, before.digest)
    if both in _TRIED:
        return
    refusals: list[Refusal] = []
    duck = DuckDb(memory="1GB")
    Books(duck, pack, owner="", zone=pack.zone)
    evaluation = Evaluation(duck, pack)
    for name in sorted(pack.rules):
        try:
            evaluation.judge_all(0, rules=[name])
        except RuleBroken as error:
            refusals.append(refusal("adopt.rule", (f"{name}.sql", None, ""), error.said))
    duck.close()
    for table in sorted(pack.tables.keys() & before.tables.keys()):
        now, then = pack.tables[table].columns, before.tables[table].columns
        refusals += [
            refusal("adopt.type", (table, None, column), now[column], type=then[column])
            for column in now
            if then.get(column, now[column]) != now[column]
        ]
    if refusals:
        raise BrokenPack(refusals)
    _TRIED.add(both)


_TRIED: set[tuple[str, str, str, str]] = set()
"""Packs that passed, each with the pack before it: names and digests."""
