"""Access control: grants as facts, scope as SQL, and decisions that explain themselves."""

from comptroller.access.grants import Grant, Viewer, viewer_of
from comptroller.access.row_access import AccessScope

__all__ = ["AccessScope", "Grant", "Viewer", "viewer_of"]
