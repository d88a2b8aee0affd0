"""Shell: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "#!/bin/sh\n# Gathers the votes of\n# all members. Then counts them.\n#\n"
        "# The second paragraph.\nvotes=0 # nobody has voted yet\n",
        ["Gathers the votes of all members.", "Then counts them.", "The second paragraph.", "nobody has voted yet"],
    ),
    "headings": Case(
        "#### Opening the meeting ####\n########\n# Ring the bell.\n", ["Opening the meeting", "Ring the bell."]
    ),
    "bare-urls": Case(
        "# Copied from https://example.org/a_b(c).html, ~/notes.txt by he/she.\n",
        [f"Copied from {ATOM}, {ATOM} by he/she."],
    ),
    "inline-code": Case(
        "# Calls `open`, ${HALL} or open_hall with --all and -k for $USER.\n",
        [f"Calls {ATOM}, {ATOM} or {ATOM} with {ATOM} and {ATOM} for {ATOM}."],
    ),
    "code-blocks": Case(
        '# chairman=$1\n# open_hall "$chairman"\n# if [ -z "$1" ]; then\n#   exit 1\n# fi\n'
        'echo "# The chairman is late."\ncat <<END\n# The chairman sleeps.\nEND\n'
        "# Run it:\n#   ./open.sh --chairman\n# and go home.\n",
        ["Run it:", "and go home."],
    ),
    "lists": Case(
        "# Bring:\n# - a pen that\n#   still writes\n# - paper\n", ["Bring:", "a pen that still writes", "paper"]
    ),
    "macros": Case("# TODO(jo): Mend the door.\n", [f"{ATOM} Mend the door."]),
    "metadata": Case(
        "#!/usr/bin/env bash\n# Copyright (c) 2021 Example Society\n\n# shellcheck disable=SC2086\n"
        "x=1 # the second seat # shellcheck disable=SC2034\n",
        ["the second seat"],
        skipped=("licence header",),
    ),
    "comments": Case(
        "# The chair opens\n# srlint: ignore[age] a reason\n# the meeting.\n"
        "x=1 # the first seat # srlint: ignore[gender] from the statutes\n",
        ["The chair opens the meeting.", "the first seat"],
        comments=("srlint: ignore[age] a reason", "srlint: ignore[gender] from the statutes"),
    ),
    "line-ends": Case("# Open\r\n# the door.\r# Sit.\r", ["Open the door.", "Sit."]),
    "unicode": Case(
        "echo 🎉 # The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign.\n",
        ["The 👩‍👩‍👧 family sat near the cafe\u0301 漢字 and שלום sign."],
    ),
    "not-english": Case(
        "# Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.\n", [], skipped=("not English",)
    ),
    "fix": Case(
        "# Asks the chairman\n# for help.\nchairman=1\n",
        ["Asks the chairman for help."],
        edit=(0, "chairman", "chair", "# Asks the chair\n# for help.\nchairman=1\n"),
    ),
}
