"""The OpenAPI document: every call is in it, with the one form of every error and who may call it."""

from comptroller.web.app import CALLS


def test_every_call_is_told_with_the_one_form_of_errors(browser):
    """What is routed is documented, and no call fails in another form than the five fields of a refusal."""
    said = browser("supervisor").get("/api/v1/openapi.json").json()
    routed = {
        (f"/api/v1{route.path}".replace(":path", ""), m.lower())
        for calls in CALLS
        for route in calls.router.routes
        for m in route.methods
    }
    told = {(path, method) for path, calls in said["paths"].items() for method in calls}
    assert told == routed
    for path, method in told:
        answers = said["paths"][path][method]["responses"]
        assert {"401", "403", "404", "422", "429"} <= set(answers), path
        for status, one in answers.items():
            if int(status) >= 400:
                assert one["content"]["application/json"]["schema"]["$ref"].endswith("/Refusals"), (path, status)
    assert set(said["components"]["schemas"]["RefusalForm"]["required"]) >= {"code", "seen", "expected", "mend"}
    assert said["security"] == [{"token": []}, {"session": []}]


def test_what_a_call_does_not_know_is_refused_in_the_same_form(browser):
    """Wrong values, wrong methods with what is allowed, and addresses that are none."""
    one = browser("supervisor")
    for answer, status in (
        (one.get("/api/v1/findings?limit=0"), 422),
        (one.get("/api/v1/findings?state=wrong"), 422),
        (one.delete("/api/v1/findings"), 405),
        (one.get("/api/v1/nowhere"), 404),
    ):
        assert answer.status_code == status
        assert answer.json()["refused"][0]["code"].startswith("desk.")
    assert one.delete("/api/v1/findings").headers["allow"] == "GET"
