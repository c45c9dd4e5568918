"""OpenID provider: an answer counts when every check passes, and only for the browser that asked."""

import datetime as dt

import pytest
from joserfc.jwk import ECKey, RSAKey

from comptroller.web.runtime.oidc import NotIdentified, Provider
from comptroller.web.runtime.oidc_settings import ProviderSettings
from tests.consoles import NOW, ORIGIN
from tests.web.providers import CLIENT, SECRET, provider

SECONDS = int(NOW.timestamp())
NOBODY = 1
"""A port without a listener."""
BROWSER = "the secret of a browser"


@pytest.fixture(scope="module")
def listening():
    """Yield one provider that listens."""
    with provider() as other:
        yield other


@pytest.fixture
def other(listening):
    """Yield the provider as it was made."""
    first = listening.keys[0]
    yield listening
    listening.keys, listening.signs, listening.alg, listening.kid = [first], first, "RS256", "one"
    listening.claims, listening.told = {}, {}


def asked(other, **changed):
    settings = {"issuer": other.issuer, "client": CLIENT, "address": ORIGIN, "secret": SECRET} | changed
    return Provider(ProviderSettings(**settings))


def vouched(other, door=None, secret=BROWSER, at=NOW):
    door = door or asked(other)
    return door.subject(secret, other.agree(door.address(secret, at)), at)


def test_a_word_that_holds_names_the_subject(other):
    """The code is exchanged with the verifier and the client's secret, and the token is read."""
    assert vouched(other) == "somebody"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another desk"},
        {"aud": []},
        {"aud": [CLIENT, "another desk"]},
        {"aud": [CLIENT, "another desk"], "azp": "another desk"},
        {"azp": "another desk"},
        {"iss": f"http://127.0.0.1:{NOBODY}"},
        {"exp": SECONDS - 61},
        {"exp": None},
        {"exp": float("nan")},
        {"iat": SECONDS + 61},
        {"iat": SECONDS - 601},
        {"nbf": SECONDS + 61},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_token_with_one_wrong_claim_is_refused(other, claims):
    """Nonce, audience, issuer, times and subject: each alone is enough."""
    other.claims = claims
    with pytest.raises(NotIdentified):
        vouched(other)


def test_a_token_for_several_that_this_desk_asked_for_counts(other):
    """Several audiences are accepted when the token names this desk as the requester."""
    other.claims = {"aud": [CLIENT, "another desk"], "azp": CLIENT}
    assert vouched(other) == "somebody"


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512"])
def test_only_pinned_algorithms_count(other, alg):
    """Rejected: no signature, one by the public key as a shared secret, and one that is not pinned."""
    other.alg = alg
    with pytest.raises(NotIdentified):
        vouched(other)


def test_a_signature_by_another_key_is_refused(other):
    """A key that bears the right name and is not the provider's signs nothing."""
    other.signs = RSAKey.generate_key(2048, {"kid": "one"})
    with pytest.raises(NotIdentified, match="BadSignature"):
        vouched(other)


def test_a_new_key_of_the_provider_is_fetched_and_not_too_often(other):
    """A provider changes its keys; a token with an unknown key causes at most one fetch of the keys a minute."""
    door = asked(other)
    assert vouched(other, door) == "somebody"
    before = other.key_asks
    new = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    other.keys, other.signs, other.kid, other.alg = [*other.keys, new], new, "two", "ES256"
    for _ in range(2):
        with pytest.raises(NotIdentified):
            vouched(other, door)
    assert other.key_asks == before
    later = NOW + dt.timedelta(seconds=61)
    assert vouched(other, door, at=later) == "somebody"
    assert other.key_asks == before + 1


def test_an_answer_is_for_the_browser_that_asked(other):
    """State, nonce and verifier follow from a secret that another browser does not have."""
    door = asked(other)
    answer = other.agree(door.address(BROWSER, NOW))
    with pytest.raises(NotIdentified, match="state"):
        door.subject("another browser", answer, NOW)
    forged = other.agree(door.address("another browser", NOW))
    with pytest.raises(NotIdentified):
        door.subject(BROWSER, answer | {"code": forged["code"]}, NOW)


def test_an_answer_of_another_issuer_or_without_a_code_is_refused(other):
    """RFC 9207: the answer names its issuer; an error is no code."""
    door = asked(other)
    answer = other.agree(door.address(BROWSER, NOW))
    with pytest.raises(NotIdentified, match="another issuer"):
        door.subject(BROWSER, answer | {"iss": "https://elsewhere.example"}, NOW)
    with pytest.raises(NotIdentified, match="access_denied"):
        door.subject(BROWSER, {"state": answer["state"], "error": "access_denied"}, NOW)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://elsewhere.example/a"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_what_a_provider_says_of_itself_is_held_to_its_name(other, told):
    """The discovery document names the issuer that the settings name, and addresses that are safe."""
    other.told = told
    with pytest.raises(NotIdentified):
        asked(other).address(BROWSER, NOW)


def test_a_provider_that_is_not_there_is_said_to_be(other):
    """Nothing but NotIdentified comes out of a provider that does not answer."""
    with pytest.raises(NotIdentified):
        asked(other, issuer=f"http://127.0.0.1:{NOBODY}").address(BROWSER, NOW)
