"""Calls about policy: every rule in force, page by page, and the score of its page."""


def test_rules_follow_by_cursor(browser, server):
    """All pages together are the rules in force, in order, once each."""
    names, after = [], ""
    while after is not None:
        page = browser("supervisor").get("/api/v1/rules", params={"limit": 3, "after": after}).json()
        names += [row["rule"] for row in page["items"]]
        after = page["next"]
    assert names == sorted(server.pack.rules)


def test_a_rule_tells_its_text_and_its_score_within_reach(browser):
    """A viewer of fewer findings receives a smaller score; an unknown rule is absent."""
    name = "base/rules/payments/duplicate"
    total, part = (browser(who).get(f"/api/v1/rules/{name}").json() for who in ("supervisor", "group"))
    assert "SELECT" in total["sql"]
    assert total["score"]["found"] > part["score"]["found"] > 0
    assert total["score"]["judged"] == total["score"]["found"] + total["score"]["clear"]
    assert browser("supervisor").get("/api/v1/rules/base/rules/nowhere").status_code == 404
