"""Calls about policy: every rule in force, page by page, and the score of its page."""


def test_rules_follow_by_cursor(browser, server):
    """All pages together are the rules in force, in order, once each."""
    found, after = [], ""
    while after is not None:
        page = browser("supervisor").get("/api/v1/rules", params={"limit": 3, "after": after}).json()
        found += [one["rule"] for one in page["items"]]
        after = page["next"]
    assert found == sorted(server.pack.rules)


def test_a_rule_tells_its_text_and_its_score_within_reach(browser):
    """A viewer of fewer findings receives a smaller score; an unknown rule is absent."""
    name = "base/rules/payments/duplicate"
    whole, part = (browser(who).get(f"/api/v1/rules/{name}").json() for who in ("supervisor", "group"))
    assert "SELECT" in whole["sql"]
    assert whole["score"]["found"] > part["score"]["found"] > 0
    assert whole["score"]["judged"] == whole["score"]["found"] + whole["score"]["clear"]
    assert browser("supervisor").get("/api/v1/rules/base/rules/nowhere").status_code == 404
