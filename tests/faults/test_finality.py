"""What was final when it was stored: a chain without it is refused, and nothing is undone."""

import pytest

from dapp.errors import IntegrityBroken
from tests.faults.chain_story import Story
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.faults.workload import HOUSE
from tests.lying_node import Reply, Request, Twist

_TRUE = "true"
_GENESIS = ("eth_getBlockByNumber", "0x0", False)
_SAID = (_TRUE, "fallen", "null", "unsupported")


@pytest.mark.parametrize("said", _SAID)
def test_a_reorg_past_what_is_final_is_refused(stage: Stage, said: str) -> None:
    """Whatever the node says by now of what is final."""
    story = _final_three_below_the_head(stage)
    before = (stage.index().log(), stage.index().read_model())
    height = story.world.block_number()
    story.fork()
    story.served.to_base()
    story.mine(height + 5 - story.world.block_number())
    stage.lying.true_url = story.world.url
    stage.lying.twist = _saying(stage, said)
    for _ in range(2):
        assert isinstance(_refusal(stage), IntegrityBroken)
        assert (stage.index().log(), stage.index().read_model()) == before

    story.swap()
    story.mine(2)
    stage.lying.true_url = story.world.url
    stage.lying.twist = _saying(stage, _TRUE)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


def test_a_reorg_down_to_what_is_final_is_followed(stage: Stage) -> None:
    story = _final_three_below_the_head(stage)
    story.served.back(0)
    assert story.world.block_number() == story.final
    story.mine(5)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


def _final_three_below_the_head(stage: Stage) -> Story:
    stage.begin(from_nothing=False)
    story = stage.story
    stage.lying.twist = _saying(stage, _TRUE)
    story.mine(2)
    story.world.bond(HOUSE)
    story.served.mark()
    story.finalise(story.world.block_number())
    story.world.bond(HOUSE)
    story.mine(1)
    assert stage.follow() is None
    story.mine(1)
    assert stage.follow() is None
    return story


def _refusal(stage: Stage) -> BaseException | None:
    """What stops it; None if it goes on."""
    reader = stage.reader(stage.lying.url)
    reader.join()
    reader.kill()
    assert reader.join()
    return reader.error


def _saying(stage: Stage, said: str) -> Twist:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] != "eth_getBlockByNumber" or request["params"][0] != "finalized":
            return reply
        match said:
            case "true":
                return {**reply, "result": stage.story.finalized_header()}
            case "fallen":
                return {**reply, "result": stage.story.world.rpc(*_GENESIS)}
            case "null":
                return {**reply, "result": None}
        error = {"code": -32601, "message": "unknown block tag"}
        return {"jsonrpc": "2.0", "id": reply["id"], "error": error}

    return twist
