"""Answers in codings: the same bytes under other tags, and never more work than one answer is worth."""

from __future__ import annotations

import gzip
import os
from typing import Any

import httpx
import pytest
import zstandard

from server import compression
from server.spool import Spool, whole

PATIENCE = 120
MANY = {"query": "SELECT * { ?s <http://example.org/number> ?o } ORDER BY ?s LIMIT 300"}
FEW = {"query": "ASK {}"}


def unpacked(way: str, data: bytes) -> bytes:
    if way == "gzip":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


@pytest.mark.parametrize("way", compression.CODINGS)
def test_what_is_packed_is_the_same_inside_and_each_time(way: str) -> None:
    data = os.urandom(300_000) * 2
    descriptor = os.memfd_create("test")
    os.write(descriptor, data)
    packed = compression.packed(data, way)
    assert unpacked(way, whole(packed)) == data
    assert compression.packed(data, way) == packed
    assert unpacked(way, whole(compression.packed(Spool(descriptor, len(data)), way))) == data


@pytest.mark.parametrize(
    ("fields", "is_text"),
    [
        ({"content-type": "text/html; charset=utf-8"}, True),
        ({"content-type": "application/sparql-results+json"}, True),
        ({"content-type": "application/n-triples"}, True),
        ({"content-type": "application/gzip"}, False),
        ({"content-type": "application/vnd.apache.parquet"}, False),
        ({"content-type": "image/png"}, False),
        ({}, False),
        ({"content-type": "text/csv", "repr-digest": "x"}, False),
        ({"content-type": "text/turtle", "content-encoding": "zstd"}, False),
        ({"content-type": "text/css", "content-range": "bytes 0-1/9"}, False),
    ],
)
def test_texts_are_packed_that_are_not_packed_or_parts(fields: dict[str, str], is_text: bool) -> None:
    assert compression.is_for(200, fields) is is_text
    assert not compression.is_for(404, fields)


def test_what_is_small_or_very_large_is_not_worth_it() -> None:
    assert [compression.is_worth(size) for size in (0, 1023, 1024, 1 << 24, (1 << 24) + 1)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_the_fields_name_the_coding_and_what_it_depends_on() -> None:
    fields = [("etag", '"x"'), ("vary", "Accept"), ("content-length", "5"), ("accept-ranges", "bytes")]
    assert compression.described(fields, "identity") == [
        fields[0],
        *fields[2:],
        ("vary", "Accept, Accept-Encoding"),
    ]
    assert compression.described(fields, "gzip") == [
        ("etag", '"x-gzip"'),
        ("vary", "Accept, Accept-Encoding"),
        ("content-encoding", "gzip"),
    ]
    assert compression.described([("vary", "accept-encoding")], "identity") == [("vary", "accept-encoding")]


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_each_coding_is_a_representation_of_its_own(patient: Any, accept: str) -> None:
    tags = []
    with httpx.Client(base_url=patient.address, timeout=PATIENCE, headers={"Accept": accept}) as client:
        for way in ("identity", "gzip", "zstd"):
            wish = {"Accept-Encoding": way}
            for turn in range(2):  # worked out, and sent again
                response = client.get("/sparql", params=MANY, headers=wish)
                assert response.headers.get("content-encoding", "identity") == way
                assert "Accept-Encoding" in response.headers["vary"]
                if turn == 0 and way == "identity":
                    plain = response.content
                assert response.content == plain
            tags.append(response.headers["etag"])
            for tag in tags:
                unchanged = client.get("/sparql", params=MANY, headers={**wish, "If-None-Match": tag})
                assert unchanged.status_code == (304 if tag == tags[-1] else 200)
            assert unchanged.headers["etag"] == tags[-1]
            assert "content-encoding" not in unchanged.headers
            head = client.head("/sparql", params=MANY, headers=wish)
            names = ("etag", "vary", "content-encoding", "content-type")
            assert [head.headers.get(name) for name in names] == [
                response.headers.get(name) for name in names
            ]
            assert head.content == b""
    assert len(set(tags)) == 3


@pytest.mark.slow
def test_a_small_answer_and_a_problem_go_as_they_are(patient: Any) -> None:
    with httpx.Client(base_url=patient.address, timeout=PATIENCE) as client:
        small = client.get("/sparql", params=FEW)
        problem = client.get("/sparql", params={"query": "ASK {" + " " * 2000})
    assert "gzip" in small.request.headers["accept-encoding"]
    assert "content-encoding" not in small.headers
    assert small.headers["vary"] == "Accept"
    assert (problem.status_code, "content-encoding" in problem.headers) == (400, False)


@pytest.mark.slow
def test_a_large_answer_is_packed_from_its_file(patient: Any) -> None:
    params = {"query": "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000"}
    with httpx.Client(base_url=patient.address, timeout=PATIENCE) as client:
        plain = client.get("/sparql", params=params, headers={"Accept-Encoding": "identity"})
        packed = client.get("/sparql", params=params, headers={"Accept-Encoding": "zstd"})
    assert len(plain.content) > 1_048_576
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert packed.content == plain.content
