"""Markdown: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "The first line\ngoes on here. A second\nsentence.\n",
        ["The first line goes on here.", "A second sentence."],
    ),
    "headings": Case(
        "Our team\n========\n\n## 1. Who we are. {#who}\n\nWe write.\n",
        ["Our team", "1. Who we are.", "We write."],
    ),
    "emphasis": Case("A *very* **un**usual ~~and odd~~ <b>w</b>ord.\n", ["A very unusual and odd word."]),
    "links": Case(
        'Ask [the *team*](team.md "Our team"), [them][t], [[Home|the home page]] or [[Home]].\n\n[t]: https://x.org\n',
        [f"Ask the team, them, the home page or {ATOM}.", "Our team"],
    ),
    "bare-urls": Case("See <https://x.org/a>, https://x.org/b_(c) or docs/a.md.\n", [f"See {ATOM}, {ATOM} or {ATOM}."]),
    "inline-code": Case("Call `master` and {py:func}`slave` now.\n", [f"Call {ATOM} and {ATOM} now."]),
    "code-blocks": Case(
        "One:\n\n```py\nslave = 1\n```\n\n    master = 2\n\n~~~{code-block}\nx\n~~~\n\nTwo.\n", ["One:", "Two."]
    ),
    "lists": Case(
        "- One item\n  - A nested item\n    goes on.\n\n1. First\n2. [x] Done\n",
        ["One item", "A nested item goes on.", "First", "Done"],
    ),
    "definition-lists": Case(
        "Editor\n: Whoever reads *first*.\n\n  And last.\n: A program.\n",
        ["Editor", "Whoever reads first.", "And last.", "A program."],
    ),
    "tables": Case(
        "| Name | Role |\n|:-----|-----:|\n| A \\| B | *reads* <br> writes |\n",
        ["Name", "Role", "A | B", "reads", "writes"],
    ),
    "images": Case(
        'The picture ![Two people *talk*](a.png "At lunch") shows it.\n',
        [f"The picture {ATOM} shows it.", "Two people talk", "At lunch"],
    ),
    "attributes": Case(
        'It is <img src="a.png" alt="A &amp; B talk"> in <abbr title="The Long Name">TLN</abbr>.\n\n'
        '<a href="b" aria-label="Go back">Back</a>\n',
        [f"It is {ATOM} in TLN.", "A & B talk", "The Long Name", "Go back", "Back"],
    ),
    "footnotes": Case(
        "So they say.[^1] It goes on.\n\n[^1]: They say it often.\n",
        [f"So they say.{ATOM}", "It goes on.", "They say it often."],
    ),
    "math": Case("Let $a_b$ be $`c`$.\n\n$$\nd\n$$\n\n```math\ne\n```\n", [f"Let {ATOM} be {ATOM}."]),
    "metadata": Case("---\ntitle: The slave node\n---\n\nProse.\n\n---\n\nMore.\n", ["Prose.", "More."]),
    "admonitions": Case(
        "> [!NOTE]\n> An alert.\n\n"
        '!!! tip "A tip for you"\n    Indented words.\n\n        code\n\n'
        ":::warning Take care\nBetween colons.\n:::\n\n"
        "```{admonition} In short\n:class: x\nBetween fences.\n```\n",
        ["An alert.", "A tip for you", "Indented words.", "Take care", "Between colons."]
        + ["In short", "Between fences."],
    ),
    "macros": Case(
        '{{< figure src="a" >}} A :tada: {% include x.md %} {ref}`see this <there>` word.{: .big }\n',
        [f"{ATOM} A {ATOM} {ATOM} see this word."],
    ),
    "raw": Case(
        "<details>\n<summary>In <b>short</b></summary>\n\nLong *words*.\n\n</details>\n\n"
        "<p>\n  One.\n  Two.\n</p>\n<script>\nthree()\n</script>\n",
        ["In short", "Long words.", "One.", "Two."],
    ),
    "entities": Case(r"Fish &amp; chips &#x2014; 2 \* 3." + "\n", ["Fish & chips — 2 * 3."]),
    "quotes": Case(
        "We say:\n\n> They say\n> this.\n\n<blockquote>\n\nAnd *that*.\n\n</blockquote>\n",
        ["We say:"],
        ("block quote", "block quote"),
        quoted=["We say:", "They say this.", "And that."],
    ),
    "comments": Case(
        "<!-- one -->\n\nWords <!-- two --> go on. <!-- three -->\n\n- item <!-- four -->\n\n"
        "| a | b <!-- five --> |\n|---|---|\n\n[//]: # (six)\n",
        ["Words go on.", "item", "a", "b"],
        comments=("one", "two", "three", "four", "five", "six"),
    ),
    "line-ends": Case(
        "# One\r\rTwo\rthree.\r\n\r\n!!! note\r\n    Four\r\n    five.\r\n\n- six\r- seven\r",
        ["One", "Two three.", "Four five.", "six", "seven"],
    ),
    "unicode": Case(
        "The 👩‍👩‍👧 family *café* e\u0301 \u2028 שלום 漢字 meet <b>🎉</b> here.\n",
        ["The 👩‍👩‍👧 family café e\u0301 \u2028 שלום 漢字 meet 🎉 here."],
    ),
    "not-english": Case(
        "Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n\nThis is.\n",
        ["This is."],
        ("not English",),
    ),
    "fix": Case(
        "!!! note\n    The *chairman* &amp; 🎉 the\n    [chairman][c] <!-- x --> spoke.\n\n[c]: u\n",
        ["The chairman & 🎉 the chairman spoke."],
        edit=(
            0,
            "chairman",
            "chair",
            "!!! note\n    The *chair* &amp; 🎉 the\n    [chair][c] <!-- x --> spoke.\n\n[c]: u\n",
        ),
    ),
}
