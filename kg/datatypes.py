"""The datatypes of OWL 2 RL: what value a literal has, and whether a datatype holds it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from decimal import Decimal

from pyoxigraph import Literal

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

Value = tuple[str, Hashable]
"""A value space and a value in it: 1 and 1.0 are one number, the float 1 and the string "1" are others."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN")
_DATE_TIME = re.compile(
    r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_CHARACTER = _NAME_START + "0-9.\u00b7\u0300-\u036f\u203f-\u2040-"

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_STRINGS: dict[str, re.Pattern[str]] = {
    "string": re.compile(r".*", re.DOTALL),
    "normalizedString": re.compile(r"[^\t\n\r]*"),
    "token": re.compile(r"([^\s]+( [^\s]+)*)?"),
    "language": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
    "Name": re.compile(f"[:{_NAME_START}][:{_NAME_CHARACTER}]*"),
    "NCName": re.compile(f"[{_NAME_START}][{_NAME_CHARACTER}]*"),
    "NMTOKEN": re.compile(f"[:{_NAME_CHARACTER}]+"),
}


def _decimal(text: str) -> Value | None:
    return ("decimal", Decimal(text)) if _DECIMAL.fullmatch(text) else None


def _floating(space: str) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        if not _FLOAT.fullmatch(text):
            return None
        # NaN is identical to itself in XSD's value space, though not equal: its text stands for it.
        return space, "NaN" if text == "NaN" else float(text.replace("INF", "inf"))

    return read


def _boolean(text: str) -> Value | None:
    return ("boolean", text in {"true", "1"}) if text in {"true", "false", "1", "0"} else None


def _date_time(text: str) -> Value | None:
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # A year beyond Python's, or 24:00:00: well-formed as far as the pattern says, kept as written.
        return ("dateTime as written", text) if text.startswith("-") or "T24:00:00" in text else None
    return "dateTime", (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


def _hexadecimal(text: str) -> Value | None:
    try:
        return "hexBinary", binascii.unhexlify(text)
    except ValueError:
        return None


def _base64(text: str) -> Value | None:
    try:
        return "base64Binary", base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except ValueError:
        return None


_READERS: dict[str, Callable[[str], Value | None]] = {
    XSD + "decimal": _decimal,
    XSD + "float": _floating("float"),
    XSD + "double": _floating("double"),
    XSD + "boolean": _boolean,
    XSD + "dateTime": _date_time,
    XSD + "dateTimeStamp": lambda text: _date_time(text) if re.search(r"(Z|[+-]\d\d:\d\d)$", text) else None,
    XSD + "hexBinary": _hexadecimal,
    XSD + "base64Binary": _base64,
    XSD + "anyURI": lambda text: ("anyURI", text),
    RDF + "XMLLiteral": lambda text: ("XMLLiteral", text),
    **{XSD + name: lambda text: ("string", text) for name in _STRINGS},
}

SUPPORTED = frozenset(
    [
        *_READERS,
        *(XSD + name for name in _INTEGERS),
        RDF + "PlainLiteral",
        RDF + "langString",
        RDFS + "Literal",
    ]
)
"""The datatypes of OWL 2 RL (and `rdf:langString`, which RDF 1.1 gives to words with a language)."""


def value_of(literal: Literal) -> Value | None:
    """What the literal denotes; `None` where its datatype is unknown here or its text is not of it."""
    text, datatype = literal.value, literal.datatype.value
    if literal.language is not None:
        return "words", (text, literal.language.lower())
    if datatype.startswith(XSD) and datatype[len(XSD) :] in _INTEGERS:
        return _in_integers(_decimal(text), datatype) if _INTEGER.fullmatch(text) else None
    if datatype in _READERS:
        found = _READERS[datatype](text)
        pattern = _STRINGS.get(datatype[len(XSD) :]) if datatype.startswith(XSD) else None
        return None if pattern is not None and not pattern.fullmatch(text) else found
    if datatype.startswith(XSD) or datatype in SUPPORTED:
        return datatype, text
    return None


def _in_integers(found: Value | None, datatype: str) -> Value | None:
    if found is None or found[0] != "decimal":
        return None
    number = found[1]
    low, high = _INTEGERS[datatype[len(XSD) :]]
    if not isinstance(number, Decimal) or number != number.to_integral_value():
        return None
    return found if (low is None or number >= low) and (high is None or number <= high) else None


def is_malformed(literal: Literal) -> bool:
    """Whether the literal has a datatype of OWL 2 RL and a text that is none of its forms."""
    return literal.datatype.value in SUPPORTED and value_of(literal) is None


def holds(literal: Literal, datatype: str) -> bool | None:
    """Whether the datatype's values include the literal's; `None` where one of the two is unknown.

    >>> from pyoxigraph import NamedNode
    >>> holds(Literal("7.0", datatype=NamedNode(XSD + "decimal")), XSD + "integer")
    True
    """
    if datatype not in SUPPORTED:
        return None
    found = value_of(literal)
    if found is None:
        return False if is_malformed(literal) else None
    space, content = found
    if datatype == RDFS + "Literal":
        return True
    if datatype == RDF + "PlainLiteral":
        return space in {"string", "words"}
    if datatype == RDF + "langString":
        return space == "words"
    local = datatype.removeprefix(XSD)
    if local in _INTEGERS:
        return _in_integers(found, datatype) is not None
    if local in _STRINGS:
        return space == "string" and bool(_STRINGS[local].fullmatch(str(content)))
    if local == "dateTimeStamp":
        return space == "dateTime" and str(content).endswith("+00:00")
    if space == "dateTime as written":
        return local == "dateTime"
    return space == local or datatype == RDF + space


def differ(one: Literal, other: Literal) -> bool:
    """Whether the two are known to denote different values."""
    left, right = value_of(one), value_of(other)
    if left is None or right is None or "dateTime as written" in {left[0], right[0]}:
        return False
    return left != right
