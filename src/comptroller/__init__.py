"""Comptroller: a ledger of what enterprises report, judged on arrival against policy that is dated, cited and tested."""

__version__ = "0.1.0"
