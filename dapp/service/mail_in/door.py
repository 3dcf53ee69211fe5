"""From a message to a draft, from a draft to the answer that has its link, and to the page."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import Any
from uuid import UUID, uuid4

import structlog

from dapp.domain.types import Hash32, OrganisationId
from dapp.errors import NotFound, Refused
from dapp.service.clock import Wall
from dapp.service.help.words import language_of
from dapp.service.mail_in.reading import Incoming, read
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.mail import Mail, one_line
from dapp.service.messages.sending import NotSent, Written
from dapp.store.mail_drafts import DueAnswer, MailDraftRows, NewDraft

View = dict[str, Any]
WriteAnswer = Callable[[str, int, str], Written]
"""Of link, Unix time until which it opens the draft, and the reader's language."""

DRAFT_SECONDS = 30 * 86_400
MOST_A_DAY = 10
"""Drafts of one sender, and so answers to one address that somebody may have forged."""
_MOST_TRIES = 12
_CLAIM_SECONDS = 120
_FIRST_PAUSE_SECONDS = 30
_LONGEST_PAUSE_SECONDS = 6 * 3600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote, before it is a complaint.

    Attributes:
        files: name, media type, kind and size of each, by place.
    """

    text: str
    order: Hash32 | None
    organisation: OrganisationId | None
    files: list[View]
    expires_at: int


class MailDoor:
    """Takes messages, answers them, and shows drafts to whoever has the link."""

    def __init__(
        self,
        rows: MailDraftRows,
        keys: MessageKeys,
        mail: Mail | None,
        write: WriteAnswer,
        site: str,
        own: list[str],
        most_bytes: int,
        wall: Wall,
    ) -> None:
        """`own` are our own addresses; `site` is where pages are, without a slash at the end."""
        self._rows = rows
        self._keys = keys
        self._mail = mail
        self._write = write
        self._site = site
        self._own = own
        self.most_bytes = most_bytes
        self._wall = wall

    async def take(self, raw: bytes) -> View:
        """Makes a draft of a message; its answer is due from then on.

        `state` is `draft`, `known` (the same message again) or `ignored`, with a `reason`. Raises
        InvalidInput, DraftsFull, DatabaseUnavailable, and Refused where no answer could be sent.
        """
        if self._mail is None:
            raise Refused(
                "no answer to a message could be sent",
                remedy="Set REDRESS_SMTP_HOST and REDRESS_SMTP_SENDER",
                code="email-off",
            )
        own = [*self._own, parseaddr(self._mail.sender)[1]]
        message = await asyncio.to_thread(read, raw, self.most_bytes, own)
        if message.program:
            log.info("message ignored", reason=message.program)
            return {"state": "ignored", "reason": message.program}
        now = int(self._wall())
        draft = await asyncio.to_thread(self._sealed, message)
        state = await self._rows.put(draft, now, now + DRAFT_SECONDS, MOST_A_DAY)
        if state in ("too-many", "refused"):
            log.warning("message ignored", reason=state)
            return {"state": "ignored", "reason": state}
        return {"state": "draft" if state == "new" else "known", "reason": None}

    async def answer_due(self) -> int:
        """Sends the answers that are due; how many were tried. Raises DatabaseUnavailable."""
        tried = 0
        while self._mail is not None:
            due = await self._rows.claim(int(self._wall()), _CLAIM_SECONDS)
            if due is None:
                break
            tried += 1
            await self._answer(self._mail, due)
        return tried

    async def draft(self, link: str) -> Draft:
        """Raises NotFound for a link that opens nothing (any more), DatabaseUnavailable."""
        number = self._number(link)
        sealed = await self._rows.content(number)
        content = None if sealed is None else self._keys.open(sealed)
        if content is None:
            raise _unknown()
        return Draft(**json.loads(content), expires_at=int(link.split(".")[1]))

    async def file(self, link: str, place: int) -> bytes:
        """Raises NotFound, DatabaseUnavailable."""
        sealed = await self._rows.file(self._number(link), place)
        data = None if sealed is None else await asyncio.to_thread(self._keys.open_bytes, sealed)
        if data is None:
            raise _unknown()
        return data

    async def remove(self, link: str) -> None:
        """What was filed, or is not wanted any more. Raises NotFound, DatabaseUnavailable."""
        await self._rows.remove(self._number(link))

    async def tidy(self) -> None:
        """Removes drafts that nobody came for. Raises DatabaseUnavailable."""
        await self._rows.forget(int(self._wall()))

    def _sealed(self, message: Incoming) -> NewDraft:
        content = {
            "text": message.text,
            "order": message.order,
            "organisation": message.organisation,
            "files": [
                {
                    "name": one.name,
                    "media_type": one.media_type,
                    "kind": str(one.kind),
                    "size": len(one.data),
                }
                for one in message.files
            ],
        }
        language = {"zh": "zh-Hans"}.get(guess := language_of(message.tongue, "en"), guess)
        answer = {"to": message.sender, "of": message.message_id, "language": language}
        return NewDraft(
            id=uuid4(),
            mark=self._keys.mark("mail", f"{message.sender}\0{message.identity}"),
            sender=self._keys.mark("email", message.sender),
            content=self._keys.seal(json.dumps(content)),
            answer=self._keys.seal(json.dumps(answer)),
            files=[self._keys.seal_bytes(one.data) for one in message.files],
        )

    async def _answer(self, mail: Mail, due: DueAnswer) -> None:
        opened = self._keys.open(due.answer)
        if opened is None:  # sealed to a key that is gone
            await self._rows.answered(due.id)
            return
        to = json.loads(opened)
        link = self._keys.link("draft", due.id, due.expires_at)
        written = self._write(f"{self._site}/file?draft={link}", due.expires_at, to["language"])
        try:
            await mail.post(_reply(mail.sender, to, written, due))
        except NotSent as error:
            log.warning("answer not sent", code=error.code)
            if error.is_final or due.tries >= _MOST_TRIES:
                await self._rows.answered(due.id)
                return
            pause = min(_FIRST_PAUSE_SECONDS * 3 ** (due.tries - 1), _LONGEST_PAUSE_SECONDS)
            await self._rows.later(due.id, int(self._wall()) + pause)
            return
        await self._rows.answered(due.id)

    def _number(self, link: str) -> UUID:
        found = self._keys.channel_of("draft", link, self._wall())
        if found is None:
            raise _unknown()
        return found


def _reply(sender: str, to: View, written: Written, due: DueAnswer) -> EmailMessage:
    """Nothing of what came is repeated: the address may be forged. Sent again, it is the same."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = MailAddress(name, addr_spec=address)
    message["To"] = MailAddress("", addr_spec=to["to"])
    message["Subject"] = one_line(written.subject)
    message["Date"] = formatdate(due.made_at)
    message["Message-ID"] = f"<{due.id.hex}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-replied"
    message["Precedence"] = "bulk"
    if to["of"]:
        message["In-Reply-To"] = to["of"]
        message["References"] = to["of"]
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    message["Content-Language"] = to["language"]
    return message


def _unknown() -> NotFound:
    return NotFound(
        "this link opens no draft: it was filed, removed, or is too old",
        remedy="Write the message again, or begin at /file",
        code="draft-unknown",
    )
