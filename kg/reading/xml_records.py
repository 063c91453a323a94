"""Records of XML: elements cut out of a file one by one, and the values in them.

A file is never whole in memory and never one tree: it is searched for the tags of its records, and each
record is parsed by itself when it is read. So a record that is not well-formed costs no other one, nothing
that a DOCTYPE declares is ever loaded or expanded, and a record is its bytes as they stand in the file.
"""

from __future__ import annotations

import codecs
import contextlib
import html.entities
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from lxml import etree

from kg import encodings
from kg.opening import File
from kg.problems import Problem
from kg.reading.fields import Fields, Tally
from kg.reading.values import Values
from kg.source import Found, Source

LONGEST = 16_000_000
"""A record of more bytes is left out; the tree of one takes about ten times its bytes."""
DEEPEST = 256
"""Elements around a record, and inside it (libxml2's own limit)."""

_TAG = re.compile(rb"""<(?P<end>/)?(?P<name>[^\s/>!?<"'=]++)(?P<rest>(?:[^"'<>]++|"[^"<]*+"|'[^'<]*+')*+)>""")
_BEGIN = re.compile(rb"<(?=[A-Za-z_:/!?\x80-\xff])")
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE(?:[^\["'>]++|"[^"]*+"|'[^']*+')*+
    (?:\[(?:[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--.*?-->|<)*+\]\s*+)?>""",
    re.DOTALL | re.VERBOSE,
)
_LONGEST_DOCTYPE = 1_000_000
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""What holds no tags, by what it begins with, and what it ends with."""
_XMLNS = re.compile(rb"""\sxmlns\s*=\s*["'][^"']""")
_DECLARED = re.compile(r"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")


def records(file: File, *names: str) -> Iterator[Source | Problem]:
    """The outermost elements of a file with one of these local names, each as it stands there.

    `Source.where` is the XPath of the element. Where it or an element around it has a namespace, a step is
    written with `local-name()`: XPath has no other way that needs no table of prefixes.
    """
    return _Cutter(file, names).records()


@lru_cache(maxsize=4)
def first_elements(text: str) -> tuple[str, ...]:
    """The local names of the elements that begin in the head of a file, each once, the outermost first.

    >>> first_elements('<?xml version="1.0"?><!-- <b/> --><a:b x="1"><c/><c>d</c>')
    ('b', 'c')
    """
    if text.lstrip("\ufeff \t\r\n\0")[:1] != "<":
        return ()
    return tuple(dict.fromkeys(match[1] for match in _START.finditer(_NO_ELEMENT.sub("", text))))


_NO_ELEMENT = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL
)
_START = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


class _Around:
    """An element around the records: its XPath, and how many children of each name it has had."""

    __slots__ = ("counts", "is_qualified", "name", "where")

    def __init__(self, name: bytes, where: str, *, is_qualified: bool) -> None:
        self.name = name
        self.where = where
        self.is_qualified = is_qualified
        self.counts: dict[str, int] = {}


class _Cutter:
    """Searches a file for the tags of its records."""

    def __init__(self, file: File, names: Sequence[str]) -> None:
        self._file = file
        self._names = frozenset(names)
        declared = _DECLARED.match(file.head.text)
        self._codec = _codec(declared[1]) if declared else ""
        self._blocks = self._utf_8()
        self._data = b""
        self._at = 0
        self._line, self._counted = 1, 0
        self._number = 0
        self._is_mended = self._has_doctype = False
        self._around = [_Around(b"", "", is_qualified=False)]

    def _utf_8(self) -> Iterator[bytes]:
        """The content in UTF-8, read as what the file says of itself where its bytes say nothing better."""
        if self._file.encoding not in {"Windows-1252", "GB18030"}:
            yield from self._file.utf_8()
            return
        blocks = self._file.blocks()
        first = next(blocks, b"")
        blocks = itertools.chain((first,), blocks)
        if _is_damaged_utf_8(first):
            yield from blocks
            return
        decoder = encodings.decoder(self._file.encoding)
        if self._codec:
            decoder = codecs.getincrementaldecoder(self._codec)("replace")
        for block in blocks:
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()

    def records(self) -> Iterator[Source | Problem]:
        """The records, and where one cannot be cut out."""
        while self._to_tag():
            closing = next((end for begin, end in _CLOSING.items() if self._is_here(begin)), b"")
            if closing:
                if not self._pass(closing):
                    yield self._problem(
                        "xml", f"the end of it, {closing.decode()}, is missing: nothing behind was read"
                    )
                    return
                continue
            tag = _TAG.match(self._data, self._at)
            if tag is None:
                self._pass_other()
            elif tag["end"]:
                self._at = tag.end()
                self._leave(tag["name"])
            elif _local(tag["name"]) in self._names:
                yield from self._record(tag)
            else:
                self._at = tag.end()
                around = self._inner(tag["name"], tag["rest"])
                if not tag["rest"].endswith(b"/"):
                    self._around.append(around)
                if len(self._around) > DEEPEST:
                    message = (
                        f"elements lie inside each other more than {DEEPEST} deep: the rest was not read"
                    )
                    yield self._problem("too-deep", message, self._around[1].where)
                    return

    def _to_tag(self) -> bool:
        """Go to the next `<`; whether there is one."""
        while (found := _BEGIN.search(self._data, self._at)) is None:
            self._at = max(self._at, len(self._data) - 1)
            if not self._more():
                return False
        self._at = found.start()
        return True

    def _is_here(self, begin: bytes) -> bool:
        while len(self._data) - self._at < len(begin) and self._more():
            pass
        return self._data.startswith(begin, self._at)

    def _pass(self, closing: bytes) -> bool:
        """Go behind what ends so; whether it ends."""
        while (at := self._data.find(closing, self._at)) < 0:
            self._at = max(self._at, len(self._data) - len(closing))
            if not self._more():
                return False
        self._at = at + len(closing)
        return True

    def _pass_other(self) -> None:
        """Go behind a DOCTYPE, or behind a `<` that begins nothing."""
        is_doctype = self._is_here(b"<!DOCTYPE") and not self._has_doctype
        self._has_doctype = self._has_doctype or is_doctype
        longest = _LONGEST_DOCTYPE if is_doctype else LONGEST
        while True:
            match = (_DOCTYPE if is_doctype else _TAG).match(self._data, self._at)
            if match is not None:
                self._at = match.end() if is_doctype else self._at
                return
            is_cut = is_doctype or self._data.find(b"<", self._at + 1) < 0
            if not is_cut or len(self._data) - self._at > longest or not self._more():
                self._at += 1
                return

    def _inner(self, name: bytes, rest: bytes) -> _Around:
        """The element that begins with this tag, in the last of those around it."""
        above = self._around[-1]
        local = _local(name)
        count = above.counts[local] = above.counts.get(local, 0) + 1
        is_qualified = b":" in name or above.is_qualified or _XMLNS.search(rest) is not None
        where = f"{above.where}/{_step(local, is_qualified=is_qualified)}"
        if len(self._around) > 1:
            where += f"[{count}]"
        return _Around(name, where, is_qualified=is_qualified)

    def _leave(self, name: bytes) -> None:
        """Leave the element of that name, and those in it that were never closed."""
        for depth in range(len(self._around) - 1, 0, -1):
            if self._around[depth].name == name:
                del self._around[depth:]
                return

    def _record(self, tag: re.Match[bytes]) -> Iterator[Source | Problem]:
        """The record that begins with this tag, or why it cannot be cut out."""
        self._number += 1
        where, line = self._inner(tag["name"], tag["rest"]).where, self._line_here()
        size = tag.end() - tag.start()
        code = "" if tag["rest"].endswith(b"/") else "?"
        if code:
            code, size = self._end(_within(tag["name"]), size)
        if code:
            yield self._problem(code, _NO_END[code], where, line)
            self._at += size
            return
        data, problem = self._mended(self._data[self._at : self._at + size], line)
        yield from problem
        yield self._file.record(self._number, line, data=data, where=where, media_type="application/xml")
        self._at += size

    def _end(self, within: re.Pattern[bytes], seek: int) -> tuple[str, int]:
        """Where the record here ends, counted from its beginning; before it, why it is not whole."""
        code = ""
        unclosed: set[bytes] = set()
        while True:
            found = within.search(self._data, self._at + seek)
            if found is not None and found["end"]:
                return code, found.end() - self._at
            if found is not None and found["begin"]:
                return code or "cut-off", found.start() - self._at
            if found is not None:
                closing = _CLOSING[found[0]]
                end = -1 if code or closing in unclosed else self._data.find(closing, found.end())
                if end >= 0:
                    seek = end + len(closing) - self._at
                    continue
                seek = found.start() - self._at
                if code or closing in unclosed or len(self._data) - self._at > LONGEST or not self._more():
                    unclosed.add(closing)  # so it closes nothing, and what begins with it is text
                    seek += len(found[0])
                continue
            seek = max(seek, len(self._data) - self._at - _LONGEST_NAME)
            if len(self._data) - self._at > LONGEST:
                code = "record-too-large"
            if code:
                self._at, seek = self._at + seek, 0
            if not self._more():
                return code or "cut-off", len(self._data) - self._at
            unclosed.clear()

    def _mended(self, data: bytes, line: int) -> tuple[bytes, list[Problem]]:
        """The bytes of a record in UTF-8, and the first time that they were not, a problem."""
        try:
            data.decode()
        except UnicodeDecodeError as error:
            codec = self._codec or "windows-1252"
            if self._codec:
                text = data.decode(self._codec, "replace")
            else:
                text = encodings.mended(data.decode("utf-8", "surrogateescape"))
            if self._is_mended:
                return text.encode(), []
            self._is_mended = True
            line += data.count(b"\n", 0, error.start)
            message = f"a byte here is no character of UTF-8; such were read as {codec}"
            hint = "save the file as UTF-8 if characters are wrong"
            return text.encode(), [Problem("encoding", message, self._file.path, line=line, hint=hint)]
        return data, []

    def _line_here(self) -> int:
        begin, end = self._counted, self._at
        self._line += self._data.count(b"\n", begin, end)
        returns = self._data.count(b"\r", begin, end)
        if returns:
            self._line += returns - self._data.count(b"\r\n", begin, end)
        self._counted = end
        return self._line

    def _more(self) -> bool:
        """Read on, twice as much as is there, and forget what lies behind; whether there was more."""
        self._line_here()
        self._data, self._at, self._counted = self._data[self._at :], 0, 0
        wanted, parts, size = max(len(self._data), 1), list[bytes](), 0
        while size < wanted and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            size += len(block)
        self._data = b"".join((self._data, *parts))
        return size > 0

    def _problem(self, code: str, message: str, where: str = "", line: int | None = None) -> Problem:
        return Problem(
            code,
            message,
            self._file.path,
            line=self._line_here() if line is None else line,
            where=where or self._around[-1].where,
            hint="fetch the file again, or look for a tag that is missing",
            severity="error",
        )


_NO_END = {
    "cut-off": "the end of the record is missing: the file ends, or another record begins inside it",
    "record-too-large": f"the record has more than {LONGEST:,} bytes and was left out",
}
_LONGEST_NAME = 64
"""Bytes of a tag of a record, up to the end of its name, at most."""


def _is_damaged_utf_8(data: bytes) -> bool:
    """Whether most characters outside ASCII are UTF-8: XML that says nothing else is in it."""
    text = data.removesuffix(data[-3:]).decode("utf-8", "surrogateescape")
    others = [letter for letter in text if letter > "\x7f"]
    stray = sum("\udc80" <= letter <= "\udcff" for letter in others)
    return len(others) > 2 * stray


@lru_cache(maxsize=8)
def _within(name: bytes) -> re.Pattern[bytes]:
    """What may be met inside a record: its end, the beginning of another, and what holds no tags."""
    escaped = re.escape(name)
    return re.compile(
        rb"<(?:/(?P<end>" + escaped + rb")\s*>|(?P<begin>" + escaped + rb")(?=[\s/>])|!--|!\[CDATA\[|\?)"
    )


def _local(name: bytes) -> str:
    return name.rpartition(b":")[2].decode("utf-8", "replace")


def _step(name: str, *, is_qualified: bool) -> str:
    return f"*[local-name()='{name}']" if is_qualified else name


def _codec(name: str) -> str:
    """Python's name of an encoding that has ASCII in it, or nothing; Latin 1 is Windows-1252."""
    try:
        codec = codecs.lookup(name).name
        plain = "<?xml a='1'?>".encode(codec)
    except (LookupError, UnicodeError):
        return ""
    if plain != b"<?xml a='1'?>" or not _CODEC.fullmatch(codec):
        return ""
    return "windows-1252" if codec in {"iso8859-1", "ascii"} else codec


_CODEC = re.compile(
    r"ascii|iso8859-\d+|cp\d+|koi8-\w|gb2312|gbk|gb18030|big5\w*|shift_jis\w*|euc_\w+|mac-\w+"
)


class _Path:
    """The XPath of an element inside its record, which is made when somebody asks.

    It knows those above it and no element, so that what was read of a record is gone with the record: a cycle
    would wait for the collector.
    """

    __slots__ = ("_above", "_is_qualified", "_name", "_number", "_text")

    def __init__(self, above: _Path | None, name: str, number: int, *, is_qualified: bool) -> None:
        self._above = above
        self._name = name
        self._number = number
        self._is_qualified = is_qualified
        self._text: str | None = "" if above is None else None

    @property
    def text(self) -> str:
        """The step of one of several elements of a name has its number."""
        if self._text is None:
            above = "" if self._above is None else self._above.text
            where = f"{above}/{_step(self._name, is_qualified=self._is_qualified)}"
            self._text = f"{where}[{self._number}]" if self._number else where
        return self._text


class Element:
    """An element of a record; `above` and `number` are those of its XPath, and of a record there are none."""

    __slots__ = ("_above", "_children", "_number", "_path", "_qualified", "node")

    def __init__(
        self, node: etree._Element, qualified: frozenset[str], above: _Path | None = None, number: int = 0
    ) -> None:
        self.node = node
        self._qualified = qualified
        self._above = above
        self._number = number
        self._path: _Path | None = None
        self._children: dict[str, list[Element]] | None = None

    def _own_path(self) -> _Path:
        path = self._path
        if path is None:
            name = self.node.tag
            is_qualified = name in self._qualified
            path = self._path = _Path(self._above, name, self._number, is_qualified=is_qualified)
        return path

    @property
    def where(self) -> str:
        """The XPath inside the record; the step of one of several elements has its number."""
        return self._own_path().text

    @property
    def name(self) -> str:
        """Its local name."""
        return str(self.node.tag)

    @property
    def words(self) -> str:
        """What a reader sees of it."""
        return visible(self.node)

    def get(self, attribute: str) -> str:
        """The value of an attribute, of XLink's or XML's too, without white space around it."""
        value = self.node.get(attribute)
        if value is None and attribute in _PREFIXED:
            values = (self.node.get(name) for name in _PREFIXED[attribute])
            value = next((one for one in values if one is not None), None)
        return "" if value is None else str(value).strip()

    def _of(self, name: str) -> list[Element]:
        known = self._children
        return (self._by_name() if known is None else known).get(name, _NONE)

    def _by_name(self) -> dict[str, list[Element]]:
        """The children by name; all are looked at once, for a format asks for many names."""
        known = self._children
        if known is None:
            if not len(self.node):
                self._children = _CHILDLESS
                return _CHILDLESS
            nodes: dict[str, list[etree._Element]] = {}
            for node in self.node:
                tag = node.tag
                if tag in nodes:
                    nodes[tag].append(node)
                else:
                    nodes[tag] = [node]
            known = self._children = {}
            path, qualified = self._own_path(), self._qualified
            for tag, some in nodes.items():
                if len(some) == 1:
                    known[tag] = [Element(some[0], qualified, path)]
                else:
                    known[tag] = [
                        Element(node, qualified, path, number) for number, node in enumerate(some, 1)
                    ]
        return known

    def all(self, *names: str) -> list[Element]:
        """The children of these names, in their order; without a name, all."""
        if len(names) == 1:
            return self._of(names[0])[:]
        found = {name: self._of(name) for name in names} if names else self._by_name()
        filled = [name for name, elements in found.items() if elements]
        if len(filled) < 2:
            return found[filled[0]][:] if filled else []
        waiting = {name: iter(found[name]) for name in filled}
        return [next(waiting[tag]) for node in self.node if (tag := node.tag) in waiting]

    def first(self, *path: str) -> Element | None:
        """The first child of that name, in it the first of the next name, and so on."""
        element = self
        for name in path:
            known = element._children  # as in `_of`: a format asks for forty names
            elements = (element._by_name() if known is None else known).get(name)
            if not elements:
                return None
            element = elements[0]
        return element

    def below(self, *path: str) -> list[Element]:
        """The elements at the end of a path, whatever number of elements there is on each level."""
        found = [self]
        for name in path:
            found = [inner for element in found for inner in element.all(name)]
        return found


_NONE: list[Element] = []
_CHILDLESS: dict[str, list[Element]] = {}
_PREFIXED = {
    "href": ("{http://www.w3.org/1999/xlink}href", "xlink:href"),
    "lang": ("{http://www.w3.org/XML/1998/namespace}lang",),
}


UNSEEN = frozenset(("tex-math", "annotation", "annotation-xml", "object-id", "contrib-group"))
"""Elements whose text is no text: formulas a second time, identifiers, the members of a group."""
_BLOCKS = frozenset(
    (
        "break", "def-list", "disp-quote", "div", "label", "list", "list-item", "p", "sec", "subject",
        "subtitle", "title",
    )
)  # fmt: skip
"""Elements that begin a line."""


def visible(node: etree._Element, unseen: frozenset[str] = UNSEEN) -> str:
    """The words that a reader sees of an element, white space as single spaces."""
    if not len(node):
        return " ".join((node.text or "").split())
    parts: list[str] = []
    _collect(node, parts, unseen)
    return " ".join("".join(parts).split())


def _collect(node: etree._Element, parts: list[str], unseen: frozenset[str]) -> None:
    parts.append(node.text or "")
    for inner in node:
        name = inner.tag.rpartition("}")[2]
        if name in _BLOCKS:
            parts.append(" ")
        if name not in unseen:
            _collect(inner, parts, unseen)
        if name in _BLOCKS:
            parts.append(" ")
        parts.append(inner.tail or "")


def visible_of(element: Element | None) -> str:
    """The words of an element, or nothing where there is none."""
    return "" if element is None else visible(element.node)


class XmlValues(Values):
    """Gives the values of a record of XML their places."""

    __slots__ = ()

    def text(self, element: Element | None, unseen: frozenset[str] = UNSEEN) -> Found[str] | None:
        """What a reader sees of an element, with white space folded; `None` where there is nothing."""
        if element is None:
            return None
        shown = visible(element.node, unseen)
        return self.at(shown, element.where) if shown else None

    def texts(self, elements: Iterable[Element]) -> tuple[Found[str], ...]:
        """The same of several."""
        return tuple(found for found in map(self.text, elements) if found is not None)

    def attribute(self, element: Element | None, name: str) -> Found[str] | None:
        """The value of an attribute; `None` where there is none."""
        value = "" if element is None else element.get(name)
        if element is None or not value:
            return None
        step = f"@*[local-name()='{name}']" if name in _PREFIXED else f"@{name}"
        return self.at(" ".join(value.split()), f"{element.where}/{step}")


def parsed(source: Source) -> tuple[Element, list[Problem]] | Problem:
    """The element of a record, with local names, and what was mended in it; or why it cannot be read.

    Nothing outside the record is ever looked up. A reference to an entity that only a DTD knows stays as it
    is written, unless it is one of HTML's; characters that XML forbids become spaces.
    """
    problems: list[Problem] = []
    mended: etree._Element | None = None
    try:
        node = etree.fromstring(source.data, _PARSER)
    except etree.XMLSyntaxError as error:
        text, problems = _repaired(source)
        parser = _parser(recover=True)
        with contextlib.suppress(etree.XMLSyntaxError):  # of data without any element
            mended = etree.fromstring(text.encode(), parser)
        fatal = next((one for one in parser.error_log if one.level_name == "FATAL"), None)
        if mended is None or fatal is not None:
            line, message = (fatal.line, fatal.message) if fatal is not None else (1, str(error))
            return Problem(
                "xml",
                f"the record is not XML: {message}",
                source.path,
                line=source.first_line + line - 1,
                where=source.where,
                hint="correct it, or fetch the file again",
                severity="error",
            )
        node = mended
    qualified = set[str]()
    for one in _QUALIFIED(node) if mended is not None or b"xmlns" in source.data else ():
        one.tag = one.tag.rpartition("}")[2].rpartition(":")[2]
        qualified.add(one.tag)
    return Element(node, frozenset(qualified)), problems


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


_PARSER = _parser()
_QUALIFIED = etree.XPath("descendant-or-self::*[namespace-uri() or contains(name(), ':')]")
_REFERENCE = re.compile(r"&(?:(#\d{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z_][\w.-]*);)?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))


def _repaired(source: Source) -> tuple[str, list[Problem]]:
    """The text of a record with references that XML can read, and a problem for each kind of repair."""
    mended: dict[str, str] = {}

    def repaired(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            mended.setdefault("sign", "a & begins no reference and was read as the sign")
            return "&amp;" + match[0][1:]
        if name in _OF_XML:
            return match[0]
        if name.startswith("#"):
            number = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
            if number > 0x10FFFF or 0xD800 <= number < 0xE000 or _FORBIDDEN.match(chr(number)):
                mended.setdefault("character", f"&{name}; is no character and was read as a space")
                return " "
            return match[0]
        value = html.entities.html5.get(f"{name};")
        if value is None:
            mended.setdefault("entity", f"&{name}; is an entity of the file's own, which is not expanded")
            return f"&amp;{name};"
        return "".join(f"&#{ord(letter)};" for letter in value)

    text = _REFERENCE.sub(repaired, source.data.decode())
    if _FORBIDDEN.search(text):
        mended.setdefault(
            "character", "the record holds characters that XML forbids; they were read as spaces"
        )
        text = _FORBIDDEN.sub(" ", text)
    return text, [
        Problem(
            "xml-mended",
            message,
            source.path,
            line=source.first_line,
            where=source.where,
            hint="the record stands as if this were correct",
        )
        for message in mended.values()
    ]


def tally(record: Element, fields: Fields, above: str = "") -> Tally:
    """What became of the elements and attributes of a record, by their paths (`Article/Title`, `Article/@x`).

    Of an element below which the table names nothing, its attributes are a part.
    """
    found: list[tuple[str, str]] = []
    _add_pairs(found, record.node, fields, above)
    return fields.tally(found)


def _add_pairs(found: list[tuple[str, str]], node: etree._Element, fields: Fields, above: str) -> None:
    for name, value in node.items():
        if not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
            found.append((f"{above}@{name.rpartition('}')[2]}", value))
    text = node.text
    if text and above and text.strip():
        found.append((above.rstrip("/"), text))
    opened, mapped = fields.opened, fields.mapped
    for child in node:
        path = f"{above}{child.tag}"
        if path in opened:
            _add_pairs(found, child, fields, path + "/")
        elif path in mapped:
            if child.text or len(child) or child.attrib:
                found.append((path, ""))
        elif shown := visible(child) or " ".join(child.values()):
            found.append((path, shown))
