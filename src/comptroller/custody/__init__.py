"""Acts on a node as a whole, each recorded in its ledger: erase, compare the books, save what a damaged ledger holds."""
