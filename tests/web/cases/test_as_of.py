"""Case pages as of a day: they show what was true and known then to current participants, and accept no actions."""

from tests.case_consoles import at, release, the_case
from tests.consoles import form_key, sign_in


def test_pages_of_cases_are_asked_as_of_a_day(moving):
    """Board, table, workload, day and the case itself show the state of the day; a viewer without a current
    part sees nothing.
    """
    line = sign_in(release(moving), "internal1")
    path = f"/cases/{the_case(moving)}"
    form = {"form_key": form_key(line), "reason": "because"}
    assert line.post(f"{path}/acts", data=form | {"act": "escalate", "number": "N1"}).status_code == 303
    at(moving, "2024-03-20T12:00:00")
    line = sign_in(moving, "internal1")
    form["form_key"] = form_key(line)
    more = {"act": "hand_over", "to_line": "discipline", "number": "N2"}
    assert line.post(f"{path}/acts", data=form | more).status_code == 303
    then, now = line.get(f"{path}?valid=2024-03-11").text, line.get(path).text
    assert 'name="act" value="hand_over"' not in then + now or 'name="act"' not in then
    assert "move.hand_over" not in then
    assert "To be looked at" in then
    assert 'name="act"' in now
    assert 'name="act"' not in then
    api = sign_in(moving, "internal1").get(f"/api/v1{path}?valid=2024-03-11").json()
    assert (api["state"], api["acts"]) == ("triage", [])
    assert line.get(f"/api/v1{path}").json()["state"] == "escalated"
    states = {
        day: [case["state"] for case in line.get(f"/api/v1/cases?valid={day}").json()["items"]]
        for day in ("2024-03-10", "2024-03-11", "2024-03-12")
    }
    assert states == {"2024-03-10": [], "2024-03-11": ["triage"], "2024-03-12": ["escalated"]}
    for page in ("/cases", "/cases?show=table", "/cases/load", "/day", "/inbox"):
        answer = line.get(f"{page}{'&' if '?' in page else '?'}valid=2024-03-11")
        assert answer.status_code == 200, page
    assert line.get(f"{path}?valid=2024-03-01").status_code == 404
    for login in ("social1", "other"):
        assert sign_in(moving, login).get(f"{path}?valid=2024-03-11").status_code == 404
    firm = sign_in(moving, "firm").get(f"/inbox/{the_case(moving)}?valid=2024-03-11")
    assert firm.status_code == 200
    assert "internal1" not in firm.text
