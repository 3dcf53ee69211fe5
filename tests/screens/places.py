"""The pages: a new one is one line here. A test compares them with the routes of dapp/web/pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

NOBODY, CUSTOMER, SHOP, JUDGE, NEWCOMER = "", "customer", "shop", "judge", "newcomer"
"""Whose wallet is connected; all but nobody and the newcomer are signed in, too."""


@dataclass(frozen=True)
class Place:
    """A page as somebody sees it."""

    name: str
    """Of its pictures."""
    route: str
    """The pattern of its path, as the router has it."""
    path: str
    """What is opened; names in braces are the scene's."""
    who: str = NOBODY
    status: int = 200


_ACCOUNT = "account={account}"

PLACES = (
    Place("home", "/", "/"),
    Place("cases", "/cases", "/cases"),
    Place("cases-filtered", "/cases", "/cases?organisation=1&customer={customer}"),
    Place("cases-empty", "/cases", "/cases?organisation=2"),
    Place("case-filed", "/c/{complaint}", "/c/{filed}"),
    Place("case-filed-customer", "/c/{complaint}", "/c/{filed}", CUSTOMER),
    Place("case-filed-desk", "/c/{complaint}", "/c/{filed}", SHOP),
    Place("case-offered-customer", "/c/{complaint}", "/c/{offered}", CUSTOMER),
    Place("case-offered-desk", "/c/{complaint}", "/c/{offered}", SHOP),
    Place("case-pledged-customer", "/c/{complaint}", "/c/{pledged}", CUSTOMER),
    Place("case-overdue", "/c/{complaint}", "/c/{overdue}", NEWCOMER),
    Place("case-voting", "/c/{complaint}", "/c/{voting}"),
    Place("case-voting-judge", "/c/{complaint}", "/c/{voting}", JUDGE),
    Place("case-ruled-customer", "/c/{complaint}", "/c/{ruled}", CUSTOMER),
    Place("case-ended", "/c/{complaint}", "/c/{ended}"),
    Place("case-withdrawn", "/c/{complaint}", "/c/{withdrawn}"),
    Place("case-nowhere", "/c/{complaint}", "/c/999999", status=404),
    Place("proof", "/c/{complaint}/proof", "/c/{ended}/proof"),
    Place("proof-sealed", "/c/{complaint}/proof", "/c/{filed}/proof", CUSTOMER),
    Place("audit", "/audit", "/audit"),
    Place("audit-found", "/audit", "/audit?q={customer}"),
    Place("audit-nothing", "/audit", "/audit?q=nothing"),
    Place("verify", "/verify", "/verify"),
    Place("pay", "/pay", "/pay"),
    Place("pay-one", "/pay", "/pay?organisation=1", CUSTOMER),
    Place("orders", "/orders", "/orders"),
    Place("orders-customer", "/orders", f"/orders?{_ACCOUNT}", CUSTOMER),
    Place("order", "/orders/{key}", "/orders/{order}", CUSTOMER),
    Place("file", "/file", "/file"),
    Place("file-customer", "/file", f"/file?{_ACCOUNT}", CUSTOMER),
    Place("file-newcomer", "/file", f"/file?{_ACCOUNT}", NEWCOMER),
    Place("anchored", "/anchored", "/anchored"),
    Place("anchored-one", "/anchored/{leaf}", "/anchored/{leaf}"),
    Place("anchored-customer", "/anchored/{leaf}", "/anchored/{leaf}", CUSTOMER),
    Place("keys", "/keys", "/keys"),
    Place("keys-customer", "/keys", f"/keys?{_ACCOUNT}", CUSTOMER),
    Place("keys-newcomer", "/keys", f"/keys?{_ACCOUNT}", NEWCOMER),
    Place("desk", "/desk", "/desk"),
    Place("desk-shop", "/desk", f"/desk?{_ACCOUNT}", SHOP),
    Place("desk-newcomer", "/desk", f"/desk?{_ACCOUNT}", NEWCOMER),
    Place("desk-organisation", "/desk/organisation", f"/desk/organisation?{_ACCOUNT}", SHOP),
    Place("desk-record", "/desk/record", f"/desk/record?{_ACCOUNT}", SHOP),
    Place("organisations", "/orgs", "/orgs"),
    Place("organisation", "/orgs/{organisation}", "/orgs/1"),
    Place("policy", "/policies/{organisation}/{version}", "/policies/1/1"),
    Place("stats", "/stats", "/stats"),
    Place("status", "/status", "/status"),
    Place("security", "/security", "/security"),
    Place("developers", "/developers", "/developers"),
    Place("report-staff", "/report-staff", "/report-staff"),
    Place("report-staff-customer", "/report-staff", "/report-staff", CUSTOMER),
    Place("me", "/me", "/me"),
    Place("me-customer", "/me", f"/me?{_ACCOUNT}", CUSTOMER),
    Place("me-shop", "/me", f"/me?{_ACCOUNT}", SHOP),
    Place("me-messages", "/me/messages", f"/me/messages?{_ACCOUNT}", CUSTOMER),
    Place("me-developer", "/me/developer", f"/me/developer?{_ACCOUNT}", CUSTOMER),
    Place("brief", "/c/{complaint}/brief", "/c/{voting}/brief"),
    Place("brief-judge", "/c/{complaint}/brief", "/c/{voting}/brief", JUDGE),
    Place("practice", "/panel/practice", "/panel/practice"),
    Place("file-lookup", "/file", "/file?tx=0x" + 64 * "0"),
    Place("panel", "/panel", "/panel"),
    Place("panel-judge", "/panel", f"/panel?{_ACCOUNT}", JUDGE),
    Place("panel-newcomer", "/panel", f"/panel?{_ACCOUNT}", NEWCOMER),
    Place("help", "/help", "/help"),
    Place("help-found", "/help", "/help?q=refund"),
    Place("help-nothing", "/help", "/help?q=xyzzy"),
    Place("help-article", "/help/{name}", "/help/costs-and-deadlines"),
    Place("mail-confirm", "/messages/confirm", "/messages/confirm?link={confirm_link}"),
    Place("mail-stop", "/messages/unsubscribe", "/messages/unsubscribe?link=nonsense", status=404),
    Place("mail-refuse", "/messages/refuse", "/messages/refuse?link={refuse_link}"),
)

NOT_OPENED = frozenset(
    {"/help/suggested", "/verify.html", "/o/{organisation}", "/.well-known/security.txt"}
)
"""A part that a page fetches for itself; /verify as a file to keep; an old address; plain text."""


def by_reader(places: Iterable[Place] = PLACES) -> Mapping[str, list[Place]]:
    """The pages that each of them opens, so that a browser's profile serves for many."""
    ordered = sorted(places, key=lambda one: one.who)
    return {who: list(found) for who, found in groupby(ordered, key=lambda one: one.who)}
