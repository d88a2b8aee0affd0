"""How a stretch of a sentence is used: quoted, mentioned as a word, part of a name, part of an identifier.

Every function takes plain text (see `srlint.passages`) and code-point offsets into it.
"""

from __future__ import annotations

import re

# Opening marks and what closes them. The straight mark is its own partner and is told apart by what stands beside it.
_PAIRS = {"“": "”", "„": "“”", "«": "»", "‘": "’"}
_STRAIGHT_OPEN = re.compile(r"(?:^|(?<=[\s([{\ufffc—–/-]))\"(?=\S)")
_STRAIGHT_CLOSE = re.compile(r"(?<=[^\s\d])\"|(?<=\d)\"(?=[\s.,;:)\]?!]|$)")
# A single straight mark opens a quotation only before a letter, and not in words that begin with an apostrophe.
_SINGLE = re.compile(r"(?:^|(?<=[\s([{—–/]))'(?=[^\W\d_])(?!(?:em|tis|twas|til|cause|bout|n)\b)")
_SINGLE_CLOSE = re.compile(r"(?<=[\w.,!?…])['’](?!\w)")

_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CAPITAL_BEFORE = re.compile(r"([^\W\d_][\w'’-]*)[ \u00a0-]$")
_CAPITAL_AFTER = re.compile(r"(?:['’]s?)?[ \u00a0-]([^\W\d_][\w.'’-]*)")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*\s+[\"'“‘«(\[]*$")

_FULL_NAME = re.compile(r"\b[^\W\d_a-z][^\W\d_A-Z]+ (?:[A-Z]\. )?[^\W\d_a-z][^\W\d_A-Z]+\b")
_DAYS_AND_MONTHS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    " January February March April May June July August September October November December"
)
_NO_NAMES = frozenset(_DAYS_AND_MONTHS.split())
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Dame|Lord|Lady|Rev|Fr|Sen|Rep|Gov|Capt|Col|Gen|Sgt|Senator|President)\b\.?"
_PERSON = re.compile(rf"\b{_TITLES} [A-Z]|\b(?:[Hh]e|[Hh]is|[Hh]im|[Hh]imself|[Ss]he|[Hh]er|[Hh]ers|[Hh]erself)\b")

# Text about words: "the term X", "renamed X", "formerly X", "write X, not Y".
_CUE_BEFORE = re.compile(
    r"\b(?:terms?|words?|phrases?|wording|labels?|labelled|labeled|titled|synonyms?|spelling|spelled|adjectives?|nouns?"
    r"|slurs?|epithets?|renam(?:es?|ed|ing)|relabel(?:led|ed)|replac(?:es?|ed|ing)|drop(?:s|ped)|retired|deprecated"
    r"|flag(?:s|ged)?|reject(?:s|ed)?|forbid(?:s|den)?|avoid(?:s|ed|ing)?|instead of|rather than|in favou?r of|formerly"
    r"|called|known as|referred to as|says|saying|writing)[\s:,(]*(?:(?:as|like|of|for)[\s:,(]+)?"
    # The words before it in a list of such words: "avoid crazy, insane and lame".
    r"(?:(?!(?:an?|the|our|their|its|his|her|any|all)\b)[\w'’-]+(?: [\w'’-]+)?(?:,(?: (?:and|or))?| and| or) ){0,8}$",
    re.I,
)
_CUE_NEAR = re.compile(
    r"\b(?:the (?:terms?|words?|phrases?|label)|(?:terms?|words?|phrases?) (?:such as|like)|renam(?:e[sd]?|ing)"
    r"|relabel(?:led|ed)|no longer (?:says?|uses?|appears?)|now says?|style ?(?:guides?|note|team)|our style|stylebook"
    r"|glossary|etymology|(?:inclusive|outdated|historical|legal|dated|offensive|derogatory|pejorative|archaic|obsolete)"
    r" (?:terms?|words?|language)|(?:write|use|say|prefer)\b[^.;]{1,60}\b(?:not|instead of|rather than)\b"
    r"|or (?:similar|the like)\b|n\.\W+\(|adj\.\W+\(|listed as)"
    r"|^\W*(?:avoid|(?:do not|don['’]t|never) (?:use|say|write))\b",
    re.I,
)
_CUE_AFTER = re.compile(
    r"^[\s,)]*(?:(?:is|was|are|were|has been|have been)\s)?(?:(?:now|also|often|widely|generally)\s)?"
    r"(?:called|renamed|relabelled|relabeled|deprecated|regarded as|considered (?:offensive|derogatory|outdated|a slur)"
    r"|an? (?:dated|slur|derogatory|pejorative|offensive|loaded))\b",
    re.I,
)
# An entry of a list of words: "man-hours: use person-hours".
_ENTRY_AFTER = re.compile(
    r"\s*[:–—→(=-]+\s*(?=(?:please\s+)?(?:use|say|write|prefer|avoid|try|do not|don['’]t|never|instead|replace)\b)",
    re.I,
)
# Somebody else's word for it ("described the plan as insane"), or the author's word for the author ("I'm a redneck").
_ATTRIBUTED = re.compile(
    r"\b(?:(?:described|dismissed|denounced|criticised|criticized|condemned|derided|mocked)\b[^.;]{1,50}\bas(?: an?)?"
    r"|(?:called|calling|branded)\s(?:[\w'’]+\s){0,3}[\w'’]+"
    r"|(?:I am|I['’]m|we are|we['’]re)\s(?:just\s|still\s)?an?(?: (?:proud|old))?"
    r"|call(?:s|ed|ing)?\s(?:my|him|her|our|them)sel(?:f|ves)(?: an?)?)\s$",
)
_CODE = re.compile(r"[_=@\\{}<>$#~^|`]|::|\(\)|^[-/.]|\w\(|\.\w|/[^/]*/|:\d|->")
_CAMEL = re.compile(r"[a-z][A-Z]")


def quoted(text: str) -> list[tuple[int, int]]:
    """The stretches inside quotation marks, in order. A mark without its partner quotes up to the end of the text,
    or from its beginning, since a quotation may run over several sentences."""
    found = [*_paired(text), *_straight(text)] if any(mark in text for mark in '"“”„«»‘') else []
    if "'" in text:
        found += _single(text)
    return sorted(found)


def _paired(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened, closers = -1, ""
    for at, character in enumerate(text):
        if opened < 0 and character in _PAIRS:
            opened, closers = at, _PAIRS[character]
        elif opened < 0 and character == "»" and text[at - 1 : at] in ("", " "):
            opened, closers = at, "«"
        elif opened < 0 and character in "”»":
            found.append((0, at))
        elif opened >= 0 and character in closers and (character != "’" or _SINGLE_CLOSE.match(text, at)):
            found.append((opened, at))
            opened = -1
    if opened >= 0 and closers != "’":
        found.append((opened, len(text)))
    return found


def _straight(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened = -1
    for at, character in enumerate(text):
        if character != '"':
            continue
        if opened >= 0:
            found.append((opened, at))
            opened = -1
        elif _STRAIGHT_OPEN.match(text, at):
            opened = at
        elif _STRAIGHT_CLOSE.match(text, at) and not text[at - 1].isdigit():  # 5" is a measure
            found.append((0, at))
    return [*found, (opened, len(text))] if opened >= 0 else found


def _single(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while opening := _SINGLE.search(text, at):
        closing = _SINGLE_CLOSE.search(text, opening.end())
        if closing is None:
            break
        found.append((opening.start(), closing.start()))
        at = closing.end()
    return found


def opens_sentence(text: str, start: int) -> bool:
    """Does the word at `start` open the text or a sentence in it?"""
    head = text[:start]
    return not any(character.isalpha() for character in head) or _SENTENCE_END.search(head) is not None


def is_headline(text: str) -> bool:
    """Does the text capitalise nearly all of its longer words, as titles do? Nothing with a full stop counts."""
    if text.rstrip().endswith("."):
        return False
    words = [word for word in _WORDS.findall(text) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in words)
    if len(words) > 2:
        return capitals >= 0.8 * len(words)
    return capitals == 2 and all(word[0].isupper() for word in _WORDS.findall(text))


def in_code(text: str, start: int, end: int) -> bool:
    """Is the stretch part of an identifier, a path, a file name or a command, which carries no markup here?"""
    if _CAMEL.search(text, start, end):
        return True
    left = max(text.rfind(" ", 0, start), text.rfind("\u00a0", 0, start)) + 1
    right = text.find(" ", end)
    right = len(text) if right < 0 else right
    if "()" in text[left:right] or _CODE.search(text[left:right].strip("\"'“”‘’([{)]},.;:!?*…")):
        return True
    around = text[left:start] + text[end:right]  # tls-ca-whitelist, fix/late-sanity-check
    return around.count("-") > 1 or ("-" in around and "/" in around)


def in_name(text: str, start: int, end: int, *, proper: bool, title: bool) -> bool:
    """Is the stretch part of a capitalised name? `proper`: the word has a capital everywhere, so only the next word
    can tell. `title`: the word may stand before a person's name even at the start of a sentence."""
    if not text[start].isupper() or text[start:end].isupper():
        return False
    opening = opens_sentence(text, start)
    if has_capital_after(text, end) and (proper or title or not opening):
        return True
    if opening or proper:
        return False
    before = _CAPITAL_BEFORE.search(text, 0, start)
    return before is not None and _is_capitalised(before.group(1)) and not opens_sentence(text, before.start(1))


def has_capital_after(text: str, end: int) -> bool:
    """Is the word after `end` capitalised, abbreviations in capitals aside?"""
    after = _CAPITAL_AFTER.match(text, end)
    return after is not None and _is_capitalised(after.group(1))


def _is_capitalised(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and any(map(str.islower, word)) and word[:2] not in ("I'", "I’")


def is_mentioned(text: str, start: int, end: int) -> bool:
    """Does the text seem to speak about the word at this stretch, or to report it as someone's, rather than use it?"""
    return (
        _CUE_BEFORE.search(text, max(0, start - 80), start) is not None
        or _ATTRIBUTED.search(text, max(0, start - 80), start) is not None
        or _CUE_NEAR.search(text) is not None
        or _CUE_AFTER.match(text[end : end + 60]) is not None
    )


def entry_opened(text: str, start: int, end: int) -> int | None:
    """Where the text goes on if the stretch opens an entry of a list of words, which says what to write instead."""
    after = _ENTRY_AFTER.match(text, end)
    return after.end() if after and not any(map(str.isalnum, text[:start])) else None


def names_person(text: str) -> bool:
    """Does the text point at a particular person: a title with a name, he or she, or two capitalised words in a row?"""
    return _PERSON.search(text) is not None or (not is_headline(text) and _FULL_NAME.search(text) is not None)


def has_name(text: str) -> bool:
    """Does the text hold a capitalised word inside a sentence, other than a day, a month or "I"?"""
    return any(
        word.group() not in _NO_NAMES and _is_capitalised(word.group()) and not opens_sentence(text, word.start())
        for word in _WORDS.finditer(text)
    )
