"""Commands `serve` and `user add`: a user is added, and a console answers on its port."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
import typer
from typer.testing import CliRunner

from comptroller.access import viewer_of
from comptroller.access.accounts import Accounts
from comptroller.cli import app
from comptroller.cli.serve import factor_roles
from comptroller.engine import open_node
from comptroller.web.runtime.server import ACCOUNTS
from tests.consoles import PASSWORD
from tests.worlds import OWNER, fresh_node, moment

_TRIES, _STEP_SECONDS = 600, 0.1


def _run(*words, **more):
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "COMPTROLLER_PASSWORD": PASSWORD}
    return [sys.executable, "-m", "comptroller", *words], {"env": env, "text": True, **more}


def test_somebody_is_let_in_and_the_desk_answers(tmp_path):
    """A user, a grant and a password are made; then the sign-in page is served, and the process ends on a signal."""
    fresh_node(tmp_path, "base").close()
    node = str(tmp_path / "node")
    passed = CliRunner().invoke(app, ["clock", "pass", "--by", "root", "--why", "a node of 2023", "--node", node])
    assert passed.exit_code == 0, passed.output
    words = ["admit", "root", "--role", "administrator", "--node", node]
    said = CliRunner().invoke(app, words, env={"COMPTROLLER_PASSWORD": PASSWORD})
    assert (said.exit_code, "administrator" in said.output) == (0, True)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command, more = _run("serve", "--port", str(port), "--ticks", "0", "--node", node, stdout=subprocess.PIPE)
    with subprocess.Popen(command, **more) as process:
        assert re.search(rf"http://[\w.]+:{port}", process.stdout.readline())
        status = 0
        for _ in range(_TRIES):
            line = HTTPConnection("localhost", port, timeout=30)
            try:
                line.request("GET", "/sign-in")
                status = line.getresponse().status
                break
            except OSError:
                time.sleep(_STEP_SECONDS)
            finally:
                line.close()
        process.send_signal(signal.SIGINT)
    assert status == 200
    worker = open_node(tmp_path / "node")
    assert viewer_of(worker.duck, OWNER, "root", moment("2999-01-01T00:00:00").date()).roles == ("administrator",)
    worker.close()
    accounts = Accounts(tmp_path / "node" / ACCOUNTS)
    assert accounts.check("root", PASSWORD, moment("2999-01-01T00:00:00"))
    accounts.close()


@pytest.mark.parametrize(("said", "has_passphrase"), [(["nobody"], True), (["administrator"], False)])
def test_a_demand_that_nobody_could_meet_is_refused(said, has_passphrase):
    """An unknown role, and a second factor on a node that cannot encrypt secrets, are wrong use."""
    with pytest.raises(typer.BadParameter):
        factor_roles(said, has_passphrase=has_passphrase)
