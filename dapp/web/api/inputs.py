"""The forms that parameters may take; what does not fit never reaches a use case."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from dapp.domain.types import Address, ComplaintId, Hash32, OrganisationId
from dapp.service import inputs
from dapp.service.parts import Parts
from dapp.store.views import Finality

MAX_ID = 2**63 - 1
MAX_PAGE = 100


async def _parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


async def _complaint(complaint: Annotated[int, Path(ge=1, le=MAX_ID)]) -> ComplaintId:
    return ComplaintId(complaint)


async def _organisation(organisation: Annotated[int, Path(ge=1, le=MAX_ID)]) -> OrganisationId:
    return OrganisationId(organisation)


async def _address(address: Annotated[str, Path(max_length=42)]) -> Address:
    return inputs.address(address)


async def _key(key: Annotated[str, Path(max_length=66)]) -> Hash32:
    return inputs.hash32(key, "key")


async def _digest(digest: Annotated[str, Path(max_length=66)]) -> Hash32:
    return inputs.hash32(digest)


async def _of_customer(
    customer: Annotated[str | None, Query(max_length=42)] = None,
) -> Address | None:
    return None if customer is None else inputs.address(customer, "customer")


async def _of_arbitrator(
    arbitrator: Annotated[str | None, Query(max_length=42)] = None,
) -> Address | None:
    return None if arbitrator is None else inputs.address(arbitrator, "arbitrator")


async def _of_organisation(
    organisation: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
) -> OrganisationId | None:
    return None if organisation is None else OrganisationId(organisation)


PartsOf = Annotated[Parts, Depends(_parts)]
Complaint = Annotated[ComplaintId, Depends(_complaint)]
Organisation = Annotated[OrganisationId, Depends(_organisation)]
AddressPath = Annotated[Address, Depends(_address)]
Key = Annotated[Hash32, Depends(_key)]
Digest = Annotated[Hash32, Depends(_digest)]
OfCustomer = Annotated[Address | None, Depends(_of_customer)]
OfArbitrator = Annotated[Address | None, Depends(_of_arbitrator)]
OfOrganisation = Annotated[OrganisationId | None, Depends(_of_organisation)]
Cursor = Annotated[str | None, Query(max_length=200)]
AsOf = Annotated[
    Finality,
    Query(description="as of the newest block, or of the newest that is safe, or final"),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
