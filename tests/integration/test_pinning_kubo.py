"""Kubo's own client of pinning services against the one of our tests: it is a fair one."""

import httpx

from evidence.cid import RAW, cid_of
from evidence.pinning import PinningService, Status, Token
from scripts.toolchain.kubo import Kubo
from tests.pinning_server import TOKEN, running

CID = str(cid_of(RAW, b"pinned by a stranger's client"))


def test_the_service_of_our_tests_serves_kubo_as_well(kubo: Kubo) -> None:
    def remote(command: str, *args: str, **options: str) -> httpx.Response:
        url = f"{kubo.api_url}/api/v0/pin/remote/{command}"
        answer = httpx.post(url, params={**options, "arg": list(args)}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer

    with running() as server, PinningService(server.url, Token(TOKEN, "the test")) as client:
        remote("service/add", "test", server.url, TOKEN)
        try:
            added = remote("add", CID, service="test", name="a.pdf").json()
            assert added == {"Cid": CID, "Name": "a.pdf", "Status": "pinned"}
            (found,) = client.list(cids=[CID])
            assert (found.status, found.pin.name) == (Status.PINNED, "a.pdf")
            listed = remote("ls", service="test", status="pinned").json()
            assert listed["Cid"] == CID
            remote("rm", service="test", cid=CID)
            assert list(client.list()) == []
        finally:
            remote("service/rm", "test")
