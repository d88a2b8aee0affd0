"""reStructuredText: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "The first line\ngoes on here. A second\nsentence.\n\nAnother paragraph.\n",
        ["The first line goes on here.", "A second sentence.", "Another paragraph."],
    ),
    "headings": Case(
        "==========\nThe Garden\n==========\n\n1. Beds. And paths\n------------------\n\nText.\n\n"
        "Soil\n~~~~\nMore text.\n",
        ["The Garden", "1. Beds. And paths", "Text.", "Soil", "More text."],
    ),
    "emphasis": Case(
        "A *very* **old** tree, and re\\ *born*\\ s.\n",
        ["A very old tree, and reborns."],
    ),
    "links": Case(
        "See `the map <https://example.org/m>`_, `the plan`_, notes_ and `more`__.\n\n"
        ".. _the plan: plan.html\n.. _notes: https://example.org/master\n\n__ more.html\n",
        ["See the map, the plan, notes and more."],
    ),
    "bare-urls": Case(
        "Write to a@example.org or see https://example.org/a_(b) and docs/index.rst now.\n",
        [f"Write to {ATOM} or see {ATOM} and {ATOM} now."],
    ),
    "inline-code": Case(
        "Call ``run *it*`` or :code:`x = 1` here.\n",
        [f"Call {ATOM} or {ATOM} here."],
    ),
    "code-blocks": Case(
        "Like this::\n\n    the master = 1\n\n  less indented code\n\nThen ::\n\n> quoted literal\n"
        "> more of it\n\n::\n\n  alone\n\n"
        ".. code-block:: python\n   :caption: A greeting\n\n   print('the blacklist')\n\n"
        ">>> doctest()\nits output\n\nThe end.\n",
        ["Like this:", "Then", "A greeting", "The end."],
    ),
    "lists": Case(
        "- Water the roses\n  every day.\n\n  In the evening.\n\n  - Nested item\n\n1. Dig\n"
        "2. Plant\n#. Wait\n\n"
        "(a) Rest\n\n-v         Say more.\n--out DIR  Write there,\n           not here.\n",
        [
            "Water the roses every day.",
            "In the evening.",
            "Nested item",
            "Dig",
            "Plant",
            "Wait",
            "Rest",
            "Say more.",
            "Write there, not here.",
        ],
    ),
    "definition-lists": Case(
        "spade : tool\n    For digging.\n\n    It is heavy.\n\n:param name: whom to\n    greet\n"
        ":type name: str\n:returns: a greeting\n\n"
        ".. glossary::\n\n   hoe\n   mattock : m\n      Breaks the soil.\n",
        [
            "spade",
            "tool",
            "For digging.",
            "It is heavy.",
            "whom to greet",
            "a greeting",
            "hoe",
            "mattock",
            "Breaks the soil.",
        ],
    ),
    "tables": Case(
        "+---------+---------------+\n| Flower  | Where it      |\n|         | *grows*       |\n"
        "+=========+===============+\n"
        "| A cell over both cols   |\n+---------+---------------+\n| a       | - in gardens  |\n"
        "+---------+---------------+\n\n"
        "=====  ==========\nTree   Height\n=====  ==========\nelm    It grows\n       very tall\n\n"
        "oak    It grows slowly, and lives long\n"
        "=====  ==========\n\n.. list-table:: Birds\n   :header-rows: 1\n\n   * - Name\n"
        "     - Song\n   * - Wren\n     - A loud\n       song\n\n"
        ".. csv-table:: Fish\n\n   carp, large\n",
        [
            "Flower",
            "Where it grows",
            "A cell over both cols",
            "a",
            "in gardens",
            "Tree",
            "Height",
            "elm",
            "It grows very tall",
            "oak",
            "It grows slowly, and lives long",
            "Birds",
            "Name",
            "Song",
            "Wren",
            "A loud song",
            "Fish",
        ],
        skipped=("csv table",),
    ),
    "images": Case(
        ".. image:: master.png\n   :alt: A gate in\n         the wall\n   :width: 20\n\n"
        ".. figure:: a.png\n   :alt: The gate\n\n   The *old* gate.\n\n   It is green.\n\n"
        "A |gate| here.\n\n"
        ".. |gate| image:: g.png\n   :alt: Small gate\n",
        ["A gate in the wall", "The gate", "The old gate.", "It is green.", f"A {ATOM} here.", "Small gate"],
    ),
    "attributes": Case(
        ".. py:module:: garden\n   :synopsis: Tools for gardens.\n   :platform: Unix\n",
        ["Tools for gardens."],
    ),
    "footnotes": Case(
        "Roses [1]_ and elms [#e]_ and [Oak2002]_ here.\n\n.. [1] A note\n   on roses.\n"
        ".. [#e] On *elms*.\n\n   Twice.\n"
        ".. [Oak2002] A book.\n",
        [f"Roses {ATOM} and elms {ATOM} and {ATOM} here.", "A note on roses.", "On elms.", "Twice.", "A book."],
    ),
    "math": Case(
        "The area is :math:`\\pi r^2` here.\n\n.. math:: a^2 + b\n\n.. math::\n\n   the master = 1\n\nDone.\n",
        [f"The area is {ATOM} here.", "Done."],
    ),
    "metadata": Case(
        "The Garden\n==========\n\n.. comment\n\n:Author: The old gardener of the house\n"
        ":Version: 1\n:Abstract: Why it blooms.\n\n"
        ".. meta::\n   :description: a page on the garden\n\nText.\n\n:orphan: yes\n",
        ["The Garden", "Why it blooms.", "Text."],
    ),
    "admonitions": Case(
        ".. note:: Keep out.\n   Please.\n\n   - Really\n\n.. admonition:: A *title*\n"
        "   :class: red\n\n   The body.\n\n"
        ".. versionadded:: 3.4\n   The gate.\n\n.. deprecated:: 4.0 The wall.\n\n.. seealso::\n\n"
        "   .. tip::\n\n      Look there.\n\n"
        ".. py:function:: open(gate,\n                      wall)\n   :async:\n\n"
        "   Opens the gate.\n\n.. strange:: thing\n\n   Not read.\n",
        [
            "Keep out.",
            "Please.",
            "Really",
            "A title",
            "The body.",
            "The gate.",
            "The wall.",
            "Look there.",
            "Opens the gate.",
        ],
        skipped=("directive strange",),
    ),
    "macros": Case(
        "See :ref:`the plan <plan>`, :doc:`plan` and :term:`hoes <hoe>` in |place|; :abbr:`LIFO (last in)`,\n"
        "H\\ :sub:`2`\\ O, press :kbd:`A <B>` and `a title`.\n\n.. |place| replace:: the *garden*\n",
        [
            f"See the plan, {ATOM} and hoes in {ATOM}; LIFO (last in), H2O, press {ATOM} and {ATOM}.",
            "the garden",
        ],
    ),
    "raw": Case(
        "Before.\n\n.. raw:: html\n\n   <p>Some words</p>\n\n.. raw:: latex\n\n   \\newpage\n\n"
        ".. include:: other.rst\n\nAfter.\n",
        ["Before.", "After."],
        skipped=("raw HTML", "directive raw"),
    ),
    "entities": Case(
        "A \\*star\\* and a \\\\ here\\ s.\n",
        ["A *star* and a \\ heres."],
    ),
    "quotes": Case(
        "He said:\n\n    All roses\n    are red.\n\n    -- The Gardener\n\n- An item:\n\n"
        "  - nested\n\n   not quite in line\n\n"
        "Some lists are indented:\n\n  * like this\n\n.. epigraph::\n\n   Green is all.\n\n"
        "| One line\n| another line\n",
        [
            "He said:",
            "An item:",
            "nested",
            "not quite in line",
            "Some lists are indented:",
            "like this",
            "One line another line",
        ],
        skipped=("block quote", "block quote"),
        quoted=[
            "He said:",
            "All roses are red.",
            "An item:",
            "nested",
            "not quite in line",
            "Some lists are indented:",
            "like this",
            "Green is all.",
            "One line another line",
        ],
    ),
    "comments": Case(
        ".. srlint: ignore[gender] a name\n\nThe text.\n\n- .. srlint: ignore[age] ours\n\n"
        "  An item.\n\n"
        ".. note::\n\n   .. srlint: ignore[class] theirs\n\n   A note.\n\n..\n   Two\n"
        "     lines\n\n.. end\n",
        ["The text.", "An item.", "A note."],
        comments=(
            "srlint: ignore[gender] a name",
            "srlint: ignore[age] ours",
            "srlint: ignore[class] theirs",
            "Two\nlines",
            "end",
        ),
    ),
    "line-ends": Case(
        "Title\r\n=====\r\n\r\nOne line\r\nand two.\r\n\r\n- an\r\n  item\r\n\r::\r\r  code\r\rLast\rline.\r",
        ["Title", "One line and two.", "an item", "Last line."],
    ),
    "unicode": Case(
        "Cafe\u0301 漢字\n============\n\nThe 👩‍👩‍👧 and *naïve* שלום.\n\n"
        "=====  ====\n漢字   two\n=====  ====\ne\u0301a     b\n=====  ====\n",
        ["Cafe\u0301 漢字", "The 👩‍👩‍👧 and naïve שלום.", "漢字", "two", "e\u0301a", "b"],
    ),
    "not-english": Case(
        "Der Garten ist nicht gross und die Rosen sind auch nicht mehr sehr schön.\n\nIn English again.\n",
        ["In English again."],
        skipped=("not English",),
    ),
    "fix": Case(
        "- The *old* chairman\n  of the ``board``\n  opened it.\n",
        [f"The old chairman of the {ATOM} opened it."],
        edit=(0, "chairman", "chair", "- The *old* chair\n  of the ``board``\n  opened it.\n"),
    ),
}
