"""The list of cases with its filters, the search for a record, and the case page's update."""

import csv
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from dapp.service.case_tables import COLUMNS
from evidence import digest_to_cid
from tests.api_scene import NOTHING, Scene, scene

__all__ = ["scene"]


def shown(scene: Scene, path: str, status: int = 200) -> str:
    response = scene.service.http.get(path)
    assert response.status_code == status, response.text
    return response.text


def cases(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/c/(\d+)" class="case-id"', page)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["accepted", "offered", "filed", "voting"]),
        ("state=offered", ["offered"]),
        ("state=filed,asked,offered,escalated", ["offered", "filed", "voting"]),
        ("category=order&state=filed", ["filed"]),
        ("category=security", []),
        ("organisation={organisation}&state=paid", ["accepted"]),
        ("organisation=77", []),
        ("customer={customer}&state=escalated", ["voting"]),
        ("arbitrator={seated}", ["voting"]),
        ("breach=answer", []),
        ("least=0.5&most=1.5&state=filed", ["filed"]),
        ("least=2", []),
        ("least=1000000000000000000&token={shop}", []),
        ("token=ETH&state=filed", ["filed"]),
        ("filed_from=2020-01-01&state=filed", ["filed"]),
        ("filed_to=2020-01-01", []),
        ("mark=funnel.escalated", ["voting"]),
        ("state=&customer=&least=&filed_from=&mark=&state=offered", ["offered"]),
    ],
)
def test_each_filter_narrows_the_list(scene: Scene, query: str, wanted: list[str]) -> None:
    page = shown(scene, "/cases?" + query.format(**scene.names))
    assert cases(page) == [scene.names[name] for name in wanted]
    count = len(wanted)
    assert f"{count} case" in page
    assert bool(wanted) != ("No case fits these filters" in page)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("customer=0xzz", "Customer"),
        ("organisation=x", "Organisation"),
        ("least=-1", "Amount, at least"),
        ("most=1e9", "Amount, at most"),
        ("filed_from=yesterday", "Filed from"),
        ("state=nonsense", "State"),
        ("mark=no.such", "Part of a chart"),
        ("cursor=zzz", "The place in the list"),
        ("arbitrator=%3Cscript%3E", "Arbitrator"),
    ],
)
def test_a_filter_that_cannot_be_read_is_said_and_kept(
    scene: Scene, query: str, field: str
) -> None:
    page = shown(scene, f"/cases?{query}&category=order", 400)
    assert f"nothing is shown: {field}." in page
    assert cases(page) == []
    assert "<script>" not in page.partition("<main")[2]
    assert re.search(r'<option value="order" selected>', page)


def test_a_filter_can_be_taken_away_alone(scene: Scene) -> None:
    page = shown(scene, "/cases?state=offered&category=order&cursor=99")
    hrefs = re.findall(r'<li><a href="([^"]+)" title', page)
    without = [parse_qs(urlsplit(href.replace("&amp;", "&")).query) for href in hrefs]
    assert {"category": ["order"]} in without
    assert {"state": ["offered"]} in without


def test_the_table_has_the_same_cases(scene: Scene) -> None:
    page = shown(scene, "/cases?state=offered,filed&least=0.5&filed_from=2020-01-01")
    found = re.search(r'href="(/v1/cases\.csv[^"]*)"', page)
    assert found is not None
    response = scene.service.http.get(found[1].replace("&amp;", "&"))
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [int(row["id"]) for row in rows] == cases(page)
    assert list(rows[0]) == list(COLUMNS)


def test_the_table_leads_to_what_follows(scene: Scene) -> None:
    path, ids = "/v1/cases.csv?limit=3", list[int]()
    while path:
        response = scene.service.http.get(path)
        assert response.status_code == 200
        ids += [int(row["id"]) for row in csv.DictReader(io.StringIO(response.text))]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
        path = link[1] if link else ""
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == len(set(ids)) == 4


def test_who_is_further_down_the_list_finds_the_way_up(scene: Scene) -> None:
    page = shown(scene, f"/cases?cursor={scene.names['filed']}")
    assert "Newest cases" in page
    assert cases(page) == [scene.names["voting"]]


def search(scene: Scene, text: str) -> tuple[str, str]:
    """Where it leads, or what is shown."""
    response = scene.service.http.get("/audit", params={"q": text})
    assert response.status_code in (200, 303)
    return response.headers.get("location", ""), response.text


def test_whatever_names_one_case_leads_to_it(scene: Scene) -> None:
    number = scene.names["filed"]
    service = scene.service
    case = service.get(f"/v1/cases/{number}")["case"]
    events = service.get(f"/v1/cases/{number}/timeline")["events"]
    names = [f"{number}", f" #{number} ", case["order"]["key"], case["order"]["key"][2:].upper()]
    for name in [*names, *(event["transaction"] for event in events)]:
        assert search(scene, name)[0] == f"/c/{number}", name


def test_evidence_leads_to_its_case(scene: Scene) -> None:
    service, customer = scene.service, str(scene.names["customer"])
    answer = service.http.post(
        "/v1/evidence",
        data={"author": customer, "text": "The box."},
        files=[("files", ("box.txt", b"an empty box", "text/plain"))],
    )
    digest = answer.json()["digest"]
    found = service.get("/v1/search", q=digest)
    assert [one["kind"] for one in found["hits"]] == ["evidence"]
    assert found["cases"] == []
    calldata = service.http.post(
        "/v1/actions/evidence",
        json={"actor": customer, "complaint": scene.names["filed"], "digest": digest},
    ).json()["transaction"]
    chain = service.chain
    call = {"from": customer, "to": calldata["to"], "data": calldata["data"]}
    mined = chain.receipt(chain.rpc("eth_sendTransaction", {**call, "gas": hex(1_000_000)}))
    service.wait_for(int(mined["blockNumber"], 16))
    cid = json.loads(answer.text)["items"][0]["cid"]
    manifest = str(digest_to_cid(bytes.fromhex(digest[2:])))
    for name in (digest, manifest, f"ipfs://{manifest}", cid, f"/ipfs/{cid}"):
        assert search(scene, name)[0] == f"/c/{scene.names['filed']}", name


def test_an_address_lists_all_that_it_is(scene: Scene) -> None:
    where, page = search(scene, str(scene.names["customer"]))
    assert where == ""
    assert "Customer of cases" in page and "Customer of orders" in page
    assert "/cases?customer=" in page
    assert "Acts for an organisation" in search(scene, str(scene.names["shop"]).lower())[1]
    assert "/cases?arbitrator=" in search(scene, str(scene.names["unseated"]))[1]
    desk = next(iter(scene.service.chain.contracts.items()))
    assert desk[0] in search(scene, desk[1])[1]


@pytest.mark.parametrize(
    ("text", "looked"),
    [
        ("999999", "Case, Organisation"),
        (NOTHING, "Order, Transaction, Evidence"),
        ("0x000000000000000000000000000000000000dEaD", "Customer of cases"),
        ("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", "Evidence: a file"),
    ],
)
def test_what_is_not_there_is_said_with_what_was_looked_at(
    scene: Scene, text: str, looked: str
) -> None:
    page = search(scene, text)[1]
    assert "Nothing here goes by that." in page
    assert f"Looked at: {looked}" in page or looked in page


@pytest.mark.parametrize(
    "text", ["hello", "0x12", "<script>alert(1)</script>", "९९९", "0x" + "g" * 64]
)
def test_what_is_nothing_is_said(scene: Scene, text: str) -> None:
    page = search(scene, text)[1]
    assert "That is no number, address, hash or CID" in page
    assert "<script>alert" not in page


def test_the_state_of_the_index_is_told(scene: Scene) -> None:
    page = shown(scene, "/audit")
    status = scene.service.get("/v1/status")
    assert "Read up to block" in page
    assert f"<dd>{status['finalized_block']}</dd>" in page
    assert f"{status['complaints']} of {status['complaints_on_chain']} on the chain" in page


def test_an_update_of_the_case_has_no_frame(scene: Scene) -> None:
    path = f"/c/{scene.names['voting']}"
    part = scene.service.http.get(path, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="status"' in part and "aria-live" not in part
    whole = shown(scene, path)
    assert 'id="announcement"' in whole and 'id="taken-back"' in whole
    # What the chain says must not be put into the page as it stands: an error is no update.
    assert 'hx-status:4xx="swap:none"' in whole and 'hx-status:5xx="swap:none"' in whole
