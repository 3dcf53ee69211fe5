"""The stage, which takes longer to set than many a story to tell."""

from collections.abc import Iterator

import pytest

from scripts.toolchain.postgres import Postgres
from tests.faults.stage import Stage, staged


@pytest.fixture(scope="session")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Shared: a test begins it anew and leaves it as it likes."""
    with staged(postgres, tmp_path_factory.mktemp("faults")) as found:
        yield found
