"""Java: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "/**\n * Gathers the votes of\n * all members. Then counts them.\n *\n"
        " * <p>The second paragraph.\n */\nclass Votes {\n"
        "  // Each vote is read\n  // only once.\n  int total = 0; // nobody has voted yet\n}\n",
        [
            "Gathers the votes of all members.",
            "Then counts them.",
            "The second paragraph.",
            "Each vote is read only once.",
            "nobody has voted yet",
        ],
    ),
    "emphasis": Case(
        "/** This is <b>very</b> important and <em>never</em> optional. */\n",
        ["This is very important and never optional."],
    ),
    "links": Case(
        '/** Read <a href="https://example.org">the statutes</a> and {@link Hall#open(Key,\n * Door)}. */\n',
        [f"Read the statutes and {ATOM}."],
    ),
    "bare-urls": Case(
        "// Copied from https://example.org/a_b(c).html by he/she.\n", [f"Copied from {ATOM} by he/she."]
    ),
    "inline-code": Case(
        "/** Calls {@code open}, <code>close</code> or HallKey.turn() of List<Door>. */\n"
        "// The @Override of this.hall.\n",
        [f"Calls {ATOM}, {ATOM} or {ATOM} of {ATOM}.", f"The {ATOM} of {ATOM}."],
    ),
    "code-blocks": Case(
        "/**\n * Opens it: <pre>{@code\n *   @Override\n *   chairman.open();\n * }</pre>\n"
        " * Afterwards it is open.\n */\n"
        "// Hall hall = open(chairman);\n// hall.close();\n"
        'class X { String s = "The chairman"; } // return chairman.hall();\n',
        ["Opens it:", "Afterwards it is open."],
    ),
    "lists": Case(
        "/**\n * Bring:\n * <ul>\n * <li>a pen that\n *     still writes\n * <li>paper</li>\n * </ul>\n */\n",
        ["Bring:", "a pen that still writes", "paper"],
    ),
    "macros": Case(
        "/**\n * Casts a vote.\n *\n * @param name the voter, who\n *     must be present\n"
        " * @param <T> the sort of vote\n * @return whether it counts\n"
        " * @throws VoteException without a ballot\n * @author Jo Chairman\n * @see Hall\n"
        " * @since 2.0\n */\n// FIXME: Mend the door.\n",
        [
            "Casts a vote.",
            "the voter, who must be present",
            "the sort of vote",
            "whether it counts",
            "without a ballot",
            f"{ATOM} Mend the door.",
        ],
    ),
    "entities": Case("/** Salt &amp; pepper &#8212; caf&eacute;. */\n", ["Salt & pepper — café."]),
    "metadata": Case(
        "/*\n * Copyright (C) 2021 Example Society\n *\n * Licensed under the Example Licence.\n */\n"
        "//CHECKSTYLE:OFF\nclass X {} // NOSONAR\n"
        "// noinspection unused\n",
        [],
        skipped=("licence header",),
    ),
    "comments": Case(
        "// srlint: ignore[age] a reason\nclass X {\n"
        "  int a; // the first seat // srlint: ignore[gender] from the statutes\n}\n",
        ["the first seat"],
        comments=("srlint: ignore[age] a reason", "srlint: ignore[gender] from the statutes"),
    ),
    "line-ends": Case(
        "/**\r\n * Ring\r\n * the bell.\r\n */\r\n// Open\r// the door.\r", ["Ring the bell.", "Open the door."]
    ),
    "unicode": Case(
        "/** The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign. */\n",
        ["The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign."],
    ),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "/**\n * Asks the chairman &amp; waits\n * for <b>help</b>.\n */\n",
        ["Asks the chairman & waits for help."],
        edit=(0, "chairman", "chair", "/**\n * Asks the chair &amp; waits\n * for <b>help</b>.\n */\n"),
    ),
}
