"""Programs inside comments: lines that somebody switched off, and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from srlint.formats.code.lines import Line, blocks
from srlint.formats.code.tree import tree

_KEYWORDS = frozenset(
    "abstract and as assert async await auto break case catch char class const continue def default del do double elif"
    " else enum except export extends extern false final finally float fn for foreach from func function global go goto"
    " if impl implements import in inline instanceof int interface is lambda let long match mod module mut new nil none"
    " nonlocal not null or override package pass private protected pub public raise range ref require return self set"
    " short signed sizeof static string struct super switch template then this throw throws trait true try type typedef"
    " typeof undefined union unsafe unsigned use using var virtual void volatile where while with yield bool boolean"
    " byte echo local fi done esac".split()
)

# A line with one of these is a statement, or a part of one, in some language.
_STATEMENT = re.compile(
    r"[;{]\s*\Z|^\s*[)}\]]+[;,)]*\s*\Z|^\s*\}"
    r"|^\s*(?:[\w*&]+ ){0,3}[\w.*&$\[\]\"']+(?:, ?[\w.]+){0,9}\s*(?:[-+*/|&%^]|//|>>|<<|:)?=(?!=)\s*\S"
    r"|^\s*from\s+[\w.]+\s+import\b|^\s*#\s*(?:include|define|ifdef|ifndef|endif|undef|pragma)\b|^\s*@\w[(\w.]*\)?\s*\Z"
    r"|^\s*(?:if|elif|while|for|with|def|class)\b.*:\s*\Z|^\s*(?:else|try|finally)\s*:\s*\Z|^\s*(?:if|while|for|switch)\s*\(.*\)\s*\Z"
)
# These occur in English about programs too.
_SIGN = re.compile(
    r"\w\(|[=!<>]=|=>|->|::|&&|\|\||^\s*import\s+[\w.*{\"']+"
    r"|^\s*(?:break|continue|pass)\s*\Z|\w\[[^\]]{0,80}\]|^\s*[\w\"'.]+\s*:\s*[\w\"'.{\[(]+,\s*\Z"
)
_SHELL_STATEMENT = re.compile(
    r"^\s*(?:export |local )?\w+=\S*|;\s*(?:then|do|done|fi)\b|^\s*(?:fi|done|esac|then|else)\s*\Z"
    r"|;;|\w\(\)\s*\{|^\s*\}|^\s*\$ |^\s*\.{1,2}/\S+"
)
_COMMANDS = (
    "apk apt apt-get awk brew cargo cat cd chmod chown cp curl docker echo eval exec exit export find git go grep kill"
    " kubectl ln ls make mkdir mv node npm npx pip pip3 python python3 rm sed set sh source ssh sudo systemctl tar test"
    " touch trap unset wget yarn yum"
)
_SHELL_SIGN = re.compile(
    rf"^\s*(?:{'|'.join(_COMMANDS.split())})\s.*?(?:(?<=\s)--?\w|(?<=\s)[./~$\"'])|\$[({{]|&&|\|\||\s\|\s*\w"
    r"|[12&]?>\s*[/&\"$]|\[\[? .{0,200} \]"
)
_STRINGS = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`\n]*`")
_TAIL = re.compile(r"(?:\A|\s)(?:#|//).*\Z")
_RUN = re.compile(r"(?<![\w.$@<'’-])[A-Za-z][A-Za-z'’-]*(?: [A-Za-z][A-Za-z'’-]*)+")
_SENTENCE = re.compile(r"\s*[A-Z][a-z]+,? .*[\w)\]}`'\"][.!?]\s*\Z")
# A statement that waits for its body.
_HEAD = re.compile(r"(?P<indent>\s*)(?:(?:if|while|for|switch)\s*\(.*\)|(?:if|while|for|with|def|class)\b.*:)\s*\Z")
_PROMPT = re.compile(r"\s*>>>(?:\s|\Z)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")

MAX_RUN = 3  # a program has no more words in a row that are neither its keywords nor parted by a sign


def without_code(lines: list[Line], language: str, indented: bool = False) -> list[Line]:
    """Blank where the lines are a program in the language; with `indented` an indented block always is one."""
    lines = [line.emptied() if _PROMPT.match(line.text) else line for line in lines]
    found = list(lines)
    in_list = False
    for start, end in blocks(lines):
        block = lines[start:end]
        is_deep = _is_indented(block)
        whole = (indented and is_deep and not in_list) or _is_code(block, language, is_deep)
        for first, last in [(0, len(block))] if whole else _runs(block, language):
            found[start + first : start + last] = [line.emptied() for line in block[first:last]]
        in_list = _ITEM.match(block[0].text) is not None or (in_list and block[0].indent > 0)
    return found


def _is_indented(block: Sequence[Line]) -> bool:
    return all(line.indent > 0 for line in block) and not _ITEM.match(block[0].text)


def _runs(block: Sequence[Line], language: str) -> list[tuple[int, int]]:
    """Runs of lines that are a program: each with a sign of one, or all deeper than the block's margin."""
    base = min(line.indent for line in block)
    signs = [_may_be_code(line.text, language) for line in block]
    deeper = [line.indent > base for line in block]
    if not any(signs):
        return []
    return [
        (start, end)
        for marked in (signs, deeper)
        for start, end in _marked(marked)
        if end - start < len(block) and _is_code(block[start:end], language, marked is deeper)
    ]


def _marked(marked: Sequence[bool]) -> list[tuple[int, int]]:
    """Half-open runs of what is marked."""
    places = (list(group) for is_marked, group in groupby(range(len(marked)), marked.__getitem__) if is_marked)
    return [(run[0], run[-1] + 1) for run in places]


def _is_code(block: Sequence[Line], language: str, is_deep: bool) -> bool:
    """Whether a line has a sign of programs, none reads as English, and the grammar agrees or most are statements.

    For an indented block (`is_deep`) signs are enough.
    """
    texts = [line.text for line in block]
    signs = [_may_be_code(text, language) for text in texts]
    if not any(signs) or any(map(_is_english, texts)) or _SENTENCE.match(" ".join(texts)):
        return False
    statement = _signs(language)[0]
    count = sum(signs) if is_deep else sum(statement.search(text) is not None for text in texts)
    if 2 * count >= len(texts) and (is_deep or (len(texts) > 1 and signs[0] and signs[-1])):
        return True
    return _parses(texts, language)


def _signs(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (_SHELL_STATEMENT, _SHELL_SIGN) if language == "shell" else (_STATEMENT, _SIGN)


def _may_be_code(text: str, language: str) -> bool:
    return any(sign.search(text) for sign in _signs(language)) and not _is_english(text)


def _is_english(text: str) -> bool:
    """Whether the text is a sentence, or has more words in a row, strings and a comment aside, than a program has."""
    if _SENTENCE.match(text):
        return True
    for run in _RUN.finditer(_TAIL.sub("", _STRINGS.sub('""', text))):
        if sum(word not in _KEYWORDS for word in run[0].split()) > MAX_RUN:
            return True
    return False


def _parses(texts: Sequence[str], language: str) -> bool:
    """Whether the grammar reads the lines, the indentation they share aside, as statements without an error."""
    margin = min(len(text) - len(text.lstrip()) for text in texts)
    source = "\n".join(text[margin:] for text in texts)
    head = _HEAD.match(texts[-1])
    if head:
        source += "{}" if source.endswith(")") else f"\n{head['indent'][margin:]}    pass"
    source += "\n"
    return not tree(source, language).root_node.has_error
