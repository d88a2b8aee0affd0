"""Python: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        '"""Gather the votes of\nall members. Then count\nthem.\n\nThe second paragraph.\n"""\n\n\n'
        "def count(votes):\n"
        "    # Each vote is read\n    # only once. Blank ones\n    # are ignored.\n"
        "    total = 0  # nobody has voted yet\n    return total\n",
        [
            "Gather the votes of all members.",
            "Then count them.",
            "The second paragraph.",
            "Each vote is read only once.",
            "Blank ones are ignored.",
            "nobody has voted yet",
        ],
    ),
    "headings": Case(
        '"""Rules of Order\n==============\n\nThey are short.\n"""\n'
        "# ------ Opening the meeting ------\n# Ring the bell.\n",
        ["Rules of Order", "They are short.", "Opening the meeting", "Ring the bell."],
    ),
    "emphasis": Case(
        '"""This is *very* important, and **never** optional. See *args and **kwargs."""\n',
        ["This is very important, and never optional.", f"See {ATOM} and {ATOM}."],
    ),
    "links": Case(
        '"""Read `the statutes <https://example.org/statutes>`_ and :ref:`the minutes <minutes>` first."""\n',
        ["Read the statutes and the minutes first."],
    ),
    "bare-urls": Case(
        "# Copied from https://example.org/a_b(c).html, src/rules/old.py and he/she wrote to jo@example.org.\n",
        [f"Copied from {ATOM}, {ATOM} and he/she wrote to {ATOM}."],
    ),
    "inline-code": Case(
        '"""Call `open_hall`, ``hall.open()`` or :func:`open` with self.key, HallKey, *args and $HOME."""\n',
        [f"Call {ATOM}, {ATOM} or {ATOM} with {ATOM}, {ATOM}, {ATOM} and {ATOM}."],
    ),
    "code-blocks": Case(
        '"""Opens the hall::\n\n    hall = Hall(chairman)\n    hall.open()\n\n'
        "Afterwards it is open.\n\n>>> hall.master\nTrue\n\n.. code-block:: python\n\n    hall.close()\n\n"
        '```python\n>>> hall.lock()\n\n# The master\n>>> hall.dim()\n```\n\nThen rest.\n"""\n'
        "# hall = Hall(chairman)\n# if hall:\n#     hall.open()\nhall = None  # chairman = None\n"
        "# Now close it:\n#     hall.close(master)\n# and go home.\n"
        'notice = "The chairman is late."\n',
        ["Opens the hall:", "Afterwards it is open.", "Then rest.", "Now close it:", "and go home."],
    ),
    "lists": Case(
        '"""Bring:\n\n- a pen that\n  still writes\n- paper\n\n1. Sit down.\n2. Listen.\n"""\n'
        "# * one lamp\n# * two chairs\n",
        ["Bring:", "a pen that still writes", "paper", "Sit down.", "Listen.", "one lamp", "two chairs"],
    ),
    "definition-lists": Case(
        'def vote(name, ballot, hall):\n    """Cast a vote.\n\n    Args:\n'
        "        name (str): The voter, who\n            must be present.\n"
        "        ballot: The paper.\n\n    Returns:\n        bool: Whether it counts.\n\n"
        "    Parameters\n    ----------\n    hall : Hall, optional\n        The place of the vote.\n\n"
        "    :param int day: the day of the vote\n    :type day: int\n"
        '    :raises ValueError: without a ballot\n    """\n',
        [
            "Cast a vote.",
            "The voter, who must be present.",
            "The paper.",
            "Whether it counts.",
            "The place of the vote.",
            "the day of the vote",
            "without a ballot",
        ],
    ),
    "admonitions": Case(
        '"""Open the hall.\n\n.. note:: Knock first.\n\n.. versionadded:: 2.1\n   The side door.\n\n'
        '.. toctree::\n   :maxdepth: 2\n\n   other master\n"""\n',
        ["Open the hall.", "Knock first.", "The side door."],
    ),
    "macros": Case(
        "# TODO(jo): Replace @lru_cache, :class:`Hall` and |release| by <name>.\n",
        [f"{ATOM} Replace {ATOM}, {ATOM} and {ATOM} by {ATOM}."],
    ),
    "entities": Case(
        '"""The caf\\u00e9 \\"Nord\\" is \\\nopen\\x2e"""\nr"""Not a docstring."""\n\n\ndef f():\n'
        '    r"""Raw \\x2e stays."""\n',
        ['The café "Nord" is open.', "Raw \\x2e stays."],
    ),
    "metadata": Case(
        "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# Copyright 2021 Example Society\n#\n"
        "# Licensed under the Example Licence.\n"
        "# SPDX-License-Identifier: MIT\n\nimport hall  # noqa: F401\nx = []  # type: list[int]\n"
        "y = 1  # the second seat  # pragma: no cover\n# fmt: off\n",
        ["the second seat"],
        skipped=("licence header",),
    ),
    "comments": Case(
        "# The chair opens\n# srlint: ignore[age] a reason\n# the meeting.\n"
        "seat = 1  # the first seat  # srlint: ignore[gender] quoted from the statutes\n"
        'def f():\n    """Close the\n    # srlint: disable[class] text of the law\n'
        '    hall."""  # srlint: enable[class]\n',
        ["The chair opens the meeting.", "the first seat", "Close the hall."],
        comments=(
            "srlint: ignore[age] a reason",
            "srlint: ignore[gender] quoted from the statutes",
            "srlint: disable[class] text of the law",
            "srlint: enable[class]",
        ),
    ),
    "line-ends": Case(
        '"""Ring\r\nthe bell."""\r\n# Open\r\n# the door.\r\rx = 1\r# Take\r# a seat.\r',
        ["Ring the bell.", "Open the door.", "Take a seat."],
    ),
    "unicode": Case(
        '"""The 👩‍👩‍👧 family\u2028sat near the cafe\u0301 漢字 and שלום sign."""\n# 🎉 Party\n',
        ["The 👩‍👩‍👧 family\u2028sat near the cafe\u0301 漢字 and שלום sign.", "🎉 Party"],
    ),
    "not-english": Case(
        '"""Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen."""\n# The minutes are late.\n',
        ["The minutes are late."],
        skipped=("not English",),
    ),
    "fix": Case(
        'def f():\n    """Ask the chairman\n    for \\"help\\"."""\n    return 1  # then go\n',
        ['Ask the chairman for "help".', "then go"],
        edit=(
            0,
            "chairman",
            "chair",
            'def f():\n    """Ask the chair\n    for \\"help\\"."""\n    return 1  # then go\n',
        ),
    ),
}
