"""The OpenAPI document: every call, how it may fail, and who may call it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from comptroller.web.shell.auth import SESSION

_ABOUT = (
    "A program bears a token (`Authorization: Bearer ...`) that an administrator made; its scope narrows what its user's grants give. "
    "Lists are given page by page: `next` is the cursor for `after`, null at the end. "
    "Every error has the one form: place, what was seen, what was expected, the mend, a stable code."
)


def document_of(app: FastAPI) -> dict[str, Any]:
    """Return the document of an app; it is made once."""
    if not app.openapi_schema:
        document = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
        document["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": SESSION},
        }
        document["security"] = [{"token": []}, {"session": []}]
        app.openapi_schema = document
    return app.openapi_schema
