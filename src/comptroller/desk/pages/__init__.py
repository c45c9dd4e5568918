"""The console's pages, each a file with its own `router`; the order is that of the menu."""

from comptroller.desk.pages import entities, finding, findings, ledger, overview, reporting, sign_in, why

PAGES = (sign_in, overview, findings, finding, entities, reporting, ledger, why)
