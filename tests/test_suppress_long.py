"""Many directives in one comment: where they hold is found out once."""

from __future__ import annotations

from srlint import suppress
from srlint.document import Document
from srlint.findings import Review
from srlint.passages import passages
from srlint.suppress.scope import Layout


def test_a_comment_of_many_directives_is_looked_at_once(monkeypatch):
    looked = []
    real = Layout.has_text

    def counted(layout, line):
        looked.append(line)
        return real(layout, line)

    monkeypatch.setattr(Layout, "has_text", counted)
    document = Document("<!--\n" + "srlint: ignore[age]\n" * 500 + "-->\n\nThe chairman opens.\n", "markdown")
    review = Review(document, (), (), passages(document).comments)
    found = suppress.apply(review, frozenset({"age", "suppression"}))
    assert found.findings[0].message.count("unused “ignore[age]”") == 500
    assert len(looked) < 3 * 505
