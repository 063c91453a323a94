"""How many documents of 3 kB a core annotates in a second.

`python benchmarks/annotation.py [DOCUMENT ...]` prints a line; without documents it takes the abstracts of
`tests/annotation`, joined until each is as long. Reading the format is not part of it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kg.annotation import annotate
from kg.concepts import Vocabulary
from kg.model import Report
from kg.reading.sections import abstract_sections
from kg.source import Found, Source
from kg.sources import recognise

SIZE = 3000
ABSTRACTS = Path(__file__).parent.parent / "tests" / "annotation"


def written() -> list[Report]:
    """Reports of about 3 kB, each the title of an abstract and the words of it and of the next ones."""
    texts = [path.read_text("utf-8") for path in sorted(ABSTRACTS.glob("*.txt"))]
    reports = []
    for number, text in enumerate(texts):
        title, _, body = text.partition("\n")
        following = number + 1
        while len(body) < SIZE:
            body += texts[following % len(texts)].partition("\n")[2]
            following += 1
        body = body[:SIZE]
        sections = abstract_sections(Found(body, body, len(title) + 1))
        reports.append(Report(title=Found(title, title, 0), sections=sections))
    return reports


def read(paths: list[str]) -> list[Report]:
    """The reports of documents."""
    sources = [Source.from_bytes(path, Path(path).read_bytes()) for path in paths]
    return [
        record
        for source in sources
        for record in recognise(source).read(source)
        if isinstance(record, Report)
    ]


def documents_per_second(reports: list[Report], seconds: float = 5.0) -> float:
    """Annotated reports in a second of processor time, after one round for the caches."""
    vocabulary = Vocabulary.load()
    for report in reports:
        annotate(report, vocabulary)
    done, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        for report in reports:
            annotate(report, vocabulary)
        done += len(reports)
    return done / (time.process_time() - begin)


if __name__ == "__main__":
    reports = read(sys.argv[1:]) if sys.argv[1:] else written()
    print(f"annotation: {documents_per_second(reports):.0f} documents of {SIZE // 1000} kB a second")
