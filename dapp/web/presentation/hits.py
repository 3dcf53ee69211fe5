"""What a search found, each as a sentence and a link; and what it looked at in vain."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain.types import ChainId, caip2
from dapp.service.search import Hit, Kind
from dapp.web.i18n import Language
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.people import short


@dataclass(frozen=True, slots=True)
class HitLine:
    text: str
    what: str
    href: str


def hit_line(hit: Hit, chain: ChainId, t: Language) -> HitLine:
    """`what` is what it is, `text` which one."""
    key, what = hit.key, kind_name(hit.kind, t)
    if hit.kind in (Kind.ORGANISATION, Kind.OPERATOR):
        return HitLine(organisation_name(int(key), t), what, f"/orgs/{key}")
    text = key if hit.kind is Kind.CONTRACT else short(key)
    href = {
        Kind.CASE: f"/c/{key}",
        Kind.CUSTOMER: f"/cases?customer={key}",
        Kind.ARBITRATOR: f"/cases?arbitrator={key}",
        Kind.ORDERS: f"/orders?account={key}",
        Kind.CONTRACT: "/v1/deployments",
        Kind.ORDER: f"/v1/orders/{key}",
        Kind.TRANSACTION: f"/v1/tx/{caip2(chain)}/{key}",
        Kind.EVIDENCE: f"/ipfs/{key}",
        Kind.FILE: f"/ipfs/{key}",
    }[hit.kind]
    return HitLine(text, what, href)


def kind_name(kind: Kind, t: Language) -> str:
    return {
        Kind.CASE: t.say("Case"),
        Kind.ORGANISATION: t.say("Organisation"),
        Kind.CUSTOMER: t.say("Customer of cases"),
        Kind.ARBITRATOR: t.say("Arbitrator"),
        Kind.OPERATOR: t.say("Acts for an organisation"),
        Kind.ORDERS: t.say("Customer of orders"),
        Kind.CONTRACT: t.say("Contract of ours"),
        Kind.ORDER: t.say("Order"),
        Kind.TRANSACTION: t.say("Transaction"),
        Kind.EVIDENCE: t.say("Evidence: the manifest, as it was submitted"),
        Kind.FILE: t.say("Evidence: a file"),
    }[kind]


def looked_at(kinds: Sequence[Kind], t: Language) -> str:
    return ", ".join(kind_name(kind, t) for kind in kinds)
