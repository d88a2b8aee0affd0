"""HTML: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "<p>The first line\n   goes on here. A second\n   sentence.</p>\n<div>Loose words.</div>\n",
        ["The first line goes on here.", "A second sentence.", "Loose words."],
    ),
    "headings": Case(
        "<title>1. Aims. Means</title><h2>The <em>second</em> part. Really</h2>\n<p>Words follow.</p>",
        ["1. Aims. Means", "The second part. Really", "Words follow."],
    ),
    "emphasis": Case(
        "<p>A <em>very</em> <strong>bold</strong> claim, <b>dis</b>abled.</p>", ["A very bold claim, disabled."]
    ),
    "links": Case(
        "<p>Read <a href='https://example.org/master/guide'>the <i>guide</i></a> first.</p>",
        ["Read the guide first."],
    ),
    "bare-urls": Case(
        "<p>See https://example.org/a_b or write to me@example.org.</p>", [f"See {ATOM} or write to {ATOM}."]
    ),
    "inline-code": Case(
        "<p>Call <code>kill(<var>child</var>)</code> or press <kbd>Esc</kbd>.</p>", [f"Call {ATOM} or press {ATOM}."]
    ),
    "code-blocks": Case(
        "<p>Before.</p><pre><code>his = 'words'\n</code></pre><script>let hers = 1 < 2</script><p>After.</p>",
        ["Before.", "After."],
    ),
    "lists": Case(
        "<ul>\n<li>One thing\n<li>Another thing\n<ol><li>A nested one</li></ol>\nand the rest\n</ul>\n"
        "<ul><li><input type='checkbox' checked> A task</li></ul>",
        ["One thing", "Another thing", "A nested one", "and the rest", f"{ATOM} A task"],
    ),
    "definition-lists": Case(
        "<dl><dt>Chair<dd>The person who leads. There is one.<dt>Clerk<dd>Writes it down.</dl>",
        ["Chair", "The person who leads.", "There is one.", "Clerk", "Writes it down."],
    ),
    "tables": Case(
        "<table><caption>Who does what</caption><tr><th>Role<th>Task<tr><td>Clerk<td>Writes <b>notes</b></table>",
        ["Who does what", "Role", "Task", "Clerk", "Writes notes"],
    ),
    "images": Case(
        "<p>The logo <img src='his/logo.png' alt='A fox &amp; a dog'> is new.</p>",
        [f"The logo {ATOM} is new.", "A fox & a dog"],
    ),
    "attributes": Case(
        "<meta name='description' content='Our handbook'><p title='A hint'>Some\n<abbr title='as soon as possible'>ASAP"
        "</abbr> words</p><button aria-label='Close it' class='master'>x</button>\n"
        "<input placeholder='Your name' value='slave'>",
        ["Our handbook", "A hint", "Some ASAP words", "as soon as possible", "Close it", "x", "Your name"],
    ),
    "footnotes": Case(
        "<p>It is known<sup><a href='#fn1'>1</a></sup> here.</p><ol><li id='fn1'>By most people.</li></ol>",
        [f"It is known{ATOM} here.", "By most people."],
    ),
    "math": Case("<p>Let <math><mi>x</mi><mo>=</mo><mn>1</mn></math> hold.</p>", [f"Let {ATOM} hold."]),
    "metadata": Case(
        "---\ntitle: The master plan\n---\n<!DOCTYPE html><head><meta name='author' content='A. Slave'></head>"
        "<p>Words.</p>",
        ["Words."],
    ),
    "admonitions": Case(
        "<aside role='note'><p>Mind the gap.</p></aside><div class='warning'>It is wide.</div>"
        "<details><summary>More</summary>It is deep.</details>",
        ["Mind the gap.", "It is wide.", "More", "It is deep."],
    ),
    "macros": Case(
        "<p>Dear {{ user.name }}, {% if late %}you are late{% endif %}.</p><?php echo '<p>his</p>' ?>"
        "<p {{ attributes }}>{# his #}Thanks, <%= @name %>.</p>",
        [f"Dear {ATOM}, {ATOM}you are late{ATOM}.", f"Thanks, {ATOM}."],
    ),
    "raw": Case(
        "<p>A <svg><text>his</text></svg> drawing.</p><iframe src='x'>his</iframe><style>.his { color: red }</style>"
        "<p>a < b, then <b and so on</p>",
        [f"A {ATOM} drawing.", f"a < b, then {ATOM}"],
        skipped=("broken tag",),
    ),
    "entities": Case(
        "<p>Bread &amp; butter &#8212; caf&eacute; &quot;open&quot; &ampalways &#x1F389;</p>",
        ['Bread & butter — café "open" &always 🎉'],
    ),
    "quotes": Case(
        "<p>She said <q>no thanks</q> twice.</p><blockquote><p>His own words.</p></blockquote><p>Then.</p>",
        ["She said “no thanks” twice.", "Then."],
        skipped=("block quote",),
        quoted=["She said “no thanks” twice.", "His own words.", "Then."],
    ),
    "comments": Case(
        "<!-- srlint: file-ignore[age] old --><p>One <!-- two --> three.<!-- four --></p><!--[if IE]><p>x<![endif]-->",
        ["One three."],
        comments=("srlint: file-ignore[age] old", "two", "four"),
    ),
    "line-ends": Case("<p>One\r\n  two\rthree.</p>\r\n<p>Four.</p>\r", ["One two three.", "Four."]),
    "unicode": Case(
        "<p>👩‍👩‍👧 meets <b>שלום</b> e\u0301te\u0301 and 漢字 here.</p><p>\u202bThe end\u2028of it.</p>",
        ["👩‍👩‍👧 meets שלום e\u0301te\u0301 and 漢字 here.", "\u202bThe end\u2028of it."],
    ),
    "not-english": Case(
        "<p lang='de'>Der Satz.</p><p>It has <i lang='fr'>un mot</i> in it.</p><div translate='no'>Acme Foo</div>"
        "<p>Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.</p>",
        [f"It has {ATOM} in it."],
        skipped=("not English", "not English", "not to be translated", "not English"),
    ),
    "fix": Case(
        "<p title='x'>Ask\r\n the <b>chairman</b> &amp; 🎉 <code>him</code>.</p>\r\n",
        ["x", f"Ask the chairman & 🎉 {ATOM}."],
        edit=(1, "chairman", "chair", "<p title='x'>Ask\r\n the <b>chair</b> &amp; 🎉 <code>him</code>.</p>\r\n"),
    ),
}
