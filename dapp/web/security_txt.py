"""Where to tell of weaknesses, for programs and researchers (RFC 9116)."""

from datetime import datetime, timedelta

_GOOD_FOR = timedelta(days=180)
"""The RFC asks for less than a year."""


def security_txt(contact: str, site: str, now: datetime) -> str:
    """`site` is an origin, `now` in UTC."""
    expires = (now + _GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Canonical: {site}/.well-known/security.txt",
        f"Policy: {site}/security",
        "Preferred-Languages: en, zh, ru",
    )
    return "\n".join(lines) + "\n"
