"""Fuzz the readers and the conversion, guided by coverage (atheris, libFuzzer).

    python tests/fuzzing/fuzz.py [--seconds N] [--target NAME ...]

A target is the name of a format, `decoding` (bytes to text), `annotation` (text to facts) or `conversion`
(bytes to RDF). Each runs for N seconds in a process of its own and starts from the samples and from what
it kept before in build/fuzz. What breaks a law of `tests/laws.py`, raises, needs 20 s or 2 GB is written to
build/fuzz/found and ends the run with 1; `--target NAME FILE` runs one such file again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
SAMPLES = ROOT / "tests" / "samples"
KEPT = ROOT / "build" / "fuzz"
EXPECTED = (".expected.ttl", ".problems.txt")
LONGEST = 6000
OTHERS = ("decoding", "annotation", "conversion")


def seeds(target: str) -> list[Path]:
    """The samples a target starts from: those of its format, else all."""
    folder = target if (SAMPLES / target).is_dir() else "*"
    return [
        path
        for path in sorted(SAMPLES.glob(f"{folder}/*"))
        if path.is_file() and not path.name.endswith(EXPECTED)
    ]


def dictionary(target: str) -> str:
    """Words for libFuzzer to insert: the short lines of the samples, and hostile pieces."""
    from tests.laws import HOSTILE  # noqa: PLC0415 - imports kg, which a target imports instrumented

    lines = {line for path in seeds(target) for line in path.read_bytes().splitlines() if 1 < len(line) < 40}
    pieces = {piece.encode() for piece in HOSTILE if len(piece) < 60} | lines
    return "".join(f'"{"".join(f"{chr(92)}x{byte:02X}" for byte in piece)}"\n' for piece in sorted(pieces))


def task(target: str) -> Callable[[bytes], None]:
    """What a target does with the bytes."""
    from kg import annotation  # noqa: PLC0415 - imported here, instrumented
    from kg.blanks import without_blanks  # noqa: PLC0415
    from kg.concepts import Vocabulary  # noqa: PLC0415
    from kg.model import Report  # noqa: PLC0415
    from kg.reading.sections import abstract_sections  # noqa: PLC0415
    from kg.source import Found, Source, UnreadableSourceError  # noqa: PLC0415
    from kg.sources import formats, is_stream  # noqa: PLC0415
    from tests.building import assert_in_place  # noqa: PLC0415
    from tests.laws import assert_lawful  # noqa: PLC0415

    vocabulary = Vocabulary.load()

    def decoding(data: bytes) -> None:
        try:
            source = Source.from_bytes("fuzz", data)
        except UnreadableSourceError:
            return
        assert "".join(line.raw for line in source.lines()) == source.text.replace("\r", "").replace("\n", "")

    def annotating(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        title, _, body = text.partition("\n")
        report = Report(title=Found(title, title, 0)) if title.strip() else Report()
        if body.strip():
            words = Found(body, body, len(text) - len(body)).stripped()
            report = Report(title=report.title, sections=abstract_sections(words))
        assert_in_place(report, text)
        read, candidates = annotation.annotate(report, vocabulary)
        assert_in_place((read, candidates), text)

    def reading(data: bytes) -> None:
        if is_stream(formats()[target]):
            assert_lawful(data)
            return
        try:
            source = Source.from_bytes("fuzz", data)
        except UnreadableSourceError:
            return
        if formats()[target].recognises(source):
            for record in formats()[target].read(source):
                if isinstance(record, Report):
                    assert_in_place(without_blanks(record, source)[0], source.text)

    def converting(data: bytes) -> None:
        assert_lawful(data)

    tasks = {"decoding": decoding, "annotation": annotating, "conversion": converting}
    return tasks.get(target, reading)


def fuzz(target: str, options: list[str]) -> None:
    """Run libFuzzer in this process, which it ends."""
    import atheris  # noqa: PLC0415 - of the dependency group `fuzz`, not of the tests

    with atheris.instrument_imports(include=["kg"]):
        one = task(target)
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def run(target: str, seconds: int) -> int:
    """Fuzz a target in a process of its own; its exit code."""
    corpus, found = KEPT / "corpus" / target, KEPT / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    for path in seeds(target):
        (corpus / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    words = KEPT / f"{target}.dict"
    words.write_text(dictionary(target))
    options = [
        str(corpus),
        f"-dict={words}",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={found}/{target}-",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    return subprocess.run([sys.executable, __file__, "--inside", target, *options], check=False).returncode


def main() -> None:
    """Fuzz every target, or the named ones; exit with 1 if one of them found something."""
    if sys.argv[1:2] == ["--inside"]:
        fuzz(sys.argv[2], sys.argv[3:])
        return
    from kg.sources import formats  # noqa: PLC0415

    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    arguments.add_argument("--target", action="append", choices=[*formats(), *OTHERS], help="only this one")
    arguments.add_argument("file", nargs="?", type=Path, help="run this file again instead")
    chosen = arguments.parse_args()
    targets = chosen.target or [*formats(), *OTHERS]
    if chosen.file is not None:
        for target in targets:
            task(target)(chosen.file.read_bytes())
        return
    failed = [target for target in targets if run(target, chosen.seconds) != 0]
    if failed:
        print(f"something was found by {', '.join(failed)}: see {KEPT / 'found'}")  # noqa: T201 - a command
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
