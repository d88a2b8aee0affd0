"""The table of all that is fuzzed."""

from __future__ import annotations

from benchmarks.fuzzing import documents, editor, models, settings, stores, words
from benchmarks.fuzzing.target import Target
from benchmarks.fuzzing.vocabulary import CONFIG, DIRECTIVES, JSON, PROSE, SYNTAX, TOML, WIRE, packed
from srlint.formats import SYNTAXES

# Shares of a run's executions, in about a thousandth of them: what is quick gets most.
_SYNTAX_SHARES = {"text": 6, "markdown": 6, "mdx": 3, "rst": 3, "html": 3, "asciidoc": 3, "latex": 4, "jupyter": 25}


def _formats() -> dict[str, Target]:
    return {
        name: Target(
            f"documents: {name}",
            documents.formats(name),
            (*SYNTAX.get(name, SYNTAX["code"]), *PROSE[:3]),
            _SYNTAX_SHARES.get(name, 2),
        )
        for name in SYNTAXES
    }


_MARKUP = tuple(dict.fromkeys(word for words_ in SYNTAX.values() for word in words_))
_NAMES = tuple(f"{name}\n".encode() for name in SYNTAXES)

TARGETS: dict[str, Target] = {
    **_formats(),
    "bytes": Target("bytes of a file", documents.raw, (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\r\n"), 200),
    "sentences": Target("sentence splitter", documents.sentences, PROSE, 40),
    "suppression": Target("suppression comments", documents.suppression, (*DIRECTIVES, *_NAMES), 10),
    "ignores": Target("directives that srlint writes", documents.ignores, (*DIRECTIVES, *_NAMES, *_MARKUP), 2),
    "edits": Target("edits of passages", documents.edits, (*PROSE, *_NAMES, *_MARKUP), 5),
    "fixes": Target("--fix and what is reported", documents.fixes, (b"chairman", *_NAMES, *_MARKUP), 4),
    "changes": Target("changed lines", documents.touched, (b"\n====\n", b"\r\n", b"\r"), 8),
    "git": Target(
        "what git says", words.git, (b"\n----\n", b"\0", b"R100\0", b"M\0", b"a.md", "docs/é.md".encode()), 25
    ),
    "disguises": Target("disguised words", words.disguises, PROSE, 40),
    "quotations": Target("quotations, names, mentions", words.quotations, PROSE, 40),
    "guards": Target("checks on a rewrite", words.guards, PROSE, 15),
    "found-terms": Target("listed terms in a text", words.found_terms, PROSE, 10),
    "tokens": Target("tokens of the detector", words.tokens, PROSE, 12),
    "config": Target("configuration files", settings.config, CONFIG, 2),
    "config-edits": Target("edits of configuration files", settings.config_edit, CONFIG, 3),
    "overrides": Target("--config KEY=VALUE", settings.override, CONFIG, 40),
    "terms": Target("added terms", settings.terms, TOML, 10),
    "patterns": Target(
        "patterns of .gitignore", settings.patterns, (b"**/", b"*", b"!", b"[", b"../", b"[core]\n"), 20
    ),
    "baseline": Target("baseline file", settings.baseline, JSON, 10),
    "cache": Target("cache file", stores.cache, packed(">"), 3),
    "entries": Target("entries of the cache", stores.entries, JSON, 150),
    "journal": Target("journal of reviews", stores.journal, packed(">"), 8),
    "records": Target("JSON beside models", stores.records, JSON, 40),
    "replies": Target("replies of a server", stores.reply, JSON, 150),
    "gguf": Target("GGUF header", models.header, packed("<"), 60),
    "adapter": Target("adapter in GGUF", models.adapter, packed("<"), 2),
    "base": Target("base model in GGUF", models.base, packed("<"), 2),
    "llama": Target("GGUF through llama.cpp", models.llama, packed("<"), 1),
    "detector": Target("detector in ONNX", models.detector, packed("<"), 1),
    "screen": Target("screen in NPZ", models.screen, packed("<"), 20),
    "tokenizer": Target("tokenizer in JSON", models.tokenizer, JSON, 20),
    "messages": Target("messages to the language server", editor.messages, (*WIRE, *JSON), 2),
    "buffers": Target("changes of texts in an editor", editor.buffers, (b"\n====\n", b"\r\n", b"\r"), 25),
    "drafts": Target("checks while a text changes", editor.drafts, (b"\n====\n", *PROSE, *_NAMES), 2),
}
