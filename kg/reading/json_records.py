"""Records of JSON: one object, an array, an envelope around one, JSON Lines; and the values in a record.

A file is never whole in memory: JSON Lines are cut at line ends, everything else is followed bracket by
bracket. A record stays as it stands in the file until it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from kg.opening import File
from kg.problems import Problem
from kg.reading import markup
from kg.reading.values import Values
from kg.source import FIELD, Found, Source

LONGEST = 32 << 20
"""A record of more bytes is left out."""

Object: TypeAlias = dict[str, Any]
Keys: TypeAlias = tuple[str, ...]

_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_WITHOUT = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_STRING = re.compile(rb'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,:\x1e]*+")
"""What may stand between values; 0x1e begins a record of a JSON text sequence (RFC 7464)."""
_SCALAR = re.compile(rb'[^\s,:\[\]{}"]++')


def records(file: File, *envelopes: Keys) -> Iterator[Source | Problem]:
    """The records of a file: JSON Lines, the elements of an array, what an envelope holds, one object.

    `envelopes` are the keys that lead from the outermost object to the records or to the one record, such
    as `("message", "items")`. An object that has none of these keys is itself a record.
    """
    if _is_lines(file.head.text, {keys[0] for keys in envelopes}):
        yield from _lines(file)
    else:
        yield from _Brackets(file).records(envelopes)


def _is_lines(text: str, outer: set[str]) -> bool:
    """Whether a line of the head is a whole object and no envelope, and so are most or all other lines."""
    lines = [line for line in text.split("\n")[:-1] if line.strip()]
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    whole = [value for value in map(_object_of, lines) if value is not None]
    if not whole or not all(outer.isdisjoint(value) for value in whole):
        return False
    alike = all(line.startswith("{") and len(line.strip()) > 1 for line in lines)
    return alike or 2 * len(whole) > len(lines)


def _object_of(line: str) -> Object | None:
    try:
        value = orjson.loads(line) if line.startswith("{") else None
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _lines(file: File) -> Iterator[Source | Problem]:
    number, line, parts, size = 0, 0, list[bytes](), 0
    for block in file.utf_8():
        *whole, rest = block.split(b"\n")
        for end in whole:
            line += 1
            data = b"".join((*parts, end)) if parts else end
            size += len(end)
            parts, length, size = [], size, 0
            if length > LONGEST:
                number += 1
                yield _too_long(file, line)
            elif not data.isspace() and data:
                number += 1
                yield _record(file, number, line, data)
        size += len(rest)
        parts = [*parts, rest] if size <= LONGEST else [b"{"]
    last = b"".join(parts)
    if last.strip():
        yield _record(file, number + 1, line + 1, last) if size <= LONGEST else _too_long(file, line + 1)


def _record(file: File, number: int, line: int, data: bytes, where: str = "") -> Source:
    return file.record(number, line, data=data, where=where, media_type="application/json")


def _too_long(file: File, line: int, where: str = "") -> Problem:
    return Problem(
        "record-too-large",
        f"the record has more than {LONGEST:,} bytes and was left out",
        file.path,
        line=line,
        where=where,
        hint="split it, or look for a bracket or quotation mark that is missing",
        severity="error",
    )


class _Brackets:
    """Follows the brackets of a file and cuts out its records."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._blocks = file.utf_8()
        self._data = b""
        self._at = 0
        self._line = 1
        self._number = 0

    def records(self, envelopes: Sequence[Keys]) -> Iterator[Source | Problem]:
        """What stands on the outermost level: arrays of records, envelopes, records."""
        while sign := self._sign():
            try:
                if sign == b"[":
                    yield from self._array("", envelopes)
                elif sign == b"{":
                    yield from self._object(envelopes, "")
                else:
                    yield self._problem("json", f"{self._shown()} is no JSON object or array", "")
                    self._skip_scalar()
            except EOFError:
                yield self._problem(
                    "cut-off", "the file ends inside a record, or a bracket or quotation mark is missing", ""
                )
                return

    def _array(self, where: str, envelopes: Sequence[Keys] = ()) -> Iterator[Source | Problem]:
        """The records of an array; or, where its first element is an envelope, what its envelopes hold."""
        self._at += 1
        index = 0
        inside: Sequence[Keys] = ()
        if self._sign() == b"{" and self._has_key({keys[0] for keys in envelopes if keys}):
            inside = envelopes
        while (sign := self._sign()) != b"]":
            if not sign:
                raise EOFError
            place = f"{where}/{index}"
            if sign == b"{" and inside:
                yield from self._object(inside, place)
            elif sign == b"{":
                yield self._taken(place)
            else:
                yield self._problem("no-record", f"{self._shown()} is no JSON object", place)
                self._skip()
            index += 1
        self._at += 1

    def _object(self, envelopes: Sequence[Keys], where: str) -> Iterator[Source | Problem]:
        """An envelope with its records, or, where it has none of the keys, the one record it is."""
        if not self._has_key({keys[0] for keys in envelopes if keys}):
            yield self._taken(where)
            return
        self._at += 1
        while (sign := self._sign()) != b"}":
            if sign != b'"':
                if not sign:
                    raise EOFError
                self._skip()
                continue
            key = self._string()
            inner = [keys[1:] for keys in envelopes if keys and keys[0] == key]
            value, place = self._sign(), f"{where}/{escaped(key)}"
            if value == b"[" and () in inner:
                yield from self._array(place)
            elif value == b"{" and inner:
                yield from self._object(inner, place)
            else:
                self._skip()
        self._at += 1

    def _has_key(self, wanted: set[str]) -> bool:
        """Whether one of the keys of the object here is wanted; nothing is consumed.

        An object that is longer than a record may be, without such a key in what is seen of it, has none.
        """
        depth, at = 0, self._at
        while wanted:
            found = _BRACKET.match(self._data, at)
            end = found.start(1) if found else len(self._data)
            if depth == 1:
                strings = _STRING_OR_KEY.finditer(self._data, at, end)
                keys = (match[1] for match in strings if match[2] is not None)
                if any(key.decode("utf-8", "replace") in wanted for key in keys):
                    return True
            if found is None:
                at = self._match(_WITHOUT, at).end() if depth != 1 else at
                if len(self._data) - self._at > LONGEST or not self._more():
                    return False
                continue
            at = found.end()
            depth += 1 if found[1] in b"[{" else -1
            if depth == 0:
                return False
        return False

    def _taken(self, where: str) -> Source | Problem:
        """The record that begins here, as it stands."""
        line, begin = self._line, self._at
        self._number += 1
        whole = self._close(keep=True)
        if not whole:
            return _too_long(self._file, line, where)
        data = self._data[begin : self._at]
        self._line += data.count(b"\n")
        self._trim()
        return _record(self._file, self._number, line, data, where)

    def _close(self, *, keep: bool) -> bool:
        """Go behind the bracket that closes the one here; whether all between is still there."""
        depth, begin, at = 0, self._at, self._at
        while True:
            found = _BRACKET.match(self._data, at)
            if found is not None:
                at = found.end()
                depth += 1 if found[1] in b"[{" else -1
                if depth <= 0:
                    self._at = at
                    return keep
                continue
            at = self._match(_WITHOUT, at).end()
            if len(self._data) - begin > LONGEST or not keep:
                keep = False
                rest = self._data[at:]
                self._line += self._data.count(b"\n", begin)
                # Of a string that goes on only its beginning counts, and whether its last sign is escaped.
                slashes = len(rest) - len(rest.rstrip(b"\\"))
                self._data = (b'"' + b"\\" * (slashes % 2)) if rest else b""
                begin = at = self._at = 0
            if not self._more():
                raise EOFError

    def _skip(self) -> None:
        """Go behind the value here."""
        sign = self._sign()
        if sign in (b"[", b"{"):
            begin = self._at
            if self._close(keep=False):
                raise RuntimeError("what is not kept cannot be there")
            self._line += self._data.count(b"\n", min(begin, self._at), self._at)
        elif sign == b'"':
            self._string()
        else:
            self._skip_scalar()
        self._trim()

    def _skip_scalar(self) -> None:
        if self._data[self._at : self._at + 1] == b'"':
            self._string()
            return
        found = _SCALAR.match(self._data, self._at)
        self._at = found.end() if found else self._at + 1
        self._trim()

    def _string(self) -> str:
        while (found := _STRING.match(self._data, self._at)) is None:
            if len(self._data) - self._at > LONGEST or not self._more():
                raise EOFError
        self._at = found.end()
        self._line += found[0].count(b"\n")
        return found[1].decode("utf-8", "replace")

    def _sign(self) -> bytes:
        """The first sign of what comes next, or nothing at the end."""
        while True:
            found = self._match(_BETWEEN, self._at)
            self._line += found[0].count(b"\n")
            self._at = found.end()
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            self._trim()
            if not self._more():
                return b""

    def _shown(self) -> str:
        return repr(self._data[self._at : self._at + 20].decode("utf-8", "replace"))

    def _match(self, pattern: re.Pattern[bytes], at: int) -> re.Match[bytes]:
        found = pattern.match(self._data, at)
        if found is None:
            raise RuntimeError("a pattern that matches nothing matches everywhere")
        return found

    def _trim(self) -> None:
        if self._at > 1 << 20 or self._at == len(self._data):
            self._data, self._at = self._data[self._at :], 0

    def _more(self) -> bool:
        """Read on, half as much as is there; whether there was more."""
        wanted, parts, size = max(len(self._data) // 2, 1), list[bytes](), 0
        while size < wanted and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            size += len(block)
        self._data += b"".join(parts)
        return size > 0

    def _problem(self, code: str, message: str, where: str) -> Problem:
        hint = "check the file with a JSON validator"
        return Problem(
            code, message, self._file.path, line=self._line, where=where, hint=hint, severity="error"
        )


_STRING_OR_KEY = re.compile(rb'"((?:[^"\\]++|\\.)*+)"(\s*+:)?', re.DOTALL)


def escaped(key: str | int) -> str:
    """A key as a part of a JSON pointer (RFC 6901, section 3)."""
    return str(key).replace("~", "~0").replace("/", "~1")


@lru_cache(maxsize=1 << 14)
def pointer(*parts: str | int) -> str:
    """The JSON pointer of keys and positions."""
    path = "/".join(map(str, parts))
    if "~" in path or path.count("/") != len(parts) - 1:
        return "".join(f"/{escaped(part)}" for part in parts)
    return f"/{path}"


_VARIABLES = re.compile(r'"vars"\s*:\s*\[([^\]]*)\]')


def variables(text: str) -> frozenset[str]:
    """The variables in the head of an answer in SPARQL's JSON.

    >>> sorted(variables('{"head": {"vars": ["item", "doi"]}'))
    ['doi', 'item']
    """
    head = _VARIABLES.search(text)
    return frozenset(re.findall(r'"(\w+)"', head[1]) if head else ())


@lru_cache(maxsize=4)
def first_keys(text: str) -> frozenset[str]:
    """The keys in the head of a file, by which a format knows it: `key`, and `key/inner` for those inside.

    >>> sorted(first_keys('[{"DOI": "10.5555/x", "issued": {"date-parts": [[2019'))
    ['DOI', 'issued', 'issued/date-parts']
    """
    if text.lstrip("\ufeff \t\r\n\x1e")[:1] not in {"{", "["}:
        return frozenset()
    found: set[str] = set()
    path: list[str | None] = []
    key: str | None = None
    for match in _TOKEN.finditer(text):
        if match["key"] is not None:
            key = match["key"]
            found.add("/".join([*(part for part in path if part), key]))
        elif match["open"]:
            path.append(key)
            key = None
        elif match["close"] and path:
            path.pop()
    return frozenset(found)


_TOKEN = re.compile(
    r'"(?P<key>(?:[^"\\]++|\\.)*+)"\s*+:|"(?:[^"\\]++|\\.)*+"|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL
)


def parsed(source: Source) -> Object | Problem:
    """The record as an object, or why it is none.

    What JSON does not allow and people write all the same (`NaN`, half of a surrogate pair, a tab in a
    string) is read by Python's own parser; of a key that stands twice the last value counts.
    """
    try:
        value = orjson.loads(source.data)
    except orjson.JSONDecodeError as error:
        try:
            text = source.data.decode("utf-8", "replace")
            value = json.loads(text, strict=False)
            value = orjson.loads(orjson.dumps(_whole(value)))
        except (ValueError, RecursionError, orjson.JSONEncodeError):
            line = source.first_line + source.data.count(b"\n", 0, error.pos)
            return Problem(
                "json",
                f"the record is not JSON: {error.msg}",
                source.path,
                line=line,
                where=source.where,
                hint="correct it, or fetch the file again",
                severity="error",
            )
    if not isinstance(value, dict):
        return Problem(
            "no-record",
            f"the record is no JSON object but {type(value).__name__}",
            source.path,
            line=source.first_line,
            where=source.where,
            hint="look for a bracket too many or too few",
            severity="error",
        )
    return value


def _whole(value: Any) -> Any:
    """The value with U+FFFD for half of a surrogate pair, which no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


_WHOLE = re.compile(r"\d{1,15}")


class JsonValues(Values):
    """Gives the values of a record of JSON their places."""

    __slots__ = ()

    def text(self, value: Any, *where: str | int) -> Found[str] | None:
        """A string or number, without blanks around it; `None` where there is nothing of the kind.

        `where` are the keys and positions that lead to it.
        """
        if value is None:
            return None
        if isinstance(value, str):
            raw = value.strip()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            raw = str(value)
        else:
            return None
        if not raw:
            return None
        start = self._next  # as in `at`: this is done for every value of every record
        self._next = start + FIELD
        return Found(raw, raw, start, pointer(*where))

    def texts(self, values: Any, *where: str | int) -> tuple[Found[str], ...]:
        """The strings and numbers of an array, or the one that stands in its stead."""
        if not isinstance(values, list):
            one = self.text(values, *where)
            return () if one is None else (one,)
        found = (self.text(value, *where, position) for position, value in enumerate(values))
        return tuple(one for one in found if one is not None)

    def flag(self, value: Any, *where: str | int) -> Found[bool] | None:
        """True or false; `None` where it is neither."""
        if not isinstance(value, bool):
            return None
        found = self.at(str(value), pointer(*where))
        return Found(value, found.raw, found.start, found.where)

    def words(self, value: Any, *where: str | int) -> Found[str] | None:
        """What a reader sees of a string with markup."""
        return markup.words(self, value, pointer(*where))

    def number(self, value: Any, *where: str | int) -> Found[int] | None:
        """A whole number that is not negative, also one written as a string."""
        found = self.text(value, *where)
        if found is None or not _WHOLE.fullmatch(found.raw):
            return None
        return found.map(int)


def unread_date(source: Source, item: Object, key: str, values: JsonValues) -> Iterator[Problem]:
    """A problem for a date in CSL's form of which nothing could be read, if there is one."""
    date = item.get(key)
    if not isinstance(date, dict):
        return
    parts = [part for some in _lists(date.get("date-parts")) for part in _lists(some)]
    words = [
        "-".join(str(part) for part in parts if isinstance(part, str | int)),
        date.get("raw"),
        date.get("literal"),
    ]
    printed = next((text for text in (values.text(one, key) for one in words) if text is not None), None)
    if printed is not None:
        message = f"{printed.raw[:60]!r} is no date"
        hint = "it is not published; correct it in the file"
        yield Problem.at(source, printed, "unread-value", message, hint=hint)


def _lists(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def objects(value: Any) -> Iterator[tuple[int, Object]]:
    """The objects of an array with their positions; nothing where it is no array."""
    if isinstance(value, list):
        for position, one in enumerate(value):
            if isinstance(one, dict):
                yield position, one


def each(value: Any, *where: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The values of an array, each with what leads to it; a value that stands alone, too."""
    if isinstance(value, list):
        for position, one in enumerate(value):
            yield (*where, position), one
    elif value is not None:
        yield where, value


def inner(value: Any) -> Object:
    """The object, or an empty one where it is none."""
    return value if isinstance(value, dict) else {}
