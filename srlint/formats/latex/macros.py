"""What the macros and environments of LaTeX mean to a reader: explicit tables.

A signature has one letter for each argument: `*` a star, `<` an overlay of beamer, `(` a stretch in parentheses, `[` an
option left out, `o` an option that is prose, `{` an argument left out, `m` the same or a bare macro, `p` prose.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How a macro or an environment is read. `kind` is that of the blocks inside it, "" for the kind outside.

    `use` of a macro: "marks" (its prose goes on in the sentence), "quotation" (the same in quotation marks), "block"
    (its prose stands alone), "note" (its prose stands alone after the block, its place is opaque), "gone" (prints
    nothing), "apart" (prints no prose and ends the block), "break", "item", "quote" (other people's words),
    "definition". Of an environment: "prose", "list", "cells", "quote", "math", "out" (left out), "references".
    """

    signature: str
    use: str
    kind: str = ""


def _rules(use: str, kind: str = "", **names: str) -> dict[str, Rule]:
    """One rule for each of the words in `names`, whose keys spell a signature: S star, A angle, R round, O option,
    L left out, M macro, T option of prose, P prose, N no arguments."""
    letters = {"S": "*", "A": "<", "R": "(", "O": "[", "T": "o", "L": "{", "M": "m", "P": "p", "N": ""}
    return {
        name: Rule("".join(letters[letter] for letter in signature), use, kind)
        for signature, words in names.items()
        for name in words.split()
    }


MACROS: dict[str, Rule] = {
    **_rules(
        "marks",
        P="emph textbf textit textsc textsl textrm textsf textup textmd textnormal textlf text underline"
        " uline uuline uwave sout xout dashuline dotuline ul st hl so caps uppercase lowercase MakeUppercase"
        " MakeLowercase MakeTextUppercase mbox hbox fbox textsuperscript textsubscript"
        " alert structure href",
        AP="only onslide uncover visible invisible",
        OP="hyperref",
        OOP="makebox framebox",
        LP="hyperlink hypertarget scalebox rotatebox",
        OLP="textcolor colorbox",
        OLOLP="fcolorbox",
        LOOP="raisebox",
        LLP="resizebox multicolumn",
        OLOLOP="multirow",
        PL="texorpdfstring",
    ),
    **_rules("quotation", SP="enquote", OOP="textquote", OLOP="textcquote"),
    **_rules(
        "block",
        "heading",
        SOP="part chapter section subsection subsubsection paragraph subparagraph addchap addsec",
        OP="title subtitle",
        AOP="frametitle framesubtitle",
        SP="minisec",
    ),
    **_rules("block", "caption", SOP="caption subcaption", LSOP="captionof", OP="subfloat"),
    **_rules(
        "block", OOOLP="parbox", P="centerline leftline rightline abstract dedication acknowledgments acknowledgements"
    ),
    **_rules(
        "note", "footnote", OP="footnote footnotetext endnote sidenote marginpar marginnote todo thanks", P="tnote"
    ),
    **_rules("quote", OOP="blockquote", OLOP="blockcquote", PP="epigraph"),
    **_rules("break", SO="\\", O="linebreak tabularnewline", N="newline"),
    **_rules("item", AT="item"),
    **_rules(
        "gone",
        N="bfseries mdseries itshape slshape upshape scshape rmfamily sffamily ttfamily normalfont em bf it sl sc rm sf"
        " tt tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge noindent indent centering"
        " raggedright raggedleft begin end begingroup endgroup bgroup egroup pause xspace relax protect leavevmode"
        " ignorespaces unskip frenchspacing nonfrenchspacing sloppy fussy allowbreak nobreak hfill hfil dotfill"
        " hrulefill - / @ ! selectfont strut mathstrut fi boldmath unboldmath null ( ) [ ]",
        SL="hspace",
        L="label index glsadd phantom hphantom vphantom nocite thispagestyle pagestyle color"
        " selectlanguage fontseries fontshape fontfamily rowcolor cellcolor addtocounter stepcounter refstepcounter",
        LL="setlength addtolength setcounter fontsize addtoreset numberwithin",
        OL="hypersetup lstset",
    ),
    **_rules(
        "apart",
        N="maketitle tableofcontents listoffigures listoftables newpage clearpage cleardoublepage pagebreak nopagebreak"
        " smallskip medskip bigskip vfill par hline toprule midrule bottomrule endhead endfirsthead endfoot endlastfoot"
        " appendix frontmatter mainmatter backmatter titlepage printindex printglossaries FloatBarrier hrule else or",
        SL="vspace",
        L="cline include input bibliography bibliographystyle addbibresource usetheme keywords date affiliation address"
        " email graphicspath includeonly",
        O="printbibliography",
        RL="cmidrule",
        OL="author institute usepackage RequirePackage documentclass",
        LLL="addcontentsline",
    ),
    **_rules(
        "definition",
        SMOOL="newcommand renewcommand providecommand DeclareRobustCommand",
        SLOOLL="newenvironment renewenvironment provideenvironment",
        SMLL="NewDocumentCommand RenewDocumentCommand ProvideDocumentCommand",
        SLLLL="NewDocumentEnvironment RenewDocumentEnvironment",
        SML="DeclareMathOperator",
        LOLO="newtheorem",
        SLL="newtheorem*",
        L="theoremstyle newcounter newlength newif AtBeginDocument AtEndDocument",
        LLL="definecolor",
        LOL="lstdefinestyle lstdefinelanguage tikzset",
        OLLL="newacronym DeclareAcronym",
        LL="newglossaryentry hyphenation",
        N="def edef gdef xdef let",
    ),
}

# Switches to the letters of a typewriter: the group they begin is code.
CODE_SWITCHES = frozenset({"tt", "ttfamily"})

# Macros of a preamble that are prose all the same.
PREAMBLE_PROSE = frozenset({"title", "subtitle"})

# A family of names that a table cannot list: no pictures, programs, plots.
CODE_NAME = r"(?i)code|listing|verb|tikz|pictur|source|console|terminal|shell|algorithmic|plot|diagram|forest|axis|chem"

ENVIRONMENTS: dict[str, Rule] = {
    **_rules("prose", N="document abstract center flushleft flushright titlepage landscape spacing sloppypar"),
    **_rules(
        "prose",
        T="theorem proposition lemma corollary definition conjecture remark proof example exercise claim note thm prop"
        " lem cor conj rem defn",
        LO="multicols",
        OOOL="minipage",
        O="figure figure* table table* algorithm tcolorbox mdframed",
        OLOL="wrapfigure wraptable",
        L="adjustwidth letter",
    ),
    **_rules("block", "heading", AOPP="frame", AP="block alertblock exampleblock"),
    **_rules("list", "item", O="itemize enumerate description compactitem compactenum compactdesc inparaenum"),
    **_rules("list", "item", LL="list", L="basedescript labeling"),
    **_rules(
        "cells",
        "cell",
        OL="tabular longtable supertabular tblr NiceTabular tabu",
        LOL="tabular* tabularx tabulary xltabular",
        N="tabbing",
    ),
    **_rules("quote", OO="quote quotation verse displayquote quoting", LOO="foreigndisplayquote", OL="displaycquote"),
    **_rules(
        "math",
        N="math displaymath equation equation* align align* aligned alignat alignat* flalign flalign* gather gather*"
        " gathered multline multline* split eqnarray eqnarray* dmath dmath* cases array matrix pmatrix bmatrix"
        " IEEEeqnarray IEEEeqnarray*",
    ),
    **_rules("out", N="algorithmic picture pspicture circuitikz prooftree CJK"),
    **_rules("references", N="thebibliography references"),
}

# Environments whose content TeX does not read as LaTeX.
RAW_ENVIRONMENTS = frozenset(
    "verbatim verbatim* Verbatim Verbatim* BVerbatim LVerbatim lstlisting minted comment filecontents filecontents*"
    " alltt luacode luacode* pycode python sageblock sagesilent asy tcblisting code spverbatim tikzpicture".split()
)

# Macros with a raw argument, and how it begins: the first group is its mark.
RAW_MACROS = {
    **dict.fromkeys(["verb", "Verb", "spverb"], r"\*?([^\sA-Za-z*])"),
    "lstinline": r"(?:\[[^\]\n]*\])?([^\sA-Za-z])",
    "mintinline": r"(?:\[[^\]\n]*\])?\{[^{}\n]*\}([^\sA-Za-z])",
    **dict.fromkeys(["url", "path", "nolinkurl"], r" ?(\{)"),
}

# The first argument of `\href` is raw too, its second is prose.
RAW_ARGUMENT = {"href": r" ?(?:\[[^\]\n]*\])?\{[^{}\n]*\}"}

# Macros that are one character (or a name); those that are letters swallow the blank after them.
LETTERS = {
    "ss": "ß", "SS": "SS", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
}  # fmt: skip
SYMBOLS = {
    "%": "%", "&": "&", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", " ": " ", "\n": " ", "\t": " ", ",": " ",
    ";": " ", ":": " ", ">": " ", "quad": " ", "qquad": " ", "enspace": " ", "thinspace": " ", "nobreakspace": " ",
    "space": " ", "dots": "…", "ldots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "lq": "‘",
    "rq": "’", "textquotesingle": "'", "textquotedbl": '"', "guillemotleft": "«", "guillemotright": "»",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textbar": "|",
    "textless": "<", "textgreater": ">", "textbraceleft": "{", "textbraceright": "}", "textdollar": "$",
    "textpercent": "%", "slash": "/", "textdegree": "°", "degree": "°", "S": "§", "P": "¶", "dag": "†", "ddag": "‡",
    "copyright": "©", "textcopyright": "©", "textregistered": "®", "texttrademark": "™", "pounds": "£",
    "textsterling": "£", "euro": "€", "texteuro": "€", "textbullet": "•", "textperiodcentered": "·",
    '"': '"', "'": "'", "`": "`", "^": "^", "~": "~",  # accents on nothing
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX",
}  # fmt: skip

# Accents as the combining characters they add.
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
