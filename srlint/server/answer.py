"""A server's answer: the grammar that it is asked to keep to, and the check that trusts none to have done so.

The format is that of every model of srlint's. JSON, which more servers can enforce, is none that our models were
trained on: of 12 rewrites of its own the embedded one gave 3 again when held to a JSON schema, and 12 in this format.
"""

from __future__ import annotations

import re

from srlint import prompt

# GBNF, which llama.cpp reads, and so does the grammar compiler of vLLM.
GRAMMAR = "\n".join(
    (
        f'root ::= "{prompt.CLEAN}" | categories "\\n" line',
        'categories ::= category (", " category)? (", " category)?',
        "category ::= " + " | ".join(f'"{name}"' for name in prompt.IDS),
        "line ::= [^\\n\\r]+",
        "",
    )
)
_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class MalformedError(Exception):
    """The answer is not in the format, or lost or moved a placeholder."""


def rewrite(content: object, atoms: int) -> str | None:
    """The rewrite in an answer, placeholders turned back into atoms; None when the answer says that there is none.

    Nothing is repaired. Raises MalformedError.
    """
    if not isinstance(content, str):
        raise MalformedError("no text")
    # Templates differ in the blank that they leave before an answer; it is no part of it.
    first, newline, rest = content.strip().partition("\n")
    if not newline and first == prompt.CLEAN:
        return None
    names = first.split(", ")
    if not newline or len(set(names)) != len(names) or not set(names) <= set(prompt.IDS):
        raise MalformedError("no categories")
    if _BREAK.search(rest) or not rest.strip():
        raise MalformedError("not one line")
    if rest == prompt.NO_REWRITE:
        return None
    restored = prompt.restored(rest.strip(), atoms)
    if restored is None:
        raise MalformedError("placeholders")
    return restored
