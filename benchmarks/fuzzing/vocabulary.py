"""Words that mean something to a reader, for mutations to put in."""

from __future__ import annotations

import struct


def _words(text: str) -> tuple[bytes, ...]:
    """The words of a text, in which `␠` stands for a blank, `⇥` for a tabulator and `↵` for a line end."""
    return tuple(word.translate(_SIGNS).encode() for word in text.split())


_SIGNS = str.maketrans("␠⇥↵", " \t\n")
_HTML = """
<p> </p> <div> <pre> </pre> <!-- --> <!--␠x␠--> <![CDATA[ ]]> <img␠alt=" <script> </script> &amp; &#x1F389; &#0;
&lt <br> <table><tr><td> <li> <blockquote> <a␠href=" " <ruby> <?php
"""
_MARKDOWN = """
#␠ ##␠ ===↵ ---↵ >␠ >>␠ -␠ * ** _ ` ```↵ ~~~↵ 1.␠ [ ]( ][ ]:␠ ![ [^1] [^1]:␠ | |--|--|↵ $$ $ \\ &amp; :::␠note↵
!!!␠note↵ [[ ]] :␠ ␠␠↵ ⇥ ␠␠␠␠ <div>↵ <!-- --> +++↵ {% %} {{<
"""

SYNTAX: dict[str, tuple[bytes, ...]] = {
    "markdown": _words(_MARKDOWN) + _words(_HTML),
    "mdx": _words(_MARKDOWN)
    + _words(
        """
<A> </A> <A␠b={ {/* */} { } import␠ export␠ `${ =>␠ /> <> </>
"""
    ),
    "html": _words(_HTML),
    "rst": _words(
        """
..␠ ..␠note:: ..␠|a|␠replace::␠ ..␠_a: ..␠[1]␠ ::↵↵ ===↵ ---↵ * ** `` ` :ref:` `_ `__ |a| +---+---+↵ |␠
====␠====↵ -␠ 1.␠ (a)␠ :field:␠ ␠␠␠ >>>␠ \\ ..␠code-block::␠x↵↵␠␠␠
"""
    ),
    "asciidoc": _words(
        """
==␠ *␠ **␠ .␠ ----↵ ====↵ ____↵ ++++↵ ////↵ |===↵ | NOTE:␠ [source]↵ [quote]↵ term::␠ link:u[ image::u[ <<a, >>
{a} :a:␠b↵ +↵ * _ ` `` + pass:[ stem:[ footnote:[ ] ifdef::x[]↵ //␠ include::x[]↵
"""
    ),
    "latex": _words(
        """
\\ { } $ $$ \\( \\) \\[ \\] % \\begin{ \\end{ \\begin{verbatim}↵ \\end{verbatim} \\verb| \\section{ \\item␠
\\emph{ \\footnote{ & \\\\ ~ `` '' \\'e \\"{o} \\ss \\newcommand{\\a} \\def\\a#1{ \\iffalse \\fi \\cite[
\\begin{tabular}{ll}
"""
    ),
    "jupyter": _words(
        """
{"cells":␠[ {"cell_type":␠"markdown",␠"source":␠ "source":␠[" \\n \\u00e9 \\ud83d \\udf89 \\" \\\\ " [ ] { } , :
null 1e999 "metadata":␠{} #␠
"""
    ),
    "text": _words(
        """
>␠ -␠ *␠ 1.␠ ↵↵ ␠␠␠␠ Subject:␠x↵ On␠Monday,␠A␠wrote:↵ --␠↵ =====↵ | ⇥
"""
    ),
    "code": _words(
        """
#␠ //␠ /* */ /**↵␠*␠ \"\"\" ''' " ' ` ${ } { ( ) \\ <!-- def␠f():↵␠␠␠␠ class␠A: fn␠f()␠{} r#" "# R"x( )x" <<EOF↵
EOF↵ #if␠0↵ #endif↵ #! ///␠ //!␠ @param␠x␠ >>>␠
"""
    ),
}

PROSE = _words(
    """
The␠chairman␠ He␠said,␠“ ”␠ " ' ’s␠ .␠ ?!␠ … e.g.␠ Mr.␠ Ms.␠Blind␠ U.S.␠ “ « » „ [1] (ed,␠ http://e.org/a_b?c=d
a@b.org C:\\a\\b v1.2.3 1d10t i␠d␠i␠o␠t b.l.a.c.k сhаirmаn ␠not␠ never␠ twelve␠ 3,000.5 May␠5,␠1999 master/slave
grandfathered the␠elderly␠
"""
)

DIRECTIVES = _words(
    """
srlint:␠ignore[gender] srlint:␠disable[gender] srlint:␠enable[gender] srlint:␠file-ignore[toxicity] srlint:
srlint␠ignore srlint-disable␠gender [ ] all , ␠why <!--␠ ␠--> #␠ //␠ ..␠ %␠ {/*␠ ␠*/} /*␠ ␠*/
The␠chairman␠opens.↵
"""
)

TOML = _words(
    """
[[term]]↵ term␠=␠"white~list"↵ category␠=␠"gender"↵ kind␠=␠"verb"↵ use␠=␠["{}",␠"{1}"]↵ also␠=␠["a␠{b,c}"]↵
except␠=␠["the␠x"]↵ near␠=␠["@x"]↵ next␠=␠["."]↵ forms␠=␠{␠x␠=␠["y"]␠}↵ { } {} {a,b} ~ " ' ''' \"\"\" = [ ]
\\u0000 \\U0001F389 true 1e400 -0 nan 1979-05-27 0x #␠
"""
)

CONFIG = (
    *_words(
        """
select␠=␠["all"]↵ ignore␠=␠["gender"]↵ threshold␠=␠0.5↵ extend␠=␠"srlint.toml"↵ extend␠=␠"."↵
exclude␠=␠["../x/**"]↵ include␠=␠["*.x"]↵ allow␠=␠["x"]↵ baseline␠=␠"b.json"↵ cache-dir␠=␠"~"↵
required-version␠=␠">=0"↵ server␠=␠"http://localhost:1"↵ [tool.srlint]↵ [per-file-ignores]↵ [thresholds]↵
[severity]↵ [terms]↵ [terms.add]↵ remove␠=␠["chairman"]↵ jobs␠=␠1↵ code␠=␠true↵ .
"""
    ),
    *TOML,
)

JSON = _words(
    """
{ } [ ] [[ " : , null true false 0 -1 1e999 NaN -Infinity 9999999999999999999999 \\ud800 \\u0000 "version":␠1
"files":␠{ "count":␠1 [0,␠31] [[4,␠12]] "gender" "safe" ["text",␠[[4,␠12,␠"chair"]],␠"safe"]
"choices":␠[{"message":␠{"content":␠" gender\\n "model":␠{"type":␠"WordPiece",␠"vocab":␠{}} "normalizer":␠
"[CLS]":␠0
"""
)

WIRE = (
    *(word.replace(b"\n", b"\r\n") for word in _words("Content-Length: 100↵↵\nContent-Length: 1↵↵\nContent-Type: x↵")),
    *_words(
        """
{"jsonrpc":"2.0", "id":1, "method":"initialize","params":{"capabilities":{}} "method":"initialized","params":{}
"method":"shutdown" "method":"exit" "method":"textDocument/didOpen" "method":"textDocument/didChange"
"method":"textDocument/hover" "method":"workspace/executeCommand" "method":"$/cancelRequest"
"params":{"textDocument":{"uri":"file:///a.md","languageId":"markdown","version":1,"text":"x"}}
"position":{"line":0,"character":0} "rootUri":"file:///tmp" "result":null "error":{"code":1,"message":"x"}
"""
    ),
)


def packed(order: str) -> tuple[bytes, ...]:
    """Counts and sizes as binary formats hold them, in the byte order given ("<" or ">")."""
    numbers = (0, 1, 2, 8, 9, 255, 65535, 2**31 - 1, 2**32 - 1)
    large = (2**32, 2**62, 2**63 - 1, 2**64 - 1)
    return (
        *(struct.pack(f"{order}I", number) for number in numbers),
        *(struct.pack(f"{order}Q", number) for number in (*numbers, *large)),
        b"general.architecture",
        b"tokenizer.ggml.tokens",
        b"GGUF",
        b"PK\x03\x04",
        b"SQLite format 3\0",
    )
