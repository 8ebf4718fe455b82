# SPDX-License-Identifier: Apache-2.0
"""One small folder of made-up data for the tests of the lab: 20,000 people, 3,000 rows a request."""

from pathlib import Path

import pytest

from lawgate_lab.make import make
from lawgate_lab.people import make_world
from lawgate_lab.world import World

SEED, PEOPLE, CLAIMS = 11, 20_000, 3_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lab")
    make(path, CLAIMS, PEOPLE, "all", SEED)
    return path


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(PEOPLE, SEED)
