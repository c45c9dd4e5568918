"""Where a table begins: the first row that names as many columns as rows fill, and no row of values."""

from hypothesis import given, strategies as st

from comptroller.intake.formats.table_area import header_at

NAMES = st.lists(st.text("abcxyz金额", min_size=1, max_size=5), min_size=2, max_size=6, unique=True)


@given(NAMES, st.integers(1, 5))
def test_a_full_first_row_is_the_header(names: list[str], rows: int) -> None:
    """A first row with a different name in each column is the header, with any rows below."""
    assert header_at([names, *[["1"] * len(names)] * rows]) == 0


@given(NAMES.filter(lambda names: len(names) > 2), st.integers(1, 4), st.integers(2, 5))
def test_a_title_is_no_header(names: list[str], title: int, rows: int) -> None:
    """Rows of one cell above the header are passed over, however many there are."""
    above = [["标题", *[""] * (len(names) - 1)]] * title
    assert header_at([*above, names, *[["1"] * len(names)] * rows]) == title


def test_a_row_of_values_is_no_header() -> None:
    """Where no row can be a header the first one is taken, to be rejected by name."""
    assert header_at([["题"], ["2024-03-01", "1,200.00"], ["2024-03-02", "3"]]) == 0
    assert header_at([]) == 0


def test_the_fullest_row_counts() -> None:
    """A title of several rows above a short table is no header either."""
    rows = [["明细", "", ""], ["账号：1", "", ""], ["币种", "", ""], ["时间", "金额", "对方"], ["2024-03-01", "1", ""]]
    assert header_at(rows) == 3
