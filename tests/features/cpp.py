"""C++: the cells of the feature table that its own syntax can change."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "/// Gathers the votes of\n/// all members.\ntemplate <class T> class Votes {\n"
        "  int total = 0; ///< nobody has voted yet\n}; // the end\n",
        ["Gathers the votes of all members.", "nobody has voted yet", "the end"],
    ),
    "inline-code": Case(
        "// Calls std::move(hall), std::vector<Door> or m_key.\n", [f"Calls {ATOM}, {ATOM} or {ATOM}."]
    ),
    "code-blocks": Case(
        'auto notice = R"(// The chairman is late.)";\n// auto hall = std::move(chairman);\n'
        "// for (auto& seat : hall) {\n//   seat.close();\n// }\n// It is locked.\n",
        ["It is locked."],
    ),
    "lists": Case("// Bring:\n//  * a pen\n//  * paper\n", ["Bring:", "a pen", "paper"]),
    "macros": Case("/// @tparam T the sort of vote\n/// \\returns the sum\n", ["the sort of vote", "the sum"]),
    "metadata": Case(
        "//===----------------------------------------------------------------------===//\n"
        "// Part of the Example Project, under the Example License.\n"
        "// See LICENSE for licence information.\n"
        "//===----------------------------------------------------------------------===//\n"
        "namespace votes {\n} // namespace votes\n// NOLINTNEXTLINE\n",
        [],
        skipped=("licence header",),
    ),
    "comments": Case("// srlint: disable[age] a reason\nint a;\n", [], comments=("srlint: disable[age] a reason",)),
    "line-ends": Case("// Open\r\n// the door.\r/* Sit. */\r", ["Open the door.", "Sit."]),
    "unicode": Case('auto s = u8"🎉"; // The cafe\u0301 👩‍👩‍👧 is open.\n', ["The cafe\u0301 👩‍👩‍👧 is open."]),
    "not-english": Case(
        "// Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "/// Asks the chairman.\nvoid ask(Chairman& chairman);\n",
        ["Asks the chairman."],
        edit=(0, "chairman", "chair", "/// Asks the chair.\nvoid ask(Chairman& chairman);\n"),
    ),
}
