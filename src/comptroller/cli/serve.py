"""Commands `serve` and `user add`: start the console on a node, and add a user."""

import datetime as dt
import ipaddress
import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from comptroller.access.accounts import Accounts
from comptroller.access.grants import ROLES
from comptroller.cli.instants import now
from comptroller.cli.output import JsonOption, NodeOption, exit_on_refusal, node_folder, out, passphrase, print_json
from comptroller.engine import Engine
from comptroller.model.channel import OPERATOR
from comptroller.model.finding import FindingChange
from comptroller.store.duck import SqlError
from comptroller.web.api import health
from comptroller.web.app import make_app
from comptroller.web.runtime.admission import checked_login, users_of
from comptroller.web.runtime.connections import ConnectionLimits, protocol_of, raise_handles
from comptroller.web.runtime.oidc_settings import read_provider
from comptroller.web.runtime.server import ACCOUNTS, Server
from comptroller.web.runtime.settings import Settings

HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", help="The port to listen on.")]


def chance() -> str:
    """Return a random secret."""
    return secrets.token_urlsafe(32)


def serve(  # noqa: PLR0913 - how a desk is run
    host: HostOption = "127.0.0.1",
    port: PortOption = 8420,
    secure: Annotated[bool, typer.Option("--secure", help="Cookies go over https only.")] = False,
    ticks: Annotated[int, typer.Option("--ticks", help="Minutes between ticks of the clock; 0 for none.")] = 60,
    hooks_into: Annotated[
        list[str] | None,
        typer.Option("--hooks-into", metavar="NETWORK", help="A private network that webhooks may be sent into."),
    ] = None,
    oidc: Annotated[
        Path | None,
        typer.Option(
            "--oidc",
            metavar="FILE",
            help="A file that names an OpenID provider to sign in with.",
            envvar="COMPTROLLER_OIDC",
            show_envvar=True,
        ),
    ] = None,
    second_factor: Annotated[
        list[str] | None,
        typer.Option(
            "--second-factor",
            metavar="ROLE",
            help="A role that must use a second factor; repeat for several.",
            envvar="COMPTROLLER_SECOND_FACTOR",
            show_envvar=True,
        ),
    ] = None,
    passwords: Annotated[
        bool,
        typer.Option("--passwords/--no-passwords", help="Passwords of this node also sign in, beside the provider."),
    ] = True,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy",
            metavar="ADDRESS",
            help="A proxy, or a network of proxies, trusted to forward client addresses; repeat for several.",
            envvar="COMPTROLLER_PROXY",
            show_envvar=True,
        ),
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start engine, API and console on one node."""
    folder = node_folder(node)
    with exit_on_refusal(as_json=as_json):
        provider = read_provider(oidc, passphrase()) if oidc else None
        settings = Settings(
            is_secure=secure,
            passphrase=passphrase(),
            hook_networks=networks(hooks_into or []),
            provider=provider,
            factor_roles=factor_roles(second_factor or [], has_passphrase=bool(passphrase())),
            has_passwords=passwords,
            proxies=networks(proxy or [], "--proxy"),
        )
        if not passwords and provider is None:
            raise typer.BadParameter("--no-passwords: only beside --oidc, or nobody gets in")
        server = Server(folder, now, chance, settings)
        server.start()
    out.print(f"http://{host}:{port}", markup=False)
    run(server, host, port, ticks)


def networks(values: list[str], option: str = "--hooks-into") -> tuple[str, ...]:
    """Return networks as they are written; rejects (typer.BadParameter) an option with one that is none.

    >>> networks(["10.1.0.0/16"])
    ('10.1.0.0/16',)
    """
    try:
        return tuple(str(ipaddress.ip_network(network)) for network in values)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from error


def factor_roles(roles: list[str], *, has_passphrase: bool) -> frozenset[str]:
    """Return the roles that must use a second factor.

    Raises typer.BadParameter for an unknown role, or if the node has no passphrase to encrypt secrets.

    >>> sorted(factor_roles(["administrator"], has_passphrase=True))
    ['administrator']
    """
    unknown = sorted({*roles} - {*ROLES})
    if unknown:
        raise typer.BadParameter(f"--second-factor {unknown[0]}: one of {', '.join(ROLES)}")
    if roles and not has_passphrase:
        raise typer.BadParameter("--second-factor: its secrets are kept under the node's passphrase, and there is none")
    return frozenset(roles)


def run(server: Server, host: str, port: int, ticks: int) -> None:
    """Run a started server until it is stopped, then close the node.

    A server with an invalid database, or with a writer that ended, ends by itself (typer.Exit, code 70).
    """
    done = threading.Event()
    listener = server_of(server, host, port)
    threading.Thread(target=health.watch, args=(server, lambda: _end(listener), done), daemon=True).start()
    if ticks:
        threading.Thread(target=_tick, args=(server, ticks * 60, done), daemon=True).start()
    try:
        listener.run()
    finally:
        done.set()
        fault = health.fault_of(server)
        with suppress(*([SqlError] if fault else [])):  # An invalid database cannot be closed in order.
            server.stop()
    if fault:
        raise typer.Exit(health.EXIT_CODE)


def _end(listener: uvicorn.Server) -> None:
    """Stop a server; open event streams have some seconds to end."""
    listener.should_exit = True


def server_of(server: Server, host: str, port: int, connections: ConnectionLimits | None = None) -> uvicorn.Server:
    """Return the server of a desk: connections bounded, few words in the log, no word of what it is made of in its answers."""
    wanted = connections or ConnectionLimits(many_from=tuple(server.settings.proxies))
    limits = wanted.within(raise_handles(wanted.handles))
    protocol, _ = protocol_of(limits)
    settings = uvicorn.Config(
        make_app(server),
        host,
        port,
        http=protocol,
        backlog=limits.backlog,
        timeout_keep_alive=limits.idle_seconds,
        h11_max_incomplete_event_size=limits.most_header_bytes,
        log_level="error",  # a request that is not HTTP is one line of warning each, and anyone can send them
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,  # the settings name the proxies that are believed
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(settings)


def _tick(server: Server, seconds: float, done: threading.Event) -> None:
    """Advance the clock, also after a failed tick: the next one follows anyway."""
    while not done.wait(seconds):
        server.writer.do(_tick_now)


def _tick_now(worker: Engine) -> list[FindingChange]:
    moment = now()
    return worker.tick(moment, moment)


def admit(  # noqa: PLR0913 - the fields of a first grant
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The sign-in name.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "administrator",
    entity: Annotated[str, typer.Option(help="The entity, with all below it; the owner by default.")] = "",
    domain: Annotated[str, typer.Option(help="In this domain only.")] = "",
    line: Annotated[str, typer.Option(help="On this line of supervision.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "admitted at the command line",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a user with one grant and a password.

    The password is taken from COMPTROLLER_PASSWORD, or generated and shown once.
    """
    if role not in ROLES:
        raise typer.BadParameter(f"--role {role}: one of {', '.join(ROLES)}")
    folder = node_folder(node)
    password = os.environ.get("COMPTROLLER_PASSWORD") or secrets.token_urlsafe(12)
    with exit_on_refusal(as_json=as_json):
        server = Server(folder, now, chance, Settings(passphrase=passphrase()))
        server.start()
        try:
            let_in(
                server,
                {"login": login, "name": name or login},
                [
                    {
                        "role": role,
                        "entity": entity or server.owner,
                        "domain": domain,
                        "supervision_line": line,
                        "reason": reason,
                    }
                ],
            )
            set_password(folder, server.accounts.login_of(login), password)
        finally:
            server.stop()
    if as_json:
        print_json({"login": login, "role": role, "password": password})
    else:
        out.print(f"{login}  {role}  password {password}", markup=False)


def let_in(server: Server, user: dict[str, Any], grants: list[dict[str, Any]], since: dt.date | None = None) -> None:
    """Record that a user is admitted with these grants; raises Refused for what intake rejects.

    Rejects a name that looks like another user's name; an existing user gets the new grants.
    """
    if user["login"] not in {existing.login for existing in users_of(server)}:
        user = {**user, "login": checked_login(server, user)}
    day = (since or server.clock().astimezone(server.zone).date()).isoformat()
    fields = {"granted_by": server.owner, "valid_from": day, **user}
    server.outcome_of(server.report("desk_user", [fields], OPERATOR))
    facts = [
        {
            "granted_by": server.owner,
            "grant": f"G-{secrets.token_hex(5)}",
            "login": user["login"],
            "valid_from": day,
            **{k: v for k, v in existing.items() if v},
        }
        for existing in grants
    ]
    server.outcome_of(server.report("access_grant", facts, OPERATOR))


def set_password(folder: Path, login: str, password: str) -> None:
    """Set a user's password."""
    accounts = Accounts(folder / ACCOUNTS)
    accounts.set_password(login, password)
    accounts.close()
