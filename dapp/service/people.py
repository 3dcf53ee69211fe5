"""Organisations, orders and arbitrators: found for pages, shown as JSON for everybody else."""

from typing import Any

from dapp.domain.deployment import Deployment
from dapp.domain.keys import EncryptionKey
from dapp.domain.organisation import Operator, PolicyVersion
from dapp.domain.payment import Claimed
from dapp.domain.types import Address, Hash32, OrganisationId
from dapp.errors import NotFound
from dapp.service import hearings, views
from dapp.service.answers import Answer, for_a_second
from dapp.service.clock import Clock, Moment
from dapp.store.queries import Queries
from dapp.store.views import Credit, OrderRow, OrganisationRow, Page, PositionRow, SeatRow
from evidence import recipient_of_key
from evidence.errors import RecipientInvalid

View = dict[str, Any]


class People:
    def __init__(self, queries: Queries, clock: Clock, deployment: Deployment) -> None:
        self._queries = queries
        self._clock = clock
        self._deployment = deployment

    async def find_organisation(
        self, organisation: OrganisationId
    ) -> tuple[OrganisationRow, Moment]:
        """Raises NotFound, Retryable."""
        row, moment = await self._clock.read(lambda: self._queries.organisation(organisation))
        if row is None:
            raise unknown_organisation(organisation)
        return row, moment

    async def find_organisations(
        self, cursor: str | None, limit: int
    ) -> tuple[Page[OrganisationRow], Moment]:
        """The oldest first. Raises InvalidInput, Retryable."""
        return await self._clock.read(lambda: self._queries.organisations(cursor, limit))

    async def find_order(self, key: Hash32) -> tuple[OrderRow, Moment]:
        """Raises NotFound, Retryable."""
        row, moment = await self._clock.read(lambda: self._queries.order(key))
        if row is None:
            raise unknown_order(key)
        return row, moment

    async def find_orders(
        self,
        customer: Address | None,
        organisation: OrganisationId | None,
        cursor: str | None,
        limit: int,
    ) -> tuple[Page[OrderRow], Moment]:
        """The newest first. Raises InvalidInput, Retryable."""
        return await self._clock.read(
            lambda: self._queries.orders(
                cursor, limit, customer=customer, organisation=organisation
            )
        )

    async def organisations(self, cursor: str | None, limit: int) -> Answer:
        page, moment = await self.find_organisations(cursor, limit)
        rows = [organisation_view(row, moment) for row in page.items]
        return for_a_second({"organisations": rows, "next_cursor": page.cursor}, moment)

    async def organisation(self, organisation: OrganisationId) -> Answer:
        row, moment = await self.find_organisation(organisation)
        return for_a_second({"organisation": organisation_view(row, moment)}, moment)

    async def orders(
        self,
        customer: Address | None,
        organisation: OrganisationId | None,
        cursor: str | None,
        limit: int,
    ) -> Answer:
        page, moment = await self.find_orders(customer, organisation, cursor, limit)
        rows = [order_view(row) for row in page.items]
        return Answer({"orders": rows, "next_cursor": page.cursor}, moment)

    async def order(self, key: Hash32) -> Answer:
        row, moment = await self.find_order(key)
        return Answer({"order": order_view(row)}, moment)

    async def arbitrators(self, cursor: str | None, limit: int) -> Answer:
        """Every stake, by position."""
        page, moment = await self._clock.read(lambda: self._queries.arbitrators(cursor, limit))
        rows = [self._position_view(row) for row in page.items]
        return Answer({"positions": rows, "next_cursor": page.cursor}, moment)

    async def arbitrator(self, owner: Address) -> Answer:
        """One arbitrator's stakes, seats and credits; empty lists for somebody who has none."""
        found, moment = await self._clock.read(lambda: self._arbitrator(owner))
        return Answer({"address": owner, **found}, moment)

    async def find_key(self, account: Address) -> tuple[EncryptionKey | None, Moment]:
        """What evidence for somebody is sealed to; None where they never set a key."""
        return await self._clock.read(lambda: self._queries.key(account))

    async def key(self, account: Address) -> Answer:
        found, moment = await self.find_key(account)
        content = {
            "account": account,
            "key": found and found.key,
            "recipient": recipient_of(found),
            "version": found.version if found else 0,
            "since": views.time(found.set_at) if found else None,
        }
        return Answer(content, moment)

    async def _arbitrator(self, owner: Address) -> View:
        return {
            "positions": [self._position_view(r) for r in await self._queries.positions(owner)],
            "seats": [_seat_view(row) for row in await self._queries.seats(owner)],
            "credits": [_credit_view(one) for one in await self._queries.credits(owner)],
        }

    def _position_view(self, row: PositionRow) -> View:
        position = row.position
        stake = position.tickets * self._deployment.ticket_wei
        return {
            "position": position.id,
            "owner": position.owner,
            "tickets": position.tickets,
            "stake": views.wei(stake),
            "balance": views.wei(row.balance),
            "rewards": views.wei(max(0, row.balance - stake)),
            "open_seats": row.open_seats,
            "since_block": position.since_block,
            "staked_at": views.time(position.staked_at),
            "exit_block": position.exit_block,
            "left_at": views.maybe_time(position.left_at),
            "voting_key": position.voting_key,
            "voting_key_version": position.voting_key_version,
        }


def recipient_of(found: EncryptionKey | None) -> str | None:
    """`age1…`; None also for 32 bytes that are no key: the chain takes any."""
    if found is None or found.key is None:
        return None
    try:
        return recipient_of_key(bytes.fromhex(found.key[2:]))
    except RecipientInvalid:
        return None


def unknown_organisation(organisation: OrganisationId) -> NotFound:
    return NotFound(
        f"there is no organisation {organisation}",
        remedy="See /v1/organisations for those there are",
        code="organisation-unknown",
        fields={"organisation": organisation},
    )


def unknown_order(key: Hash32) -> NotFound:
    return NotFound(
        f"there is no order {key}",
        remedy="An order just paid shows once its block is indexed",
        code="order-unknown",
        fields={"order": key},
    )


def organisation_view(row: OrganisationRow, moment: Moment) -> View:
    """With the version in force at the moment."""
    found = row.organisation
    withdrawal = found.withdrawal
    return {
        "id": found.id,
        "registered_by": found.registered_by,
        "registered_at": views.time(found.registered_at),
        "current_version": found.policy_at(moment.now).version,
        "policies": [policy_view(version) for version in found.policies],
        "operators": [_operator_view(operator) for operator in found.operators],
        "bond": {
            "balance": views.wei(found.bond),
            "locked": views.wei(found.locked),
            "free": views.wei(found.free),
        },
        "claim_limit": views.wei(found.claim_limit(moment.now)),
        "withdrawal": None
        if withdrawal is None
        else {
            "amount": views.wei(withdrawal.amount),
            "ready_at": views.time(withdrawal.ready_at),
            "lapses_at": views.time(withdrawal.lapses_at),
        },
        "balance": views.wei(row.balance),
        "balances": [{"token": one.token, "amount": views.wei(one.amount)} for one in row.balances],
        "complaints": row.complaints,
        "open_complaints": row.open_complaints,
        "trail": found.trail,
        "events": found.events,
        "updated_block": found.updated_block,
    }


def order_view(row: OrderRow) -> View:
    paid = row.paid
    return {
        **views.order(paid.order),
        "amount": views.wei(paid.amount),
        "state": views.name(row.state),
        "complaint": row.complaint,
        "paid_at": views.time(paid.paid_at),
        "ended_at": views.maybe_time(paid.ended_at),
        "frozen_until": views.maybe_time(paid.frozen_until),
        "claim": None if paid.claim is None else _claim_view(paid.claim),
        "to_customer": views.wei(paid.to_customer),
        "to_organisation": views.wei(paid.to_organisation),
        "trail": paid.trail,
        "updated_block": paid.updated_block,
    }


def _claim_view(claim: Claimed) -> View:
    back = claim.deposit_back
    return {
        "payer": claim.payer,
        "deposit": views.wei(claim.deposit),
        "deposit_back": None if back is None else views.wei(back),
        "from_funding": views.wei(claim.from_funding),
        "cost_paid": views.wei(claim.cost_paid),
    }


def policy_view(version: PolicyVersion) -> View:
    return {
        "version": version.version,
        **views.policy(version.policy),
        "agreement": views.digest(version.agreement),
        "published_at": views.time(version.published_at),
        "effective_at": views.time(version.effective_at),
    }


def _operator_view(operator: Operator) -> View:
    return {
        "account": operator.account,
        "roles": operator.roles,
        "nominated": operator.nominated,
        "since_block": operator.since,
        "until_block": operator.until,
    }


def _seat_view(row: SeatRow) -> View:
    seats = next(one.seats for one in row.case.rounds if one.number == row.round)
    return {
        "complaint": row.case.id,
        "round": row.round,
        **hearings.seat(seats[row.number]),
    }


def _credit_view(credit: Credit) -> View:
    return {
        "contract": credit.contract,
        "token": credit.token,
        "amount": views.wei(credit.amount),
    }
