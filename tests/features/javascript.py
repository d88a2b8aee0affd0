"""JavaScript: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "/**\n * Gathers the votes of\n * all members. Then counts them.\n *\n * The second paragraph.\n */\n"
        "function count(votes) {\n  // Each vote is read\n  // only once.\n  let total = 0; // nobody has voted yet\n"
        "  return total; /* the sum */\n}\n",
        [
            "Gathers the votes of all members.",
            "Then counts them.",
            "The second paragraph.",
            "Each vote is read only once.",
            "nobody has voted yet",
            "the sum",
        ],
    ),
    "headings": Case(
        "/**\n * # Rules of Order\n *\n * They are short.\n */\n// ====== Opening the meeting ======\n",
        ["Rules of Order", "They are short.", "Opening the meeting"],
    ),
    "emphasis": Case(
        "/** This is **very** important and *never* optional. */\n", ["This is very important and never optional."]
    ),
    "links": Case(
        "/** Read [the statutes](https://example.org/statutes) first. */\n",
        ["Read the statutes first."],
    ),
    "bare-urls": Case(
        "// Copied from https://example.org/a_b(c).html and src/rules/old.js by he/she.\n",
        [f"Copied from {ATOM} and {ATOM} by he/she."],
    ),
    "inline-code": Case(
        "/** Calls `open`, openHall(key) or HallKey<Door> with ${name}. */\n"
        "// The `key` of this.hall, hall[0] and a_b.\n",
        [f"Calls {ATOM}, {ATOM} or {ATOM} with {ATOM}.", f"The {ATOM} of {ATOM}, {ATOM} and {ATOM}."],
    ),
    "code-blocks": Case(
        "/**\n * Opens it:\n * ```js\n * chairman.open();\n * ```\n * @example\n * hall.open(chairman);\n */\n"
        "// const hall = open(chairman);\n// if (hall) {\n//   hall.close();\n// }\n"
        "const notice = 'The chairman is late.'; // hall(chairman);\n"
        "const page = <p>{/* the first line */} // no comment</p>;\n",
        ["Opens it:", "the first line"],
    ),
    "lists": Case(
        "/**\n * Bring:\n * - a pen that\n *   still writes\n * - paper\n */\n// 1. Sit down.\n// 2. Listen.\n",
        ["Bring:", "a pen that still writes", "paper", "Sit down.", "Listen."],
    ),
    "definition-lists": Case(
        "/**\n * Casts a vote.\n * @param {string} name - the voter, who\n *   must be present\n"
        " * @param {Ballot} [ballot=null] the paper\n"
        " * @returns {Promise<boolean>} whether it counts\n * @throws {VoteError} without a ballot\n * @see Hall\n"
        " * @type {{a: string}}\n */\n",
        ["Casts a vote.", "the voter, who must be present", "the paper", "whether it counts", "without a ballot"],
    ),
    "macros": Case(
        "/** Like {@link Hall the hall}, see {@code x}. */\n// TODO(jo): Mend the door.\n",
        [f"Like {ATOM}, see {ATOM}.", f"{ATOM} Mend the door."],
    ),
    "raw": Case(
        "/**\n * <p>The first part.\n * <p>The <b>second</b> part with <code>x</code>.\n */\n",
        ["The first part.", f"The second part with {ATOM}."],
    ),
    "metadata": Case(
        "#!/usr/bin/env node\n/* Copyright (c) 2021 Example Society\n * All rights reserved. */\n// @ts-check\n"
        "/* eslint-disable no-undef */\nlet x; // eslint-disable-line no-var\nlet y; // the second seat // NOSONAR\n"
        "// prettier-ignore\n/* istanbul ignore next */\n//# sourceMappingURL=x.map\n",
        ["the second seat"],
        skipped=("licence header",),
    ),
    "comments": Case(
        "// The chair opens\n// srlint: ignore[age] a reason\n// the meeting.\n"
        "let x = 1; // the first seat // srlint: ignore[gender] from the statutes\n/* srlint: disable[class] law */\n"
        "/**\n * Closes the\n * srlint: enable[class]\n * hall.\n */\n",
        ["The chair opens the meeting.", "the first seat", "Closes the hall."],
        comments=(
            "srlint: ignore[age] a reason",
            "srlint: ignore[gender] from the statutes",
            "srlint: disable[class] law",
            "srlint: enable[class]",
        ),
    ),
    "line-ends": Case(
        "/**\r\n * Ring\r\n * the bell.\r\n */\r\n// Open\r\n// the door.\r\rlet x;\r// Take\r// a seat.\r",
        ["Ring the bell.", "Open the door.", "Take a seat."],
    ),
    "unicode": Case(
        "/** The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign. */\n// 🎉 Party\n",
        ["The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign.", "🎉 Party"],
    ),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n/* The minutes are late. */\n",
        ["The minutes are late."],
        skipped=("not English",),
    ),
    "fix": Case(
        "/**\n * Asks the chairman\n * for **help**.\n */\nlet x; // then goes\n",
        ["Asks the chairman for help.", "then goes"],
        edit=(0, "chairman", "chair", "/**\n * Asks the chair\n * for **help**.\n */\nlet x; // then goes\n"),
    ),
}
