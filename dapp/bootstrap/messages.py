"""What messages are made of: for the web, which takes wishes, and for the process that sends."""

import time
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from dapp.chain.decode import Decoder
from dapp.domain.deployment import Deployment
from dapp.service.clock import Clock
from dapp.service.messages.channels import Channels
from dapp.service.messages.chat import Chat
from dapp.service.messages.courier import Courier, Doors
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.mail import Mail, Smtp
from dapp.service.messages.messenger import Messenger
from dapp.service.messages.planner import Planner
from dapp.service.messages.preferences import Preferences
from dapp.service.messages.sending import Letter, Written
from dapp.service.messages.webhooks import Webhooks
from dapp.settings import Settings
from dapp.store.bell import Bell
from dapp.store.letters import LetterRows
from dapp.store.notices import NoticeRows
from dapp.store.queries import Queries
from dapp.store.subscribers import SubscriberRows
from dapp.web.i18n.choice import LANGUAGES


@dataclass(frozen=True, slots=True)
class Messages:
    keys: MessageKeys
    mail: Mail | None
    preferences: Preferences
    channels: Channels
    messenger: Messenger


def build_messages(
    settings: Settings,
    deployment: Deployment,
    queries: Queries,
    clock: Clock,
    pool: AsyncConnectionPool,
    url: str,
) -> Messages:
    """No key is made and no file read before it is needed: most commands send nothing."""
    chain, local = deployment.chain_id, settings.messages_local
    keys = MessageKeys(settings.messages_key_file or settings.data_dir / "messages.key")
    people, letters = SubscriberRows(pool, chain), LetterRows(pool, chain)
    decode = Decoder(chain, {one.name: one.address for one in deployment.contracts})
    notices = NoticeRows(pool, deployment, decode)
    channels = Channels(
        people,
        letters,
        keys,
        has_mail=bool(settings.smtp_host),
        allow_local=local,
        wall=time.time,
    )
    doors = Doors(Webhooks(allow_local=local), _mail(settings), Chat(allow_local=local))
    courier = Courier(
        letters, notices, people, queries, keys, doors, _write, settings.messages_site, time.time
    )
    planner = Planner(notices, queries, clock, time.time)
    return Messages(
        keys=keys,
        mail=doors.mail,
        preferences=Preferences(people, channels, clock, LANGUAGES),
        channels=channels,
        messenger=Messenger(planner, courier, letters, Bell(url), time.time),
    )


def _mail(settings: Settings) -> Mail | None:
    if not settings.smtp_host:
        return None
    return Mail(
        Smtp(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            sender=settings.smtp_sender,
            user=settings.smtp_user,
            password_file=settings.smtp_password_file,
        )
    )


def _write(letter: Letter) -> Written:
    # Here, so that no command that writes no message loads the pages.
    from dapp.web.letters import write

    return write(letter)
