"""Calls that read: page by page, nothing repeated and nothing left out."""


def _all(browser, path, key):
    items, after = [], ""
    while after is not None:
        page = browser.get(path, params={"limit": 2, "after": after, "state": "all"}).json()
        items += [row[key] for row in page["items"]]
        after = page["next"]
    return items


def test_pages_follow_by_cursor(browser):
    """All pages together are the complete list, in order, once each."""
    names = _all(browser("supervisor"), "/api/v1/findings", "finding")
    assert names == sorted(set(names))
    assert len(names) == len(browser("supervisor").get("/api/v1/findings?state=all&limit=1000").json()["items"])
    assert _all(browser("group"), "/api/v1/entities", "entity") == ["A", "A1", "G1"]


def test_one_is_read_by_name(browser):
    """The calls return an entity with its fields, and the caller with their grants."""
    assert browser("group").get("/api/v1/entities/A").json()["parent"] == "G1"
    assert browser("group").get("/api/v1/entities/B").status_code == 404
    me = browser("group").get("/api/v1/me").json()
    assert [(g["role"], g["entity"]) for g in me["grants"]] == [("supervisor", "G1")]
