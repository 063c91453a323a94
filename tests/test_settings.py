"""Settings and lists of sources: what is wrong in one is named with its file, its place and a remedy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kg.settings import BaseIriError, Settings, SettingsError, SourceDetails, SourceList, base_iri

SEEDS = Path(__file__).parent.parent / "seeds"


def written(folder: Path, text: str, name: str = "peerkg.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    assert Settings.load(None) == Settings()
    assert Settings().base_iri == "https://w3id.org/peerkg/"


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'base_iri = "https://example.org/kg"\ntitle = "Doors"\npublisher = "Us"\n'
        "max_source_bytes = 10\nquote_length = 50\n",
    )
    assert Settings.load(path) == Settings("https://example.org/kg/", "Doors", "Us", 10, 50)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", r"peerkg.toml: not TOML: .*line 1"),
        ("a = 1\nb = = 2", r"peerkg.toml: not TOML: .*line 2"),
        ("titel = 'x'", r"peerkg.toml: `titel`: is no key here; known are base_iri, title"),
        ("sources = 'x'", r"`sources`: is no key here"),
        ("title = ' '", r"`title`: is empty; write some words, or leave the key out"),
        ("title = 3", r"`title`: is 3; expected text"),
        ("quote_length = 0", r"`quote_length`: is 0; expected a whole number of at least 1"),
        ("quote_length = true", r"`quote_length`: is True; expected a whole number"),
        ("max_source_bytes = '1'", r"`max_source_bytes`: is '1'; expected a whole number"),
        ("base_iri = 'example.org'", r"`base_iri`: .* is not absolute: write it as https"),
    ],
)
def test_what_is_wrong_in_the_settings_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.load(written(tmp_path, text))


def test_a_settings_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "peerkg.toml"
    path.write_bytes(b"title = '\xe9'")
    with pytest.raises(SettingsError, match="byte 9 is not UTF-8: save the file as UTF-8"):
        Settings.load(path)


def test_an_absent_settings_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no\.toml: cannot be read: No such file"):
        Settings.load(tmp_path / "no.toml")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.org/kg", "https://example.org/kg/"),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("https://xn--bcher-kva.example/größe/", "https://xn--bcher-kva.example/größe/"),
    ],
)
def test_a_base_iri_ends_with_a_slash(given: str, kept: str) -> None:
    assert base_iri(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "", "example.org/", "ftp://example.org/", "https://", "https:///kg/", "//example.org/", "urn:x:y",
        "https://example.org/#", "https://example.org/?a", "https://a b/", "https://e.org/\u202e/", "https://e.org/%2F/",
        "https://u:p@e.org/", "https://[::1/", "https://e.org:99999/", "javascript:alert(1)//", "https://e.org/<x>/",
    ],
)  # fmt: skip
def test_what_cannot_be_a_base_iri_is_refused(given: str) -> None:
    with pytest.raises(BaseIriError, match="base IRI"):
        base_iri(given)


def sources(folder: Path, text: str) -> SourceList:
    written(folder, text, "sources.toml")
    return SourceList.load(folder)


def test_a_source_list_names_documents_from_its_own_folder(tmp_path: Path) -> None:
    listed = sources(
        tmp_path,
        "[[source]]\npath = 'sub/a.txt'\ntitle = 'A'\norigin = 'here'\nlicence = 'CC0'\ntext = 'none'\n"
        "retrieved = 2026-11-22\n[[source]]\npath = 'b.txt'\n",
    )
    details = SourceDetails("A", "here", "CC0", "none", dt.date(2026, 11, 22))
    assert listed.details(tmp_path / "sub" / "a.txt") == details
    assert listed.details(str(tmp_path / "sub" / ".." / "sub" / "a.txt")) == details
    assert listed.details(tmp_path / "b.txt") == SourceDetails()


def test_an_unlisted_document_is_quoted_only(tmp_path: Path) -> None:
    assert SourceList.load(tmp_path).details("x.txt").text == "quotes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[source]", r"sources.toml: not TOML: .*line 1"),
        ("[source]\npath = 'a'", r"`source`: is no list of tables; write \[\[source\]\]"),
        ("[[sources]]\npath = 'a'", r"`sources`: is no key here; known are source"),
        ("[[source]]\ntitle = 'a'", r"\[\[source\]\] number 1: `path`: is missing"),
        ("[[source]]\npath = 'a'\n[[source]]\npath = './a'", r"number 2: `path`: './a' is listed twice"),
        ("[[source]]\npath = 'a'\ntext = 'all'", r"`text`: is 'all'; expected one of full, quotes, none"),
        ("[[source]]\npath = 'a'\ntext = ['full']", r"`text`: is \['full'\]; expected one of"),
        ("[[source]]\npath = 'a'\nlicense = 'x'", r"`license`: is no key here; known are path, title"),
        ('[[source]]\npath = "a\\u202Eb"', r"`path`: .* cannot be shown: rename the file"),
        ("[[source]]\npath = 3", r"`path`: is 3; expected text"),
        ("[[source]]\npath = 'a'\nretrieved = '2026'", r"`retrieved`: is '2026'; expected a date without"),
        ("[[source]]\npath = 'a'\nretrieved = 2026-11-22T10:00:00", r"`retrieved`: .*expected a date"),
        ("source = 3", r"`source`: is no list of tables"),
    ],
)
def test_what_is_wrong_in_a_source_list_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        sources(tmp_path, text)


def test_every_seed_is_listed_with_its_licence_as_stated() -> None:
    listed = SourceList.load(SEEDS)
    documents = sorted(SEEDS.glob("*.txt"))
    assert sorted(Path(path).name for path in listed.entries) == [path.name for path in documents]
    for path in documents:
        details = listed.details(path)
        assert details.title
        assert details.origin
        assert details.licence == "not stated in the document"


def test_only_the_conference_abstract_is_published_whole() -> None:
    listed = SourceList.load(SEEDS)
    assert [path.name[:3] for path in sorted(SEEDS.glob("*.txt")) if listed.details(path).text == "full"] == [
        "001"
    ]
