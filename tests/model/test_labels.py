"""Labels are compared without what people add to a header: blanks, line breaks, widths, a star, a unit."""

import pytest

from comptroller.model.labels import plain_label, unit_of


@pytest.mark.parametrize("text", ["金额(元)", "金额（元）", "金额\n（元）", " 金 额 ( 元 ) *", "\ufeff金额（元）＊", "金额【元】".replace("【", "（").replace("】", "）")])  # fmt: skip
def test_a_header_is_one_label_in_every_way_to_write_it(text: str) -> None:
    """Blanks, line breaks, width, invisible signs and the star make no other label."""
    assert plain_label(text) == "金额(元)"


@pytest.mark.parametrize(("label", "parts"), [("金额(万元)", ("金额", "万元")), ("金额[万元]", ("金额", "万元")), ("金额(单位:万元)", ("金额", "万元")), ("金额_万元", ("金额", "万元")), ("amount(cny)", ("amount", "cny")), ("金额", ("金额", "")), ("(元)", ("(元)", ""))])  # fmt: skip
def test_the_unit_behind_a_label_is_apart(label: str, parts: tuple[str, str]) -> None:
    """What is in brackets, or behind a dash, at the end is the unit."""
    assert unit_of(label) == parts
