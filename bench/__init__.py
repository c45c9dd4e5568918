"""The goals of docs/performance.md, measured in one run beside other programs: `make bench`, or `python -m bench`."""

from comptroller.store.gc_tuning import collect_rarely

collect_rarely()  # as every command does
