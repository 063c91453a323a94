from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="rewrite the expected files of tests/samples instead of comparing with them",
    )


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """More real documents with gold annotations; they belong to others and are no part of the project."""
    folder = os.environ.get("PEERKG_CORPUS")
    if not folder:
        pytest.skip("PEERKG_CORPUS does not name a folder of documents with gold annotations")
    return Path(folder)
