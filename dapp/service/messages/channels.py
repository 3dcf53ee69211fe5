"""Where messages go: entered by its owner, checked, confirmed, tried, and taken back."""

from typing import Any
from uuid import UUID, uuid4

from dapp.domain.types import Address
from dapp.errors import InvalidInput, NotFound, Refused
from dapp.service import views
from dapp.service.clock import Wall
from dapp.service.messages.chat import check
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.reach import (
    Resolve,
    Unreachable,
    addresses,
    endpoint,
    mailbox,
    reader_of,
    resolve,
)
from dapp.store.letters import Dead, Delivery, LetterKind, LetterRows
from dapp.store.subscribers import Added, Channel, ChannelKind, ChannelState, SubscriberRows

View = dict[str, Any]

MOST_CHANNELS = 10
MOST_ADDED_A_DAY = 20
MOST_CONFIRMATIONS_A_DAY = 3
"""To one e-mail address, whoever enters it."""
GRACE_SECONDS = 24 * 3600
"""How long a webhook's former secret signs as well."""
TEST_PAUSE_SECONDS = 60
_MOST_FAILURES = 100
_MOST_DELIVERIES = 20
_DAY_SECONDS = 86_400
_TARGET = {"field": "target"}


class Channels:
    """Every method raises DatabaseUnavailable.

    Args:
        people, letters: the rows.
        keys: seals where messages go.
        has_mail: whether there is a server for e-mail.
        allow_local: whether webhooks may go to this machine and its neighbours.
        wall: our clock.
    """

    def __init__(
        self,
        people: SubscriberRows,
        letters: LetterRows,
        keys: MessageKeys,
        *,
        has_mail: bool,
        allow_local: bool,
        wall: Wall,
        resolver: Resolve = resolve,
    ) -> None:
        self._people = people
        self._letters = letters
        self._keys = keys
        self._has_mail = has_mail
        self._allow_local = allow_local
        self._wall = wall
        self._resolve = resolver

    async def list(self, account: Address) -> list[View]:
        """The account's, the oldest first."""
        return [self._shown(one) for one in await self._people.channels(account)]

    async def add(self, account: Address, kind: ChannelKind, target: str) -> View:
        """A channel; its secret, if it has one, is shown this once.

        Raises:
            InvalidInput: where we would never send to.
            Refused: `channels-full`, `channels-too-many`, `channel-known`, `address-refused`,
                `email-off`.
        """
        target, now = await self._checked(kind, target), self._wall()
        is_mail = kind is ChannelKind.EMAIL
        mark = self._keys.mark(kind, reader_of(target) if is_mail else target)
        new = Channel(
            id=uuid4(),
            account=account,
            kind=kind,
            target=self._keys.seal(target),
            state=ChannelState.UNCONFIRMED if is_mail else ChannelState.ACTIVE,
            secret_version=1,
            former_until=0.0,
            failing_since=None,
            error_code=None,
            made_at=now,
        )
        since = now - _DAY_SECONDS
        await self._people.add(new, mark, since, lambda found: _judge(found, is_mail=is_mail))
        if is_mail:
            await self._letters.send_soon([new.id], LetterKind.CONFIRM, now)
        return {**self._shown(new), **self._secret(new)}

    async def remove(self, account: Address, channel: UUID) -> None:
        """Raises NotFound."""
        await self._own(account, channel)
        await self._people.end(channel, ChannelState.REMOVED)

    async def rotate(self, account: Address, channel: UUID) -> View:
        """A webhook's new secret, shown this once; the former one signs as well for a day.

        Raises NotFound.
        """
        until = self._wall() + GRACE_SECONDS
        version = await self._people.rotate(channel, account, until)
        if version is None:
            raise _unknown(channel)
        secret = self._keys.webhook_secret(channel, version)
        return {"id": str(channel), "secret": secret, "former_until": views.time(int(until))}

    async def enable(self, account: Address, channel: UUID) -> View:
        """Sends over it again, after it failed for too long. Raises NotFound, Refused."""
        await self._own(account, channel)
        if not await self._people.enable(channel):
            raise Refused(
                "this address was not confirmed yet",
                remedy="Open the link in the message that we sent there",
                code="channel-unconfirmed",
            )
        return self._shown(await self._own(account, channel))

    async def test(self, account: Address) -> View:
        """A message over every channel that is on. Raises Refused."""
        active = [
            one for one in await self._people.channels(account) if one.state is ChannelState.ACTIVE
        ]
        if not active:
            raise Refused(
                "there is no channel to try",
                remedy="Add one, and confirm it if it is an e-mail address",
                code="channels-none",
            )
        now = self._wall()
        if not await self._people.may_test(account, now, TEST_PAUSE_SECONDS):
            raise Refused(
                "the last test was just now", remedy="Wait for a minute", code="test-too-soon"
            )
        await self._letters.send_soon([one.id for one in active], LetterKind.TEST, now)
        return {"channels": [str(one.id) for one in active]}

    async def failures(self, account: Address) -> View:
        """What was given up, the latest first, and which channels fail now."""
        dead = await self._letters.dead(account, _MOST_FAILURES)
        channels = await self._people.channels(account)
        failing = [self._shown(one) for one in channels if one.failing_since is not None]
        return {"failures": [_dead(one) for one in dead], "failing_channels": failing}

    async def deliveries(self, account: Address) -> View:
        """The last messages that were sent, are tried again, or were given up."""
        found = await self._letters.tried(account, _MOST_DELIVERIES)
        return {"deliveries": [_delivery(one) for one in found]}

    async def check_link(self, purpose: str, link: str) -> Channel:
        """The channel of a link in a message. Raises NotFound for one that is not ours or over."""
        number = self._keys.channel_of(purpose, link, self._wall())
        channel = None if number is None else await self._people.channel(number)
        if channel is None:
            raise NotFound(
                "this link is not whole, or too old",
                remedy="Copy all of it, or enter your address again",
                code="link-unknown",
            )
        return channel

    async def confirm(self, link: str) -> bool:
        """Whether the address is one that we write to now. Raises NotFound."""
        return await self._people.confirm((await self.check_link("confirm", link)).id)

    async def unsubscribe(self, link: str) -> None:
        """Nothing goes there any more. Raises NotFound."""
        channel = await self.check_link("unsubscribe", link)
        await self._people.end(channel.id, ChannelState.REMOVED)

    async def refuse(self, link: str) -> None:
        """Nobody can enter the address again. Raises NotFound."""
        channel = await self.check_link("refuse", link)
        await self._people.end(channel.id, ChannelState.REFUSED)

    async def _checked(self, kind: ChannelKind, target: str) -> str:
        if kind is ChannelKind.EMAIL:
            if not self._has_mail:
                raise Refused(
                    "this server sends no e-mail",
                    remedy="Set REDRESS_SMTP_HOST, or use another channel",
                    code="email-off",
                )
            return mailbox(target)
        if kind is ChannelKind.CHAT:
            self._chat(target)
            return target
        found = endpoint(target, allow_local=self._allow_local)
        try:
            await addresses(found, self._resolve, allow_local=self._allow_local)
        except Unreachable as error:
            raise InvalidInput(
                "this host is not on the open internet"
                if error.code == "address-private"
                else "this host has no address",
                remedy="Check its name",
                code=error.code,
                fields=_TARGET,
            ) from error
        return target

    def _chat(self, target: str) -> str:
        return check(target, allow_local=self._allow_local)

    async def _own(self, account: Address, channel: UUID) -> Channel:
        for one in await self._people.channels(account):
            if one.id == channel:
                return one
        raise _unknown(channel)

    def _secret(self, one: Channel) -> View:
        if one.kind is not ChannelKind.WEBHOOK:
            return {}
        return {"secret": self._keys.webhook_secret(one.id, one.secret_version)}

    def _shown(self, one: Channel) -> View:
        target = None if one.target is None else self._keys.open(one.target)
        if target is not None and one.kind is ChannelKind.CHAT:
            target = self._chat(target)
        return {
            "id": str(one.id),
            "kind": one.kind,
            "target": target,
            "state": one.state,
            "failing_since": None if one.failing_since is None else int(one.failing_since),
            "error_code": one.error_code,
            "added_at": views.time(int(one.made_at)),
        }


def _judge(found: Added, *, is_mail: bool) -> None:
    """Raises Refused."""
    if found.is_there:
        raise Refused("you have this one already", code="channel-known", fields=_TARGET)
    if found.of_account >= MOST_CHANNELS:
        raise Refused(
            f"an account has at most {MOST_CHANNELS} channels",
            remedy="Remove one first",
            code="channels-full",
        )
    if is_mail and found.is_refused:
        raise Refused(
            "whoever reads mail there asked us never to write again",
            remedy="Use another address",
            code="address-refused",
            fields=_TARGET,
        )
    if found.of_account_today >= MOST_ADDED_A_DAY or (
        is_mail and found.to_target_today >= MOST_CONFIRMATIONS_A_DAY
    ):
        raise Refused(
            "this was tried too often", remedy="Try again tomorrow", code="channels-too-many"
        )


def _dead(one: Dead) -> View:
    return {
        "id": str(one.id),
        "channel": str(one.channel),
        "kind": one.kind,
        "messages": one.notices,
        "tries": one.tries,
        "error_code": one.error_code,
        "made_at": views.time(int(one.made_at)),
        "given_up_at": views.time(int(one.settled_at)),
    }


def _delivery(one: Delivery) -> View:
    return {
        "id": str(one.id),
        "channel": str(one.channel),
        "kind": one.kind,
        "messages": one.notices,
        "state": one.state,
        "tries": one.tries,
        "error_code": one.error_code,
        "made_at": views.time(int(one.made_at)),
        "settled_at": None if one.settled_at is None else views.time(int(one.settled_at)),
    }


def _unknown(channel: UUID) -> NotFound:
    return NotFound(
        "there is no such channel of yours", code="channel-unknown", fields={"id": str(channel)}
    )
