"""What each HTML element means for prose. Elements that stand in no table are inline: their tags vanish."""

from __future__ import annotations

# These begin and end a block of prose. `<br>` is one of them: it stands between lines that are no sentence together.
BLOCKS = frozenset(
    "address article aside blockquote body br button caption center col colgroup datalist dd details dialog dir div dl"
    " dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe label"
    " legend li listing main menu nav noframes noscript object ol optgroup option p plaintext pre search section select"
    " summary table tbody td textarea tfoot th thead title tr ul xmp".split()
)

# The kind of block that an element makes of the prose inside it; elsewhere prose is what it is in the element around.
KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "title"), "heading"),
    **dict.fromkeys(("li", "dd", "option"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("caption", "figcaption", "legend"), "caption"),
    "dt": "term",
}

# Left out with all they hold. Code, a formula, a drawing, a player, an image: one opaque character within prose.
_IN_LINE = "applet audio canvas code embed img input kbd math meter progress samp svg tt var video"
# Not seen at all, so that the prose around reads on.
UNSEEN = frozenset("noembed rp rt script style template".split())
# Code, a text field, another page: between blocks of prose.
_BETWEEN = "iframe listing noframes object plaintext pre textarea xmp"
LEFT_OUT = UNSEEN.union(_IN_LINE.split(), _BETWEEN.split())

# Elements that never have content, and so no end tag.
VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)

# Their content is characters, not elements, up to their end tag.
RAW = ("script", "style", "textarea", "xmp", "iframe", "noembed", "noframes")

# Attributes whose value people read or hear, wherever they stand.
ATTRIBUTES = frozenset({"alt", "title", "aria-label", "aria-description", "placeholder"})

# A start tag ends an open element of these names ("optional tags" in the HTML standard) …
_CELLS = ("td", "th")
_ROWS = ("tr", *_CELLS)
_PARTS = ("caption", "colgroup", "thead", "tbody", "tfoot", *_ROWS)
_CLOSE_PARAGRAPH = frozenset(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1"
    " h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre search section summary table ul".split()
)
ENDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_CLOSE_PARAGRAPH, ("p",)),
    "li": ("li", "p"),
    **dict.fromkeys(("dt", "dd"), ("dt", "dd", "p")),
    **dict.fromkeys(_CELLS, _CELLS),
    "tr": _ROWS,
    **dict.fromkeys(("thead", "tbody", "tfoot", "colgroup", "caption"), _PARTS),
    "option": ("option",),
    "optgroup": ("option", "optgroup"),
    "body": ("head",),
}
# … but not across the beginning of one of these.
_TABLE = ("table", "template")
_CELL = (*_TABLE, *_CELLS, "caption", "button", "object")
BARRIERS: dict[str, tuple[str, ...]] = {
    "li": ("ul", "ol", "menu", "dir", *_CELL),
    **dict.fromkeys(("dt", "dd"), ("dl", *_CELL)),
    **dict.fromkeys((*_PARTS, *_CELLS), _TABLE),
    **dict.fromkeys(("option", "optgroup"), ("select", "datalist")),
}
BARRIER = _CELL  # of every other start tag

# An end tag does not reach out of one of these, unless it is a part of the table itself.
FENCES = frozenset({"table", "template", "td", "th", "caption"})
TABLE_PARTS = FENCES | frozenset({"tr", "thead", "tbody", "tfoot", "colgroup", "body", "html"})
