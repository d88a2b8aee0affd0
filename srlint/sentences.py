"""Where sentences begin and end in a block of prose: sentencex's boundaries, repaired where English prose needs it."""

from __future__ import annotations

import re

from sentencex import get_sentence_boundaries

from srlint.formats.atoms import ATOM

# sentencex takes a single quotation mark that opens a word ('90s, 'em) for an open quotation and then hides every
# boundary behind it. Where no quotation follows, it is shown a typographic apostrophe instead: as long as the original.
_SINGLE_QUOTED = re.compile(r"(?<!\w)'(?=[A-Z])(?:[^']|(?<=\w)'(?=\w)){1,300}[.!?,]'(?!\w)")

# sentencex takes a white space before a full stop for one byte, and panics where it is not ("vitamin C\u00a0.").
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")

# Sentence ends that sentencex does not see: before a footnote mark or image, and after a closing bracket.
_MISSED = re.compile(rf"[.!?…]([{ATOM})\]”\"’']+)\s+(?=[A-Z0-9“\"‘(\[{ATOM}])")

# sentencex takes capitals before a full stop for initials; before such a word they end a sentence ("by RFC. The").
_CAPITALS = re.compile(r"\b[A-Z]{2,6}\.\s+(?=(?:The|This|These|It|In|If|We|An|However|For|But|And|You|They|There)\b)")

# An opening bracket further back belongs to no sentence.
_LONGEST = 2000

# After one of these and a full stop no sentence begins with a small letter, a digit or an atom.
_SHORT_FORMS = (
    "approx appt apt art assn ave avg bldg blvd c ca cap cf ch chap cl co col comp corp def dept diff dist div ed eds"
    " e.g eg env eq eqs esp est et etc ex excl ext fig figs fl ft gen hon i.e ie incl inst intl lbs lit max mfg mgr"
    " min misc mt n.b nb nr obs op orig p para pct pl pp pref prof prop pt pts pub q.v qty ref refs rel resp rev sec"
    " secs sect sects seq ser sgt sp spec st stat std suppl syn tbl temp trans univ v var ver viz vol vols vs yr yrs"
)
_ABBREVIATIONS = frozenset(_SHORT_FORMS.split())
_DAY_OR_MONTH = "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
_DATES = frozenset(_DAY_OR_MONTH.split())
_LAST_WORD = re.compile(r"([\w.]*\w)\.[)\]”\"’']*\s*\Z")
_MONTH = re.compile(r"\d|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open stretches of the sentences of `text`, in order, without the white space around them."""
    cuts = _repaired(text, _boundaries(text))
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        stretch = text[start:end]
        first = start + len(stretch) - len(stretch.lstrip())
        last = start + len(stretch.rstrip())
        if first < last:
            found.append((first, last))
    return found


def _boundaries(text: str) -> list[int]:
    cuts = {found["end_index"] for found in get_sentence_boundaries("en", _masked(text))}
    for missed in _MISSED.finditer(text):
        closing = missed.start(1)
        if not any(mark in missed[1] for mark in (")", "]", ATOM)):
            continue
        if not _opened_inside(text, closing) and not _abbreviated(text[max(0, closing - 40) : closing]):
            cuts.add(missed.end())
    cuts.update(capitals.end() for capitals in _CAPITALS.finditer(text))
    return sorted(cut for cut in cuts if 0 < cut < len(text))


def _masked(text: str) -> str:
    if not text.isascii():
        text = _WIDE_SPACE.sub(" ", text)
    if "'" not in text:
        return text
    kept = [match.span() for match in _SINGLE_QUOTED.finditer(text)]
    pieces, done = [], 0
    for start, end in [*kept, (len(text), len(text))]:
        pieces += [text[done:start].replace("'", "’"), text[start:end]]
        done = end
    return "".join(pieces)


def _opened_inside(text: str, place: int) -> bool:
    """Whether the bracket that closes at `place` opened in the middle of a sentence: "tools (ed, vi etc.) Unix has"."""
    opening = {")": "(", "]": "["}.get(text[place])
    if opening is None:
        return False
    opened = text.rfind(opening, max(0, place - _LONGEST), place)
    before = text[max(0, opened - 40) : max(0, opened)].rstrip()
    return bool(before) and before[-1] not in f".!?…:)]”\"’'{ATOM}"


def _abbreviated(text: str) -> bool:
    word = _LAST_WORD.search(text)
    return word is not None and word[1].lower() in _ABBREVIATIONS


def _repaired(text: str, cuts: list[int]) -> list[int]:
    """The cuts without those that leave a stretch without words ("1."), split a word, or follow an abbreviation."""
    kept: list[int] = []
    seen, has_words = 0, False
    for cut in cuts:
        has_words = has_words or any(map(_is_word, text[seen:cut]))
        seen = cut
        last = text[max(kept[-1] if kept else 0, cut - 40) : cut]
        if has_words and last[-1].isspace() and not _goes_on(last, text[cut : cut + 4]):
            kept.append(cut)
            has_words = False
    if kept and not any(map(_is_word, text[kept[-1] :])):
        kept.pop()
    return kept


def _is_word(character: str) -> bool:
    return character.isalpha() or character == ATOM


def _goes_on(piece: str, after: str) -> bool:
    word = _LAST_WORD.search(piece)
    if word is None:
        return False
    if word[1] in _DATES:
        return _MONTH.match(after) is not None
    return word[1].lower() in _ABBREVIATIONS and (after[0].islower() or after[0].isdigit() or after[0] == ATOM)
