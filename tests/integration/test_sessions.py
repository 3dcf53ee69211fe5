"""Sessions on a real database and a real chain, by a clock that the test holds."""

import asyncio
import http.server
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from eth_account.messages import encode_defunct

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.chain.signatures import Signatures
from dapp.domain.site import site_of
from dapp.domain.types import Address, ChainId
from dapp.errors import DatabaseUnavailable, NodeUnavailable, RedressError
from dapp.service.sessions import MESSAGE_SECONDS, Asked, Opened, Sessions
from dapp.store import database, sessions
from dapp.store.schema import migrate
from dapp.store.sessions import SessionRows
from scripts.toolchain.anvil import Anvil
from tests import contract_wallets
from tests.api_player import Person
from tests.local_chain import LocalChain

SITE = site_of("https://redress.example")
HOURS = 3600
NOBODYS = Address("0x" + "11" * 20)


@dataclass
class Hall:
    """The sessions of one chain.

    Attributes:
        now: what their clock says.
    """

    sessions: Sessions
    now: float

    async def signed(self, person: Person, account: str | None = None) -> tuple[Asked, str]:
        """A message, and the person's signature of it; the account may be another than theirs."""
        asked = await self.sessions.ask(Address(account or person.address), SITE)
        return asked, "0x" + signature(person, asked.text).hex()

    async def enter(self, person: Person, account: str | None = None) -> Opened:
        asked, signature = await self.signed(person, account)
        return await self.sessions.sign_in(asked.text, signature, asked.browser, SITE)

    async def refused(self, text: str, signature: str, browser: str) -> str:
        with pytest.raises(RedressError) as error:
            await self.sessions.sign_in(text, signature, browser, SITE)
        return error.value.code


def signature(person: Person, text: str) -> bytes:
    return bytes(person.account.sign_message(encode_defunct(text=text)).signature)


@asynccontextmanager
async def hall(database_url: str, node_url: str, chain_id: int = 31_337) -> AsyncIterator[Hall]:
    connection = await database.connect(database_url)
    await migrate(connection)
    await connection.close()
    async with database.pool(database_url) as pool, Rpc(node_url) as rpc:
        rows = SessionRows(pool, ChainId(chain_id))

        def wall() -> float:
            return found.now

        found = Hall(Sessions(rows, Signatures(Node(rpc)), wall, 12 * HOURS), 1_800_000_000.5)
        yield found


@dataclass(frozen=True)
class Place:
    database_url: str
    node_url: str

    def run(self, work: Callable[[Hall], Awaitable[None]]) -> None:
        async def session() -> None:
            async with hall(self.database_url, self.node_url) as found:
                await work(found)

        asyncio.run(session())

    def count(self, table: str) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
            return int(row[0]) if row else -1


@pytest.fixture
def place(database_url: str, anvil: Anvil) -> Place:
    return Place(database_url, anvil.url)


@pytest.fixture(scope="module")
def chain(anvil: Anvil) -> Iterator[LocalChain]:
    with LocalChain(anvil.url) as found:
        yield found


def funded(chain: LocalChain) -> Person:
    person = Person()
    chain.rpc("anvil_setBalance", person.address, hex(10**18))
    return person


def test_a_session_lasts_its_time(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person = Person()
        opened = await hall.enter(person)
        assert opened.session.account == person.address
        assert opened.session.expires_at == 1_800_000_000 + 12 * HOURS
        assert await hall.sessions.find(opened.token) == opened.session
        hall.now += 12 * HOURS - 1
        assert await hall.sessions.find(opened.token) == opened.session
        hall.now += 1
        assert await hall.sessions.find(opened.token) is None
        assert await hall.sessions.all_of(opened.session.account) == []
        await hall.enter(Person())

    place.run(work)
    assert place.count("session") == 1, "the one that ended is cleaned up"


def test_a_message_is_good_once(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        first, *others = await asyncio.gather(
            *(hall.sessions.sign_in(asked.text, signed, asked.browser, SITE) for _ in range(6)),
            return_exceptions=True,
        )
        codes = sorted(getattr(one, "code", "") for one in (first, *others))
        assert codes == ["", *["message-unknown"] * 5]
        assert await hall.refused(asked.text, signed, asked.browser) == "message-unknown"

    place.run(work)
    assert (place.count("session"), place.count("sign_in")) == (1, 0)


def test_a_message_is_good_for_ten_minutes_in_the_browser_that_asked(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        other, _ = await hall.signed(Person())
        for browser in (other.browser, "", asked.browser + "x"):
            assert await hall.refused(asked.text, signed, browser) == "message-unknown"
        hall.now += MESSAGE_SECONDS
        assert await hall.refused(asked.text, signed, asked.browser) == "message-unknown"
        hall.now -= 1
        assert (await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)).token
        hall.now += 10 * MESSAGE_SECONDS
        await hall.sessions.ask(NOBODYS, SITE)

    place.run(work)
    assert place.count("sign_in") == 1, "what is too old is cleaned up"


def test_a_text_of_ones_own_is_unknown_though_it_is_signed(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person = Person()
        asked = await hall.sessions.ask(Address(person.address), SITE)
        for old, new in (
            ("redress.example wants", "evil.example wants"),
            ("Chain ID: 31337", "Chain ID: 1"),
            ("Nonce: ", "Nonce: 0"),
            ("no money", "much money"),
            (person.address, Person().address),
        ):
            text = asked.text.replace(old, new)
            assert text != asked.text
            signed = "0x" + signature(person, text).hex()
            assert await hall.refused(text, signed, asked.browser) == "message-unknown"

    place.run(work)


def test_a_message_of_another_site_is_refused(place: Place) -> None:
    """Such as one given out before the server was told another address."""

    async def work(hall: Hall) -> None:
        person = Person()
        asked = await hall.sessions.ask(Address(person.address), site_of("https://old.example"))
        signed = "0x" + signature(person, asked.text).hex()
        assert await hall.refused(asked.text, signed, asked.browser) == "message-mismatch"

    place.run(work)


def test_a_wrong_signature_uses_nothing_up(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        wrong = "0x" + signature(Person(), asked.text).hex()
        assert await hall.refused(asked.text, wrong, asked.browser) == "signature-wrong"
        for text in ("", "0x1", "0xzz", signed[2:], signed + "\n"):
            assert await hall.refused(asked.text, text, asked.browser) == "invalid-input"
        await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)

    place.run(work)
    assert place.count("session") == 1


def test_signing_out_ends_one_session_or_all_of_the_account(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person, other = Person(), Person()
        here, there, third = [await hall.enter(person) for _ in range(3)]
        others = await hall.enter(other)
        await hall.sessions.sign_out(here.token)
        assert await hall.sessions.find(here.token) is None
        assert {one.digest for one in await hall.sessions.all_of(Address(person.address))} == {
            there.session.digest,
            third.session.digest,
        }
        await hall.sessions.sign_out_everywhere(Address(person.address))
        assert [await hall.sessions.find(one.token) for one in (there, third)] == [None, None]
        assert await hall.sessions.find(others.token) == others.session

    place.run(work)


def test_what_is_stored_opens_nothing(place: Place) -> None:
    async def work(hall: Hall) -> None:
        opened = await hall.enter(Person())
        digest = opened.session.digest
        assert len(opened.token) == 43, "256 bits"
        for guess in (digest.hex(), digest.decode("latin-1"), opened.token[:-1], "", "\x00"):
            assert await hall.sessions.find(guess) is None
        with psycopg.connect(place.database_url) as connection:
            dumped = str(connection.execute("SELECT * FROM session").fetchall())
        assert opened.token not in dumped

    place.run(work)


def test_a_flood_of_messages_locks_nobody_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_WAITING", 20)

    async def work(hall: Hall) -> None:
        oldest, by_oldest = await hall.signed(Person())
        for _ in range(60):
            await hall.sessions.ask(NOBODYS, SITE)
        assert await hall.refused(oldest.text, by_oldest, oldest.browser) == "message-unknown"
        await hall.enter(Person())

    place.run(work)
    assert place.count("sign_in") <= 20


def test_the_oldest_of_too_many_sessions_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)

    async def work(hall: Hall) -> None:
        person, other = Person(), await hall.enter(Person())
        tokens = []
        for _ in range(5):
            hall.now += 1
            tokens.append((await hall.enter(person)).token)
        found = [await hall.sessions.find(token) for token in tokens]
        assert [one is not None for one in found] == [False, False, True, True, True]
        assert await hall.sessions.find(other.token) == other.session

    place.run(work)


def test_a_session_is_of_its_chain(place: Place) -> None:
    async def work(here: Hall) -> None:
        opened = await here.enter(Person())
        async with hall(place.database_url, place.node_url, chain_id=1) as there:
            assert await there.sessions.find(opened.token) is None
            assert await there.sessions.all_of(opened.session.account) == []
            await there.sessions.sign_out(opened.token)
            await there.sessions.sign_out_everywhere(opened.session.account)
        assert await here.sessions.find(opened.token) == opened.session

    place.run(work)


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


def test_without_the_chain_keys_still_sign_in(database_url: str) -> None:
    place = Place(database_url, "http://127.0.0.1:1")

    async def work(hall: Hall) -> None:
        await hall.enter(Person())
        asked, signed = await hall.signed(Person(), NOBODYS)
        with pytest.raises(NodeUnavailable):
            await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)

    place.run(work)
    assert (place.count("session"), place.count("sign_in")) == (1, 1)


def test_without_the_database_nobody_is_signed_in(place: Place) -> None:
    async def work(hall: Hall) -> None:
        await hall.enter(Person())
        with psycopg.connect(place.database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(DatabaseUnavailable):
            await hall.sessions.find("anything")

    place.run(work)
