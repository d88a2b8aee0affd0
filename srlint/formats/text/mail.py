"""The parts of an e-mail in plain text that are not its words: headers, who wrote what is quoted, the signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEADER = re.compile(r"([A-Za-z][A-Za-z-]*):(?:[ \t]|\Z)")
_ENVELOPE = re.compile(r">?From \S+@\S+ ")
_HEADERS_OF_MAIL = frozenset({"from", "subject"})
_REPLY = re.compile(r"(?i)[ \t]*(?:(?:re|fwd?|aw|wg)(?:\[\d+\])?:[ \t]*)*")
_FLOWED = re.compile(r"(?i)format\s*=\s*\"?flowed")
_QUOTED = re.compile(r"[ \t]*>")
_WROTE = re.compile(r"(?:wrote|writes|said)[ \t]*:\s*\Z")
_FORWARDED = re.compile(r"[ \t]*-{2,} ?(?:Original|Forwarded) [Mm]essage ?-{2,}\s*\Z")

_LONGEST_SIGNATURE = 12  # lines
_LONGEST_ATTRIBUTION = 3


@dataclass(slots=True)
class Mail:
    """What a text holds as an e-mail, in numbers of lines. A text that is no e-mail has nothing of it.

    The body is start..end, without the lines in `asides`: who wrote what is quoted, and the signatures of all mails of
    a thread but the last. `subject` are the lines of the subject; the words of the first begin `subject_at` characters
    into it. `tail` says why the lines from `end` on are left out.
    """

    start: int
    end: int
    subject: list[int] = field(default_factory=list)
    subject_at: int = 0
    asides: set[int] = field(default_factory=set)
    tail: str = ""
    flowed: bool = False  # RFC 3676: a line goes on in the next one when it ends in a blank, and only then


def mail(lines: Sequence[str]) -> Mail:
    """The parts of an e-mail in the lines of a text."""
    found = Mail(0, len(lines))
    _headers(lines, found)
    quotes = [number for number, line in enumerate(lines) if _QUOTED.match(line)]
    for number in quotes:
        found.asides.update(_attribution(lines, number))
    is_mail = found.start > 0 or bool(quotes)
    _tail(lines, found, is_mail)
    for number in range(found.start, found.end):
        if _is_signature(lines[number], is_mail):
            signature = _until_blank(lines, number, found.end)
            found.asides.update(signature if len(signature) <= _LONGEST_SIGNATURE else ())
    return found


def _headers(lines: Sequence[str], found: Mail) -> None:
    """Lines at the top that are all headers, one of which is a sender or a subject."""
    number = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if number < len(lines) and _ENVELOPE.match(lines[number]):
        number += 1
    names: set[str] = set()
    name, subject, flowed = "", [], False
    while number < len(lines) and lines[number].strip():
        header = _HEADER.match(lines[number])
        if header:
            name = header[1].lower()
            names.add(name)
        elif not name or lines[number][0] not in " \t":
            return
        if name == "subject":
            subject.append(number)
        flowed = flowed or (name == "content-type" and _FLOWED.search(lines[number]) is not None)
        number += 1
    if names.isdisjoint(_HEADERS_OF_MAIL):
        return
    found.start, found.subject, found.flowed = number, subject, flowed
    if subject:
        found.subject_at = _REPLY.match(lines[subject[0]], len("subject:")).end()


def _attribution(lines: Sequence[str], quote: int) -> list[int]:
    """The lines before a quotation that say who wrote it, and when or from which address."""
    last = quote - 1
    while last >= 0 and quote - last <= 2 and not lines[last].strip():
        last -= 1
    if last < 0 or not _WROTE.search(lines[last]) or _QUOTED.match(lines[last]):
        return []
    for first in range(last, max(-1, last - _LONGEST_ATTRIBUTION), -1):
        line = lines[first]
        if not line.strip():
            break
        whole = " ".join(lines[first : last + 1])
        if line.startswith(("On ", "At ")) and re.search(r"\d", whole):
            return list(range(first, last + 1))
    return [last] if "@" in lines[last] else []


def _tail(lines: Sequence[str], found: Mail, is_mail: bool) -> None:
    """A message passed on below the text, or the last signature."""
    for number in range(found.start, len(lines)):
        if _FORWARDED.match(lines[number]):
            found.end, found.tail = number, "quoted lines"
            break
    for number in reversed(range(max(found.start, found.end - _LONGEST_SIGNATURE - 1), found.end)):
        if _is_signature(lines[number], is_mail):
            found.end, found.tail = number, found.tail or "signature"
            return


def _is_signature(line: str, is_mail: bool) -> bool:
    return line == "-- " or (is_mail and line == "--")


def _until_blank(lines: Sequence[str], first: int, end: int) -> range:
    """The lines from `first` to before the next blank one, or `end`."""
    return range(first, next((at for at in range(first, end) if not lines[at].strip()), end))
