"""What the language model reads. One function builds it, for training and for the command alike.

Text from a document is data: it is tokenised apart from the template around it, so nothing in it can become a control
token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from srlint.categories import IDS
from srlint.document import Span
from srlint.formats.atoms import ATOM

CLEAN = "clean"
NO_REWRITE = "-"
# Stands for words that were cut out of a passage, and before the words that belong there.
GAP = "___"

SYSTEM = (
    "You are a careful editor. Does the wording of the passage carry bias, a stereotype, an insult or exclusion? "
    f"If not, answer: {CLEAN}. Otherwise answer with its categories on the first line ({', '.join(IDS)}) and on the "
    f"second line the passage with as few words changed as possible, or {NO_REWRITE} if no rewrite can keep the point."
)

# Stands for the user's message while the chat template is rendered; never part of a document.
_SENTINEL = "\x00content\x00"
_PLACEHOLDER = re.compile(r"<([0-9]+)>")


@dataclass(frozen=True, slots=True)
class Frame:
    """A chat template around our system text, cut at the user's message. Both ends may hold control tokens."""

    prefix: str
    suffix: str


def frame(template: str, bos: str, eos: str) -> Frame:
    """A model's own chat template around our system text. Raises as `rendered` does."""
    text = rendered(template, bos, eos, [_SENTINEL])
    if _SENTINEL not in text:
        raise ValueError("it does not show the user's message")
    prefix, _, suffix = text.partition(_SENTINEL)
    return Frame(prefix, suffix)


def rendered(template: str, bos: str, eos: str, contents: Sequence[str]) -> str:
    """A Jinja chat template around our system text and messages that user and assistant write by turns.

    Templates without a system role get that text in the first user's message; those that let a model think aloud are
    told not to. Raises ValueError for a template that does not show our text, and whatever Jinja raises for a broken
    one.
    """
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def fail(message: str) -> None:
        raise ValueError(message)

    compiled = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    ).from_string(template)
    said = [{"role": ("user", "assistant")[turn % 2], "content": content} for turn, content in enumerate(contents)]
    values = {
        "bos_token": bos,
        "eos_token": eos,
        "add_generation_prompt": True,
        "enable_thinking": False,
        "raise_exception": fail,
    }
    try:
        text = compiled.render(messages=[{"role": "system", "content": SYSTEM}, *said], **values)
    except ValueError:
        text = ""
    if SYSTEM not in text:  # refused, or passed over in silence
        said[0]["content"] = f"{SYSTEM}\n\n{contents[0]}"
        text = compiled.render(messages=said, **values)
    if SYSTEM not in text:
        raise ValueError("it does not show the user's message")
    return text


def question(text: str, before: str, marks: Sequence[Span]) -> str:
    """The user's message: the sentence before, the passage, and the words that the detector marked, if any."""
    lines = [f"Before: {numbered(before)}"] if before else []
    lines.append(f"Passage: {numbered(text)}")
    if marks:
        lines.append("Marked: " + "; ".join(numbered(text[mark.start : mark.end]) for mark in marks))
    return "\n".join(lines)


def answer(categories: Sequence[str], rewrite: str | None) -> str:
    """The answer that a model is trained to give; no categories means clean."""
    if not categories:
        return CLEAN
    return f"{', '.join(categories)}\n{NO_REWRITE if rewrite is None else numbered(rewrite)}"


def gapped(text: str, gaps: Sequence[Span]) -> str:
    """What is put into the model's mouth after the categories, for it to go on with the words of the first gap.

    An answer has GAP before the words of each gap, which may be none.
    """
    cut, at = [], 0
    for gap in gaps:
        cut.append(text[at : gap.start])
        at = gap.end
    return f"Fill: {numbered(GAP.join([*cut, text[at:]]))}\n{GAP}"


def fillings(words: Sequence[str]) -> str:
    """What a model says after a gapped passage: the words of its gaps, some of which may be none."""
    return f" {GAP}".join(f" {filling}" if filling else "" for filling in words)


def numbered(text: str) -> str:
    """One line in which each atom (code, link, tag) is a numbered placeholder: <1>, <2> and so on."""
    parts = " ".join(text.split()).split(ATOM)
    return parts[0] + "".join(f"<{number}>{part}" for number, part in enumerate(parts[1:], 1))


def restored(text: str, atoms: int) -> str | None:
    """The text with placeholders turned back into atoms, or None unless each comes exactly once and in order."""
    if ATOM in text or _PLACEHOLDER.findall(text) != [str(number) for number in range(1, atoms + 1)]:
        return None
    return _PLACEHOLDER.sub(ATOM, text)


def fingerprint() -> str:
    """Digest of all that prompts and answers are made of: a model trained on others must not be asked this way."""
    mark = Span(2, 5)
    sample = [
        SYSTEM,
        question(f"a {ATOM} b", "c", [mark]),
        question("a b", "", []),
        answer(["x", "y"], "z"),
        answer(["x"], None),
        gapped(f"a b {ATOM}", [mark]),
    ]
    return sha256(json.dumps(sample).encode()).hexdigest()[:16]
