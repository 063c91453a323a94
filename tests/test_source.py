from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.problems import Problem
from kg.source import Found, Source, UnreadableSourceError

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def source(text: str) -> Source:
    return Source.from_bytes("one.txt", text.encode())


def test_the_text_is_the_bytes_decoded_and_untouched() -> None:
    assert source("a\r\nb\rc\n").text == "a\r\nb\rc\n"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert Source.from_bytes("one.txt", b"\xef\xbb\xbfa").text == "a"


LATIN = "Müller, Zoë: “Peers” – it’s a café, 5 €"
CHINESE = "作者：\nMüller, Zoë\n摘要：\nPeers “helped”\n关键词：\n同伴支持"
ENGLISH = "“Peers” – it’s Zoé—• hope"
ENCODED: dict[str, tuple[bytes, str, str]] = {
    "utf-8": (LATIN.encode(), LATIN, "UTF-8"),
    "utf-8 with a mark": (LATIN.encode("utf-8-sig"), LATIN, "UTF-8"),
    "chinese utf-8": (CHINESE.encode(), CHINESE, "UTF-8"),
    "utf-16": (CHINESE.encode("utf-16"), CHINESE, "UTF-16"),
    "utf-16 big-endian": (b"\xfe\xff" + LATIN.encode("utf-16-be"), LATIN, "UTF-16"),
    "utf-16 without a mark": (LATIN.encode("utf-16-le"), LATIN, "UTF-16LE"),
    "utf-16 big-endian without a mark": (LATIN.encode("utf-16-be"), LATIN, "UTF-16BE"),
    "windows-1252": (LATIN.encode("windows-1252"), LATIN, "Windows-1252"),
    "one letter at the end": (b"caf\xe9", "café", "Windows-1252"),
    "gb18030": (CHINESE.encode("gb18030"), CHINESE, "GB18030"),
    "gb18030 with lines of windows": (CHINESE.replace("\n", "\r\n").encode("gb18030"),
                                      CHINESE.replace("\n", "\r\n"), "GB18030"),
    "english in gb18030": (ENGLISH.encode("gb18030"), ENGLISH, "GB18030"),
    "a no-break space in gb18030": ("a\xa0b".encode("gb18030"), "a\xa0b", "GB18030"),
    "a product in windows-1252": ("2×2×2 café".encode("windows-1252"), "2×2×2 café", "Windows-1252"),
    "signs of windows-1252": ("¡Vía! 2×2×2".encode("windows-1252"), "¡Vía! 2×2×2", "Windows-1252"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODED)
def test_the_encoding_is_known_by_the_bytes(name: str) -> None:
    data, text, encoding = ENCODED[name]
    found = Source.from_bytes("one.txt", data)
    assert (found.text, found.encoding) == (text, encoding)


@given(texts.filter(lambda text: text.strip("\ufeff \t\r\n") != ""))
def test_any_text_in_utf_8_is_read_as_such(text: str) -> None:
    found = Source.from_bytes("one.txt", text.encode())
    assert (found.text, found.encoding) == (text.removeprefix("\ufeff"), "UTF-8")


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(UnreadableSourceError):
        assert "\0" not in Source.from_bytes("one.txt", data).text


def test_the_id_begins_the_digest_of_the_bytes() -> None:
    data = b"\xef\xbb\xbfa"
    assert Source.from_bytes("one.txt", data).id == hashlib.sha256(data).hexdigest()[:16]
    assert Source.from_bytes("one.txt", data).size == len(data)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty-file", "empty"),
        (b"\xef\xbb\xbf \r\n\t", "empty-file", "empty"),
        ("é\nb—".encode()[:-1], "not-utf-8", "line 2, byte 4"),
        ("“é”\n".encode() + b"b\xe9c", "not-utf-8", "line 2, byte 10"),
        (b"a\nb\x81 \xe9c", "unknown-encoding", "line 2, byte 3"),
        (b"a\nb\0c", "binary-file", "line 2"),
        (b"\xe9\nb\0c", "binary-file", "line 2"),
        (b"\x89PNG\r\n\x1a\n", "binary-file", "control character"),
        ("ab".encode("utf-16") + b"c", "unknown-encoding", "UTF-16"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_place_and_remedy(data: bytes, code: str, words: str) -> None:
    with pytest.raises(UnreadableSourceError, match=words) as caught:
        Source.from_bytes("one.txt", data)
    assert caught.value.code == code
    assert caught.value.hint


@given(texts.filter(str.strip))
def test_lines_stand_at_their_places_and_are_numbered_from_one(text: str) -> None:
    document = source(text)
    for number, line in enumerate(document.lines(), start=1):
        assert document.text[line.start : line.end] == line.raw
        assert document.line_of(line.start) == number


@given(texts, st.sampled_from([r"\s+", ";", r"[,;]\s*", r"\n"]))
def test_parts_of_a_value_keep_their_places(text: str, separator: str) -> None:
    whole = Found(text, text, 0)
    for part in whole.split(separator):
        assert part.raw.strip()
        assert text[part.start : part.end] == part.raw
    stripped = whole.stripped()
    assert text[stripped.start : stripped.end] == stripped.raw == text.strip()


def test_a_changed_value_keeps_its_characters() -> None:
    found = source("n = 12 people").span(4, 6).map(int)
    assert (found.value, found.raw, found.start, found.end) == (12, "12", 4, 6)


def test_a_problem_says_where_what_and_what_to_do() -> None:
    document = source("one\ntwo\n")
    problem = Problem.at(
        document, document.span(4, 7), "odd", "'two' is odd", hint="say 'one'", severity="info"
    )
    assert str(problem) == "one.txt:2: info: 'two' is odd (say 'one') [odd]"
    assert problem.as_json()["start"] == 4
