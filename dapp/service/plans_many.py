"""Plans of what an organisation does to many of its cases with one signature."""

from collections.abc import Awaitable, Callable

from dapp.chain import encode
from dapp.domain import intents
from dapp.domain.events import DESK
from dapp.domain.intents import Intent
from dapp.domain.organisation import ROLE_ANSWER
from dapp.domain.rules import Action, Role
from dapp.domain.types import ComplaintId, OrganisationId
from dapp.errors import RedressError, Refused
from dapp.service.cases import Standing, unknown
from dapp.service.plans import Desk, Plan, not_yours, require, statement
from dapp.service.words import sentence


async def acknowledge_many(desk: Desk) -> Plan:
    """One call of the desk's `multicall`: all of them are acknowledged, or none.

    Raises:
        Refused: `some-refused`; `fields["refused"]` has a code and words for each that cannot be,
            by its number. The others may be asked for again.
    """
    numbers, digest = desk.params.complaints(), desk.params.digest()
    found = await desk.cases.find_many(numbers)
    answers = await _answers_for(desk, found)
    refused = {}
    for number in numbers:
        try:
            _require(desk, number, found.get(number), answers)
        except RedressError as error:
            refused[str(number)] = {"code": error.code, "detail": error.message}
    if refused:
        raise Refused(
            f"{len(refused)} of {len(numbers)} complaints cannot be acknowledged: "
            + ", ".join(refused),
            remedy="Leave them out and ask again",
            code="some-refused",
            fields={"refused": refused},
        )
    cases = [found[number].case for number in numbers]
    calls = tuple(_data(intents.acknowledge(case, digest)) for case in cases)
    return Plan(
        Intent(DESK, "multicall", (calls,)),
        sentence(
            "Acknowledge {number} complaints in one transaction: {complaints}",
            number=len(numbers),
            complaints=", ".join(map(str, numbers)),
        ),
        (sentence("when you replied"), *statement(digest)),
    )


async def _answers_for(desk: Desk, found: dict[ComplaintId, Standing]) -> frozenset[OrganisationId]:
    """The organisations of these cases that the actor answers for."""
    whose = {one.case.organisation for one in found.values()}
    rows = [await desk.organisation(number) for number in sorted(whose)]
    return frozenset(
        row.organisation.id for row in rows if row.organisation.roles_of(desk.actor) & ROLE_ANSWER
    )


def _require(
    desk: Desk,
    number: ComplaintId,
    found: Standing | None,
    answers: frozenset[OrganisationId],
) -> None:
    """Raises NotFound, Refused."""
    if found is None:
        raise unknown(number)
    if found.case.organisation not in answers:
        raise not_yours(number, Action.ACKNOWLEDGE, desk.actor)
    require(found, Action.ACKNOWLEDGE, Role.ORGANISATION, desk.actor)


def _data(intent: Intent) -> str:
    return "0x" + encode.calldata(intent.contract, intent.function, intent.args).hex()


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {"acknowledge-many": acknowledge_many}
