"""Who may see and do what? Grants as facts, reach as SQL, and every answer as rows that explain themselves."""

from comptroller.access.grants import Grant, Viewer, viewer_of
from comptroller.access.row_access import AccessScope

__all__ = ["AccessScope", "Grant", "Viewer", "viewer_of"]
