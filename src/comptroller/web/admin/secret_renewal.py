"""Renewal of older secrets: they are encrypted in the current form when the desk starts."""

from comptroller.web.admin import webhooks
from comptroller.web.runtime.secrets_at_rest import renewed
from comptroller.web.runtime.server import Server


def renew_secrets(server: Server) -> None:
    """Write secrets of second factors and webhooks in the current form; those that cannot be decrypted stay
    unchanged.
    """

    def present(text: str) -> str:
        return renewed(text, server.settings.passphrase, server.chance().encode())

    if server.settings.passphrase:
        server.accounts.factors.renew(present)
        webhooks.renew(server.storage, present)
