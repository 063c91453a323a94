"""Services are asked politely, once; whatever they answer, nothing is lost, and the next build reads it."""

from __future__ import annotations

import datetime as dt
import json
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg import asking, enrichment, linkset
from kg.asking import Asker, Cache, Question
from kg.commands.enrich import enrich as command
from kg.commands.reading import converted
from kg.enrichment import SERVICES, Outcome, Service, enrich, identifiers, questions
from kg.linking import identities
from kg.settings import Settings

pytestmark = pytest.mark.slow

RIS = "TY  - JOUR\nTI  - Doors that open\nAU  - Okafor, Ada\nPY  - 2019\nDO  - 10.5555/doors.1\nER  - \n"
WORK = {
    "DOI": "10.5555/doors.1", "type": "journal-article", "title": ["Doors that open"], "member": "1",
    "is-referenced-by-count": 3, "issued": {"date-parts": [[2019, 5]]}, "indexed": {}, "volume": "12",
    "author": [{"family": "Okafor", "given": "Ada", "ORCID": "https://orcid.org/0000-0002-1825-0097"}],
}  # fmt: skip
ANSWER = json.dumps({"status": "ok", "message": {"items": [WORK]}}).encode()
NOW = dt.datetime(2026, 11, 22, 9, 30, 15, tzinfo=dt.UTC)


class Replay:
    """A service on this machine: answers in the order they are given, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.seen: list[tuple[str, str]] = []
        self.silent = threading.Event()
        replay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                replay.seen.append((self.path, self.headers["User-Agent"]))
                status, headers, body = replay.answers[0] if replay.answers else (200, {}, ANSWER)
                if len(replay.answers) > 1:
                    replay.answers.pop(0)
                if status == 0:
                    replay.silent.wait(60)
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def replay() -> Iterator[Replay]:
    found = Replay()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        found.silent.set()
        found.server.shutdown()
        found.server.server_close()
        thread.join()


@pytest.fixture
def crossref(replay: Replay) -> Service:
    return replace(SERVICES["crossref"], host=replay.host)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def run(tmp_path: Path, crossref: Service, slept: list[float]) -> Any:
    """Asks the service on this machine, without waiting for anything."""
    quick = partial(Asker, sleep=slept.append, clock=lambda: 0.0, now=lambda: NOW)

    def asked(*wanted: str, **more: Any) -> Outcome:
        options = {"mail": "me@example.org", "make": quick, **more}
        return enrich(tmp_path, crossref, wanted or ["10.5555/doors.1"], **options)

    return asked


def test_what_a_service_answers_becomes_a_source_that_says_whence_and_when(
    run: Any, replay: Replay, tmp_path: Path
) -> None:
    (tmp_path / "mine.ris").write_text(RIS, encoding="utf-8")
    wanted = identifiers(tmp_path, Settings())
    assert wanted["doi"] == ["10.5555/doors.1"]
    outcome = run(*wanted["doi"])
    assert (outcome.known, outcome.asked, outcome.files, outcome.problems) == (1, 1, 1, ())
    ((path, agent),) = replay.seen
    assert path == "/works/10.5555%2Fdoors.1?mailto=me%40example.org"
    assert "peerkg/" in agent
    assert "mailto:me@example.org" in agent
    folder = tmp_path / "enriched" / "crossref"
    (source,) = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert source["retrieved"] == dt.date(2026, 11, 22)
    assert source["origin"] == f"{replay.host}/works/10.5555%2Fdoors.1"
    assert "2026-11-22T09:30:15Z" in source["title"]
    assert (folder / source["path"]).read_bytes() == ANSWER
    assert not any(b"me@example" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    conversions, _, problems = converted([tmp_path], Settings())
    assert {one.format for one in conversions} == {"crossref_json", "ris"}
    assert not [problem for problem in problems if problem.severity == "error"]
    facts = {(quad.predicate.value, str(quad.object)) for one in conversions for quad in one.facts}
    assert ("https://w3id.org/peerkg/ontology#orcid", '"0000-0002-1825-0097"') in facts
    assert ("http://purl.org/dc/terms/source", f"<{source['origin']}>") in facts
    assert any(predicate.endswith("#retrieved") and "2026-11-22" in value for predicate, value in facts)


def test_what_services_said_is_not_asked_about_again(run: Any, replay: Replay, tmp_path: Path) -> None:
    (tmp_path / "mine.ris").write_text(RIS, encoding="utf-8")
    other = json.loads(ANSWER)
    other["message"]["items"][0]["DOI"] = "10.5555/other"
    replay.answers = [(200, {}, json.dumps(other).encode())]
    run()
    assert identifiers(tmp_path, Settings())["doi"] == ["10.5555/doors.1"]
    assert run().asked == 0
    assert len(replay.seen) == 1
    more = run("10.5555/doors.1", "10.5555/new")
    assert (more.asked, more.known, more.files) == (1, 2, 2)
    assert replay.seen[1][0].startswith("/works/10.5555%2Fnew?")


def test_many_are_asked_for_at_once_and_odd_ones_alone() -> None:
    dois = [f"10.5555/{number:03}" for number in range(45)] + ["10.5555/a,b|c"]
    asked = list(questions(SERVICES["crossref"], dois))
    assert [len(question.asked) for question in asked] == [20, 20, 5, 1]
    assert "filter=doi%3A10.5555%2F000%2Cdoi%3A10.5555%2F001" in asked[0].address
    assert asked[3].address.endswith("/works/10.5555%2Fa%2Cb%7Cc")
    openalex = list(questions(SERVICES["openalex"], dois[:2]))
    assert "filter=doi%3A10.5555%2F000%7C10.5555%2F001" in openalex[0].address
    pubmed = list(questions(SERVICES["pubmed"], ["1", "2"]))
    assert "db=pubmed&retmode=xml&tool=peerkg&id=1%2C2" in pubmed[0].address


def test_a_service_is_waited_for_as_long_as_it_says(run: Any, replay: Replay, slept: list[float]) -> None:
    later = "Sun, 22 Nov 2026 09:30:55 GMT"
    replay.answers = [
        (429, {"Retry-After": "30"}, b""),
        (503, {"Retry-After": later}, b""),
        (500, {}, b""),
        (200, {}, ANSWER),
    ]
    outcome = run()
    assert (outcome.known, outcome.problems) == (1, ())
    assert slept == [30, 40, 4]
    assert len(replay.seen) == 4


def test_waits_grow_from_try_to_try_and_end(run: Any, replay: Replay, slept: list[float]) -> None:
    replay.answers = [(500, {}, b"")]
    outcome = run()
    assert (outcome.known, outcome.files, len(replay.seen)) == (0, 0, asking.TRIES)
    assert slept == [1, 2, 4, 8]
    assert "it answered 500" in outcome.problems[0]


def test_who_wants_peace_for_an_hour_is_left_alone(run: Any, replay: Replay) -> None:
    replay.answers = [(429, {"Retry-After": "3600"}, b"")]
    outcome = run("10.5555/1", "10.5555/a|b", "10.5555/c|d")
    assert (outcome.is_out, len(replay.seen)) == (True, 1)
    assert "3600 seconds" in outcome.problems[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"<html>busy</html>", "no JSON"), (ANSWER[:-9], "no JSON"), (b"[]", "none of message"),
     (b"", "no JSON"), (b'{"error": 1}', "none of message"), (b"\xff\xfe\x00", "no JSON")],
)  # fmt: skip
def test_garbage_is_no_answer_and_is_asked_for_again(
    run: Any, replay: Replay, body: bytes, reason: str
) -> None:
    replay.answers = [(200, {}, body)]
    outcome = run()
    assert (outcome.known, outcome.files) == (0, 0)
    assert reason in outcome.problems[0]
    replay.answers = [(200, {}, ANSWER)]
    assert run().known == 1


def test_silence_and_broken_connections_are_failures_that_pass(
    run: Any, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrichment, "TIMEOUT", 0.05)
    monkeypatch.setattr(asking, "TRIES", 2)
    replay.answers = [(0, {}, b"")]
    assert "Timeout" in run().problems[0]
    monkeypatch.setattr(enrichment, "TIMEOUT", 60.0)
    replay.answers = [(200, {"Content-Length": "99999"}, ANSWER), (200, {}, ANSWER)]
    assert run().known == 1


def test_an_answer_that_never_ends_is_cut(run: Any, replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LARGEST", 100)
    assert "more than 100 bytes" in run().problems[0]
    assert len(replay.seen) == 1


def test_only_the_services_own_host_is_asked(run: Any, replay: Replay) -> None:
    for target in (
        "http://127.0.0.1:9/works",
        "https://evil.example/",
        "file:///etc/passwd",
        "//evil.example/x",
    ):
        replay.answers = [(302, {"Location": target}, b"")]
        outcome = run()
        assert "which is not asked" in outcome.problems[0]
    replay.answers = [(301, {"Location": "/works/elsewhere"}, b""), (200, {}, ANSWER)]
    assert run().known == 1
    assert all(service.host.startswith("https://") for service in SERVICES.values())
    assert {service.host.removeprefix("https://") for service in SERVICES.values()} == {
        "api.crossref.org", "api.openalex.org", "eutils.ncbi.nlm.nih.gov", "api.ror.org",
        "query.wikidata.org",
    }  # fmt: skip


def test_leading_on_for_ever_ends(run: Any, replay: Replay) -> None:
    replay.answers = [(301, {"Location": "/works/again"}, b"")]
    assert "leads on more than" in run().problems[0]


def test_what_a_service_does_not_know_is_known_and_no_file(run: Any, replay: Replay) -> None:
    replay.answers = [(404, {}, b"Resource not found.")]
    outcome = run()
    assert (outcome.known, outcome.files, outcome.problems) == (1, 0, ())
    assert run().asked == 0


def test_after_three_failures_the_rest_waits_for_the_next_run(
    run: Any, replay: Replay, tmp_path: Path
) -> None:
    alone = [f"10.5555/{name}|" for name in "abcde"]
    replay.answers = [(200, {}, ANSWER), (403, {}, b"")]
    first = run(*alone)
    assert (first.known, first.files, first.is_out, len(replay.seen)) == (1, 1, True, 4)
    replay.answers = [(200, {}, ANSWER)]
    second = run(*alone)
    assert (second.known, second.asked, second.files) == (5, 4, 5)
    assert len(list((tmp_path / "enriched" / "crossref").glob("*.json"))) == 5


def test_offline_writes_what_was_answered_and_asks_nobody(run: Any, replay: Replay, tmp_path: Path) -> None:
    run()
    for path in (tmp_path / "enriched" / "crossref").iterdir():
        path.unlink()
    outcome = run("10.5555/doors.1", "10.5555/new", offline=True, mail="")
    assert (outcome.known, outcome.asked, outcome.files, len(replay.seen)) == (1, 0, 1, 1)


def test_an_answer_that_was_cut_off_or_changed_is_asked_for_again(tmp_path: Path) -> None:
    cache, question = Cache(tmp_path / "c"), Question("https://example.org/a", ("1",))
    cache.put(question, 200, "application/json", b"{}", "2026-11-22T09:30:15Z")
    assert cache.get(question) is not None
    body = tmp_path / "c" / f"{question.digest}.body"
    body.write_bytes(b"{")
    assert cache.get(question) is None
    assert list(cache.answers()) == []
    cache.put(question, 200, "application/json", b"{}", "2026-11-22T09:30:15Z")
    (tmp_path / "c" / f"{question.digest}.json").write_bytes(b'{"address": ')
    assert cache.get(question) is None


def test_the_same_answers_are_the_same_files(run: Any, tmp_path: Path) -> None:
    run()
    folder = tmp_path / "enriched" / "crossref"
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.glob("*.json")}
    run(offline=True)
    assert {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.glob("*.json")
    } == before


def test_organisations_become_a_file_for_the_registry(tmp_path: Path, replay: Replay) -> None:
    organisation = {
        "id": "https://ror.org/02qtvee93",
        "names": [{"value": "Lantern", "types": ["ror_display"]}],
    }
    replay.answers = [(200, {}, json.dumps(organisation).encode())]
    ror = replace(SERVICES["ror"], host=replay.host)
    quick = partial(Asker, sleep=lambda _: None, clock=lambda: 0.0)
    outcome = enrich(tmp_path, ror, ["02qtvee93"], mail="me@example.org", make=quick)
    assert outcome.files == 1
    assert replay.seen[0][0] == "/v2/organizations/02qtvee93"
    assert json.loads((tmp_path / ".enrichment" / "ror.json").read_bytes()) == [organisation]


ITEMS = Path(__file__).parent / "samples" / "wikidata_json" / "answer-of-two.json"


def test_wikidata_is_asked_in_sparql_until_it_answers_and_its_items_are_linked(
    tmp_path: Path, replay: Replay, slept: list[float]
) -> None:
    replay.answers = [(429, {"Retry-After": "7"}, b""), (500, {}, b"java.util.concurrent.TimeoutException"),
                      (200, {}, ITEMS.read_bytes()[:-90]), (200, {}, ITEMS.read_bytes())]  # fmt: skip
    wikidata = replace(SERVICES["wikidata"], host=replay.host)
    quick = partial(Asker, sleep=slept.append, clock=lambda: 0.0)
    asked = ['10.5555/a"b\\c', "10.5555/doors.1"]
    outcome = enrich(tmp_path, wikidata, asked[1:], mail="me@example.org", make=quick)
    assert (outcome.known, outcome.files, slept) == (1, 1, [7, 2, 4])
    (query,) = parse_qs(urlsplit(replay.seen[-1][0]).query)["query"]
    both = parse_qs(urlsplit(enrichment._wikidata(tuple(asked))).query)["query"][0]
    names = "".join(f"PREFIX {name}: <urn:{name}:>" for name in ("wdt", "p", "psv", "wikibase"))
    store = Store()
    for item, doi in zip(("urn:q", "urn:r"), asked, strict=True):
        store.add(Quad(NamedNode(item), NamedNode("urn:wdt:P356"), Literal(doi.upper())))
    for text, expected in ((query, {"urn:r"}), (both, {"urn:q", "urn:r"})):
        rows = store.query(names + text)
        assert isinstance(rows, QuerySolutions)
        assert {str(row["item"]).strip("<>") for row in rows} == expected
    conversions, _, _ = converted([tmp_path], Settings())
    entities = [entity for one in conversions for entity in one.entities]
    links = linkset.mappings(entities, identities(entities))
    assert "http://www.wikidata.org/entity/Q990000001" in {row.object for row in links}


PEOPLE = ITEMS.parent.parent / "wikidata_people_json" / "answer-of-four.json"


def test_people_are_linked_with_wikidata_and_isni_and_keep_their_printed_names(
    tmp_path: Path, replay: Replay
) -> None:
    (tmp_path / "ada.json").write_text(json.dumps(WORK), encoding="utf-8")
    wanted = identifiers(tmp_path, Settings())["orcid"]
    assert wanted == ["0000-0002-1825-0097"]
    replay.answers = [(200, {}, PEOPLE.read_bytes())]
    people = replace(SERVICES["wikidata-people"], host=replay.host)
    quick = partial(Asker, sleep=lambda _: None, clock=lambda: 0.0)
    assert enrich(tmp_path, people, wanted, mail="me@example.org", make=quick).files == 1
    (query,) = parse_qs(urlsplit(replay.seen[-1][0]).query)["query"]
    store = Store()
    store.add(Quad(NamedNode("urn:q"), NamedNode("urn:wdt:P496"), Literal(wanted[0])))
    rows = store.query("PREFIX wdt: <urn:wdt:>" + query)
    assert isinstance(rows, QuerySolutions)
    assert [str(row["item"]) for row in rows] == ["<urn:q>"]
    conversions, _, _ = converted([tmp_path], Settings())
    entities = [entity for one in conversions for entity in one.entities]
    found = identities(entities)
    ada = found.final[next(one.iri for one in entities if "orcid:0000-0002-1825-0097" in one.keys)]
    assert found.labels[ada] == "Ada Okafor"
    assert {row.object for row in linkset.mappings(entities, found) if row.subject == ada} == {
        "https://orcid.org/0000-0002-1825-0097",
        "https://isni.org/isni/0000000121822255",
        "http://www.wikidata.org/entity/Q990000011",
    }


def test_pubmed_answers_whole_or_not_at_all() -> None:
    fits = SERVICES["pubmed"].fits
    assert fits(b'<?xml version="1.0"?><PubmedArticleSet><PubmedArticle/></PubmedArticleSet>\n') == ""
    assert fits(b"<PubmedArticleSet><PubmedArticle>") != ""
    assert fits(b"<ERROR>busy</ERROR>") != ""


@pytest.fixture
def cli(tmp_path: Path, crossref: Service, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "mine.ris").write_text(RIS, encoding="utf-8")
    monkeypatch.setattr(enrichment, "SERVICES", {"crossref": crossref, "ror": SERVICES["ror"]})
    monkeypatch.setattr(enrichment.enrich, "__kwdefaults__", {
        **(enrichment.enrich.__kwdefaults__ or {}), "make": partial(Asker, sleep=slept.append),
    })  # fmt: skip
    return lambda *words: CliRunner().invoke(command, [str(tmp_path), *words])


def test_the_command_says_what_came_of_it(cli: Any) -> None:
    found = cli("--from", "crossref", "--mail", "me@example.org", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["known"] == 1
    again = cli("--from", "crossref", "--offline")
    assert (again.exit_code, "1 of 1 identifiers answered, 0 requests" in again.stdout) == (0, True)


def test_an_outage_stops_nothing_and_is_said(cli: Any, replay: Replay) -> None:
    replay.answers = [(400, {}, b"")]
    found = cli("--from", "crossref,ror", "--mail", "me@example.org")
    assert found.exit_code == 1
    assert "it answered 400" in found.stdout
    assert "ror: 0 of 0" in found.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--from", "crossref"), "--mail"), (("--from", "crossref", "--mail", "nobody"), "--mail"),
     (("--from", "scopus", "--mail", "a@b.org"), "'scopus'"),
     (("--from", ",", "--mail", "a@b.org"), "no service"),
     (("--from", "crossref", "--mail", "a@b.org\r\nX: y"), "--mail")],
)  # fmt: skip
def test_wrong_use_is_said_before_anybody_is_asked(
    cli: Any, replay: Replay, words: tuple[str, ...], said: str
) -> None:
    found = cli(*words)
    assert found.exit_code == 2
    assert said in found.output
    assert replay.seen == []


def test_an_interrupted_run_keeps_what_was_answered(
    cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = Asker.ask

    def interrupted(self: Asker, question: Question) -> None:
        real(self, question)
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(Asker, "ask", interrupted)
        assert cli("--from", "crossref", "--mail", "me@example.org").exit_code == 130
    assert cli("--from", "crossref", "--offline").exit_code == 0
    assert len(list((tmp_path / "enriched" / "crossref").glob("*.json"))) == 1


def test_a_date_that_is_none_is_no_wait() -> None:
    assert asking._retry_after("soon", NOW) == 0
    assert asking._retry_after("-5", NOW) == 0
