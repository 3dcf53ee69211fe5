"""The account that relay or keeper sends from, as the settings name it."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.chain.signer import KeystoreSigner, RemoteSigner, Signer
from dapp.domain.types import Address, ChainId, Wei
from dapp.errors import SignerUnusable
from dapp.service import inputs
from dapp.service.anchor_terms import AnchorTerms
from dapp.service.relay_terms import RelayTerms
from dapp.service.sender import Sender
from dapp.service.sending import Terms
from dapp.settings import Settings
from dapp.store.anchored import Limits
from dapp.store.outgoing import OutgoingRows

_PASSWORD = "REDRESS_PASSPHRASE"  # noqa: S105


@asynccontextmanager
async def open_sender(
    settings: Settings,
    node: Node,
    rows: OutgoingRows,
    chain_id: ChainId,
    database_url: str,
    address: str,
) -> AsyncIterator[Sender]:
    """The sender with that address, or with the keystore's where none is named.

    Raises SignerUnusable.
    """
    terms = Terms(
        Wei(settings.sender_most_fee_wei),
        settings.sender_stuck_seconds,
        settings.sender_poll_seconds,
    )
    async with AsyncExitStack() as stack:
        signer = await _signer(settings, address, stack)
        if address and signer.address != address:
            raise SignerUnusable(
                f"the key is {signer.address}'s, and not {address}'s",
                remedy="Name the address that the key belongs to",
            )
        mempool = Mempool(node.rpc)
        yield Sender(chain_id, rows, database_url, node, mempool, signer, terms)


def relay_terms(settings: Settings) -> RelayTerms:
    """What the relay pays for. Raises InvalidInput."""
    return RelayTerms(
        inputs.address(settings.relay_address) if settings.relay_address else None,
        settings.relay_batch_items,
        settings.relay_batch_seconds,
        settings.relay_action_gas,
        Wei(settings.relay_signer_day_wei),
        Wei(settings.relay_organisation_day_wei),
        Wei(settings.relay_day_wei),
        Wei(settings.sender_most_fee_wei),
    )


def anchor_terms(settings: Settings) -> AnchorTerms:
    """How signed complaints are anchored. Raises InvalidInput."""
    return AnchorTerms(
        inputs.address(settings.anchor_address) if settings.anchor_address else None,
        inputs.address(settings.anchor_opener) if settings.anchor_opener else None,
        settings.anchor_interval_seconds,
        settings.anchor_margin_seconds,
        settings.anchor_promise_seconds,
        Limits(
            settings.anchor_customer_waiting,
            settings.anchor_organisation_waiting,
            settings.anchor_waiting,
        ),
    )


async def _signer(settings: Settings, address: str, stack: AsyncExitStack) -> Signer:
    if settings.sender_keystore is not None:
        return await KeystoreSigner.from_file(settings.sender_keystore, _password(settings))
    if not settings.signer_url:
        raise SignerUnusable(
            "there is no key to send with",
            remedy="Set REDRESS_SENDER_KEYSTORE or REDRESS_SIGNER_URL",
        )
    if not address:
        raise SignerUnusable(
            "which of the signer's accounts is to be used is not said",
            remedy="Name its address",
        )
    rpc = await stack.enter_async_context(Rpc(settings.signer_url, settings.node_timeout_seconds))
    return RemoteSigner(rpc, Address(address))


def _password(settings: Settings) -> str:
    if settings.sender_password_file is None:
        return os.environ.get(_PASSWORD, "")
    try:
        return settings.sender_password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SignerUnusable(
            "the file with the keystore's password cannot be read",
            remedy="Check REDRESS_SENDER_PASSWORD_FILE",
        ) from error
