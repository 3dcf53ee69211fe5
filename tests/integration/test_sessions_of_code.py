"""Signing in by accounts of code, those that mean harm among them."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dapp.domain.types import Address
from scripts.toolchain.anvil import Anvil
from tests import contract_wallets, session_hall
from tests.api_player import Person
from tests.local_chain import LocalChain
from tests.session_hall import NOBODYS, SITE, Hall, Place, signature

place = session_hall.place


@pytest.fixture(scope="module")
def chain(anvil: Anvil) -> Iterator[LocalChain]:
    with LocalChain(anvil.url) as found:
        yield found


def funded(chain: LocalChain) -> Person:
    person = Person()
    chain.rpc("anvil_setBalance", person.address, hex(10**18))
    return person


def test_an_account_of_code_signs_in_by_its_own_rule(place: Place, chain: LocalChain) -> None:
    owner, lent = Person(), funded(chain)
    wallet = contract_wallets.wallet(chain, owner.address)
    contract_wallets.lend_code(chain, lent, wallet)

    async def work(hall: Hall) -> None:
        assert (await hall.enter(owner, wallet)).session.account == wallet
        assert (await hall.enter(owner, lent.address)).session.account == lent.address
        assert (await hall.enter(lent)).session.account == lent.address, "its key still counts"
        for account in (wallet, lent.address):
            asked, by_another = await hall.signed(Person(), account)
            assert await hall.refused(asked.text, by_another, asked.browser) == "signature-wrong"

    place.run(work)


def test_an_account_that_is_not_made_yet_signs_in(place: Place, chain: LocalChain) -> None:
    owner, shop = Person(), contract_wallets.workshop(chain)
    account = contract_wallets.place(chain, shop, owner.address)

    async def work(hall: Hall) -> None:
        for person, at, code in (
            (Person(), account, "signature-wrong"),
            (owner, NOBODYS, "signature-wrong"),
        ):
            asked = await hall.sessions.ask(Address(at), SITE)
            inner = signature(person, asked.text)
            told = contract_wallets.wrapped(shop, owner.address, inner)
            assert await hall.refused(asked.text, "0x" + told.hex(), asked.browser) == code
        asked = await hall.sessions.ask(account, SITE)
        told = contract_wallets.wrapped(shop, owner.address, signature(owner, asked.text))
        opened = await hall.sessions.sign_in(asked.text, "0x" + told.hex(), asked.browser, SITE)
        assert opened.session.account == account

    place.run(work)
    assert chain.rpc("eth_getCode", account, "latest") == "0x", "asking has made nothing"


@pytest.mark.parametrize(
    "mode",
    [
        contract_wallets.BURNS_GAS,
        contract_wallets.ANSWERS_TOO_MUCH,
        contract_wallets.ANSWERS_NOTHING,
        contract_wallets.NEARLY_YES,
    ],
)
def test_a_hostile_account_gets_nowhere(place: Place, chain: LocalChain, mode: int) -> None:
    account = contract_wallets.hostile(chain, mode)

    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person(), account)
        assert await hall.refused(asked.text, signed, asked.browser) == "signature-wrong"

    place.run(work)


# The third hashes, the fourth gives back what it is given: the very four bytes that mean yes.
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_precompile_is_nobody(place: Place, number: int) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person(), f"0x{number:040x}")
        assert await hall.refused(asked.text, signed, asked.browser) == "signature-wrong"

    place.run(work)


@contextmanager
def _listener() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server of this machine, and what was asked of it."""
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{{sender}}/{{data}}", heard
        server.shutdown()
        thread.join()


def test_no_account_sends_the_server_anywhere(
    place: Place, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contract may name addresses to be asked (ERC-3668), also ones inside our own network."""
    # What a default may become: only our own switch is to hold.
    monkeypatch.setattr("web3.providers.base.BaseProvider.ccip_read_allow_http", True)
    monkeypatch.setattr("web3.providers.base.BaseProvider.ccip_read_url_validator", lambda *_: None)
    with _listener() as (url, heard):
        account = contract_wallets.hostile(chain, contract_wallets.NAMES_AN_ADDRESS, url)

        async def work(hall: Hall) -> None:
            asked, signed = await hall.signed(Person(), account)
            assert await hall.refused(asked.text, signed, asked.browser) == "signature-wrong"

        place.run(work)
        assert heard == []
