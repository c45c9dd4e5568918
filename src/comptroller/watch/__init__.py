"""Is it right? Changed rows make dockets due; the rules of due dockets are judged; findings are raised, changed, cleared."""

from comptroller.watch.judge import Watch

__all__ = ["Watch"]
