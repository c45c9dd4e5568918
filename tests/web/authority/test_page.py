"""The page of authority checks: an answer with its line, an entity's matrix, and nothing outside the scope."""

from tests.consoles import form_key, sign_in


def test_a_question_is_answered_and_kept(moving):
    """The answer names who may; it is recorded under the entity; an incomplete question has no answer."""
    console = sign_in(moving, "over")
    key = form_key(console)
    form = {
        "form_key": key,
        "entity": "G1",
        "post": "officer",
        "item": "merger",
        "amount_cny": "5",
        "on": "2024-07-01",
    }
    page = console.post("/authority", data=form)
    assert page.status_code == 200
    assert "Not permitted" in page.text
    assert "art. 172" in page.text, "the clause on which the line rests"
    assert moving.duck.rows("SELECT entity, post, item, answer FROM advice") == [
        ("G1", "officer", "merger", "forbidden")
    ]
    for wrong in ({"post": ""}, {"amount_cny": "much"}, {"amount_cny": "-1"}, {"on": "tomorrow"}):
        assert console.post("/authority", data=form | wrong).status_code == 422
    assert len(moving.duck.rows("SELECT advice FROM advice")) == 1


def test_what_is_out_of_reach_is_not_answered(cases):
    """Users of another firm learn nothing of this one; a viewer of the entity is shown the matrix."""
    other, mine = sign_in(cases, "other"), sign_in(cases, "firm")
    assert other.get("/authority?entity=G1").status_code == 404
    form = {"form_key": form_key(other), "entity": "G1", "post": "board", "item": "merger"}
    assert other.post("/authority", data=form).status_code == 404
    assert mine.get("/authority?entity=G1").status_code == 200
    assert mine.get("/authority").status_code == 200
