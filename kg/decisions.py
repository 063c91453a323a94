"""What people decided about facts: the files `curation/*.toml` beside the documents.

All faults of all files are said at once, each with its file and line: a decision that is overlooked would
publish what a person has rejected. What a decision does to a document's facts is in `kg.curation`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from kg.problems import PeerkgError, Problem

Action = Literal["confirm", "correct", "reject", "add", "split", "forbid"]

ACTIONS: tuple[Action, ...] = get_args(Action)
SAME = "sameAs"
"""The property of a decision that confirms that two things are one."""
OF_IDENTITIES = frozenset({"split", "forbid"})
"""Actions that are about which things are one, not about what is said of them."""

FOLDER = "curation"
KEYS = ("source", "subject", "property", "value", "quote", "action", "by", "on", "why")
LARGEST_FILE = 5_000_000
"""Bytes of a curation file."""
LONGEST: Mapping[str, int] = {"quote": 5000, "why": 5000}
"""Characters of a value; of all others 1000."""
_FAULTS_SHOWN = 20


class CurationError(PeerkgError):
    """Curation files cannot be used; the message lists every fault with its file and line."""

    def __init__(self, faults: Collection[Problem]) -> None:
        self.faults = tuple(faults)
        number = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = [str(fault) for fault in self.faults[:_FAULTS_SHOWN]]
        more = len(faults) - len(lines)
        lines += [f"... and {more} more"] if more else []
        super().__init__(f"the curation files have {number}, and nothing was read:\n  " + "\n  ".join(lines))


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, and where it is written.

    `source` is the absolute path of a document, the 16 digits of its id, or empty for decisions about
    identities that name no document. `term` is the property as it is written there. `value` is a text, or
    for a whole thing its parts.
    """

    action: Action
    source: str
    subject: str
    term: str
    value: str | tuple[tuple[str, str], ...]
    quote: str
    by: str
    on: str
    why: str
    path: str = field(compare=False, default="")
    line: int = field(compare=False, default=1)

    @property
    def id(self) -> str:
        """16 hexadecimal digits that stand for what is decided, by whom, when and why."""
        source = self.source if _ID.fullmatch(self.source) else os.path.basename(self.source)  # noqa: PTH119 - text
        value = (
            self.value if isinstance(self.value, str) else "\x1e".join("\x1d".join(one) for one in self.value)
        )
        parts = (
            self.action, source, self.subject, self.term, value, self.quote, self.by, self.on, self.why,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def pair(self) -> str:
        """What the decision says of two things by their IRIs: `forbid`, `confirm`, or nothing."""
        is_pair = self.action == "forbid" or (self.action == "confirm" and self.term == SAME)
        return self.action if is_pair else ""

    @property
    def words(self) -> str:
        """The value where it is one text, else nothing."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the value, none where it is one text."""
        return {} if isinstance(self.value, str) else dict(self.value)

    @property
    def place(self) -> str:
        """File and line, as messages show them."""
        return f"{self.path}:{self.line}"

    def problem(
        self, code: str, message: str, hint: str, severity: Literal["error", "warning", "info"] = "error"
    ) -> Problem:
        """A problem with the decision, at its line."""
        return Problem(code, message, self.path, line=self.line, hint=hint, severity=severity)


@dataclass(frozen=True, slots=True)
class Curation:
    """The decisions of a build, by the document they are about, and what is to be said of their files.

    `published` are the keys of the things that decisions name by an IRI of an earlier release.
    """

    decisions: tuple[Decision, ...] = ()
    unfilled: tuple[Problem, ...] = ()
    partial: bool = False
    """Whether single files were given, so that a document's absence says nothing."""
    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """The curation files as messages name them, with their paths inside the given folder."""

    def __or__(self, other: Curation) -> Curation:
        decisions = tuple(dict.fromkeys((*self.decisions, *other.decisions)))
        unfilled = tuple(dict.fromkeys((*self.unfilled, *other.unfilled)))
        return Curation(
            decisions,
            unfilled,
            self.partial or other.partial,
            {**self.published, **other.published},
            {**self.files, **other.files},
        )

    def of(self, path: str, source_id: str) -> tuple[Decision, ...]:
        """The decisions about the facts of one document."""
        if not self.decisions:
            return ()
        where = {os.path.abspath(path), source_id}  # noqa: PTH100 - resolve() follows links
        return tuple(one for one in self.decisions if one.source in where and not one.pair)

    def only(self, path: Path) -> Curation:
        """The decisions that may be about the document at `path`, where it alone is read."""
        where = os.path.abspath(path)  # noqa: PTH100 - resolve() follows links
        kept = tuple(one for one in self.decisions if one.source == where or _ID.fullmatch(one.source))
        return replace(self, decisions=kept, partial=True)

    def knowing(self, published: Mapping[str, tuple[str, ...]]) -> Curation:
        """The same with the keys of what was published, as far as decisions may name it."""
        named = {word for one in self.decisions for word in (one.subject, one.words) if "/" in word}
        if not named:
            return self
        kept: dict[str, tuple[str, ...]] = {}
        waiting = [iri for iri in published if any(iri.endswith(word) for word in named)]
        while waiting:
            iri = waiting.pop()
            if iri in published and iri not in kept:
                kept[iri] = published[iri]
                waiting += (key.partition("#")[0] for key in kept[iri] if "#" in key)
        return replace(self, published=kept)

    def forbidden(self, base: str) -> dict[tuple[str, str], Decision]:
        """The pairs of things that are never to be one, by their IRIs, each with the decision."""
        return self._pairs("forbid", base)

    def confirmed(self, base: str) -> dict[tuple[str, str], Decision]:
        """The pairs of things that are one, by their IRIs, each with the decision."""
        return self._pairs("confirm", base)

    def _pairs(self, kind: str, base: str) -> dict[tuple[str, str], Decision]:
        pairs = {}
        for one in self.decisions:
            if one.pair == kind:
                pair = sorted(_full(name, base) for name in (one.subject, one.words))
                pairs[pair[0], pair[1]] = one
        return pairs

    def unseen(self, final: Mapping[str, str], base: str) -> Iterator[Problem]:
        """The decisions about two things of which one is not there, or that could not be obeyed."""
        known = {*final, *final.values()}
        forbidden = self.forbidden(base)
        for (first, other), decision in self.confirmed(base).items():
            gone = [iri for iri in (first, other) if iri not in known and iri not in self.published]
            if gone:
                yield _stale(decision, gone[0])
            elif (first, other) in forbidden:
                yield decision.problem(
                    "decision-unclear",
                    f"<{first}> and <{other}> are said to be one and to be two",
                    "remove one of the two decisions: as long as both stand, they stay two",
                )
        for (first, other), decision in forbidden.items():
            gone = [iri for iri in (first, other) if iri not in known and iri not in self.published]
            if first == other or final.get(first, first) == final.get(other, other):
                yield decision.problem(
                    "decision-unclear",
                    f"<{first}> and <{other}> are one thing by their strongest key",
                    'use `action = "split"` with the document in which it is another thing',
                )
            elif gone:
                yield _stale(decision, gone[0])

    def unheeded(self, heeded: Collection[str]) -> Iterator[Problem]:
        """The decisions about facts that no document took notice of."""
        for one in self.decisions:
            if one.pair or one.id in heeded:
                continue
            if _ID.fullmatch(one.source):
                if not self.partial:
                    yield one.problem(
                        "decision-without-document",
                        f"no document with the id {one.source} is read",
                        "name the document by its path, or correct the id: the text may have changed",
                    )
            elif not Path(one.source).exists():
                yield one.problem(
                    "decision-without-document",
                    f"there is no document {os.path.basename(one.source)}",  # noqa: PTH119 - text
                    f"correct `source`: the path from the folder above `curation`{_alike(Path(one.source))}",
                )
            else:
                yield one.problem(
                    "stale-decision",
                    f"nothing in {os.path.basename(one.source)} is as the decision says",  # noqa: PTH119 - text
                    "read the document again; correct the decision, or remove it",
                    "warning",
                )

    @classmethod
    def load(cls, folder: Path, above: Path | None = None) -> Curation:
        """The decisions in `folder/curation/*.toml`; none where there is no such folder.

        `above` is the given folder, from which messages of a release count paths.

        Raises `CurationError` for whatever cannot be understood in them.
        """
        home = folder / FOLDER
        if not home.is_dir():
            return cls()
        if not Path(os.path.realpath(home)).is_relative_to(os.path.realpath(folder)):
            hint = "make it a folder beside the documents"
            message = "it is a link that leads out of the folder of documents"
            raise CurationError([Problem("curation-file", message, shown(home), hint=hint, severity="error")])
        faults: list[Problem] = []
        decisions: list[Decision] = []
        unfilled: list[Problem] = []
        files: dict[str, str] = {}
        for path in sorted(path for path in home.iterdir() if path.suffix == ".toml" and path.name[0] != "."):
            reading = _Reading(path, folder)
            files[reading.shown] = shown(path.relative_to(above or folder))
            for found in reading.decisions():
                if isinstance(found, Decision):
                    decisions.append(found)
                elif found.severity == "error":
                    faults.append(found)
                else:
                    unfilled.append(found)
        if faults:
            raise CurationError(faults)
        return cls(tuple(dict.fromkeys(decisions)), tuple(unfilled), files=files)


def _alike(path: Path) -> str:
    """The names in the folder of a document that is not there which it may be meant by."""
    names = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    near = get_close_matches(path.name, names, n=2)
    return f"; perhaps {' or '.join(near)}" if near else ""


def _stale(decision: Decision, iri: str) -> Problem:
    message, hint = f"nothing is <{iri}>", "correct the decision, or remove it"
    return decision.problem("stale-decision", message, hint, "warning")


def _full(name: str, base: str) -> str:
    return name if name.startswith(("http://", "https://")) else base + name


def shown(path: Path) -> str:
    """The path with characters that are no text, or would disturb a terminal, as escapes."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_ID = re.compile(r"[0-9a-f]{16}")
_SOURCE_IRI = re.compile(r"https?://\S+/source/([0-9a-f]{16})")
_LEXED = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"(?!\s*=)'
    r"|'[^'\n]*'(?!\s*=)"
    r"|#[^\n]*"
    r"|^[ \t]*(?P<header>\[\[[ \t]*[\"']?decision[\"']?[ \t]*\]\])"
    r"|^[ \t]*[\"']?(?P<key>[A-Za-z0-9_-]+)[\"']?[ \t]*=",
    re.MULTILINE,
)
"""What a line number is needed of, and what hides such characters: strings and comments."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of the tables of a TOML file, and of the keys in each."""

    headers: tuple[int, ...]
    keys: tuple[Mapping[str, int], ...]

    @classmethod
    def of(cls, text: str) -> _Lines:
        headers: list[int] = []
        named: list[dict[str, int]] = []
        line, last = 1, 0
        for match in _LEXED.finditer(text):
            line += text.count("\n", last, match.start())
            last = match.start()
            if match["header"]:
                headers.append(line)
                named.append({})
            elif match["key"] and named:
                named[-1].setdefault(match["key"], line)
        return cls(tuple(headers), tuple(named))

    def header(self, number: int) -> int:
        """The line of a table; 1 where tables are written in another way."""
        return self.headers[number] if number < len(self.headers) else 1

    def key(self, number: int, name: str) -> int:
        """The line of a key in it."""
        return self.keys[number].get(name, self.header(number)) if number < len(self.keys) else 1


class _FaultError(Exception):
    """What is wrong with one key of a decision."""

    def __init__(self, key: str, what: str, hint: str) -> None:
        super().__init__(what)
        self.key, self.hint = key, hint


@dataclass(frozen=True, slots=True)
class _Reading:
    """One curation file while it is read; `folder` is the one with the documents."""

    path: Path
    folder: Path

    @property
    def shown(self) -> str:
        return shown(self.path)

    def fault(self, message: str, hint: str, line: int | None = None) -> Problem:
        return Problem("curation-file", message, self.shown, line=line, hint=hint, severity="error")

    def decisions(self) -> Iterator[Decision | Problem]:
        """The decisions, what is wrong (an error), and what is not filled in (info)."""
        text = self._text()
        if isinstance(text, Problem):
            yield text
            return
        tables = self._tables(text)
        if isinstance(tables, Problem):
            yield tables
            return
        lines = _Lines.of(text)
        for number, table in enumerate(tables):
            try:
                if isinstance(table.get("action"), str) and not table["action"].strip():
                    yield Problem(
                        "unfilled-decision",
                        "nothing is decided: the action is empty",
                        self.shown,
                        line=lines.header(number),
                        hint=f"write one of {', '.join(ACTIONS)}, or remove the decision",
                        severity="info",
                    )
                    continue
                yield self._decision(table, lines.header(number))
            except _FaultError as error:
                line = lines.key(number, error.key)
                yield self.fault(f"`{error.key}` {error}" if error.key else str(error), error.hint, line)

    def _text(self) -> str | Problem:
        home = os.path.realpath(self.folder)
        if not Path(os.path.realpath(self.path)).is_relative_to(home):
            return self.fault("it is a link that leads out of the folder", "copy the file into the folder")
        if not self.path.is_file():
            return self.fault("it is no regular file", "remove it from the folder")
        try:
            if (size := self.path.stat().st_size) > LARGEST_FILE:
                return self.fault(
                    f"it has {size:,} bytes, and the limit is {LARGEST_FILE:,}", "split the file into several"
                )
            return self.path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            return self.fault(f"it cannot be read: {error.strerror or error}", "check its permissions")
        except UnicodeDecodeError as error:
            return self.fault(f"byte {error.start} is not UTF-8", "save the file as UTF-8")

    def _tables(self, text: str) -> list[dict[str, Any]] | Problem:
        try:
            content = tomllib.loads(text)
        except RecursionError:
            return self.fault(
                "it nests brackets too deeply", "write [[decision]] above each decision's lines"
            )
        except ValueError as error:  # TOMLDecodeError, and what int() says of thousands of digits
            line = re.search(r"at line (\d+)", str(error))
            number = int(line[1]) if line else len(text.splitlines())
            return self.fault(f"it is not TOML: {error}", "see https://toml.io for the syntax", number)
        for key in content:
            if key != "decision":
                return self.fault(
                    f"`{key}` is no key here",
                    "write [[decision]] above each decision's lines",
                    _line_of(text, key),
                )
        tables = content.get("decision", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            return self.fault(
                "`decision` is no list of tables",
                "write [[decision]] above each decision's lines",
                _line_of(text, "decision"),
            )
        return tables

    def _decision(self, table: dict[str, Any], line: int) -> Decision:
        for key in table:
            if key not in KEYS:
                raise _FaultError(key, "is no key of a decision", f"known are {', '.join(KEYS)}")
        action = _text(table, "action")
        if action not in ACTIONS:
            raise _FaultError(
                "action" if "action" in table else "",
                f"is {action!r}" if "action" in table else "the decision has no action",
                f"write one of {', '.join(ACTIONS)}",
            )
        by, why = _text(table, "by"), _text(table, "why")
        if not by:
            raise _FaultError(
                "by", "is missing or empty", "write who decided: a name, an ORCID iD or an address"
            )
        if not why and action != "confirm":
            raise _FaultError("why", "is missing or empty", "write the reason in a sentence")
        on = _date(table)
        quote = _text(table, "quote")
        subject = _text(table, "subject")
        if not subject:
            raise _FaultError(
                "subject", "is missing or empty", "name what is decided about: docs/curation.md says how"
            )
        is_pair = action == "forbid" or (action == "confirm" and _text(table, "property") == SAME)
        if not quote and not is_pair and action not in OF_IDENTITIES and "/" not in subject:
            raise _FaultError("quote", "is missing or empty", "copy the words from the document")
        value = _value(table)
        if (is_pair or action in OF_IDENTITIES) and "/" not in subject:
            raise _FaultError(
                "subject", f"is {subject!r}", "write the thing's IRI, as its page or the review has it"
            )
        if is_pair and (not isinstance(value, str) or "/" not in value):
            raise _FaultError("value", "is no IRI", "write the IRI of the other thing")
        if action in {"correct", "add"} and not value and _text(table, "property"):
            raise _FaultError("value", "is missing or empty", f"write what to {action}")
        return Decision(
            action=action,
            source=self._source(_text(table, "source"), is_pair=is_pair),
            subject=subject,
            term=_text(table, "property"),
            value=value,
            quote=quote,
            by=by,
            on=on,
            why=why,
            path=self.shown,
            line=line,
        )

    def _source(self, name: str, *, is_pair: bool) -> str:
        """The id or the absolute path of the document; a decision about two things needs none."""
        if not name:
            if is_pair:
                return ""
            raise _FaultError(
                "source",
                "is missing or empty",
                "write the document's path from this folder's parent, or its id",
            )
        iri = _SOURCE_IRI.fullmatch(name)
        if iri or _ID.fullmatch(name):
            return iri[1] if iri else name
        home = os.path.abspath(self.folder)  # noqa: PTH100 - resolve() follows links
        try:
            where = os.path.abspath(Path(home) / name)  # noqa: PTH100 - resolve() follows links
        except ValueError:
            where = ""
        if not name.isprintable() or not Path(where).is_relative_to(home) or where == home:
            raise _FaultError(
                "source",
                f"{name!r} leads out of the folder of documents",
                "write the path inside that folder",
            )
        return where


def _line_of(text: str, key: str) -> int:
    found = re.search(rf"^[ \t]*(?:\[+[ \t]*)?[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return 1 + text.count("\n", 0, found.start()) if found else 1


_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\x7f")


def _checked(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | dt.date):
        raise _FaultError(key, f"is {_shortly(value)}", "write text in quotation marks")
    if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
        raise _FaultError(key, "is too large a number", "write text in quotation marks")
    text = str(value).strip()
    longest = LONGEST.get(key, 1000)
    if len(text) > longest:
        raise _FaultError(key, f"has {len(text):,} characters, and the limit is {longest:,}", "shorten it")
    if odd := _FORBIDDEN.search(text):
        raise _FaultError(key, f"holds the character U+{ord(odd[0]):04X}", "remove it")
    if key not in LONGEST and not text.isprintable():
        raise _FaultError(
            key, "runs over several lines, or holds a character that cannot be shown", "write it on one line"
        )
    return text


_LARGEST_NUMBER = 10**18
_WORDS: Mapping[type, str] = {
    list: "a list",
    dict: "a table",
    float: "a number with a fraction",
    int: "a number",
}


def _shortly(value: object) -> str:
    if not isinstance(value, str | bool):
        return _WORDS.get(type(value), f"a {type(value).__name__}")
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"


def _text(table: Mapping[str, Any], key: str) -> str:
    return _checked(key, table.get(key, ""))


def _value(table: Mapping[str, Any]) -> str | tuple[tuple[str, str], ...]:
    value = table.get("value", "")
    if not isinstance(value, dict):
        return _checked("value", value)
    if len(value) > len(KEYS) + 10:
        raise _FaultError(
            "value", f"has {len(value)} parts", "docs/curation.md lists the parts of each kind of thing"
        )
    parts = []
    for name, part in sorted(value.items()):
        if not re.fullmatch(r"[A-Za-z_]{1,40}", name):
            raise _FaultError(
                "value",
                f"has a part {_shortly(name)}",
                "docs/curation.md lists the parts of each kind of thing",
            )
        parts.append((name, _checked("value", part)))
    return tuple(parts)


def _date(table: Mapping[str, Any]) -> str:
    value = table.get("on", "")
    hint = "write the day as 2026-11-22"
    if isinstance(value, dt.datetime):
        raise _FaultError("on", f"is {value.isoformat()}, with a time", hint)
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return dt.date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise _FaultError("on", f"is {value!r}: {error}", hint) from error
    what = f"is {_shortly(value)}, which is no day" if value != "" else "is missing or empty"
    raise _FaultError("on", what, hint)
