"""Settings file of a provider: read completely, or rejected with every wrong line."""

import pytest

from comptroller.model.refusal import Refused
from comptroller.web.runtime.oidc_settings import USUAL, is_safe, read_provider

GOOD = 'issuer = "https://login.example/a"\nclient = "c"\naddress = "https://desk.example/"\n'


def read(tmp_path, text):
    path = tmp_path / "oidc.toml"
    path.write_text(text, encoding="utf-8")
    return read_provider(path, None)


def test_a_file_names_a_provider(tmp_path, monkeypatch):
    """The secret stays in the environment, and is not shown."""
    monkeypatch.setenv("COMPTROLLER_SECRET_OIDC", "hush")
    found = read(tmp_path, GOOD + 'secret = "env:COMPTROLLER_SECRET_OIDC"\ntitle = "统一认证"\n')
    assert (found.secret, found.back, found.algorithms) == (b"hush", "https://desk.example/oidc/back", USUAL)
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (GOOD.replace("client", "clinet"), "client"),
        (GOOD.replace("https://login", "http://login"), "issuer"),
        (GOOD.replace("https://desk", "ftp://desk"), "address"),
        (GOOD + 'algorithms = ["none"]', "algorithms"),
        (GOOD + 'algorithms = ["RS256", "HS256"]', "algorithms"),
        (GOOD + "algorithms = []", "algorithms"),
        (GOOD + 'secret = "plain text"', "secret"),
        (GOOD + 'secret = "env:COMPTROLLER_SECRET_NOT_THERE"', "secret"),
        (GOOD + "title = 7", "title"),
        ("not toml", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_mend(tmp_path, text, field):
    """Each refusal names the file, the setting, what was seen and what to do."""
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)
    found = [one for one in refused.value.refusals if one.field == field]
    assert found, refused.value.refusals
    assert found[0].file.endswith("oidc.toml")
    assert found[0].mend.zh


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    """Three faults are three refusals; a near name is offered; a file that is not there is one as well."""
    with pytest.raises(Refused) as refused:
        read(tmp_path, 'isuer = "x"\nclient = "c"\naddress = "http://desk.example"\n')
    assert {one.field for one in refused.value.refusals} == {"isuer", "issuer", "address"}
    assert any("issuer" in one.expected.en for one in refused.value.refusals)
    with pytest.raises(Refused):
        read_provider(tmp_path / "absent.toml", None)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://a@b.example/", "https:///x", "https://b.example/#x", "x"])
def test_plain_http_is_for_this_machine_alone(url):
    """An address that is not https, hides a name, or is none, is not safe."""
    assert not is_safe(url)
    assert is_safe("http://localhost:8080/")
