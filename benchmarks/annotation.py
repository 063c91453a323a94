"""How many documents of 3 kB a core reads, annotates and converts in a second of processor time.

`python benchmarks/annotation.py [DOCUMENT ...]` prints a line for dense abstracts (those of
`tests/annotation`, joined until each is as long), and one for the given documents or for the samples of each
format that reads a file as a whole. In each round all numbers of a text are others, so that nothing is
known from the round before.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kg.annotation import annotate
from kg.concepts import Vocabulary
from kg.conversion import convert
from kg.model import Report
from kg.reading.sections import abstract_sections
from kg.settings import Settings
from kg.source import Found, Source
from kg.sources import UnknownFormatError, is_stream, recognise
from kg.understanding import understand

SIZE = 3000
BAR = 300
"""Documents of 3 kB a second that are read and annotated."""
TESTS = Path(__file__).parent.parent / "tests"
EXPECTED = (".expected.ttl", ".problems.txt")
CHANCE = random.Random(1)  # noqa: S311 - not for secrets


def other_numbers(text: str) -> str:
    """The text with other digits, none of them a nought."""
    return re.sub(r"[1-9]", lambda _: CHANCE.choice("123456789"), text)


def written() -> list[str]:
    """Texts of about 3 kB, each the title of an abstract and the words of it and of the next ones."""
    texts = [path.read_text("utf-8") for path in sorted((TESTS / "annotation").glob("*.txt"))]
    bodies = [text.partition("\n")[2] for text in texts]
    joined = ["".join([*bodies[number:], *bodies[:number]]) for number in range(len(bodies))]
    return [f"{text.partition(chr(10))[0]}\n{body[:SIZE]}" for text, body in zip(texts, joined, strict=True)]


def report(text: str) -> Report:
    """The report with the title in the first line and the abstract behind it."""
    title, _, body = text.partition("\n")
    sections = abstract_sections(Found(body, body, len(title) + 1))
    return Report(title=Found(title, title, 0), sections=sections)


def documents_per_second(texts: Sequence[str], work: Callable[[str], object], seconds: float = 2.0) -> float:
    """Documents of 3 kB in a second of processor time, after one round to get ready."""
    for text in texts:
        work(text)
    letters, spent = 0, 0.0
    while spent < seconds:
        for text in texts:
            other = other_numbers(text)
            began = time.process_time()
            work(other)
            spent += time.process_time() - began
            letters += len(text)
    return letters / SIZE / spent


def of_format(paths: Iterable[Path]) -> list[str]:
    """The texts of the documents that a format reads as a whole."""
    texts = []
    for path in paths:
        source = Source.from_bytes(path.name, path.read_bytes())
        if not is_stream(recognise(source)):
            texts.append(source.text)
    return texts


def main() -> None:
    """Measure and print."""
    vocabulary = Vocabulary.load()

    def opened(text: str) -> Source:
        return Source("document.txt", text, "0" * 64)

    def read(text: str) -> object:
        try:
            return understand(opened(text), vocabulary)
        except UnknownFormatError:  # by its new numbers
            return None

    def converted(text: str) -> object:
        return convert(opened(text), Settings(), vocabulary)

    print(f"documents of {SIZE // 1000} kB a second of processor time; the bar is {BAR}")
    abstracts = documents_per_second(written(), lambda text: annotate(report(text), vocabulary))
    print(f"{'dense abstracts, annotated':<40} {abstracts:6.0f}  {abstracts / BAR:.0%} of the bar")
    folders = {"given": [Path(name) for name in sys.argv[1:]]} if sys.argv[1:] else {}
    for folder in sorted((TESTS / "samples").iterdir()) if not folders else ():
        folders[folder.name] = [
            path
            for path in sorted(folder.iterdir())
            if path.suffix in {".txt", ".html"} and not path.name.endswith(EXPECTED)
        ]
    for name, paths in folders.items():
        texts = of_format(paths)
        if texts:
            one, other = documents_per_second(texts, read), documents_per_second(texts, converted)
            print(
                f"{name + ', read and annotated':<40} {one:6.0f}  {one / BAR:.0%} of the bar;"
                f" with statements and evidence {other:.0f}"
            )


if __name__ == "__main__":
    main()
