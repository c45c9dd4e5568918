"""The reform board: tasks within scope, the findings about each, and the three results, in both languages."""

import pytest

from tests.case_consoles import open_case_desk
from tests.consoles import sign_in
from tests.worlds import moment, report

SINCE = {"set_on": "2023-01-01", "due_on": "2023-12-31"}
DONE = SINCE | {"task_status": "done", "done_on": "2023-06-01"}
TASKS = (
    {"entity": "G1", "task": "T1", "task_title": "LATEMARK", "result": "strategy", "task_status": "open"} | SINCE,
    {"entity": "G1", "task": "T2", "task_title": "BAREMARK", "result": "market"} | DONE,
    {"entity": "G2", "task": "T3", "task_title": "PAPERMARK", "result": "market", "document": "d", "hash": "ab"}
    | {"figure": "exits", "figure_from": 2, "figure_target": 10}
    | DONE,
    {"entity": "G2", "task": "T4", "task_title": "GOODMARK", "result": "market", "document": "d", "hash": "ab"}
    | {"figure": "levels", "figure_from": 6, "figure_target": 4}
    | DONE,
)
FIGURES = (("exits", 2), ("levels", 4))


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Yield a console with four tasks: late, done without evidence, done on paper alone, and done."""
    server = open_case_desk(tmp_path_factory.mktemp("reform"))
    rows = [{"entity": "G2", "figure": f, "measured_on": "2024-03-01", "figure_value": v} for f, v in FIGURES]
    for sent in (report("reform_task", *TASKS), report("reform_figure", *rows)):
        outcome = server.writer.take(sent).result(60)
        assert outcome.entry, outcome.refusals
    server.writer.do(lambda worker: worker.tick(moment("2024-03-12T12:00:00"), moment("2024-03-12T12:00:00"))).result(
        60
    )
    yield server
    server.stop()


def line_of(page, title):
    """Return the row of a task."""
    return next(part for part in page.split("<tr>") if title in part)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_task_says_what_is_found_about_it(board, language):
    """Late, without evidence, on paper alone; a task that is done and has moved its figure has no mark."""
    page = sign_in(board, "over", language).get("/reform")
    assert page.status_code == 200
    marks = {"LATEMARK": 1, "BAREMARK": 1, "PAPERMARK": 1, "GOODMARK": 0}
    assert {title: line_of(page.text, title).count('class="mark raised"') for title in marks} == marks
    words = (
        ("超期", "完成无证据", "纸面改革") if language == "zh" else ("Late", "Done without evidence", "On paper alone")
    )
    assert [word in line_of(page.text, title) for word, title in zip(words, marks, strict=False)] == [True] * 3


def test_filters_narrow_and_reach_holds(board):
    """The filters are result, status and finding; a firm sees its own tasks, and the page shows how many are hidden."""
    over = sign_in(board, "over")
    assert "LATEMARK" not in over.get("/reform?result=market").text
    assert "GOODMARK" not in over.get("/reform?mark=paper").text
    assert "PAPERMARK" in over.get("/reform?mark=paper&status=done").text
    assert "LATEMARK" not in over.get("/reform?under=G2").text
    firm = sign_in(board, "firm").get("/reform").text
    assert "LATEMARK" in firm
    assert "GOODMARK" not in firm
    assert 'href="/reform"' in sign_in(board, "over").get("/why").text
