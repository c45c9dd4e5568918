"""A visit of somebody, made without a request."""

from comptroller.access import AccessScope, viewer_of
from comptroller.web.shell.visit import Visit


def visit_for(desk, login, language="en"):
    """Give the visit of a user of the small world."""
    viewer = viewer_of(desk.duck, desk.owner, login, desk.clock().date())
    return Visit(desk, AccessScope(viewer, desk.pack, desk.owner), language, "key", "/")
