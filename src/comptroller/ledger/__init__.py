"""The ledger: everything that was accepted, stored for ever, with proofs that an outsider can check."""
