"""TypeScript with JSX: the cells of the feature table that its own syntax can change."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "const Hall = () => (\n  <p>\n    {/* The first line\n        of the page. */}\n    // The chairman is late.\n"
        "    <b // on its own line\n    />\n  </p>\n); // the end\n",
        ["The first line of the page.", "on its own line", "the end"],
    ),
    "inline-code": Case(
        "/** Shows a `Door` and <Window/> of the hall. */\n", [f"Shows a {ATOM} and {ATOM} of the hall."]
    ),
    "code-blocks": Case(
        "// const door = <Door owner={chairman} />;\n// return door;\nconst text = 'The chairman'; // It is locked.\n",
        ["It is locked."],
    ),
    "lists": Case("/**\n * Bring:\n * 1. a pen\n * 2. paper\n */\n", ["Bring:", "a pen", "paper"]),
    "macros": Case("/**\n * @param props - what it shows\n * @returns the page\n */\n", ["what it shows", "the page"]),
    "metadata": Case(
        "/** @jsxImportSource preact */\n// SPDX-License-Identifier: MIT\n"
        "const x = 1; // biome-ignore lint: no reason\n",
        [],
        skipped=("licence header",),
    ),
    "comments": Case(
        "const a = <p>{/* srlint: ignore[age] a reason */}</p>; // the page\n",
        ["the page"],
        comments=("srlint: ignore[age] a reason",),
    ),
    "line-ends": Case("// Open\r\n// the door.\r// Sit.\r", ["Open the door.", "Sit."]),
    "unicode": Case("const a = <p>🎉{/* The cafe\u0301 👩‍👩‍👧 */}</p>;\n", ["The cafe\u0301 👩‍👩‍👧"]),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "const a = <p>{/* Ask the chairman. */}chairman</p>;\n",
        ["Ask the chairman."],
        edit=(0, "chairman", "chair", "const a = <p>{/* Ask the chair. */}chairman</p>;\n"),
    ),
}
