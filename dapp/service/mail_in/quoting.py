"""What the sender wrote now, apart from what is quoted of an earlier conversation."""

import re

_QUOTED = re.compile(r"\s*(>|｜|\|\s)")  # noqa: RUF001
_SAYS = re.compile(
    r"\s*(on\b.{3,200}\bwrote|am\b.{3,200}\bschrieb.{0,80}|le\b.{3,200}\ba écrit"
    r"|.{3,200}\bпишет|.{3,200}\bписал\(?а?\)?|.{0,200}写道)\s*[:：]\s*",  # noqa: RUF001
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"\s*(-{2,}\s*(original message|forwarded message|исходное сообщение|пересылаемое сообщение"
    r"|原始邮件|原始郵件|转发的邮件|转发邮件信息).*|begin forwarded message:.*"
    r"|_{20,}\s*|发件人\s*[:：].*)",  # noqa: RUF001
    re.IGNORECASE,
)
_WHO_OR_WHEN = re.compile(r"[@\d]")
_SIGNATURE = re.compile(r"^--\s?$", re.MULTILINE)


def own_words(text: str) -> tuple[str, bool]:
    """The sender's own lines without the signature, and whether anything was quoted.

    A whole thread below a line such as "On … wrote:" or "Original Message" counts as quoted where
    it is marked by nothing else.
    """
    own: list[str] = []
    was_quoted = False
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if _BEGINS.fullmatch(line[:400]):
            was_quoted = True
            break
        if _QUOTED.match(line):
            was_quoted = True
        elif _SAYS.fullmatch(line[:400]) and _WHO_OR_WHEN.search(line):
            was_quoted = True
            if not any(_QUOTED.match(later) for later in lines[place + 1 : place + 6]):
                break
        else:
            own.append(line)
    words = _SIGNATURE.split("\n".join(own), maxsplit=1)[0]
    return re.sub(r"\n{3,}", "\n\n", words).strip(), was_quoted
