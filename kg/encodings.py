"""The character encoding of a file, decided by its bytes alone."""

from __future__ import annotations

import codecs
import re
from collections import Counter

UTF_8 = "UTF-8"

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_GB18030 = re.compile(
    rb"(?P<mark>\xa1[\xa1-\xfe]|\xa8[\x43-\x45\xa1-\xba]|[\x81-\x84][0-9][\x81-\xfe][0-9])"
    rb"|(?P<common>[\xb0-\xd7][\xa1-\xfe]|\xa3[\xa1-\xfe])"
    rb"|(?P<four>[\x81-\xfe][0-9][\x81-\xfe][0-9])|(?P<other>[\x80-\xff][\x40-\xfe]?)"
)
"""The characters of a text in GB18030; `common` are the 3,755 most frequent Chinese ones (the first level of
GB 2312) and full-width forms, `mark` what an English text in it has: quotation marks, dashes, bullets,
no-break spaces and letters with accents."""

LEAST_CHINESE = 4
"""So many common Chinese characters, and as many as all others outside ASCII, make a text GB18030. Letters
with accents seldom stand side by side in pairs that are such characters."""


class UnreadableSourceError(Exception):
    """A file cannot be taken as text; the message says why and what to do."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


def decode(data: bytes) -> tuple[str, str]:
    r"""The text of a file without its byte-order mark, and the name of the encoding.

    A byte-order mark of UTF-16 decides, or that every other byte is a NUL. What else is valid UTF-8 is UTF-8.
    Then common Chinese characters decide (GB18030), and what is left is Windows-1252, unless it is UTF-8 with
    damage in it.
    Raises `UnreadableSourceError` for an empty, binary or damaged file.

    >>> decode(b"caf\xe9"), decode("\u4f5c\u8005\uff1a\u5f20".encode("gb18030"))[1]
    (('café', 'Windows-1252'), 'GB18030')
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableSourceError("empty-file", "the file is empty", "remove it or save it again")
    if data.startswith(_UTF_16):
        return _text(data, "utf-16", "UTF-16"), "UTF-16"
    unmarked = _unmarked_utf_16(data)
    if unmarked is not None and (text := _without_control(data, CODECS[unmarked])):
        return text, unmarked
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_binary(data)
        if _is_chinese(data):
            return _text(data, "gb18030", "GB18030"), "GB18030"
        _refuse_damaged(data, error)
        return _text(data, "windows-1252", "Windows-1252"), "Windows-1252"
    _refuse_nul(text)
    return text, UTF_8


def _unmarked_utf_16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, by the half of its letters that is a NUL in most languages."""
    if data.count(0, 0, 1000) <= len(data[:1000]) // 3:
        return None
    pairs = data[: len(data[:1000]) // 2 * 2]
    return "UTF-16LE" if pairs[1::2].count(0) > pairs[::2].count(0) else "UTF-16BE"


def _without_control(data: bytes, codec: str) -> str:
    """The text; nothing where it is none."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROL.search(text.encode()) else text


CODECS = {
    UTF_8: "utf-8-sig",
    "UTF-16": "utf-16",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "GB18030": "gb18030",
    "Windows-1252": "windows-1252",
}
"""Python's names of the encodings."""


def of_beginning(data: bytes, *, complete: bool) -> str:
    r"""The encoding of a file of records, by its first bytes (or by all of them, if `complete`).

    As `decode` decides, but one damaged record is no reason to refuse all the others: what is neither
    UTF-8 nor marked nor Chinese is Windows-1252 only where it does not look like damaged UTF-8.
    Raises `UnreadableSourceError` for an empty or a binary file.

    >>> of_beginning("Ünder\n".encode("utf-16-le"), complete=True), of_beginning(b"caf\xe9", complete=True)
    ('UTF-16LE', 'Windows-1252')
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableSourceError("empty-file", "the file is empty", "remove it or save it again")
    if data.startswith(_UTF_16):
        return "UTF-16"
    if (unmarked := _unmarked_utf_16(data)) is not None:
        return unmarked
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=complete)
    except UnicodeDecodeError as error:
        control = _CONTROL.findall(data)
        if 100 * len(control) > len(data):
            _refuse_binary(data)
        if _is_chinese(data):
            return "GB18030"
        try:
            _refuse_damaged(data, error)
        except UnreadableSourceError:
            return UTF_8
        return "Windows-1252"
    return UTF_8


def beginning(data: bytes, encoding: str) -> str:
    """The first characters, without one that is cut."""
    return decoder(encoding).decode(data)


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Decodes block by block; a byte that is no character of the encoding becomes U+FFFD."""
    return codecs.getincrementaldecoder(CODECS[encoding])("replace")


_ESCAPED = re.compile("[\udc80-\udcff]")


def mended(text: str) -> str:
    """The text with what `surrogateescape` put for bytes that could not be decoded read as Windows-1252."""
    if _ESCAPED.search(text) is None:
        return text
    return _ESCAPED.sub(lambda match: _windows(ord(match.group()) - 0xDC00), text)


def _windows(byte: int) -> str:
    return bytes([byte]).decode("windows-1252", "replace")


def _text(data: bytes, codec: str, name: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableSourceError(
            "unknown-encoding",
            f"{_place(data, error.start)} is no character of {name}, and the file is not UTF-8 either",
            "save the file as UTF-8",
        ) from error
    _refuse_nul(text)
    return text


def _refuse_binary(data: bytes) -> None:
    control = _CONTROL.search(data)
    if control is not None and 100 * len(_CONTROL.findall(data)) > len(data):
        raise UnreadableSourceError(
            "binary-file",
            f"{_place(data, control.start())} is a control character (0x{control.group()[0]:02x}): "
            "this is not text",
            "export the document as plain text",
        )
    _refuse_nul(data.decode("latin-1"))


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableSourceError(
            "binary-file",
            f"line {line} holds a NUL character: this is not text",
            "export the document as plain text",
        )


def _is_chinese(data: bytes) -> bool:
    kinds = Counter(match.lastgroup for match in _GB18030.finditer(data))
    if kinds["mark"] == kinds.total():
        return True  # in Windows-1252 each of them would be two signs side by side: "¡°", "¨C"
    common = kinds["common"] + kinds["mark"]
    return common >= LEAST_CHINESE and 2 * common >= kinds.total()


def _refuse_damaged(data: bytes, error: UnicodeDecodeError) -> None:
    """Refuse UTF-8 with a broken or cut character: in another encoding all its characters would be wrong."""
    whole = [match.group() for match in _MULTIBYTE.finditer(data)]
    stray = len(_HIGH.findall(data)) - sum(map(len, whole))
    cut = error.end == len(data) and error.reason == "unexpected end of data" and error.end - error.start > 1
    if cut or len(whole) >= stray:
        raise UnreadableSourceError(
            "not-utf-8",
            f"{_place(data, error.start)} is not UTF-8 (0x{data[error.start]:02x}), and the rest is",
            "the file is damaged: fetch it again, or correct that place and save it as UTF-8",
        )


def _place(data: bytes, offset: int) -> str:
    return f"line {data.count(bytes([10]), 0, offset) + 1}, byte {offset}"
