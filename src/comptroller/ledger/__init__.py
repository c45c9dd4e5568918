"""The ledger: what was accepted, kept for ever, with proofs that an outsider can check."""
