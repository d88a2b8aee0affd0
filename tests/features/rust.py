"""Rust: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "//! Gathers the votes of\n//! all members. Then counts them.\n//!\n//! The second paragraph.\n"
        "\n/// Each vote is read\n/// only once.\n"
        "fn count() {} // nobody has voted yet\n/* the /* nested */ end */\n",
        [
            "Gathers the votes of all members.",
            "Then counts them.",
            "The second paragraph.",
            "Each vote is read only once.",
            "nobody has voted yet",
            "the /* nested */ end",
        ],
    ),
    "headings": Case(
        "/// # Rules of Order\n///\n/// They are short.\nfn f() {}\n", ["Rules of Order", "They are short."]
    ),
    "emphasis": Case(
        "/// This is **very** important and _never_ optional.\n", ["This is very important and never optional."]
    ),
    "links": Case(
        "/// Opens [`Hall`] and [the door][Door::open], see [the statutes](https://example.org) and [Hall].\n",
        [f"Opens {ATOM} and the door, see the statutes and {ATOM}."],
    ),
    "bare-urls": Case(
        "// Copied from https://example.org/a_b(c).html by he/she.\n", [f"Copied from {ATOM} by he/she."]
    ),
    "inline-code": Case(
        "/// Calls `open`, Vec<Door>, std::mem::swap or lock_all! on HallKey.\n// The `key` of self.hall and &str.\n",
        [f"Calls {ATOM}, {ATOM}, {ATOM} or {ATOM} on {ATOM}.", f"The {ATOM} of {ATOM} and {ATOM}."],
    ),
    "code-blocks": Case(
        "/// Opens it:\n///\n/// ```\n/// chairman.open();\n/// ```\n///\n///     chairman.close();\nfn f() {}\n"
        "// let hall = open(chairman);\n// hall.close()?;\n"
        'const NOTICE: &str = "The chairman is late."; // It is locked.\n',
        ["Opens it:", "It is locked."],
    ),
    "lists": Case(
        "/// Bring:\n/// - a pen that\n///   still writes\n/// - paper\n",
        ["Bring:", "a pen that still writes", "paper"],
    ),
    "tables": Case(
        "/// | Seat | Member |\n/// |------|--------|\n/// | one | the chair |\n",
        ["Seat", "Member", "one", "the chair"],
    ),
    "macros": Case("// TODO(jo): Mend the door.\n", [f"{ATOM} Mend the door."]),
    "metadata": Case(
        "// Copyright 2021 Example Society\n// SPDX-License-Identifier: MIT\n\n"
        "fn f() {} // the second seat\n// rustfmt-skip\n",
        ["the second seat"],
        skipped=("licence header",),
    ),
    "quotes": Case(
        "/// > The chairman is late.\n///\n/// So they said.\n",
        ["So they said."],
        ("block quote",),
        quoted=["The chairman is late.", "So they said."],
    ),
    "comments": Case(
        "/// The chair opens\n// srlint: ignore[age] a reason\n/// the meeting.\n"
        "fn f() {} // the first seat // srlint: ignore[gender] from the statutes\n",
        ["The chair opens the meeting.", "the first seat"],
        comments=("srlint: ignore[age] a reason", "srlint: ignore[gender] from the statutes"),
    ),
    "line-ends": Case(
        "/// Open\r\n/// the door.\r/// Sit.\r// Listen\r// well.\r", ["Open the door.", "Sit.", "Listen well."]
    ),
    "unicode": Case(
        "/// The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign.\n",
        ["The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign."],
    ),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "/// Asks the chairman\n/// for **help**.\nfn ask() {}\n",
        ["Asks the chairman for help."],
        edit=(0, "chairman", "chair", "/// Asks the chair\n/// for **help**.\nfn ask() {}\n"),
    ),
}
