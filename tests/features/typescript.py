"""TypeScript: the cells of the feature table that its own syntax can change."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "/** Gathers the votes. */\nexport interface Votes {\n  /** The number of\n   * members. */\n"
        "  count: number; // all of them\n}\n",
        ["Gathers the votes.", "The number of members.", "all of them"],
    ),
    "inline-code": Case("/** Maps `key` to Promise<Hall[]> by name. */\n", [f"Maps {ATOM} to {ATOM} by name."]),
    "code-blocks": Case(
        "// const hall: Hall = open<Door>(chairman);\n// type Chairman = string | null;\n"
        "const notice: string = 'The chairman is late.';\n"
        "// It closes at noon.\n"
        "/**\n * Opens.\n * @example\n * ```\n * open(); // the master\n * ```\n * @remarks It creaks.\n *\n"
        " * ```\n * shut(); // the slave\n * ```\n *\n * It stays.\n */\n",
        ["It closes at noon.", "Opens.", "It creaks.", "It stays."],
    ),
    "lists": Case("/**\n * Bring:\n * - a pen\n * - paper\n */\n", ["Bring:", "a pen", "paper"]),
    "macros": Case(
        "/**\n * Casts a vote.\n * @typeParam T - the sort of vote\n * @param name - the voter\n"
        " * @defaultValue none at all\n"
        " * @internal\n * @see {@link Hall}\n */\n",
        ["Casts a vote.", "the sort of vote", "the voter", "none at all"],
    ),
    "metadata": Case(
        '/// <reference types="node" />\n// @ts-expect-error the types are wrong\n'
        "// Copyright 2021 Example Society\nlet x = 1; // the seat\n",
        ["the seat"],
        skipped=("licence header",),
    ),
    "comments": Case(
        "/* srlint: ignore[gender] a reason */\n/** The chairman. */\n",
        ["The chairman."],
        comments=("srlint: ignore[gender] a reason",),
    ),
    "line-ends": Case("// Open\r\n// the door.\r// Sit.\r", ["Open the door.", "Sit."]),
    "unicode": Case(
        "/** The 👩‍👩‍👧 cafe\u0301. */\n// 漢字 and שלום here\n", ["The 👩‍👩‍👧 cafe\u0301.", "漢字 and שלום here"]
    ),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "enum Role {\n  /** Asks the chairman. */\n  Member = 'chairman',\n}\n",
        ["Asks the chairman."],
        edit=(0, "chairman", "chair", "enum Role {\n  /** Asks the chair. */\n  Member = 'chairman',\n}\n"),
    ),
}
