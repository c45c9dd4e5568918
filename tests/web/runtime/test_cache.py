"""Cache: a value is made once for a key; the oldest values leave first."""

from comptroller.web.runtime.cache import _MOST_VALUES, Cache


def test_a_value_is_made_once_for_a_key():
    """The second call returns the stored value."""
    cache, made = Cache(), []
    for _ in range(2):
        assert cache.get("key", lambda: made.append(1) or len(made)) == 1
    assert made == [1]


def test_the_least_recently_used_value_leaves():
    """Past the limit the value without a recent use is made again."""
    cache = Cache()
    for number in range(_MOST_VALUES + 1):
        cache.get(number, lambda: "old")
    assert cache.get(0, lambda: "new") == "new"
    assert cache.get(_MOST_VALUES, lambda: "new") == "old"
