"""Settings of an OpenID provider: a TOML file, read completely or rejected with every wrong line.

issuer = "https://login.example/realms/owner"
client = "comptroller"
address = "https://desk.example"
secret = "env:COMPTROLLER_SECRET_OIDC"
title = "统一身份认证"
algorithms = ["RS256"]
networks = ["10.1.0.0/16"]
"""

import ipaddress
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.model.text import Text, message
from comptroller.web.runtime.secrets_at_rest import decrypt

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
"""Signature algorithms with a private key that only the provider has; no other is accepted."""
USUAL = ("RS256", "PS256", "ES256", "EdDSA")
BACK = "/oidc/back"
_NEEDED, _OPTIONAL = ("issuer", "client", "address"), ("secret", "title", "algorithms", "networks")
_MOST = 500


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An OpenID provider: its issuer, the desk's client identifier, and the address that browsers come back to."""

    issuer: str
    client: str
    address: str
    title: str = ""
    algorithms: tuple[str, ...] = USUAL
    secret: bytes = field(default=b"", repr=False)
    networks: tuple[str, ...] = ()

    @property
    def back(self) -> str:
        """Return the address that browsers come back to; it must be registered with the provider exactly so."""
        return self.address.rstrip("/") + BACK


def read_provider(path: Path, passphrase: bytes | None) -> ProviderSettings:
    """Return the settings in the file; raises Refused with everything that is wrong in it."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused([_wrong(path, "", fault, message("desk.oidc.settings.file:expected"))]) from fault
    refusals = [*_name_refusals(path, settings), *_value_refusals(path, settings)]
    secret = b""
    if not refusals and settings.get("secret"):
        try:
            secret = decrypt(settings["secret"], passphrase)
        except Refused as fault:
            refusals += [_wrong(path, "secret", reason.seen, reason.expected) for reason in fault.refusals]
    if refusals:
        raise Refused(refusals)
    return ProviderSettings(
        settings["issuer"],
        settings["client"],
        settings["address"],
        settings.get("title", ""),
        tuple(settings.get("algorithms", USUAL)),
        secret,
        tuple(settings.get("networks", ())),
    )


def is_safe(url: str) -> bool:
    """Return whether an address is https, or http on this machine itself, for trying a provider out.

    >>> is_safe("https://login.example/a"), is_safe("http://localhost:8080"), is_safe("http://login.example")
    (True, True, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_plain = bool(host) and "@" not in parts.netloc and not parts.fragment and (parts.port or 1) > 0
    except ValueError:
        return False
    is_plain = is_plain and url.isascii() and url.isprintable() and " " not in url
    return is_plain and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_network(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ipaddress.ip_network(value))
    except ValueError:
        return False


def _name_refusals(path: Path, settings: dict[str, Any]) -> list[Refusal]:
    """Return refusals for missing and for unknown names, with the name that was perhaps meant."""
    known = (*_NEEDED, *_OPTIONAL)
    missing = [
        _wrong(path, name, "-", message("desk.oidc.settings.missing:expected"))
        for name in _NEEDED
        if not settings.get(name)
    ]
    for name in sorted(settings.keys() - set(known)):
        near = get_close_matches(name, known, 1)
        expected = message("desk.oidc.settings.unknown:expected", names=near[:1] or list(known))
        missing.append(_wrong(path, name, name, expected))
    return missing


def _value_refusals(path: Path, settings: dict[str, Any]) -> list[Refusal]:
    """Return refusals for values of a wrong type or form."""
    refusals = []
    for name in ("issuer", "client", "address", "secret", "title"):
        value = settings.get(name, "")
        if not isinstance(value, str) or len(value) > _MOST:
            refusals.append(_wrong(path, name, value, message("desk.oidc.settings.text:expected", most=_MOST)))
    for name in ("issuer", "address"):
        value = settings.get(name)
        if isinstance(value, str) and value and not is_safe(value):
            refusals.append(_wrong(path, name, value, message("desk.oidc.settings.https:expected")))
    networks = settings.get("networks", [])
    if not isinstance(networks, list) or not all(_is_network(network) for network in networks):
        refusals.append(_wrong(path, "networks", networks, message("desk.oidc.settings.networks:expected")))
    algorithms = settings.get("algorithms", list(USUAL))
    if not isinstance(algorithms, list) or not algorithms or not {str(a) for a in algorithms} <= set(ALGORITHMS):
        refusals.append(
            _wrong(path, "algorithms", algorithms, message("desk.oidc.settings.algorithms:expected", names=ALGORITHMS))
        )
    return refusals


def _wrong(path: Path, name: str, seen: object, expected: Text) -> Refusal:
    place = (str(path), None, name)
    return refusal("desk.oidc.settings", place, seen, expected, message("desk.oidc.settings:fix"))
