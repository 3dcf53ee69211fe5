"""What takes e-mail: for the web, where it is posted, and for the process that fetches it."""

import time

from psycopg_pool import AsyncConnectionPool

from dapp.bootstrap.messages import Messages
from dapp.domain.types import ChainId
from dapp.service.mail_in.door import MailDoor
from dapp.service.mail_in.imap import Mailbox
from dapp.service.mail_in.postman import Postman
from dapp.service.messages.sending import Written
from dapp.settings import Settings
from dapp.store.mail_drafts import MailDraftRows


def build_door(
    settings: Settings, messages: Messages, pool: AsyncConnectionPool, chain_id: ChainId
) -> MailDoor:
    return MailDoor(
        MailDraftRows(pool, chain_id, settings.draft_quota_bytes),
        messages.keys,
        messages.mail,
        _write,
        settings.messages_site,
        [settings.mail_address] if settings.mail_address else [],
        min(settings.mail_max_bytes, settings.max_upload_bytes),
        time.time,
    )


def build_postman(settings: Settings, door: MailDoor) -> Postman:
    """Without a mailbox it only sends answers."""
    if not settings.imap_host or settings.imap_password_file is None:
        return Postman(door, None)
    mailbox = Mailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_user,
        settings.imap_password_file,
        settings.imap_folder,
    )
    return Postman(door, mailbox)


def _write(link: str, until: int, language: str) -> Written:
    # Here, so that no command that answers nothing loads the pages.
    from dapp.web.mailed import write

    return write(link, until, language)
