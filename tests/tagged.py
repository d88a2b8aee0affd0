"""A passage as an edit tagger sees it, with scores of the test's own."""

from __future__ import annotations

import re

import numpy

from srlint.document import Span
from srlint.tagger import Tagged
from srlint.tags import CUT, KEEP, REPLACE, TAGS


def words(text: str) -> list[Span]:
    """A token for each word and each other character."""
    return [Span(*found.span()) for found in re.finditer(r"\w+|[^\w\s]", text)]


def tagged(text: str, *, cut: str = "", replace: str = "", turns=((0.0,) * 3,) * 3) -> Tagged:
    """A passage in whose given words an editor would cut or replace something, and change nothing else."""
    tokens = words(text)
    scores = numpy.zeros((len(tokens), len(TAGS)))
    scores[:, KEEP] = 3.0
    for part, tag in ((cut, CUT), (replace, REPLACE)):
        at = text.find(part) if part else -1
        for place, token in enumerate(tokens):
            if at >= 0 and at <= token.start < at + len(part):
                scores[place] = -3.0
                scores[place, [KEEP, tag]] = 0.0, 3.0
    return Tagged(text, tokens, scores, numpy.array(turns))
