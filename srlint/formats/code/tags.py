"""The tags of documentation comments, line by line: Javadoc, JSDoc and TSDoc, Doxygen."""

from __future__ import annotations

import re

from srlint.formats.code.lines import Line

# `@param {Type} [name=default] - text`, `@param[in] name text`, `\tparam T text`, `@throws Type text`.
_BRACES = r"\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\}"
_TYPE = rf"(?:{_BRACES}\s*)?"
_WORD = r"(?:\[[^\]\n]*\]|[\w.$#:<>\[\]*&…]+)"
_NAMED = re.compile(
    r"\s*(?:@[A-Za-z_][\w.-]*:|[@\\](?:"  # `@name: text` in the kernel of Linux
    rf"(?:t?param|arg|argument|prop|property|template|typeParam|templateParam|callback)(?:\[[\w,]*\])?(?:\s+{_TYPE}{_WORD}?)?"
    rf"|(?:throws?|exception|retval|extends|yields?)(?:\s+(?:{_BRACES}|{_WORD}))?"
    r")(?:\s+-)?)(?:\s+|\Z)"
)
# Text follows at once.
_PLAIN = re.compile(
    r"\s*[@\\](?:returns?|result|brief|short|details|deprecated|remarks?|note|warning|attention|summary|desc|description|todo|bug"
    r"|fileoverview|file|overview|classdesc|privateRemarks|defaultValue|pre|post|invariant|par|copyright|apiNote|implSpec|implNote"
    rf"|serial|serialData|hidden|internal|li)\b\s*{_TYPE}(?:-\s+)?"
)
# A name, a type, a date or a path follows, which is no prose.
_NO_PROSE = re.compile(r"\s*[@\\](?!(?:code|link|inheritDoc|endcode|f\$|f\[|[cpaeb]\s|em\s|ref\s)\b)[A-Za-z][\w-]*")
# What it says goes on in the next lines; other tags of this kind end with their line.
_GOES_ON = re.compile(r"\s*[@\\](?:see|sa|authors?|since|version|date|type|typedef|implements|license)\b")
_CODE = re.compile(r"\s*[@\\](?:example|code|verbatim|dot|msc|startuml)\b(?:\{\.\w+\})?")
_CODE_ENDS = re.compile(r"\s*[@\\](?:endcode|endverbatim|enddot|endmsc|enduml)\b")
_TAG = re.compile(r"\s*[@\\][A-Za-z]")
_PRE, _PRE_ENDS = re.compile(r"<pre\b", re.IGNORECASE), re.compile(r"</pre\s*>", re.IGNORECASE)
_FENCE = re.compile(r"\s*(?:```|~~~(?!~))")


def without_tags(lines: list[Line]) -> list[Line]:
    """Lines with the tags and the names behind them taken off, so that a paragraph begins with the text; blank lines
    for tags without prose, and for examples and other programs."""
    found: list[Line] = []
    in_code = False  # until the next tag, or its own end
    dropped = False  # a tag without prose, up to the next blank line
    fenced = preformatted = False
    for line in lines:
        is_fence = _FENCE.match(line.text) is not None
        fenced ^= is_fence
        if preformatted:
            end = _PRE_ENDS.search(line.text)
            preformatted = end is None
            found.append(line.cut(end.end(), fresh=True) if end else line.emptied())
        elif (pre := _PRE.search(line.text)) and not _PRE_ENDS.search(line.text, pre.end()):
            preformatted = True
            found.append(line.until(pre.start()))
        elif fenced or is_fence:  # the one that closes as much as the one that opens, even in an example
            found.append(line)
        elif (code := _CODE.match(line.text)) or _CODE_ENDS.match(line.text):
            in_code = code is not None and _CODE_ENDS.search(line.text) is None
            found.append(line.emptied())
        elif not _TAG.match(line.text):
            dropped = dropped and not line.blank
            found.append(line.emptied() if in_code or dropped else line)
        else:
            mark = _NAMED.match(line.text) or _PLAIN.match(line.text)
            no_prose = mark is None and _NO_PROSE.match(line.text) is not None
            in_code, dropped = False, no_prose and _GOES_ON.match(line.text) is not None
            found.append(line.emptied() if no_prose else line.cut(mark.end() if mark else 0, fresh=True))
    return found
