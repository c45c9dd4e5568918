"""Why: the answer is made of the viewer's own grants."""


def test_the_answer_names_each_grant(browser):
    """Yes throughout when the entity is covered, no when it is not; grants of others are not disclosed."""
    page = browser("group").get("/why?entity=A").text
    assert page.count("<td>Yes</td>") == 6
    page = browser("group").get("/why?entity=B").text
    assert "<td>No</td>" in page
    assert "Reporter" not in page.split("<tbody>")[1]
