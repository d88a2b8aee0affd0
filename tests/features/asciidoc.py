"""AsciiDoc: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "The first line\ngoes on here. A second\nsentence.\n\nAnother +\none.\n",
        ["The first line goes on here.", "A second sentence.", "Another one."],
    ),
    "headings": Case(
        "= The Guide. With a stop\n\n== One _thing_ [[one]]\n\n.A block title\nText here.\n\nTwo Lines\n---------\n\n"
        "=== Three ===\n",
        ["The Guide. With a stop", "One thing", "A block title", "Text here.", "Two Lines", "Three"],
    ),
    "emphasis": Case(
        "A *bold* and _quiet_ word, **un**do, [.red]#marked#, H~2~O and 2^nd^, but 2 * 3 * 4 and a_b.\n",
        [f"A bold and quiet word, undo, marked, H2O and 2nd, but 2 * 3 * 4 and {ATOM}."],
    ),
    "links": Case(
        "See https://example.org[the *old* site^], link:a.html[the page,role=x], <<one,the first part>>, <<two>> and"
        " xref:b.adoc#c[this one].\n",
        [f"See the old site, the page, the first part, {ATOM} and this one."],
    ),
    "bare-urls": Case(
        "Go to https://example.org/a_b_c, <https://example.org> or write to me@example.org.\n",
        [f"Go to {ATOM}, {ATOM} or write to {ATOM}."],
    ),
    "inline-code": Case(
        "Call `the *master*` or ``a``b with +passed on+ text.\n", [f"Call {ATOM} or {ATOM}b with {ATOM} text."]
    ),
    "code-blocks": Case(
        "Before.\n\n[source,python]\n----\nthe code\n----\n\n....\nthe output\n....\n\n a literal line\n\n```ruby\n"
        "more\n```\n"
        "\n[listing]\nof the same\n\nAfter.\n",
        ["Before.", "After."],
    ),
    "lists": Case(
        "* one thing\ngoes on\n** nested in it\n* [x] done with it\n+\nA paragraph of its own.\n\n. first of all\n"
        ".. then this\n"
        "- a dash\n\n<1> a callout\n",
        [
            "one thing goes on",
            "nested in it",
            "done with it",
            "A paragraph of its own.",
            "first of all",
            "then this",
            "a dash",
            "a callout",
        ],
    ),
    "definition-lists": Case(
        "The brain:: It thinks.\nThe heart::\n  It beats\n  all day.\n\nThe hand:::\n\nIt holds.\n",
        ["The brain", "It thinks.", "The heart", "It beats all day.", "The hand", "It holds."],
    ),
    "tables": Case(
        '[cols="1,a,l"]\n|===\n|The name |The *role* |code\n\n|A chair\nof ours 2+|wide \\| one\n|last\n|* in a list\n'
        "|x\n|===\n\n"
        "[format=csv]\n|===\nthe,data\n|===\n",
        ["The name", "The role", "A chair of ours", "wide | one", "last", "in a list"],
        ("table of separated values",),
    ),
    "images": Case(
        'image::a.png[The old chairman, 300, title="His portrait"]\n\nAn icon image:b.png[of this] here.\n\n'
        "video::c.mp4[the film]\n",
        ["The old chairman", "His portrait", f"An icon {ATOM} here."],
    ),
    "footnotes": Case(
        "The text.footnote:[A note with _words_. Two of them.] It goes on.\n",
        [f"The text.{ATOM}", "It goes on.", "A note with words.", "Two of them."],
    ),
    "math": Case(
        "We know stem:[x^2] and latexmath:[a_b].\n\n[stem]\n++++\nthe sum of it\n++++\n",
        [f"We know {ATOM} and {ATOM}."],
    ),
    "metadata": Case(
        "---\nlayout: the page\n---\n:toc: left\n= The Guide\nAda Smith <ada@example.org>\nv1.0, the first\n"
        ":description: the master \\\n"
        "  of it\n\n:more: of this\nThe text.\n",
        ["The Guide", "The text."],
    ),
    "admonitions": Case(
        "NOTE: The chair is here.\n\n[WARNING]\n.Take care\n====\nThe other\none.\n====\n\n****\nAn aside.\n****\n\n"
        "--\nAn open one.\n--\n",
        ["The chair is here.", "Take care", "The other one.", "An aside.", "An open one."],
    ),
    "macros": Case(
        "Press kbd:[Ctrl+C] or btn:[OK] in menu:File[Save as], {product} has ((the term)) (((an,entry))) in it.\n\n"
        "include::other.adoc[]\n\ntoc::[]\n",
        [f"Press {ATOM} or {ATOM} in {ATOM}, {ATOM} has the term in it."],
    ),
    "raw": Case("++++\n<b>the raw words</b>\n++++\n\n[pass]\nand these\n\nThis is read.\n", ["This is read."]),
    "entities": Case(
        'Him &amp; her&#8217;s \\*stars*, {lt}b{gt}, one--two, (C) "`so`" it`\'s.\n',
        ["Him & her’s *stars*, <b>, one—two, © “so” it’s."],
    ),
    "quotes": Case(
        "[quote, Ada]\n____\nThis is what they said.\n____\n\n[verse]\nA rose is\na rose.\n\n> And this.\n\n"
        '"So they said."\n-- Ada\n\nWe did not.\n',
        ["We did not."],
        ("block quote",) * 4,
        quoted=["This is what they said.", "A rose is a rose.", "And this.", '"So they said."', "We did not."],
    ),
    "comments": Case(
        "// the first\nThe line\n// srlint: ignore[gender] a name\ngoes on.\n\n////\na block\n////\n\n* one\n// two\n"
        "* three\n"
        "\n|===\n// four\n|A cell\n|===\n",
        ["The line goes on.", "one", "three", "A cell"],
        comments=("the first", "srlint: ignore[gender] a name", "a block", "two", "four"),
    ),
    "line-ends": Case(
        "= A title\r\n\r\nOne line\r\nof it.\r\rThe second\rof *them*.\r\r----\rcode\r----\r* an item\r\n* and two\r\n",
        ["A title", "One line of it.", "The second of them.", "an item", "and two"],
    ),
    "unicode": Case(
        "The *👩‍👩‍👧* of _e\u0301tude_ said שלום\nto `漢字` and\u2028the rest.\n",
        [f"The 👩‍👩‍👧 of e\u0301tude said שלום to {ATOM} and\u2028the rest."],
    ),
    "not-english": Case(
        "Das ist nicht die Sprache, die wir hier lesen und prüfen wollen.\n\nThis is the one.\n",
        ["This is the one."],
        ("not English",),
    ),
    "fix": Case(
        "* The *chairman*\n  of the 🎉 board\r\n// said\nwas here.\n",
        ["The chairman of the 🎉 board was here."],
        edit=(
            0,
            "chairman of the 🎉 board",
            "chair of the 🎉 council",
            "* The *chair*\n  of the 🎉 council\r\n// said\nwas here.\n",
        ),
    ),
}
