from __future__ import annotations

import pytest

from kg.registry import Claim, Registry, Row


@pytest.mark.parametrize("rest", [("doi:b", "pmid:2"), ("doi:b",), ()])
@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_things_that_share_their_strongest_key_keep_their_iris(
    names: tuple[str, str], rest: tuple[str, ...]
) -> None:
    claims = [Claim(names[0], ("notice:x", "doi:b", "pmid:1")), Claim(names[1], ("notice:x", *rest))]
    rows: list[Row] = []
    for _ in range(3):
        registry = Registry(rows)
        found = {claim.minted: iri for claim, iri in registry.settle("Report", claims)}
        assert found == {"one": "one", "two": "two"}
        assert not rows or registry.rows() == rows
        rows = registry.rows()
