"""MDX: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "<Intro>\n    The first line\n    goes on here. A second\n    sentence.\n</Intro>\n",
        ["The first line goes on here.", "A second sentence."],
    ),
    "headings": Case("# Our team\n\n## 1. Who {we} are. {/* #who */}\n", ["Our team", f"1. Who {ATOM} are."]),
    "emphasis": Case("A *very* **un**usual <b>w</b>ord.\n", ["A very unusual word."]),
    "links": Case(
        'Ask [the *team*](team.md) or <Link to="/a">the office</Link>.\n', [f"Ask the team or {ATOM}the office{ATOM}."]
    ),
    "bare-urls": Case("See https://x.org/b_(c) or docs/a.md.\n", [f"See {ATOM} or {ATOM}."]),
    "inline-code": Case("Call `{master}` and <code>slave</code> now.\n", [f"Call {ATOM} and {ATOM} now."]),
    "code-blocks": Case(
        "One:\n\n```jsx\nimport Slave from '{'\n```\n\n<pre>\n\nmaster\n\n</pre>\n\nTwo.\n", ["One:", "Two."]
    ),
    "lists": Case(
        "- One item\n  - A <B>nested</B> item\n\n1. First\n2. [x] {done}\n",
        ["One item", f"A {ATOM}nested{ATOM} item", "First"],
    ),
    "definition-lists": Case("Editor\n: Whoever reads {first}.\n", ["Editor", f"Whoever reads {ATOM}."]),
    "tables": Case(
        "| Name | {role} of |\n|---|---|\n| A <br/> B | <b>reads</b> |\n", ["Name", f"{ATOM} of", "A", "B", "reads"]
    ),
    "images": Case("The picture ![Two people](a.png) shows it.\n", [f"The picture {ATOM} shows it.", "Two people"]),
    "attributes": Case(
        '<Tabs>\n  <Tab label="First step" value="slave" title="Do &amp; see">\n    Words <Icon aria-label="Star" />.\n'
        "  </Tab>\n</Tabs>\n\n<Image alt={`none`} src='master.png' />\n",
        ["First step", "Do & see", f"Words {ATOM}.", "Star"],
    ),
    "footnotes": Case("So they say.[^1]\n\n[^1]: They say it often.\n", [f"So they say.{ATOM}", "They say it often."]),
    "math": Case("Let $\\frac{a}{b}$ be.\n\n$$\nc\n$$\n", [f"Let {ATOM} be."]),
    "metadata": Case(
        "---\ntitle: The slave {node\n---\n\nimport A from 'a'\nexport const b = {\n\n  c: 1 }\n\nProse.\n", ["Prose."]
    ),
    "admonitions": Case(
        ":::warning[Take {care}]\n\nBetween colons.\n\n:::\n\n> [!NOTE]\n> An alert.\n",
        [f"Take {ATOM}", "Between colons.", "An alert."],
    ),
    "macros": Case(
        "{a}{b} are <A c={d => <p>Don't</p>} /> here.\n\n{e && (\n  <p>Not prose.</p>\n)}\n",
        [f"{ATOM}{ATOM} are {ATOM} here."],
    ),
    "raw": Case(
        "<details>\n  <summary>In **short**</summary>\n  <p>One <i>word</i>.</p><p>Two.</p>\n</details>\n",
        ["In short", "One word.", "Two."],
    ),
    "entities": Case("Fish &amp; chips \\{ 2 \\* 3 &lt; 4.\n", ["Fish & chips { 2 * 3 < 4."]),
    "quotes": Case(
        "We say:\n\n> They {say}\n> this.\n\n<blockquote>\n  And *that*.\n</blockquote>\n",
        ["We say:"],
        ("block quote", "block quote"),
        quoted=["We say:", f"They {ATOM} this.", "And that."],
    ),
    "comments": Case(
        "{/* one */}\n\nWords {/* two */} go on. {/* three\nlines */}\n\n- item {/* four */}\n\n"
        "| a | b {/* five */} |\n|---|---|\n\n<!-- six -->\n",
        ["Words go on.", "item", "a", "b"],
        comments=("one", "two", "three\nlines", "four", "five", "six"),
    ),
    "line-ends": Case(
        "import A from 'a'\r\rTwo\rthree.\r\n\r\n<A>\r\n    Four\r\n    five.\r\n</A>\n\n- six\r- seven\r",
        ["Two three.", "Four five.", "six", "seven"],
    ),
    "unicode": Case(
        "The 👩‍👩‍👧 {'🎉'} family <B>café</B> e\u0301 שלום 漢字 meet.\n",
        [f"The 👩‍👩‍👧 {ATOM} family {ATOM}café{ATOM} e\u0301 שלום 漢字 meet."],
    ),
    "not-english": Case(
        "Der Vorsitzende hat das {x} nicht gelesen und wird es nachholen.\n\nThis is.\n",
        ["This is."],
        ("not English",),
    ),
    "fix": Case(
        "<A>\n    The *chairman* &amp; 🎉 {x} the\n    [chairman](u) {/* y */} spoke.\n</A>\n",
        [f"The chairman & 🎉 {ATOM} the chairman spoke."],
        edit=(
            0,
            "chairman",
            "chair",
            "<A>\n    The *chair* &amp; 🎉 {x} the\n    [chair](u) {/* y */} spoke.\n</A>\n",
        ),
    ),
}
