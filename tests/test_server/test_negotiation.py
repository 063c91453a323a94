"""Negotiation after RFC 9110, section 12.5.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.negotiation import Offer, choose, coding, languages
from server.sparql import HTML, RESULT_GRAPHS, SOLUTIONS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
EVERYTHING = (*SOLUTIONS, *RESULT_GRAPHS, HTML)


def name(accept: str | None, offers: tuple[Offer, ...] = SOLUTIONS) -> str | None:
    chosen = choose(accept, offers)
    return chosen.offer.name if chosen else None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/*", "csv"),
        ("application/*", "json"),
        ("application/xml", "xml"),
        ("application/json", "json"),
        ("text/csv;q=0.1, text/tab-separated-values;q=0.2", "tsv"),
        ("text/csv; q=0.3 , application/sparql-results+xml ;q=0.30", "xml"),
        ("*/*;q=0.1, text/csv;q=0.2", "csv"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("text/*;q=0.9, text/csv;q=0.1", "tsv"),
        ("application/sparql-results+json;charset=utf-8", "json"),
        ('text/csv;x=",;q=0"', "csv"),
        ("text/csv;q=0", None),
        ("image/png", None),
        ("text/csv;q=2", "csv"),
        ("nonsense, text/csv", "csv"),
        ("nonsense", None),
        ("*/csv", None),
    ],
)
def test_the_header_decides(accept: str | None, expected: str | None) -> None:
    assert name(accept) == expected


def test_a_browser_gets_a_page_and_a_script_does_not() -> None:
    assert name(BROWSER, EVERYTHING) == "html"
    assert name("*/*", EVERYTHING) == "json"
    assert name(None, EVERYTHING) == "json"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json", "application/json"),
        ("application/json;q=0.5, */*;q=0.1", "application/json"),
        ("application/*", "application/sparql-results+json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/xml", "text/xml; charset=utf-8"),
    ],
)
def test_an_answer_is_sent_as_the_type_that_was_named(accept: str, content_type: str) -> None:
    chosen = choose(accept, tuple(Offer(o.name, o.media_types, "utf-8") for o in SOLUTIONS))
    assert chosen is not None
    assert chosen.content_type == content_type


MEDIA = st.sampled_from(
    [m for offer in EVERYTHING for m in offer.media_types] + ["image/png", "text/*", "*/*"]
)
RANGES = st.lists(st.tuples(MEDIA, st.integers(0, 10)), min_size=1, max_size=6)


@given(RANGES)
def test_nothing_refused_or_unmentioned_is_chosen(ranges: list[tuple[str, int]]) -> None:
    chosen = choose(", ".join(f"{media};q={q / 10}" for media, q in ranges), EVERYTHING)
    quality = {media: max(q for other, q in ranges if other == media) for media, _ in ranges}

    def wanted(media: str) -> int:
        main = media.split("/", maxsplit=1)[0]
        return quality.get(media, quality.get(f"{main}/*", quality.get("*/*", 0)))

    best = max(wanted(offer.media_types[0]) for offer in EVERYTHING)
    if chosen is None:
        assert best == 0
    else:
        assert wanted(chosen.media_type) > 0
        assert wanted(chosen.media_type) >= best


@given(RANGES)
def test_the_order_of_the_ranges_does_not_matter(ranges: list[tuple[str, int]]) -> None:
    words = [f"{media};q={q / 10}" for media, q in ranges]
    assert choose(",".join(words), EVERYTHING) == choose(" , ".join(reversed(words)), EVERYTHING)


@given(st.text(max_size=200))
def test_any_header_gets_an_answer(accept: str) -> None:
    choose(accept, EVERYTHING)
    languages(accept)


def test_only_the_first_hundred_ranges_are_weighed() -> None:
    assert name("image/png," * 99 + "text/csv") == "csv"
    assert name("image/png," * 100 + "text/csv") is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ()),
        ("", ()),
        ("de", ("de",)),
        ("de-CH, fr;q=0.9, en;q=0.95", ("de-ch", "en", "fr")),
        ("*, de;q=0, fr; q=0.2", ("fr",)),
        ("nonsense!, zh-Hans", ("zh-hans",)),
        ("de;q=x, fr;q=0.1", ("fr",)),
        (",".join(f"a{chr(97 + n)}" for n in range(20)), tuple(f"a{chr(97 + n)}" for n in range(8))),
    ],
)
def test_languages_are_those_wanted_most_first(header: str | None, expected: tuple[str, ...]) -> None:
    assert languages(header) == expected


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP; q=0.2", "gzip"),
        ("*", "zstd"),
        ("br", "identity"),
        ("gzip, zstd", "zstd"),
        ("gzip, zstd;q=0.9", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity, gzip", "gzip"),
        ("gzip;q=nonsense", "gzip"),
        ("gzip;q=0", "identity"),
        ("*;q=0", "identity"),
    ],
)
def test_the_coding_that_is_wanted_most_is_sent(accept: str | None, sent: str) -> None:
    assert coding(accept, ("zstd", "gzip")) == sent
