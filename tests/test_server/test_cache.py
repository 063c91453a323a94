"""The cache is bounded, and holds nothing but whole answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.cache import Cache


def test_what_was_used_last_stays() -> None:
    cache: Cache[str] = Cache(80)
    for name in "abcdefgh":
        cache.put(name, name.upper(), 10)
    assert cache.get("a") == "A"
    cache.put("i", "I", 10)
    assert cache.get("a") == "A"
    assert cache.get("b") is None


def test_what_would_drive_out_all_else_is_not_held() -> None:
    cache: Cache[str] = Cache(80)
    cache.put("a", "A", 41)
    assert cache.get("a") is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=60))
def test_the_bound_holds(puts: list[tuple[int, int]]) -> None:
    cache: Cache[int] = Cache(100)
    for key, size in puts:
        cache.put(key, size, size)
        assert cache.held <= 100
        found = cache.get(key)
        assert found is None or size == found or found in [other for same, other in puts if same == key]
