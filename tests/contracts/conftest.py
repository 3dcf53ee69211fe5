"""One house for the whole run; each test plays on a copy of it."""

from collections.abc import Iterator

import house as building
import pytest
from brownie import chain, web3
from case import Case
from mined import SendsAreMined


@pytest.fixture(scope="session")
def _built() -> building.House:
    web3.middleware_onion.inject(SendsAreMined, layer=0)
    return building.build()


@pytest.fixture
def house(_built: building.House) -> Iterator[building.House]:
    """The house as it was built; what the test does to the chain is undone after it."""
    chain.snapshot()
    yield _built
    chain.revert()


@pytest.fixture
def case(house: building.House) -> Case:
    """A paid order over 1 ETH, without a complaint."""
    return Case(house)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test of all errors asks what the others have seen."""
    items.sort(key=lambda item: item.path.name == "test_every_error.py")
