"""The ledger: entries, payloads and receipts."""
