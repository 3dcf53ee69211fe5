"""A policy as it was published: its terms in words, its agreement, what it changed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from dapp.domain.types import OrganisationId
from dapp.errors import NotFound
from dapp.web.pages.organisations import Organisation
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.pages.statements import kept_text
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.terms import changes, neighbours, version_page

router = APIRouter()

Version = Annotated[int, Path(ge=1, lt=1 << 16)]


@router.get("/policies/{organisation}/{version}")
async def policy(request: Request, organisation: Organisation, version: Version) -> Response:
    parts, t, number = parts_of(request), language_of(request), OrganisationId(organisation)
    row, moment = await parts.people.find_organisation(number)
    whose = row.organisation
    one = next((known for known in whose.policies if known.version == version), None)
    if one is None:
        raise NotFound(
            f"organisation {number} has no policy version {version}",
            remedy=f"See /orgs/{number} for those there are",
            code="policy-unknown",
            fields={"organisation": number, "version": version},
        )
    before = next((old for old, new in neighbours(whose) if new == version), None)
    compared = before and await parts.policies.compare(number, before, version)
    return page(
        request,
        "policy.html",
        name=organisation_name(number, t),
        one=version_page(whose, one, moment.now, t),
        agreement=await kept_text(parts.evidence, one.agreement),
        before=before,
        changes=changes(compared, whose, t) if compared else (),
        following=next((new for old, new in neighbours(whose) if old == version), None),
    )
