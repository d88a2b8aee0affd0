"""C: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "/*\n * Gathers the votes of\n * all members. Then counts them.\n *\n * The second paragraph.\n */\n"
        "#define SEATS 9 // all the seats\nint total; /* nobody has voted yet */\n// Each vote is \\\n"
        "read once.\nint a; // one door\nint b; // one lamp\n",
        [
            "Gathers the votes of all members.",
            "Then counts them.",
            "The second paragraph.",
            "all the seats",
            "nobody has voted yet",
            "Each vote is read once.",
            "one door",
            "one lamp",
        ],
    ),
    "headings": Case(
        "/*===--- Rules of Order ---------------*- C -*-===*/\n/*********************\n"
        " * Opening the door  *\n *********************/\n",
        ["Rules of Order", "Opening the door"],
    ),
    "bare-urls": Case(
        "// Copied from https://example.org/a_b(c).html and <sys/types.h> by he/she.\n",
        [f"Copied from {ATOM} and {ATOM} by he/she."],
    ),
    "inline-code": Case(
        "// Calls open(2), hall->key, *door, &lock, `x' and HALL_MAX with -O2.\n",
        [f"Calls {ATOM}, {ATOM}, {ATOM}, {ATOM}, {ATOM} and {ATOM} with {ATOM}."],
    ),
    "code-blocks": Case(
        "/* open(chairman); */\n// if (hall) {\n//   close(hall);\n// }\n"
        'char *notice = "The chairman is late."; // It is locked.\n',
        ["It is locked."],
    ),
    "lists": Case(
        "/* Bring:\n   - a pen that\n     still writes\n   - paper */\n", ["Bring:", "a pen that still writes", "paper"]
    ),
    "macros": Case(
        "/**\n * \\brief Casts a vote.\n * @param[in] name the voter\n"
        " * \\return whether @p name counts\n * @see hall\n * \\code\n * vote(chairman);\n"
        " * \\endcode\n */\nint vote; /**< the last vote */\n",
        ["Casts a vote.", "the voter", f"whether {ATOM} counts", "the last vote"],
    ),
    "metadata": Case(
        "/* SPDX-License-Identifier: MIT */\n// clang-format off\nint x; // NOLINT(google)\n"
        "int y; // the second seat // NOLINT\n",
        ["the second seat"],
        skipped=("licence header",),
    ),
    "comments": Case(
        "/* srlint: ignore[age] a reason */\nint a; // the first seat // srlint: ignore[gender] from the statutes\n",
        ["the first seat"],
        comments=("srlint: ignore[age] a reason", "srlint: ignore[gender] from the statutes"),
    ),
    "line-ends": Case(
        "/*\r\n * Ring\r\n * the bell.\r\n */\r\n// Open\r// the door.\r", ["Ring the bell.", "Open the door."]
    ),
    "unicode": Case(
        "/* The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign. */\n",
        ["The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign."],
    ),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "/* Asks the chairman\n * for help.\n */\nint chairman;\n",
        ["Asks the chairman for help."],
        edit=(0, "chairman", "chair", "/* Asks the chair\n * for help.\n */\nint chairman;\n"),
    ),
}
