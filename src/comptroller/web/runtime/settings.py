"""Settings of the web server, with a description of each."""

from dataclasses import dataclass

from comptroller.web.runtime.oidc_settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the web server; the defaults serve one node on one machine."""

    is_secure: bool = False
    """Whether cookies need https, and browsers are asked to use nothing else."""
    most_body_bytes: int = 64 << 20
    """Bytes that the body of a request may hold."""
    most_stream_bytes: int = 16 << 30
    """Bytes that a stream of reports may hold."""
    most_body_seconds: float = 60.0
    """Seconds for a complete body; for a stream, seconds without a byte."""
    most_requests_a_minute: int = 1200
    """Requests of one client in a minute."""
    most_sign_ins_a_minute: int = 30
    """Attempts of one client in a minute at pages that check a secret."""
    ask_seconds: float = 20.0
    """Seconds for the answer to a query of a user."""
    shadow_seconds: float = 10.0
    """Seconds between two rounds of periodic work, such as the shadow run of a proposal."""
    advice_seconds: float = 0.5
    """Seconds that an authority check waits for others before it is reported to the ledger."""
    most_readers: int = 4
    """Pages that are made at once; other requests wait for their turn."""
    most_wait_seconds: float = 120.0
    """Seconds that a request waits for the engine."""
    hook_networks: tuple[str, ...] = ()
    """Private networks that webhooks may reach, such as `10.1.0.0/16`."""
    most_public_a_minute: int = 240
    """Questions of all visitors together that the public pages answer in a minute."""
    proof_bits: int = 14
    """Least zero bits of work that the browser of an informant must show."""
    most_public_bytes: int = 256 << 10
    """Bytes that the body of a request to a public page may hold."""
    most_tip_bytes_a_day: int = 64 << 20
    """Bytes of tip-offs that the public may add to the ledger in a day."""
    most_mailbox_messages: int = 200
    """Messages of the informant in one mailbox."""
    most_mailbox_bytes: int = 4 << 20
    """Bytes of the informant's messages in one mailbox."""
    passphrase: bytes | None = None
    """The node's passphrase; without one, no secret can be encrypted for storage."""
    provider: ProviderSettings | None = None
    """The OpenID provider for sign-in; None without one."""
    factor_roles: frozenset[str] = frozenset()
    """Roles that must use a second factor."""
    has_passwords: bool = True
    """Whether passwords of this node sign users in; without them only the provider does."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks of reverse proxies; a client address that they forward counts."""
