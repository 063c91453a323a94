"""Asks a web service politely, and keeps each answer on disk by its request.

A request that was answered is never sent again. Between two requests to a service there is a pause; what
may pass (429, 5xx, no answer in time, an answer that is not what it should be) is tried again, later each
time and never before the service said (`Retry-After`). After several failures in a row the service counts
as out, and is left alone until the next run. Only https addresses of the service's own host are asked.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

TRIES = 5
"""How often a request is sent before it counts as failed."""
_FAILURES = 3
"""Failed requests in a row after which a service counts as out."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = 3
_LONGEST_WAIT = 120.0
"""Seconds; a service that wants to be left alone for longer is asked another day."""
LARGEST = 64 * 1_048_576
"""Bytes of one answer."""
TIMEOUT = 60.0
"""Seconds without a byte."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request to a service: its address, and the identifiers it asks for."""

    address: str
    asked: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The name under which its answer is kept."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, and when; the body lies beside it. `status` is 200 or 404."""

    address: str
    asked: tuple[str, ...]
    status: int
    media_type: str
    sha256: str
    time: str


class Cache:
    """The answers of one service, in a folder: for each a body, and a file that says what it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, question: Question) -> Answer | None:
        """The answer to the question, if it is there whole."""
        return self._read(self.folder / f"{question.digest}.json")

    def answers(self) -> Iterator[tuple[Answer, bytes]]:
        """All answers that are there whole, with their bodies, in the order of their names."""
        for path in sorted(self.folder.glob("*.json")):
            answer = self._read(path)
            if answer is not None:
                yield answer, path.with_suffix(".body").read_bytes()

    def put(self, question: Question, status: int, media_type: str, body: bytes, when: str) -> Answer:
        """Keep an answer: the body first, so that one that is cut off counts as none."""
        digest = hashlib.sha256(body).hexdigest()
        answer = Answer(question.address, question.asked, status, media_type, digest, when)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{question.digest}.json"
        written(path.with_suffix(".body"), body)
        written(path, json.dumps(asdict(answer), indent=1, sort_keys=True).encode())
        return answer

    def _read(self, path: Path) -> Answer | None:
        try:
            found = json.loads(path.read_bytes())
            body = path.with_suffix(".body").read_bytes()
            answer = Answer(**{**found, "asked": tuple(found["asked"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None  # cut off, or changed by hand: it is asked for again
        return answer if hashlib.sha256(body).hexdigest() == answer.sha256 else None


def written(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)


@dataclass(slots=True)
class Asker:
    """Asks one service, one request after the other."""

    client: httpx.Client
    cache: Cache
    host: str
    """What addresses begin with: scheme, host and port."""
    pause: float
    """Seconds between two requests."""
    sender: str
    """Who asks, as a parameter (`mailto=...`); it stands in no answer that is kept."""
    fits: Callable[[bytes], str]
    """Why a body is not an answer of this service; nothing where it is one."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    problems: list[str] = field(default_factory=list)
    failures: int = 0
    is_out: bool = False
    _next: float = 0.0

    def ask(self, question: Question) -> Answer | None:
        """The answer, from the disk or from the service; `None` where there is none this time."""
        kept = self.cache.get(question)
        if kept is not None or self.is_out:
            return kept
        reason = ""
        for attempt in range(TRIES):
            wait = 0.0
            try:
                response, body = self._sent(question.address)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = f"{type(error).__name__}: {error}".rstrip(": ")
            except ValueError as error:
                reason = str(error)
                break
            else:
                media_type = response.headers.get("content-type", "").partition(";")[0].strip()
                if response.status_code == 404:
                    return self._kept(question, 404, media_type, body)
                if response.status_code == 200:
                    reason = self.fits(body)
                    if not reason:
                        return self._kept(question, 200, media_type, body)
                elif response.status_code in _PASSING:
                    reason = f"it answered {response.status_code}"
                    wait = _retry_after(response.headers.get("retry-after", ""), self.now())
                else:
                    reason = f"it answered {response.status_code}"
                    break
            if wait > _LONGEST_WAIT:
                self.is_out = True
                reason += f", and wants to be asked again in {wait:.0f} seconds"
                break
            if attempt + 1 < TRIES:
                self._next = max(self._next, self.clock() + max(wait, 2.0**attempt))
        self.failures += 1
        self.is_out = self.is_out or self.failures >= _FAILURES
        self.problems.append(f"{question.address}: {reason}")
        return None

    def _kept(self, question: Question, status: int, media_type: str, body: bytes) -> Answer:
        self.failures = 0
        when = f"{self.now().astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
        return self.cache.put(question, status, media_type, body, when)

    def _sent(self, address: str) -> tuple[httpx.Response, bytes]:
        """The response and its whole body; redirects are followed within the host alone."""
        if self.sender:
            address += ("&" if "?" in address else "?") + self.sender
        for _ in range(_REDIRECTS + 1):
            if not address.startswith(f"{self.host}/"):
                raise ValueError(f"it leads to {_host(address)}, which is not asked")
            wait = self._next - self.clock()
            if wait > 0:
                self.sleep(wait)
            self._next = self.clock() + self.pause
            body = bytearray()
            with self.client.stream("GET", address) as response:
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise ValueError(f"the answer has more than {LARGEST:,} bytes")
            if not response.is_redirect:
                return response, bytes(body)
            address = urljoin(address, response.headers.get("location", ""))
        raise ValueError(f"it leads on more than {_REDIRECTS} times")


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _retry_after(text: str, now: dt.datetime) -> float:
    """Seconds to wait, from `Retry-After` (RFC 9110, section 10.2.3): a number, or a date."""
    text = text.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (when.replace(tzinfo=when.tzinfo or dt.UTC) - now).total_seconds())
