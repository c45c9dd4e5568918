"""Tip-offs: the sealed mailbox, pages of the line and of the public."""
