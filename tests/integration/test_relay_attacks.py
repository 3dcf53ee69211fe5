"""What strangers try so that the relay pays for nothing, or sends nothing more."""

from tests import contract_wallets
from tests.api_player import Person, View
from tests.api_scene import is_problem
from tests.lying_node import Reply, Request
from tests.relaying import RelayHouse, house, one_house

__all__ = ["house", "one_house"]


def test_an_account_that_turns_once_it_was_taken_burns_nothing(house: RelayHouse) -> None:
    """Tried with all the gas a node lends, it would pass, and burn what it is given."""
    account = contract_wallets.moody(house.world)
    id_ = house.taken(_by(house, account))
    contract_wallets.turn(house.world, account)
    before = house.count()
    with house.process():
        failed = house.becomes(id_, "failed")
    assert (house.count(), failed["transaction"]) == (before, None)
    is_problem(house.post(_by(house, account)), 409, "action-too-dear")


def test_no_action_burns_what_a_dearer_one_was_charged_for(house: RelayHouse) -> None:
    ids = [house.taken(house.signed(Person())) for _ in range(2)]
    assert house.rows("SELECT count(DISTINCT gas) FROM relay_action") == [(1,)]
    latest = "(SELECT max(number) FROM relay_action)"
    house.rows(f"UPDATE relay_action SET gas = 1000000 WHERE number = {latest} RETURNING 1")  # noqa: S608
    with house.process():
        for id_ in ids:
            house.becomes(id_, "mined")
    given = "SELECT a.gas, b.gas_each FROM relay_action a JOIN relay_batch b ON b.number = a.batch"
    assert all(gas == each for gas, each in house.rows(given))


def test_what_is_charged_is_the_most_that_it_can_cost(house: RelayHouse) -> None:
    house.world.rpc("evm_setAutomine", False)
    id_ = house.taken(house.signed(Person()))
    ((charged,),) = house.rows("SELECT charged FROM relay_action")
    with house.process():
        house.becomes(id_, "sent")
    ((most,),) = house.rows(
        "SELECT o.gas * a.max_fee FROM outgoing o JOIN outgoing_attempt a ON a.outgoing = o.number"
    )
    assert charged >= most


def test_one_that_cannot_be_tried_keeps_no_other_waiting(house: RelayHouse) -> None:
    """A stranger's account can take so long that the node gives up."""
    slow, person = contract_wallets.moody(house.world), Person()
    ids = [house.taken(_by(house, slow)), house.taken(house.signed(person))]

    def gives_up(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_call" and slow[2:].lower() in str(request["params"]):
            error = {"code": -32000, "message": "execution aborted (timeout = 5s)"}
            return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return reply

    house.lying.twist = gives_up
    with house.process():
        house.becomes(ids[1], "mined")
        assert house.status(ids[0]) == "queued"
        house.lying.twist = None
        house.becomes(ids[0], "mined")


def test_a_transaction_that_no_node_takes_fails_and_the_next_one_goes(house: RelayHouse) -> None:
    """What was sent under its nonce instead did nothing, and says so."""
    refused, person = Person(), Person()
    mark = refused.address[2:].lower().encode()

    def heard(body: bytes) -> bytes:
        is_it = b"eth_sendRawTransaction" in body and mark in body
        return body.replace(b"eth_sendRaw", b"eth_refuseRaw") if is_it else body

    house.lying.heard = heard
    first = house.taken(house.signed(refused))
    with house.process(REDRESS_SENDER_STUCK_SECONDS="0.05"):
        failed = house.becomes(first, "failed")
        house.becomes(house.taken(house.signed(person)), "mined")
    assert failed["reason"]["code"] == "transaction-cancelled"
    assert (house.has_key(refused.address), house.has_key(person.address)) == (False, True)


def _by(house: RelayHouse, account: str) -> View:
    """An action of an account of code; anything will do for its signature."""
    return {**house.signed(Person(), actor=account), "signature": "0x1234"}
