"""The setting that names the nodes."""

import pytest
from pydantic import ValidationError

from dapp.settings import Settings


def test_several_nodes_are_named_with_commas() -> None:
    assert Settings(node_url=" http://a , http://b,").node_urls == [["http://a", "http://b"]]


def test_semicolons_part_chains() -> None:
    settings = Settings(node_url="http://a, http://b ; http://c", node_ws_url=" ;ws://c")
    assert settings.node_urls == [["http://a", "http://b"], ["http://c"]]
    assert settings.node_ws_urls == ["", "ws://c"]
    assert Settings(node_url="http://a;http://b").node_ws_urls == ["", ""]


@pytest.mark.parametrize("named", ["", " ", ",", " , ", "http://a;", ";http://a"])
def test_no_node_at_all_is_refused(named: str) -> None:
    with pytest.raises(ValidationError, match="name at least one node"):
        Settings(node_url=named)
