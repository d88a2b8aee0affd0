"""Programs so damaged that their grammar would need hours."""

from __future__ import annotations

import pytest

from srlint.document import Document
from srlint.errors import DocumentError
from srlint.formats.code import tree as limits
from srlint.passages import passages

pytest.importorskip("tree_sitter_javascript", reason="needs the grammars of the code extra")

SOUND = "// The chairman opens.\nlet a = b(c)[3];\n"


@pytest.mark.parametrize(("syntax", "name"), [("javascript", "JavaScript"), ("c", "C")])
def test_a_program_that_keeps_its_grammar_busy_is_given_up_in_one_line(syntax, name):
    # tree-sitter would need minutes for this one.
    with pytest.raises(DocumentError, match=f"^damaged {name}: reading it would take too long$"):
        passages(Document("int a; " + "/* " * 150_000, syntax))


def test_a_long_sound_program_is_read_whole():
    text = SOUND * (20 * limits._FIRST // len(SOUND))
    assert len(passages(Document(text, "javascript")).passages) == text.count("chairman")
