"""Whether a rewrite is one at all: no echo, no answer, no debris, not another text. True means: it is not sound."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from os.path import commonprefix

from srlint.change import Change, Region, Word
from srlint.formats.atoms import ATOM

# How much of the old text must survive: of the words outside the marks, of all words, of all where nothing is marked.
MIN_KEPT_UNMARKED, MIN_KEPT, MIN_KEPT_BLIND = 0.6, 0.25, 0.5
# How many unmarked words in a row may vanish, with marks and without; how many may come where no mark is.
MAX_GONE, MAX_GONE_BLIND, MAX_COME = 2, 3, 3
# So many unmarked words may be all that is left.
MIN_WHOLE = 2
MAX_GROWTH, MAX_ADDED = 1.5, 3  # times the old length in words, and so many words more
REPEATED = 5  # so many words in a row do not come twice

# Ways in which a model talks about its task instead of doing it. Only what the old text did not say already counts.
_COMMENT = re.compile(
    r"\b(?:sorry|apologi[sz]e|as an? (?:ai|assistant)|language model|inclusive language|let me know|instead of"
    r"|stereotyp\w+|i hope this|as requested|please (?:provide|let me)"
    r"|it is (?:important|not (?:appropriate|acceptable|okay)) to"
    r"|i (?:cannot|can['’]t|won['’]t|am unable to|will not|do not|don['’]t)"
    r" (?:rewrite|help|assist|provide|comply|fulfil|generate|produce|create|do that|answer)"
    r"|i (?:have |['’]ve )?(?:changed|replaced|removed|rewrote|rewritten|rephrased|made)"
    r"|here(?:['’]s| is| are) (?:the|a|your|my|one)\b[^.]{0,40}\b(?:rewrite|rewritten|version|text|sentence|passage)"
    r"|(?:rewritten|rewriting|rephrased|rephrasing|revised|neutral|inclusive|improved|corrected|unbiased)"
    r" (?:version|text|sentence|passage)"
    r"|this (?:version|rewrite|revision|phrasing|wording|sentence|passage|text)"
    r" (?:is|was|avoids|removes|uses|contains|has|replaces|keeps)"
    r"|the (?:original|passage|sentence|text|statement) (?:is|was|contains|uses|has|promotes)"
    r"|is (?:offensive|biased|harmful|discriminatory|derogatory|inappropriate|disrespectful))\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\A\W*(?:rewrit\w*|answer|output|response|result|revised|revision|corrected|correction|suggestion|note|sure|okay"
    r"|certainly|neutral|passage|text|sentence|clean|flagged|categor\w+|gender|ethnicity|religion|age|disability"
    r"|sexuality|class|appearance|toxicity|framing|terminology)(?:\s?[:,!]|\s[-–—]\s|\Z)"
    r"|\(\s*(?:note|rewritten|edited|revised|changed|i\.e\.,? the)\b",
    re.IGNORECASE,
)

_MARKUP = "*_`[]<>{}|\\#~^=$"
_LINK = re.compile(r"://|\bwww\.|\w@\w")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200d\u200c\u00ad")

_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"), ("«", "»"))
_SOMEBODY = (
    "actor|adult|athlete|boy|brother|child|daughter|driver|elder|father|girl|grandfather|grandmother|husband|killer|lady"
    "|man|mother|passenger|patient|pilot|player|priest|sister|son|student|teacher|wife|woman|worker|writer"
)
_BROKEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i)\b([^\W\d_]+(?:['’]\w+)?)\s+\1\b",  # a word twice
        # "a" before a vowel and "an" before a consonant, by sound as far as spelling tells
        r"\b[Aa] (?:[AaIi]|[Ee](?![uw])|[Oo](?!n(?:e|ce)\b|ui)|u(?!ni(?![nm])|s[aeu]|ti|bi|r[aio]|kr))(?=[a-z])",
        r"\b[Aa]n (?:[bcdfgjklmnpqrstvwyz]\w*[aeiouy]|h(?!ei|on|our|omage|erb|istor)\w|u(?:ni[^nm]|s[aeu]))",
        # orphaned signs and blanks
        r"\A\s*[,.;:!?)]|\s[,.;:!?](?!\w|\.|[)(/DPO])|,\s*[,.;:!?]|;\s*[,.;]",
        r"[(\[“]\s|\s[)\]”]|(?<!\.)\.\.(?!\.)|\(\)|\s\s",
        # a determiner or conjunction with nothing to belong to
        r"(?i)\b(?:a|an|the|every|my|your|our|their|and|or|but|very)\s*(?:[;:!?)]|\.(?!\w|\.)|\Z)",
        r"(?i)\b(?:a|an|the|every|my|your|our|their)\s*,",
        r"\b(?:a|an|the) (?:a|an|the|is|are|was|were|of|and|or|to|for|by|with|has|have|had|who|whom|that|this|these"
        r"|those|my|your|his|their|our)\b(?![-’'/])",
        r"\b(?:the|a|an|their|his|my|your|our) (?:theirs|they|he|she|we|them)\b(?!['’])|\b(?:to|with|of|by) they\b",
        r"\b(?:as|than|of|with|by|for|from|to) other\W*\Z",
        # one comma of two between a subject and its verb
        r"\A(?!(?:As|At|By|For|From|How|If|In|On|Since|So|Then|To|What|When|Where|Who|Why|With)\b)[A-Z]\w*(?: \w+){,3},"
        r" (?:is|are|was|were|has|have|had|will|would|can|could|does|did)\b",
        # a predicate that says nothing
        r"(?i)\b(?:is|are|was|were|be|been|isn['’]t|aren['’]t)(?: just| all| only| nothing but)? (?:a person|people)"
        r"(?:\s*[,.;:!?)]|\Z)|\ball (?:everyone|everybody)\b",
        r"(?i)\b(?:most|many|some|half|none|few|several|both) of (?!the|these|those|my|our|your|his|her|its|their)"
        r"(?:\w+ )?(?:people|adults|women|men|children)\b",
        # a noun where an adjective stood, and an adjective where a noun did
        r"(?i)\b(?:am|is|was|be|been|looks?|became|become)(?: also| very| so)? person\b",
        rf"(?i)\b(?:adults|patients|people|person|survivors?|users?)(?: with [\w-]+(?: [\w-]+)?)? (?:{_SOMEBODY})\b",
        r"(?i)\b(?:a|an|one) (?:deaf|disabled|Inuit|mixed-race|Romani|undocumented|white)"
        r"(?:\s*[.;:!?)]|['’]s?\b| who\b|\Z)",
        # agreement
        r"(?i)\b(?<!of )(?:they|we|you) (?:is|was|has|does|isn['’]t|wasn['’]t|hasn['’]t|doesn['’]t)\b",
        r"(?i)(?:\A|[,;:]\s|\b(?:and|that|because) )(?:he|she|it) (?:are|have|do|aren['’]t|haven['’]t|don['’]t)\b",
        r"(?i)(?:\A|[,;:]\s|(?<!\bof )\b(?:the|these|those) )"
        r"(?:people|women|men|children|\w+(?:ents|ers|ors|ees|ants|ists)) (?:is|was|has|does)\b",
        r"\b(?:another|every|each) (?:people|women|men|children|those|them|they)\b(?!['’])",
        r"\b(?:these|those|many|few|several) (?:person|man|woman|child)\b",
        r"(?:\A|[.!?]\s)(?:Them|Him|Us) (?!and\b|or\b|too\b|first\b)\w",
    )
)
# A verb that stays as it was behind "he": "until they leaves".
_SINGULAR = re.compile(r"\b(?:he|she) (\w+s)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|their|we|you) (\w+s)\b", re.IGNORECASE)
_FUNCTION_WORDS = (
    "a an the his him her hers he she they their them theirs i we you my our your me us it its this that these those"
    " who whom whose which is are was were be been has have had do does did to of in on at by for from with and or but"
    " so as if than then not himself herself themselves one ones"
)
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_LAST_WORD = re.compile(r"(\w+)\W*\Z")
_NO_ENDING_WORDS = (
    "a an the and or but nor of for with as at into than that which who whose whom because if when while although be is"
    " are was were been being has have can could will would should must may might their his my your our its every very"
    " between during via per such these those another several"
)
_NO_ENDING = frozenset(_NO_ENDING_WORDS.split())
_NEXT_SENTENCE = re.compile(r"[.!?…][\"”’)\]]*\s+(?=[A-Z“\"\ufffc])")
_END = re.compile(r"[.!?…:;][\"”’')\]*_`\ufffc]*\s*\Z")


def empty(change: Change) -> bool:
    """Nothing, or nothing with a letter in it."""
    return not any(map(str.isalpha, change.new))


def echo(change: Change) -> bool:
    """The same words in the same order."""
    return [word.key for word in change.old_words] == [word.key for word in change.new_words]


def comment(change: Change) -> bool:
    """A refusal, an apology, a remark, a label, or quotation marks around the whole."""
    said = {match[0].lower() for match in _COMMENT.finditer(change.old)}
    if any(match[0].lower() not in said for match in _COMMENT.finditer(change.new)):
        return True
    if _LABEL.search(change.new) and not _LABEL.search(change.old):
        return True
    return change.new[:1] in "\"“'‘«`" and change.new[:1] != change.old[:1]


def placeholder_lost(change: Change) -> bool:
    """Opaque inline elements (code, links, marks): as many as before."""
    return change.old.count(ATOM) != change.new.count(ATOM)


def too_much(change: Change) -> bool:
    """Too few of the old words kept, something dropped or added that no mark asks for, or far more than before."""
    old, new = change.old_words, Counter(word.key for word in change.new_words)
    if new.total() > MAX_GROWTH * len(old) + MAX_ADDED or _sentences(change.new) > _sentences(change.old):
        return True
    if not any(word.marked for word in old):
        return _kept(old, new) < MIN_KEPT_BLIND or _longest_gone(change) > MAX_GONE_BLIND
    unmarked = [word for word in old if not word.marked]
    kept = _kept(unmarked, new)
    if len(unmarked) >= MIN_WHOLE and kept == 1:
        return any(map(_uncalled_for, change.regions))  # what no mark touches is all there, and is a text
    if _kept(old, new) < MIN_KEPT or (len(unmarked) > MAX_GONE and kept < MIN_KEPT_UNMARKED):
        return True
    return _longest_gone(change) > MAX_GONE or _end_gone(change) or any(map(_uncalled_for, change.regions))


def strange_characters(change: Change) -> bool:
    """Control, bidirectional or invisible characters, links, markup or another script that were not there."""
    if len(_LINK.findall(change.new)) > len(_LINK.findall(change.old)):
        return True
    if any(change.new.count(sign) > change.old.count(sign) for sign in _MARKUP):
        return True
    return any(_is_strange(character) for character in set(change.new) - set(change.old))


def ungrammatical(change: Change) -> bool:
    """Debris of a careless edit that the old text did not have."""
    if any(_new_matches(pattern, change) for pattern in _BROKEN):
        return True
    for opening, closing in _PAIRS:
        if _surplus(change.new, opening, closing) != _surplus(change.old, opening, closing):
            return True
    if change.new.count('"') % 2 != change.old.count('"') % 2:
        return True
    singular = {match[1] for match in _SINGULAR.finditer(change.old)}
    if any(match[1] in singular for match in _PLURAL.finditer(change.new)):
        return True
    end = _LAST_WORD.search(change.new)
    if end and end[1] in _NO_ENDING and not change.old.endswith(end[0]):
        return True
    if (_END.search(change.old) is None) != (_END.search(change.new) is None) or _repeats(change):
        return True
    old, new = change.old.lstrip(), change.new.lstrip()
    return bool(old and new) and old[0].isupper() and new[0].islower()


def _surplus(text: str, opening: str, closing: str) -> int:
    return text.count(opening) - text.count(closing)


def _kept(words: Sequence[Word], new: Counter[str]) -> float:
    return (Counter(word.key for word in words) & new).total() / len(words) if words else 1.0


def _sentences(text: str) -> int:
    return len(_NEXT_SENTENCE.findall(text))


def _gone(change: Change, region: Region) -> list[bool]:
    """For each old word of the region whether it is unmarked and occurs in no new text of any region."""
    left = change.moved.copy()
    gone = []
    for word in region.old:
        stays = left[word.key] > 0
        left[word.key] -= stays
        gone.append(not stays and not word.marked)
    return gone


def _longest_gone(change: Change) -> int:
    longest = 0
    for region in change.regions:
        run = 0
        for is_gone in _gone(change, region):
            run = run + 1 if is_gone else 0
            longest = max(longest, run)
    return longest


def _end_gone(change: Change) -> bool:
    """Whether the text was cut off: its last words, which no mark touches, have gone."""
    last = change.regions[-1] if change.regions else None
    if last is None or not last.old or last.old[-1].end != change.old_words[-1].end:
        return False
    return _gone(change, last)[-1]


def _uncalled_for(region: Region) -> bool:
    """Whether words came, or gave way to words of another root, where no mark is. Agreement is repaired anywhere."""
    if any(word.marked for word in region.old):
        return False
    if len(region.new) - len(region.old) > MAX_COME:
        return True
    old, new = ([word.key for word in side if word.key not in _FUNCTION] for side in (region.old, region.new))
    return bool(new) and any(not any(_same_root(word, other) for other in new) for word in old)


def _same_root(word: str, other: str) -> bool:
    """Whether two words look like forms of one: "tries" and "try", "manages" and "managing"."""
    shared = len(commonprefix((word, other)))
    return shared >= min(4, len(word) - 1, len(other) - 1)


def _repeats(change: Change) -> bool:
    """Whether the new text says words twice that the old one says once: two or more at once, or a long run anywhere."""
    old, new = [word.key for word in change.old_words], [word.key for word in change.new_words]
    if _stutters(new) > _stutters(old):
        return True
    runs = Counter(zip(*(new[at:] for at in range(REPEATED)), strict=False))
    runs -= Counter(zip(*(old[at:] for at in range(REPEATED)), strict=False))
    return any(times > 1 for times in runs.values())


def _stutters(keys: Sequence[str]) -> int:
    """How many stretches of two words or more are followed by themselves."""
    return sum(
        keys[at : at + length] == keys[at + length : at + 2 * length]
        for length in range(2, len(keys) // 2 + 1)
        for at in range(len(keys) - 2 * length + 1)
    )


def _is_strange(character: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
        return True
    if not character.isalpha():
        return unicodedata.category(character) == "So"
    return not unicodedata.name(character, "").startswith("LATIN")


def _new_matches(pattern: re.Pattern[str], change: Change) -> bool:
    """Whether the pattern occurs more often than before."""
    return sum(1 for _ in pattern.finditer(change.new)) > sum(1 for _ in pattern.finditer(change.old))
