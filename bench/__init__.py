"""What section 6 of the design promises, measured in one run beside rivals: `make bench`, or `python -m bench`."""

from comptroller.store.memory import collect_rarely

collect_rarely()  # as every command does
