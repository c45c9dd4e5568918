"""A visit of a user, made without a request."""

from comptroller.access import AccessScope, viewer_of
from comptroller.web.shell.visit import Visit


def visit_for(server, login, language="en"):
    """Return the visit of a user of the small world."""
    viewer = viewer_of(server.duck, server.owner, login, server.clock().date())
    return Visit(server, AccessScope(viewer, server.pack, server.owner), language, "key", "/")
