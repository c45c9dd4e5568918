"""The console's pages, each a file with its own `router`; the order is that of the menu."""

from comptroller.desk.pages import (
    account,
    admin,
    ask,
    authority,
    capital,
    cases,
    entities,
    feeds,
    finding,
    findings,
    hooks,
    identity,
    inbox,
    ledger,
    letters,
    overview,
    policy,
    proposing,
    reform,
    reporting,
    sign_in,
    strips,
    take_up,
    tips,
    why,
)

PAGES = (
    *(sign_in, overview, capital, findings, finding, cases, letters, inbox, tips, authority, entities, strips),
    *(take_up, account, reform, reporting, proposing, policy, ledger, ask, admin, feeds, identity, hooks, why),
)
