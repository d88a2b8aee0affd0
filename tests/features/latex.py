r"""LaTeX: the cells of the feature table."""

from __future__ import annotations

from features.case import Case

ATOM = "\ufffc"

CASES: dict[str, Case] = {
    "paragraphs": Case(
        "The first line\ngoes on here. A second\nsentence.\n  \nAnother\\\\\none.\\par A third.\n",
        ["The first line goes on here.", "A second sentence.", "Another one.", "A third."],
    ),
    "headings": Case(
        "\\chapter{The aims. And more}\\label{ch:a}\n\\section*{One \\emph{thing}}\nText.\n"
        "\\paragraph[Short]{A run-in title} More.\n",
        ["The aims. And more", "One thing", "Text.", "A run-in title", "More."],
    ),
    "emphasis": Case(
        "A \\textbf{bold} and {\\em quiet} word, \\emph{\\textit{un}}do, \\textcolor{red}{marked} "
        "2\\textsuperscript{nd}.\n",
        ["A bold and quiet word, undo, marked 2nd."],
    ),
    "links": Case(
        "See \\href{https://example.org/a%20b}{the \\emph{old} site} and \\hyperref[sec:a]{the first part} or "
        "\\autoref{b}.\n",
        [f"See the old site and the first part or {ATOM}."],
    ),
    "bare-urls": Case(
        "Go to \\url{https://example.org/a%b} or https://example.org/c now.\n", [f"Go to {ATOM} or {ATOM} now."]
    ),
    "inline-code": Case(
        "Call \\verb|the {master| or \\texttt{slave} or \\lstinline[style=x]{a $ b} here.\n",
        [f"Call {ATOM} or {ATOM} or {ATOM} here."],
    ),
    "code-blocks": Case(
        "Before.\n\\begin{verbatim}\nthe {code\n\\end{verbatim}\n\\begin{lstlisting}[language=C]\nof $ it\n"
        "\\end{lstlisting}\n"
        "\\begin{minted}{python}\n% no comment\n\\end{minted}\nAfter.\n",
        ["Before.", "After."],
        comments=(),
    ),
    "lists": Case(
        "We bring\n\\begin{itemize}[noitemsep]\n  \\item one chair\n  for each\n  \\begin{enumerate}\n"
        "    \\item<2-> and a table\n"
        "  \\end{enumerate}\n  \\item a lamp\n\n  of ours\n\\end{itemize}\n",
        ["We bring", "one chair for each", "and a table", "a lamp", "of ours"],
    ),
    "definition-lists": Case(
        "\\begin{description}\n\\item[The brain] It thinks.\n\\item [The \\emph{heart}] It beats.\n"
        "\\end{description}\n",
        ["The brain", "It thinks.", "The heart", "It beats."],
    ),
    "tables": Case(
        "\\begin{table}[ht]\n\\centering\n\\begin{tabular}{l@{~}r}\n\\toprule\n"
        "The name & The \\textbf{role} \\\\[2pt]\n\\midrule\n"
        "\\multicolumn{2}{c}{over both} \\\\ \\cmidrule(lr){1-2}\nhis \\& hers & last\n\\end{tabular}\n"
        "\\caption[Short]{What we saw.}\n\\end{table}\n",
        ["The name", "The role", "over both", "his & hers", "last", "What we saw."],
    ),
    "images": Case(
        "\\begin{figure}\n\\includegraphics[width=\\textwidth]{the-chairman.png}\n\\caption{Our chair.}\n"
        "\\end{figure}\n"
        "An icon \\includegraphics{a} here.\n",
        ["Our chair.", f"An icon {ATOM} here."],
    ),
    "footnotes": Case(
        "The text.\\footnote{A note with \\emph{words}. Two of them.} It goes on.\n",
        [f"The text.{ATOM}", "It goes on.", "A note with words.", "Two of them."],
    ),
    "math": Case(
        "We know $x^2$ and \\(a_b\\), so\n\\[ a = b \\]\nholds, and\n\\begin{align*}\nc &= d.\n\\end{align*}\n"
        "Then we go.\n",
        [f"We know {ATOM} and {ATOM}, so {ATOM} holds, and {ATOM}", "Then we go."],
    ),
    "metadata": Case(
        "\\documentclass[a4paper]{article}\n\\usepackage{the-package}\n\\newcommand{\\me}[1]{the #1}\n"
        "\\title{Our \\emph{Plan}}\n"
        "\\author{The Author}\n\\begin{document}\n\\maketitle\n\\begin{abstract}\nThe text.\n\\end{abstract}\n"
        "\\bibliography{the-list}\n\\end{document}\nNot this.\n",
        ["Our Plan", "The text."],
    ),
    "admonitions": Case(
        "\\begin{theorem}[The main one]\nIt holds.\n\\end{theorem}\n\\begin{mynote}[x]\nTake care.\n\\end{mynote}\n"
        "\\begin{frame}[plain]{The slide}\nWe show it.\n\\end{frame}\n",
        ["The main one", "It holds.", "Take care.", "The slide", "We show it."],
    ),
    "macros": Case(
        "As \\citet[see][p.~3]{a} says, \\mine{of words that nobody can know} is \\foo\\ here\\index{a}.\n\\noindent\n"
        "Yes.\n",
        [f"As {ATOM} says, {ATOM} is {ATOM} here.", "Yes."],
        ("argument of an unknown macro",),
    ),
    "raw": Case(
        "\\begin{tikzpicture}\n\\node {the word};\n\\end{tikzpicture}\n"
        "\\def\\x#1{the #1}\\iffalse not \\ifx a b\\fi this\\fi Read this.\n",
        ["Read this."],
    ),
    "entities": Case(
        "Na{\\\"\\i}ve K\\\"onig, Erd\\H{o}s, Stra\\ss e and \\'etude: 5~\\% of \\$3, ``so'' --- pages 1--2 \\dots\n",
        ["Naïve König, Erdős, Straße and étude: 5 % of $3, “so” — pages 1–2 …"],
    ),
    "quotes": Case(
        "\\begin{quote}\nThis is what they said.\n\\end{quote}\n\\begin{verse}\nA rose is \\\\ a rose.\n\\end{verse}\n"
        "\\epigraph{So they said.}{Ada}\nWe did not say \\enquote{yes}.\n",
        ["We did not say “yes”."],
        ("block quote",) * 3,
        quoted=[
            "This is what they said.",
            "A rose is a rose.",
            "So they said.",
            "Ada",
            "We did not say “yes”.",
        ],
    ),
    "comments": Case(
        "% the first\nThe chair% srlint: ignore[gender] a name\n  man\n% two\ngoes on.\n\\begin{comment}\nthree\n"
        "\\end{comment}\n"
        "\\begin{tabular}{l}\nA cell % four\n\\\\\n\\end{tabular}\n",
        ["The chairman goes on.", "A cell"],
        comments=("the first", "srlint: ignore[gender] a name", "two", "three", "four"),
    ),
    "line-ends": Case(
        "\\section{A title}\r\nOne line\r\nof it.\r\n\r\nThe second\rof \\emph{them}.\r\rA% x\r third.\r\n"
        "\\item one\r\n",
        ["A title", "One line of it.", "The second of them.", "Athird.", "one"],
    ),
    "unicode": Case(
        "The \\emph{👩‍👩‍👧} of \\textbf{e\u0301tude} said שלום\nto $漢字$ and\u2028the rest.\n",
        [f"The 👩‍👩‍👧 of e\u0301tude said שלום to {ATOM} and\u2028the rest."],
    ),
    "not-english": Case(
        'Das ist nicht die Sprache, die wir hier lesen und pr\\"ufen wollen.\n\nThis is the one.\n',
        ["This is the one."],
        ("not English",),
    ),
    "fix": Case(
        "The \\emph{chairman}\n  of the 🎉 board % said\r\nwas\\footnote{The chairman.} here.\n",
        [f"The chairman of the 🎉 board was{ATOM} here.", "The chairman."],
        edit=(
            0,
            "chairman of the 🎉 board",
            "chair of the 🎉 council",
            "The \\emph{chair}\n  of the 🎉 council % said\r\nwas\\footnote{The chairman.} here.\n",
        ),
    ),
}
