"""What is no prose inside the sentences of comments: identifiers, calls, code in marks, HTML, roles and references."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from srlint.formats.atoms import ATOM
from srlint.formats.code.lines import Body, changed, substituted

BREAK = "\n\n"  # ends a paragraph


class Rule(NamedTuple):
    """What `pattern` matches is replaced by `put`. A text without any of the characters `needs` holds no match."""

    pattern: re.Pattern[str]
    put: str
    needs: str


def _rule(pattern: str, put: str, needs: str = "", flags: re.RegexFlag = re.NOFLAG) -> Rule:
    return Rule(re.compile(pattern, flags), put, needs)


_BACKTICKS = (
    _rule(r"(?<!\w)`[\w.:*/ -]+'(?!\w)", ATOM, "`"),  # quoted as GNU's programs do
    _rule(r"``(?:(?!\n\s*\n)[^`]|`(?!`))+``|`(?:(?!\n\s*\n)[^`])+`", ATOM, "`"),
)
# Interpreted text and references of reStructuredText, as in Python's docstrings.
_RST = (
    _rule(r":(?:ref|doc|term):`(?P<kept>[^`<\n]*[^`<\s])\s*<[^`>]*>`", ATOM, "`"),
    _rule(r"(?<!\w):(?:term|abbr|dfn|emphasis|strong|sub|sup):`(?P<kept>[^`<]+)`", ATOM, "`"),
    _rule(r"(?<![\w:]):[a-z][\w:+-]*:`[^`]*`|(?<![`\w])`[^`\n]+`:[a-z]\w*:", ATOM, "`"),
    _rule(r"(?<![`\w:])`(?P<kept>[^`<\n]*[^`<\s])\s*<[^`>]*>`__?", ATOM, "`"),
    _rule(r"(?<![`\w:])`(?P<kept>[^`<\n]+)`__?(?!\w)", ATOM, "`"),
    _rule(r"\|[A-Za-z][\w.-]*\||\[(?:\d+|#\w*|[A-Z]\w+)\]_", ATOM, "|]"),
)
_STARS = (
    _rule(r"(?<![\w*\\])\*\*(?P<kept>[^\s*](?:[^*]*[^\s*])?)\*\*(?![\w*])", "", "*"),
    _rule(r"(?<![\w*\\])\*(?P<kept>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])", "", "*"),
)

# Javadoc, JSDoc, Doxygen.
_ANY = re.DOTALL | re.IGNORECASE
_INLINE_TAGS = (
    _rule(r"<pre\b[^>]{0,300}>.*?(?:</pre\s*>|\Z)|(?<![\w{])[@\\]code\b.*?(?:[@\\]endcode|\Z)", BREAK, "<@\\", _ANY),
    _rule(r"\{@[a-zA-Z]+(?:[^{}]|\{[^{}]*\})*\}", ATOM, "{"),
    _rule(r"[@\\]f\$.{0,500}?[@\\]f\$|[@\\]f\[.{0,500}?[@\\]f\]", ATOM, "@\\", re.DOTALL),
    _rule(r"(?<!\w)[@\\](?:c|p|a|ref|link)\s+[^\s,;)]*\w(?:\(\))?(?:\s*[@\\]endlink)?", ATOM, "@\\"),
    _rule(r"(?<!\w)[@\\](?:e|b|em)\s+(?P<kept>\w+)", "", "@\\"),
)
_BLOCK_TAG = (
    r"p|div|ul|ol|li|dl|dt|dd|br|hr|h[1-6]|table|tbody|thead|tr|td|th|blockquote|center|section|details|summary"
)
_HTML = (
    _rule(r"<(code|tt|kbd|samp|var|script|style)\b[^>]{0,300}>.{0,2000}?</\1\s*>", ATOM, "<", _ANY),
    _rule(rf"</?(?:{_BLOCK_TAG})\b[^>]{{0,300}}>", BREAK, "<", re.IGNORECASE),
    _rule(
        r"</?(?:a|b|i|u|em|strong|small|big|span|sub|sup|font|cite|dfn|abbr)(?:\s[^>]{0,300})?>", "", "<", re.IGNORECASE
    ),
    _rule(r"<!--.{0,2000}?-->", "", "<", re.DOTALL),
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{1,30});")

# Links of Rust's and Go's documentation.
_DOC_LINKS = (
    _rule(r"\[`[^`\n]+`\](?:\[[^\]\n]*\]|\([^)\n]*\))?", ATOM, "["),
    _rule(r"(?<!\])\[\*?\w+(?:(?:::|\.)\w+)*(?:\(\)|!)?\](?![\[(:])", ATOM, "["),
    _rule(r"\[(?P<kept>[^\[\]\n]+)\]\[`?[\w:.()!]*`?\]", "", "["),
)

_NAMES = (
    r"(?i:https?|ftp|file|git|ssh)://(?:[^\s()<>\"'\ufffc]|\([^\s()<>\"]*\))+(?<![.,;:!?'*_~])",
    # a path: it has a letter, and a digit, a dot or an underscore, unlike "he/she"
    r"(?<![\w./~@%+-])(?=[\w./~@%+-]*[A-Za-z])(?=[\w/~@%+-]*(?:[_\d]|\.\w))"
    r"(?:[\w.~@%+-]*\w|~|\.{1,2})?(?:/[\w.@%+-]*\w)+/?",
    r"(?<![\w$])\$\{[^{}\n]*\}|(?<![\w$])\$[A-Za-z_]\w*|%\(\w+\)[sdrf]|(?<!\w)%[A-Z]\w*%",
    r"(?<![\w.@])@[A-Za-z_][\w.]*(?:\([^()\n]*\))?",  # a decorator, an annotation
    r"(?<!\w)_[A-Za-z]\w*(?<!_)(?:\(\))?(?![\w(])|(?<!\w)__\w+__(?:\(\))?(?!\w)",
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    # calls, but not `file(s)`
    r"(?<![\w.])(?<!::)(?=\w*(?:\.|::|_|[a-z][A-Z]))[A-Za-z_]\w*(?:(?:\.|::)\w+)*\([^()\n]{0,200}\)",
    r"(?<![\w.])(?<!::)[A-Za-z_]\w*(?:(?:\.|::)\w+)*\((?:[^()\n]{0,200}[,=_.\"'\d\[*&][^()\n]{0,200})?\)",
    r"\b[A-Za-z_]\w+(?:\.[A-Za-z_]\w*)+(?!\w)",  # a dotted name
    r"(?<![\w.])(?<!::)[A-Za-z_]\w*(?:::\w+)*<[\w:&,.' \[\]<>*?]{1,60}>+(?!\w)",  # a generic type
    r"(?<![\w.])(?<!::)[A-Za-z_]\w*(?:::\w+)+",
    r"(?<![\w.])[A-Za-z_][\w.]*\[[^\]\s]{0,60}\](?!\()",  # an element
    r"\b\w+(?:->\w+)+",
    r"(?<!\w)[A-Za-z_]\w*==?[\w\"'./-]+",  # a setting
    r"\b[a-z]+\d*[A-Z][A-Za-z0-9]*\b|\b[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*\b|\b[A-Z]{2,}[a-z]{3,}[A-Z]*\w*\b",
    r"\b[A-Za-z]\w*_\w*(?:\(\)|!)?|\b[a-z]\w*!(?=[(\[{])",
    r"(?<![\w<])<(?=[\w/!?])[^<>\s]{1,60}>",
    r"(?<![^\s(\[\"'])-[A-Za-z][\w-]*(?:=\S+)?\b",  # an option
)
_POINTER = r"(?<![\w*&])(?!&\w+;)[*&]+[A-Za-z_]\w*(?:->\w+|\.\w+)*\b(?![*&])"  # also `*args`; emphasis in Markdown
_IDENTIFIERS = _rule("|".join((*_NAMES, _POINTER)), ATOM)
_IDENTIFIERS_IN_MARKDOWN = _rule("|".join(_NAMES), ATOM)
# Who is to do something, with the mark; the words after it are prose.
_TASK = _rule(r"(?<![^\s(])(?:TODO|FIXME|XXX|HACK|BUG)(?:\([^()\n]*\)|\[[^\[\]\n]*\])?:?(?=\s|\Z)", ATOM)

PLAIN: tuple[Rule, ...] = (*_BACKTICKS, _TASK, *_STARS, _IDENTIFIERS)
PYTHON: tuple[Rule, ...] = (*_RST, *PLAIN)
GO: tuple[Rule, ...] = (_rule(r"^#{1,3} (?=\S)", "", "#", re.MULTILINE), *_BACKTICKS, *_DOC_LINKS, _TASK, _IDENTIFIERS)
TAGGED: tuple[Rule, ...] = (*_INLINE_TAGS, *_HTML, *PLAIN)
TAGGED_MARKDOWN: tuple[Rule, ...] = (*_INLINE_TAGS, *_HTML, _TASK, _IDENTIFIERS_IN_MARKDOWN)
RUST: tuple[Rule, ...] = (*_DOC_LINKS, _TASK, _IDENTIFIERS_IN_MARKDOWN)

_OF_MARKDOWN = re.compile(
    r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[^\n]*$|\Z)|(`+)(?!`).+?(?<!`)\2(?!`)|\]\([^)\n]{0,500}\)"
    r"|^ {0,3}\[[^\]\n]+\]:[^\n]*$",
    re.DOTALL | re.MULTILINE,
)


def hide(body: Body, rules: tuple[Rule, ...], markdown: bool = False) -> Body:
    """The body with all that the rules name as one opaque character each, or as what they put in its place.

    In Markdown no match may begin inside code or a link's target: these are left to Markdown's own reader.
    """
    for pattern, put, needs in rules:
        if needs and not any(sign in body.text for sign in needs):
            continue
        spared = [match.span() for match in _OF_MARKDOWN.finditer(body.text)] if markdown else []
        body = substituted(body, pattern, put, spared)
    return body


def without_entities(body: Body) -> Body:
    """HTML's character references as the characters they mean."""
    changes = []
    for match in _ENTITY.finditer(body.text):
        meant = html.unescape(match[0])
        if meant != match[0] and meant.isprintable():
            changes.append((*match.span(), meant))
    return changed(body, changes)
