"""Planted: reform tasks that are late, done without evidence or on paper alone, and plans that leave a result out."""

from examples.harbour.book import Book, Row
from examples.harbour.days import day
from examples.harbour.register import CITY, PORT

_LATE = "cn-central/rules/reform/task_overdue"
_BARE = "cn-central/rules/reform/done_without_evidence"
_PAPER = "cn-central/rules/reform/paper_reform"
_RESULTS = "cn-central/rules/reform/results_not_tracked"


def plant(book: Book) -> None:
    """Plant what is wrong with tasks of the reform plan, each beside a task that is in order."""
    _late(book)
    _bare(book)
    _paper(book)
    _results(book)


def _task(book: Book, entity: str, number: int, title: str, **more: object) -> str:
    """Report the state of one task, some days after it was set; returns its code."""
    return str(_say(book, entity, number, title, **more)["task"])


def _say(book: Book, entity: str, number: int, title: str, **more: object) -> Row:
    code = f"GG-{entity}-{number:05d}"
    row: Row = {"entity": entity, "task": code, "task_title": title, "set_on": day("2024-03-01"), **more}
    return book.say("reform_task", row, arrives="2025-10-16T10:00:00")


def done_bare(book: Book, entity: str) -> Row:
    """Report a task that is done without evidence; returns it, to be corrected."""
    return _say(book, entity, 3, "压减亏损企业", **_done("2025-09-30", "2025-09-12", result="market"))


def _done(due: str, done: str, **more: object) -> dict[str, object]:
    return {"task_status": "done", "due_on": day(due), "done_on": day(done), **more}


def _late(book: Book) -> None:
    open_on = {"task_status": "open", "due_on": day("2025-06-30"), "result": "market"}
    code = _task(book, "HB0005", 1, "任期制和契约化全覆盖", **open_on)
    book.expect(_LATE, ["HB0005", code], "到期仍未完成。", "Its day passed, and it is not done.")
    late = _done("2024-12-31", "2025-01-01", result="strategy", document="a.pdf", hash="a1b2c3d4")
    code = _task(book, "CJ0006", 1, "退出非主业参股企业", **late)
    book.expect(_LATE, ["CJ0006", code], "晚一天完成。", "Done a day late.")
    just = _done("2024-12-31", "2024-12-31", result="strategy", document="b.pdf", hash="b1b2c3d4")
    code = _task(book, "CJ0007", 1, "退出非主业参股企业", **just)
    book.lawful(_LATE, ["CJ0007", code], "到期当天完成。", "Done on the very day.")


def _bare(book: Book) -> None:
    for entity, more in (("HB0006", {}), ("CJ0008", {"document": "c.pdf"})):
        code = _task(book, entity, 1, "外部董事占多数", **_done("2025-06-30", "2025-05-30", result="market", **more))
        book.expect(_BARE, [entity, code], "报了完成，没有可核实的证据。", "Done, and nothing shows it.")
    proved = {"document": "d.pdf", "hash": "d1b2c3d4"}
    code = _task(book, "CJ0009", 1, "外部董事占多数", **_done("2025-06-30", "2025-05-30", result="market", **proved))
    book.lawful(_BARE, ["CJ0009", code], "证据与摘要值齐全。", "Evidence with its hash.")


def _paper(book: Book) -> None:
    for entity, value, is_found in (("HB0002", 6, True), ("CJ0010", 7, True), ("CJ0011", 5, False)):
        aim = {"figure": "levels", "figure_from": 6, "figure_target": 4, "result": "excellence"}
        done = _done("2024-12-31", "2024-10-15", document="e.pdf", hash="e1b2c3d4", **aim)
        code = _task(book, entity, 2, "压减管理层级", **done)
        row: Row = {"entity": entity, "figure": "levels", "measured_on": day("2025-09-30"), "figure_value": value}
        book.say("reform_figure", row, arrives="2025-10-16T11:00:00")
        if is_found:
            book.expect(_PAPER, [entity, code], "完成一年，层级没有减少。", "Done for a year, and no level fewer.")
        else:
            book.lawful(_PAPER, [entity, code], "层级已减少一级。", "One level fewer.")


def _results(book: Book) -> None:
    for head, untold, (zh, en) in (
        (PORT, "excellence", ("“世界一流与专精特新”没有指标。", "No figure shows the third result.")),
        (CITY, "", ("三个成效各有指标。", "Each of the three results has its figure.")),
    ):
        for number, (result, figure) in enumerate(
            (("strategy", "exits"), ("market", "tenure_contracts"), ("excellence", "specialised_firms")), start=1
        ):
            progress = {} if result == untold else {"figure": figure, "figure_from": 1, "figure_target": 9}
            more = {"due_on": day("2026-06-30"), "task_status": "open", "result": result}
            _task(book, head, number, "集团改革任务", **more, **progress)
        (book.expect if untold else book.lawful)(_RESULTS, [head], zh, en)
