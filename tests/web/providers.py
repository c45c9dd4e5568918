"""A small OpenID provider for tests: real keys, real HTTP on a free port, and a switch for each possible fault.

with provider() as other:
    other.claims["aud"] = "another client"
"""

import base64
import contextlib
import json
import socket
import threading
import time
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.consoles import NOW

CLIENT, SECRET = "comptroller", b"the client's secret"


class Other:
    """The provider: `claims` replace the right ones, `alg` and `key` sign, `codes` are the issued ones."""

    def __init__(self, port):
        self.issuer = f"http://127.0.0.1:{port}"
        self.keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
        self.signs, self.alg, self.kid = self.keys[0], "RS256", "one"
        self.claims, self.told, self.codes, self.key_asks = {}, {}, {}, 0

    def agree(self, address, subject="somebody"):
        """Return the answer that sends a browser back, as the provider's page would."""
        asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked, subject)
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, asked, subject):
        """Return the identity token, right but for what was set wrong."""
        now = int(NOW.timestamp())
        said = {"iss": self.issuer, "aud": CLIENT, "sub": subject, "nonce": asked["nonce"], "iat": now, "exp": now + 60}
        said = {name: value for name, value in (said | self.claims).items() if value is not None}
        if self.alg == "none":
            parts = [
                base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in ({"alg": "none"}, said)
            ]
            return ".".join([*parts, ""])
        if self.alg == "HS256":  # the public key taken for a shared one, as confused verifiers do
            shared = OctKey.import_key(self.keys[0].as_pem(private=False))
            registry = jws.JWSRegistry(algorithms=["HS256"])
            return jws.serialize_compact({"alg": "HS256", "kid": self.kid}, json.dumps(said), shared, registry=registry)
        return jwt.encode({"alg": self.alg, "kid": self.kid}, said, self.signs, algorithms=[self.alg])


def _app(other):
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def told():
        ends = {f"{name}_endpoint": f"{other.issuer}/{name}" for name in ("authorization", "token")}
        return {"issuer": other.issuer, "jwks_uri": f"{other.issuer}/keys", **ends, **other.told}

    @app.get("/keys")
    def keys():
        other.key_asks += 1
        return KeySet(other.keys).as_dict(private=False)

    @app.post("/token")
    async def token(request: Request):
        form = {name: found[0] for name, found in parse_qs((await request.body()).decode()).items()}
        asked, subject = other.codes.pop(form["code"], ({}, ""))
        pair = base64.b64encode(b"comptroller:the%20client%27s%20secret").decode()
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        is_right = asked.get("code_challenge") == challenge and asked.get("redirect_uri") == form["redirect_uri"]
        if not is_right or request.headers["authorization"] != f"Basic {pair}":
            return JSONResponse({"error": "invalid_grant"}, 400)
        return {"access_token": "-", "token_type": "Bearer", "id_token": other.token(asked, subject)}

    return app


@contextlib.contextmanager
def provider():
    """Yield a provider that listens, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    other = Other(port)
    server = uvicorn.Server(uvicorn.Config(_app(other), "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield other
    finally:
        server.should_exit = server.force_exit = True
        thread.join(5)
