"""Sign-in through an OpenID provider (OpenID Connect Core 1.0, code flow with PKCE).

- The browser stores one secret. State, nonce and verifier derive from it, so that an answer belongs to that browser.
- An identity token must be signed by a key of the provider with a pinned algorithm. It must name this provider,
  this desk, this request and a valid time.
- Only the subject is read from it: rights are facts of the ledger.
"""

import base64
import datetime as dt
import hmac
import json
import threading
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from comptroller.model.refusal import Refused
from comptroller.web.runtime.oidc_settings import ProviderSettings, is_safe
from comptroller.web.runtime.outbound_http import ANYWHERE, Unreachable, get

DISCOVERY = "/.well-known/openid-configuration"
_LEEWAY_SECONDS, _MOST_AGE_SECONDS = 60, 600
_KEPT, _KEYS_AGAIN = dt.timedelta(hours=1), dt.timedelta(minutes=1)
_MOST_SUBJECT = 255
_ERRORS = (
    *("invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope"),
    *("server_error", "temporarily_unavailable", "login_required", "consent_required"),
)
"""Errors of RFC 6749 and OpenID Connect that the log repeats; nothing else that a browser brings is repeated."""


class NotIdentified(Exception):
    """The provider's answer does not identify a user; the message goes to the log and repeats nothing that was
    received.
    """


class Provider:
    """One provider, called over the network; its metadata is cached for an hour."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Take the settings of the provider; no request is sent yet."""
        self.settings = settings
        self._lock = threading.Lock()
        self._metadata: tuple[dt.datetime, dict[str, Any]] | None = None
        self._keys: tuple[dt.datetime, KeySet] | None = None

    def address(self, secret: str, at: dt.datetime) -> str:
        """Return the address to send a browser with that secret to; raises NotIdentified when the provider does
        not answer.
        """
        endpoint = self._endpoint("authorization_endpoint", at)
        challenge = base64.urlsafe_b64encode(sha256(_derived(secret, "verifier").encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.settings.client,
            "redirect_uri": self.settings.back,
            "scope": "openid",
            "state": _derived(secret, "state"),
            "nonce": _derived(secret, "nonce"),
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def subject(self, secret: str, answer: dict[str, str], at: dt.datetime) -> str:
        """Return the subject that the provider identified for the browser with that secret.

        Raises NotIdentified for any doubt.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), _derived(secret, "state").encode()):
            raise NotIdentified("the state is not that of this browser")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise NotIdentified("the answer is of another issuer")
        if answer.get("error") or not answer.get("code"):
            error = answer.get("error", "")
            raise NotIdentified(f"the provider gave no code: {error if error in _ERRORS else 'unknown error'}")
        return self._subject_of(self._exchanged(answer["code"], secret, at), _derived(secret, "nonce"), at)

    def _exchanged(self, code: str, secret: str, at: dt.datetime) -> str:
        """Return the identity token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.back,
            "client_id": self.settings.client,
            "code_verifier": _derived(secret, "verifier"),
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        if self.settings.secret:
            pair = f"{quote(self.settings.client, '')}:{quote(self.settings.secret.decode(), '')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        reply = self._fetched(self._endpoint("token_endpoint", at), headers, urlencode(form).encode())
        token = reply.get("id_token")
        if not isinstance(token, str):
            raise NotIdentified("no identity token came for the code")
        return token

    def _subject_of(self, token: str, nonce: str, at: dt.datetime) -> str:
        """Return the subject of an identity token that passes every check."""
        claims = self._claims_of(token, at)
        known: jwt.ClaimsOption = {"essential": True}
        now = int(at.timestamp())
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client},
            exp=known,
            iat=known,
            sub=known,
        )
        try:
            registry.validate(claims)
        except JoseError as fault:
            raise NotIdentified(f"the identity token does not hold: {type(fault).__name__}") from fault
        if claims["iat"] < now - _MOST_AGE_SECONDS:
            raise NotIdentified("the identity token is old")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.settings.client:
            raise NotIdentified("the identity token is for several, and was not asked for by this desk")
        if claims.get("azp", self.settings.client) != self.settings.client:
            raise NotIdentified("the identity token was asked for by another")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise NotIdentified("the nonce is not that of this asking")
        subject = str(claims["sub"])
        if len(subject) > _MOST_SUBJECT:
            raise NotIdentified("the subject is longer than it may be")
        return subject

    def _claims_of(self, token: str, at: dt.datetime) -> dict[str, Any]:
        """Return the claims of a token with a valid signature; fetch the keys again when its key is unknown."""
        algorithms = list(self.settings.algorithms)
        try:
            try:
                return jwt.decode(token, self._key_set(at), algorithms).claims
            except InvalidKeyIdError:
                return jwt.decode(token, self._key_set(at, after=_KEYS_AGAIN), algorithms).claims
        except (JoseError, ValueError) as fault:
            raise NotIdentified(f"the identity token does not hold: {type(fault).__name__}") from fault

    def _key_set(self, at: dt.datetime, after: dt.timedelta = _KEPT) -> KeySet:
        endpoint = self._endpoint("jwks_uri", at)
        with self._lock:
            if self._keys is None or at - self._keys[0] >= after:
                self._keys = (at, _keys_of(self._fetched(endpoint, {"accept": "application/json"})))
            return self._keys[1]

    def _endpoint(self, name: str, at: dt.datetime) -> str:
        with self._lock:
            if self._metadata is None or at - self._metadata[0] >= _KEPT:
                metadata = self._fetched(self.settings.issuer.rstrip("/") + DISCOVERY, {"accept": "application/json"})
                if metadata.get("issuer") != self.settings.issuer:
                    raise NotIdentified(f"the provider calls itself {str(metadata.get('issuer'))[:200]!r}")
                self._metadata = (at, metadata)
            endpoint = self._metadata[1].get(name)
        if not isinstance(endpoint, str) or not is_safe(endpoint):
            raise NotIdentified(f"the provider has no safe {name}: {str(endpoint)[:200]!r}")
        return endpoint

    def _fetched(self, url: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
        """Return the JSON object at an address of the provider.

        The issuer's own host may have any address; other hosts need a public address or one in the networks of the
        settings.
        """
        own = urlsplit(self.settings.issuer).hostname
        allowed = ANYWHERE if urlsplit(url).hostname == own else self.settings.networks
        try:
            status, body_text = get(url, headers, body, allowed)
            content = json.loads(body_text)
        except (Unreachable, Refused, ValueError) as fault:
            raise NotIdentified(f"an address of the provider cannot be asked: {type(fault).__name__}") from fault
        if status != 200 or not isinstance(content, dict):
            raise NotIdentified(f"an address of the provider answers with status {status}")
        return content


def _derived(secret: str, what: str) -> str:
    """Return one of the three values derived from the browser's secret; none reveals another."""
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), what.encode(), "sha256")).rstrip(b"=").decode()


def _keys_of(content: dict[str, Any]) -> KeySet:
    """Return the public signing keys; shared keys and keys for other uses are left out."""
    rows = content.get("keys")
    fit = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("kty") in ("RSA", "EC", "OKP") and row.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": fit})
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise NotIdentified(f"the provider's keys cannot be read: {type(fault).__name__}") from fault
