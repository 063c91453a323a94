r"""The syntax of BibTeX: a file cut into its blocks (`@article{...}`), and a block into its fields.

A file is followed line by line, brace by brace. Where braces do not balance, a block ends before the next
line that begins one. What stands between blocks is a comment.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kg.encodings import UnreadableSourceError
from kg.opening import File
from kg.problems import Problem

LONGEST = 16_000_000
"""A block of more characters is left out."""
LONGEST_COMMENT = 4_000_000
"""So far the end of a comment is looked for."""
LONGEST_MACRO = 100_000
"""Macros that are made of each other grow without bound."""

FARTHEST = 20_000
"""So far behind a quotation mark inside a value another one is looked for that ends it."""

MOST_TRIES = 20
"""So many values without an end are passed over in an entry."""

COMMENTS = frozenset(("comment", "preamble", "string"))
"""Blocks that are no entries."""
MONTHS = {
    name[:3]: name.capitalize()
    for name in (
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december",
    )
}  # fmt: skip
"""The macros that every style defines."""

_START = re.compile(r"(?<![\w.])@[ \t]*([A-Za-z][\w-]*)[ \t]*(?:([{(])|(?=\r?\n?$))")
_NEXT = re.compile(
    r"[ \t]*@(?:(?i:string|preamble|comment)[ \t]*[{(]"
    r"|[A-Za-z]+[ \t]*[{(][^\s{}=\"]{0,200},[ \t]*(?:\r?\n?$|[\w-]+[ \t]*=))"
)
_COMMA = re.compile(r"[ \t]*,[ \t]*\r?\n")
_FIELD = re.compile(r"[ \t]*[A-Za-z][\w-]{1,40}[ \t]*=[ \t]*[{\"\w]")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_EVERY_BRACE = re.compile(r"[{}]")
_IN_PARENTHESES = re.compile(r'\\.|[{}")]', re.DOTALL)
_LIKE_A_FIELD = re.compile(r"[\s,}]*[A-Za-z][\w-]{1,40}\s*=\s*[{\"\w]")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between `@` and the brace that closes it; `kind` is the word behind `@`, in small letters.

    A line outside all blocks that looks like a field of one is a block without kind.
    """

    kind: str
    text: str
    line: int
    size: int
    """Characters; of a block that is too long, `text` is only its beginning."""


class _Lines:
    """The lines of a file, which can be given back; it knows the number of the one given last."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._lines, None)
        self.number += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of a file in their order, comments and macros among them."""
    found = _Lines(iter(lines))
    patient = True
    """Whether the end of a comment is looked for beyond the next entry; once it was missing, not."""
    stray = False
    while (line := found.next()) is not None:
        at = 0
        while "@" in line and (start := _START.search(line, at)) is not None:
            if line.lstrip().startswith("%"):
                break
            begin, kind = found.number, start[1].lower()
            if start[2] is None:
                following = found.next()
                if following is None or not following.lstrip().startswith(("{", "(")):
                    found.give_back([] if following is None else [following])
                    break
                line += following
                at = start.start()
                start = _START_ON_TWO_LINES.match(line, at)
                if start is None:
                    break
            text, at, line, closed = _block(found, line, start, patient=patient and kind == "comment")
            patient = patient and (closed or kind != "comment")
            yield Block(kind, text if len(text) <= LONGEST else text[:200], begin, len(text))
            stray = False
            if at >= len(line):
                break
        if not stray and "=" in line and _LIKE_A_FIELD.match(line, at):
            stray = True
            yield Block("", line[at:].strip(), found.number, len(line))


_START_ON_TWO_LINES = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*([{(])")


def _block(found: _Lines, line: str, start: re.Match[str], *, patient: bool) -> tuple[str, int, str, bool]:
    """The block that begins at `start`, where it ends in which line, and whether it does."""
    counter = _Counter(start[2])
    parts: list[str] = []
    size, begin, at = 0, start.start(), start.end() - 1
    next_block: int | None = None
    while True:
        end = counter.end(line, at)
        if end is not None and not (_COMMA.match(line, end) and _field_follows(found)):
            parts.append(line[begin:end])
            return "".join(parts), end, line, True
        if end is not None:
            counter = _Counter("{", depth=1)  # a brace too many stood in a value
        size += len(line) - begin
        if size <= LONGEST + len(line):
            parts.append(line[begin:])
        begin = at = 0
        following = found.next()
        if following is not None and _NEXT.match(following):
            next_block = len(parts) if next_block is None else next_block
            if not patient:
                found.give_back([following])
                following = None
        if following is None or (patient and size > LONGEST_COMMENT):
            if patient and next_block is not None:
                found.give_back([*parts[next_block:], *([] if following is None else [following])])
                return "".join(parts[:next_block]), 0, "", False
            if patient and following is not None:
                found.give_back([*parts[1:], following])
                return parts[0], 0, "", False
            return "".join(parts), 0, "", False
        line = following


def _field_follows(found: _Lines) -> bool:
    line = found.next()
    if line is None:
        return False
    found.give_back([line])
    return _FIELD.match(line) is not None


class _Counter:
    """Counts the brackets of a block that has been opened, line by line."""

    def __init__(self, opening: str, depth: int = 0) -> None:
        self._parenthesis = opening == "("
        self._depth = depth
        self._quoted = False

    def end(self, line: str, at: int) -> int | None:
        """Behind the bracket that closes the block, or `None` where the line does not close it."""
        if self._parenthesis:
            return self._end_of_parentheses(line, at)
        if "\\" not in line:
            closing = line.count("}", at)
            if closing < self._depth:
                self._depth += line.count("{", at) - closing
                return None
        for match in _BRACE.finditer(line, at):
            if match[0] == "{":
                self._depth += 1
            elif match[0] == "}":
                self._depth -= 1
                if self._depth == 0:
                    return match.end()
        return None

    def _end_of_parentheses(self, line: str, at: int) -> int | None:
        if at:
            at += 1
        for match in _IN_PARENTHESES.finditer(line, at):
            sign = match[0]
            if sign == "{":
                self._depth += 1
            elif sign == "}":
                self._depth -= 1
            elif sign == '"' and self._depth == 0:
                self._quoted = not self._quoted
            elif sign == ")" and self._depth <= 0 and not self._quoted:
                return match.end()
        return None


@dataclass(slots=True)
class Entry:
    """A block in its parts: the fields by their names in small letters, with macros put in."""

    kind: str = ""
    key: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    undefined: list[str] = field(default_factory=list)
    """Macros that are not defined; their names stand in their places."""
    unread: list[str] = field(default_factory=list)
    """What stands where a field should."""
    unclosed: str = ""
    """The field whose value does not end, `?` where it is only the block."""

    def first(self, *names: str) -> str:
        """The first value that is not empty of the first of these fields that has one."""
        for name in names:
            for own, value in self.fields:
                if own == name and value.strip():
                    return value
        return ""


_HEAD = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*([{(])\s*")
_KEY = re.compile(r"([^,={}\"%\n]{0,300}?)\s*(,|(?=[})]\s*\Z)|\n)")
_BETWEEN = re.compile(r"(?:[\s,;]|%[^\n]*(?:\n|\Z))*+")
_NAME = re.compile(r"([^\s=,{}\"#%()\\][^=,{}\"#\n\\]{0,80}?)\s*=\s*")
_RESYNC = re.compile(r"\n\s*(?=[A-Za-z][\w:+.-]{0,40}\s*=\s*[\"{\w])")
_RESYNC_IN_LINE = re.compile(r",\s*(?=[A-Za-z][\w:+.-]{0,40}\s*=\s*[\"{\w])")
_BARE = re.compile(r"[^\s,#{}\"=()\\]++(?:[ \t]++[^\s,#{}\"=()\\]++(?![ \t]*+=))*+")
_HASH = re.compile(r"\s*#\s*")
_QUOTE = re.compile(r'\\.|[{}"]', re.DOTALL)
_BEHIND_VALUE = re.compile(r"\s*(?:[,#})]|\Z)|\s*\n\s*[\w-]+\s*=")
_MACRO = re.compile(r"[A-Za-z_][^\s\"#%'(),={}]*")


def parsed(text: str, macros: Mapping[str, str] = MONTHS) -> Entry:
    r"""The parts of a block. Its key may be missing, commas too, and a value may stand without brackets.

    A brace behind a backslash does not count. For BibTeX it does, and a value may end with a backslash: that
    is tried where a block has no end otherwise.
    """
    entry = _parsed(text, macros, _BRACE)
    if not entry.unclosed or "\\" not in text:
        return entry
    again = _parsed(text, macros, _EVERY_BRACE)
    return entry if again.unclosed else again


def _parsed(text: str, macros: Mapping[str, str], brace: re.Pattern[str]) -> Entry:
    entry = Entry()
    head = _HEAD.match(text)
    if head is None:
        return entry
    entry.kind = head[1].lower()
    at = head.end()
    if entry.kind not in COMMENTS and (key := _KEY.match(text, at)) is not None:
        entry.key = " ".join(key[1].split())
        at = key.end()
    resync = _RESYNC if "\n" in text else _RESYNC_IN_LINE
    last: re.Match[str] | None = None
    tries = 0
    while (at := _between(text, at)) < len(text) or last is not None:
        name = _NAME.match(text, at)
        if at >= len(text) or name is not None:
            value, at = ("", -1) if name is None else _value(text, name.end(), macros, entry, brace)
            if at >= 0 and name is not None:
                words = name[1] if name[1].isascii() else " ".join(name[1].split())
                entry.fields.append((words.lower(), value))
                last = name
                continue
            broken, last = name or last, None
            again = _behind(text, broken.end()) if broken is not None else None
            if broken is not None and (name is not None or again is not None):
                entry.unclosed = broken[1]
                if name is None:
                    entry.fields.pop()  # it has swallowed what follows, and the end of the entry
            tries += 1
            if again is None or tries > MOST_TRIES:
                entry.unclosed = entry.unclosed or "?"
                return entry
            at = again.end()
        elif text[at] in "})" and not text[at + 1 :].strip():
            return entry
        else:
            again = resync.search(text, at)
            entry.unread.append(text[at : again.start() if again else len(text)].strip())
            if again is None:
                return entry
            at = again.end()
    entry.unclosed = "?"
    return entry


def _behind(text: str, at: int) -> re.Match[str] | None:
    """Where the field begins that follows a value without an end."""
    return _RESYNC.search(text, at) or _RESYNC_IN_LINE.search(text, at)


def _between(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _value(
    text: str, at: int, macros: Mapping[str, str], entry: Entry, brace: re.Pattern[str]
) -> tuple[str, int]:
    """A value and where it ends, -1 where it does not: pieces in braces or quotes, numbers, macros."""
    parts: list[str] = []
    while at < len(text):
        if text[at] == "{" or text[at] == '"':
            end = _close(text, at, brace) if text[at] == "{" else _end_of_quote(text, at + 1)
            if end < 0:
                return "", -1
            parts.append(text[at + 1 : end - 1])
        elif (bare := _BARE.match(text, at)) is not None:
            end = bare.end()
            parts.append(_bare(bare[0], macros, entry))
        else:
            break
        at = end
        joined = _HASH.match(text, at)
        if joined is None:
            break
        at = joined.end()
    return "".join(parts), at


def _bare(words: str, macros: Mapping[str, str], entry: Entry) -> str:
    if not _MACRO.fullmatch(words):
        return words
    if words.lower() in macros:
        return macros[words.lower()]
    entry.undefined.append(words)
    return words


def _close(text: str, at: int, brace: re.Pattern[str]) -> int:
    """Behind the brace that closes the one here; -1 where none does."""
    end = text.find("}", at)
    if end < 0:
        return -1
    if text.find("{", at + 1, end) < 0 and text.find("\\", at, end) < 0:
        return end + 1
    depth = 0
    for match in brace.finditer(text, at):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return match.end()
    return -1


def _end_of_quote(text: str, at: int) -> int:
    """Behind the quotation mark that ends a value: one that something follows which may follow a value."""
    depth, first = 0, -1
    for match in _QUOTE.finditer(text, at):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth < 0:
                return first
        elif match[0] == '"' and depth == 0:
            if _BEHIND_VALUE.match(text, match.end()):
                return match.end()
            first = match.end() if first < 0 else first
        if 0 <= first < match.start() - FARTHEST:
            return first
    return first


@dataclass(slots=True)
class Macros:
    """The macros of a file, by their names in small letters; `problems` says which could not be taken."""

    values: dict[str, str] = field(default_factory=lambda: dict(MONTHS))
    size: int = 0
    too_long: bool = False

    def define(self, block: Block, file: File) -> Iterator[Problem]:
        """Take the macros of an `@string`; each may use those before it."""
        entry = parsed(block.text, self.values)
        for name, value in entry.fields if not entry.undefined else ():
            before = len(self.values.get(name, ""))
            if len(value) > LONGEST_MACRO or self.size + len(value) - before > LONGEST:
                if self.too_long:
                    continue
                self.too_long = True
                yield Problem(
                    "macro",
                    f"the macro {name[:60]!r} has more than {LONGEST_MACRO:,} characters, or all macros have"
                    f" more than {LONGEST:,}; it was not taken",
                    file.path,
                    line=block.line,
                    hint="look for a macro that is made of itself",
                )
                continue
            self.values[name] = value
            self.size += len(value) - before
        if entry.unclosed or entry.undefined or not entry.fields:
            what = (
                f"uses {entry.undefined[0][:60]!r}, which is not defined"
                if entry.undefined
                else "is not read"
            )
            yield Problem(
                "macro",
                f"the definition {block.text[:60]!r} {what}",
                file.path,
                line=block.line,
                hint="write it as @string{name = {value}}",
            )

    def used_in(self, text: str, others: Mapping[str, str]) -> tuple[str, ...]:
        """The definitions of the macros that a block uses, those of `others` where there is none here."""
        names = dict.fromkeys(name.lower() for name in _USED.findall(text))
        found = ((name, self.values.get(name, others.get(name))) for name in names if name not in MONTHS)
        return tuple(f"{name}={value}" for name, value in found if value is not None)


_USED = re.compile(r"[=#]\s*([A-Za-z_][^\s\"#%'(),={}]*)")


_INHERITS = re.compile(r"\b(?:crossref|xdata)\s*=\s*[\"{]([^{}\"]{1,1000})[\"}]", re.IGNORECASE)
_MENTIONED = re.compile(rb"@[ \t]*string|\b(?:crossref|xdata)\b", re.IGNORECASE)
LONGEST_PARENT = 100_000
"""An entry of more characters is nothing that others inherit from."""
MOST_PARENTS = 100_000
"""So many entries from which others inherit are kept."""


@dataclass(slots=True)
class Elsewhere:
    """What entries need and does not stand in them: macros defined below, entries they inherit from."""

    macros: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    """The blocks of entries from which others inherit, by their keys in small letters."""

    @classmethod
    def of(cls, file: File) -> Elsewhere:
        """What the file says of it: it is read once more for macros, and again where entries inherit."""
        found = cls()
        if not _is_mentioned(file):
            return found
        notes = len(file.notes)
        macros, wanted, size = Macros(), set[str](), 0
        try:
            for block in blocks(file.lines()):
                if block.kind == "string" and block.size <= LONGEST:
                    list(macros.define(block, file))
                elif len(wanted) < MOST_PARENTS:
                    wanted.update(key.lower() for key in parents(block.text))
            for block in blocks(file.lines()) if wanted else ():
                key = key_of(block.text)
                if key in wanted and block.size <= LONGEST_PARENT and size < 2 * LONGEST:
                    found.parents.setdefault(key, block.text)
                    size += block.size
        except UnreadableSourceError:  # the records before the damage are read, and then it is told
            pass
        finally:
            del file.notes[notes:]  # the lines are read again, and noted again
        found.macros = macros.values
        return found

    def inherited(self, text: str) -> tuple[str, ...]:
        """The blocks from which a block inherits, and those from which these do."""
        found: dict[str, str] = {}
        keys = deque(parents(text))
        while keys and len(found) < MOST_LEVELS:
            key = keys.popleft().lower()
            if key in self.parents and key not in found:
                found[key] = self.parents[key]
                keys.extend(parents(found[key]))
        return tuple(found.values())


MOST_LEVELS = 8
"""From so many entries one may inherit."""


def parents(text: str) -> list[str]:
    """The keys of the entries from which a block inherits."""
    if "=" not in text:
        return []
    return [key.strip() for keys in _INHERITS.findall(text) for key in keys.split(",") if key.strip()]


def key_of(text: str) -> str:
    """The key of a block in small letters, or nothing."""
    head = _HEAD.match(text)
    key = _KEY.match(text, head.end()) if head else None
    return " ".join(key[1].split()).lower() if key else ""


def _is_mentioned(file: File) -> bool:
    """Whether the file may have macros or entries that inherit."""
    last = b""
    try:
        for block in file.utf_8():
            if _MENTIONED.search(last + block):
                return True
            last = block[-32:]
    except UnreadableSourceError:
        return False
    return False
