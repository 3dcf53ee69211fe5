"""Writes a function in Python for each event, by its ABI, that reads logs of this event alone.

To go through the ABI for each log anew takes two to three times as long. The functions are worth a
look: `print(event_source.source(contract, event))`.
"""

import linecache
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from itertools import groupby
from struct import Struct, iter_unpack
from typing import Any, cast

from dapp.chain import abi, words
from dapp.chain.keccak import checksummed
from dapp.chain.words import WORD, Form
from dapp.domain.events import Event, RawLog
from dapp.domain.types import ChainId, hash32

Read = Callable[[RawLog, ChainId], Event]
"""Makes an event of a log of it. Raises ValueError where that is not its canonical encoding."""


class _Unfrozen:
    """An event that is being filled, and becomes an `Event` then: its slots are the same.

    A frozen dataclass fills itself by a call of `object.__setattr__` for each field, which takes
    longer than to read the log.
    """

    __slots__ = Event.__slots__


_KNOWN = {
    "Event": Event,
    "Struct": Struct,
    "Unfrozen": _Unfrozen,
    "checksummed": checksummed,
    "content": words.content,
    "from_bytes": int.from_bytes,
    "items": words.items,
    "iter_unpack": iter_unpack,
    "misfit": words.misfit,
    "signed": words.signed,
}


@dataclass(frozen=True, slots=True)
class _Argument:
    """An argument of an event.

    Attributes:
        topic: the variable of its topic; empty for one in the data.
        variables: what its word is read into.
    """

    name: str
    form: Form
    topic: str
    variables: tuple[str, ...]


def compiled(contract: str, event: dict[str, Any]) -> Read:
    """The function for an event of a contract; tracebacks show its lines.

    Raises:
        NotImplementedError: an argument is as in none of our events.
    """
    text = source(contract, event)
    filename = f"<{contract}.{abi.signature(event)}>"
    known: dict[str, Any] = dict(_KNOWN)
    # Nothing in it is of the ABI but numbers, and texts as Python quotes them.
    exec(compile(text, filename, "exec"), known)  # noqa: S102
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return cast(Read, known["read"])


def source(contract: str, event: dict[str, Any]) -> str:
    """That function as text. Raises as `compiled`."""
    arguments = _arguments(event)
    spare = b"".join([one.form.spare.to_bytes(WORD) for one in arguments]).hex()
    body = [
        *_sizes(arguments),
        f"head = b''.join([{', '.join(_pieces(arguments))}])",
        "if from_bytes(head) & SPARE:",
        "    raise misfit(head, SPARE, NAMES)",
        f"[{', '.join([name for one in arguments for name in one.variables])}] = unpack(head)",
        *_tails(arguments),
        *_event(contract, event, arguments),
    ]
    lines = [
        f"NAMES = {[one.name for one in arguments]!r}",
        f"SPARE = 0x0{spare}",
        f"unpack = Struct('>{''.join([one.form.layout for one in arguments])}').unpack",
        "def read(log, chain_id):",
        *[f"    {line}" for line in body],
    ]
    return "".join([f"{line}\n" for line in lines])


def _arguments(event: dict[str, Any]) -> list[_Argument]:
    found = []
    topics = 0
    for place, given in enumerate(event["inputs"]):
        form = words.form(given["type"])
        if given["indexed"] and form.tail is not None:
            raise NotImplementedError(f"{event['name']}: only the hash of {given['name']} is kept")
        topics += given["indexed"]
        topic = f"topic{topics}" if given["indexed"] else ""
        variables = (f"v{place}", f"w{place}")[: form.parts]
        found.append(_Argument(given["name"], form, topic, variables))
    return found


def _dynamic(arguments: Iterable[_Argument]) -> list[_Argument]:
    return [one for one in arguments if one.form.tail is not None]


def _head_size(arguments: Iterable[_Argument]) -> int:
    return WORD * sum(not one.topic for one in arguments)


def _sizes(arguments: list[_Argument]) -> list[str]:
    """Takes the log apart, and refuses it if it does not have the right number of bytes."""
    topics = [one.topic for one in arguments if one.topic]
    unequal = "<" if _dynamic(arguments) else "!="
    size = _head_size(arguments)
    lines = [
        "topics, data = log.topics, log.data",
        f"if len(topics) != {len(topics) + 1}:",
        f"    raise ValueError(f'{{len(topics)}} topics instead of {len(topics) + 1}')",
        f"if len(data) {unequal} {size}:",
        f"    raise ValueError(f'{{len(data)}} bytes of data instead of {size}')",
    ]
    if topics:
        lines += [
            f"[_, {', '.join(topics)}] = topics",
            f"if not {' == '.join([f'len({topic})' for topic in topics])} == {WORD}:",
            f"    raise ValueError('a topic is not of {WORD} bytes')",
        ]
    return lines


def _pieces(arguments: list[_Argument]) -> list[str]:
    """What the words of all arguments are made of, as declared."""
    pieces = []
    first = 0
    for is_topic, run in groupby(arguments, lambda one: bool(one.topic)):
        if is_topic:
            pieces += [one.topic for one in run]
        else:
            end = first + _head_size(run)
            pieces.append(f"data[{first}:{end}]")
            first = end
    return pieces


def _tails(arguments: list[_Argument]) -> list[str]:
    """Reads what is dynamic: canonically each starts where what is before it ends."""
    dynamic = _dynamic(arguments)
    if not dynamic:
        return []
    lines = [f"end = {_head_size(arguments)}"]
    for one in dynamic:
        [word] = one.variables
        lines += [
            f"if from_bytes({word}) != end:",
            f"    raise ValueError({f'{one.name} is not where it should be'!r})",
            f"{word}, end = {one.form.tail}",
        ]
    return [
        *lines,
        "if len(data) != end:",
        "    raise ValueError(f'{len(data)} bytes of data instead of {end}')",
    ]


def _event(contract: str, event: dict[str, Any], arguments: list[_Argument]) -> list[str]:
    """Makes the event of what was read, and of what the log says of its place."""
    args = [f"{one.name!r}: {one.form.value.format(*one.variables)}" for one in arguments]
    values = {
        **{field.name: f"log.{field.name}" for field in fields(RawLog)},
        "chain_id": "chain_id",
        "contract": repr(contract),
        "name": repr(event["name"]),
        "args": f"{{{', '.join(args)}}}",
        "words": "b''" if _dynamic(arguments) else "head",
        "topic0": repr(hash32(abi.topic0(event))),
    }
    return [
        "event = Unfrozen()",
        *[f"event.{field.name} = {values[field.name]}" for field in fields(Event)],
        "event.__class__ = Event",
        "return event",
    ]
