"""Plain text: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "The first line\ngoes on here. A second\nsentence.\n\nAnother one\u2028of two.\n",
        ["The first line goes on here.", "A second sentence.", "Another one\u2028of two."],
    ),
    "headings": Case(
        "1. The aims of it. And more\n===========================\nThe text.\n\nPlans\n-----\nMore text.\n",
        ["The aims of it.", "And more", "The text.", "Plans", "More text."],
    ),
    "emphasis": Case("This is *not* marked up at all.\n", ["This is *not* marked up at all."]),
    "bare-urls": Case(
        "Write to me@example.org or see https://example.org/a_(b)?c=d. The rest is in docs/notes.txt.\n",
        [f"Write to {ATOM} or see {ATOM}.", f"The rest is in {ATOM}."],
    ),
    "inline-code": Case("Set max_length or call the_function().\n", [f"Set {ATOM} or call {ATOM}."]),
    "code-blocks": Case(
        "Run this:\n\n    $ make install\n    $ make check\n\n```\nthe code of this\n```\nThat was all.\n",
        ["Run this:", "That was all."],
    ),
    "lists": Case(
        "We bring\n- one chair\n  for each of us\n  * and a table\n2) a lamp\n(c) the rest\n",
        ["We bring", "one chair for each of us", "and a table", "a lamp", "the rest"],
    ),
    "metadata": Case(
        "From: Ada <ada@example.org>\nTo: all of us\nSubject: Re: The chairman\n of the board\nDate: Mon, 3 Jan 2022\n"
        "\n"
        "Here is the plan.\n\n-- \nAda, of the office\n",
        ["The chairman of the board", "Here is the plan."],
        ("signature",),
    ),
    "quotes": Case(
        "I agree with this.\n\nOn Mon, 3 Jan 2022, Bob <bob@example.org>\nwrote:\n> This is what I think\n"
        "> > and you did\n"
        "\nSo we go on.\n",
        ["I agree with this.", "So we go on."],
        ("quoted lines",),
        quoted=["I agree with this.", "This is what I think and you did", "So we go on."],
    ),
    "comments": Case(
        "The first line\n# srlint: ignore[gender] the name of a play\ngoes on here.\n// srlint: disable[age] why\n",
        ["The first line goes on here."],
        comments=("srlint: ignore[gender] the name of a play", "srlint: disable[age] why"),
    ),
    "line-ends": Case(
        "One line\r\nof the first.\r\n\r\nThe second\rof them.\r\rA third.\fA new page.",
        ["One line of the first.", "The second of them.", "A third.", "A new page."],
    ),
    "unicode": Case(
        "The 👩‍👩‍👧 of e\u0301tude\nsaid שלום to 漢字 and the rest.\n",
        ["The 👩‍👩‍👧 of e\u0301tude said שלום to 漢字 and the rest."],
    ),
    "not-english": Case(
        "Das ist nicht die Sprache, die wir hier lesen und prüfen wollen.\n\nThis is the one.\n",
        ["This is the one."],
        ("not English",),
    ),
    "fix": Case(
        "Subject: notes\n\nThe chairman\n  of the 🎉 board was here.\r\n> The chairman.\n",
        ["notes", "The chairman of the 🎉 board was here."],
        ("quoted lines",),
        quoted=["notes", "The chairman of the 🎉 board was here.", "The chairman."],
        edit=(
            1,
            "chairman of the 🎉 board",
            "chair of the 🎉 council",
            "Subject: notes\n\nThe chair\n  of the 🎉 council was here.\r\n> The chairman.\n",
        ),
    ),
}
