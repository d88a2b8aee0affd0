"""What stands above a block: whose items it leads up to, and whether they are words to be avoided."""

from __future__ import annotations

import pytest

from srlint.above import Above
from srlint.document import Document
from srlint.passages import passages


@pytest.mark.parametrize(
    "text",
    [
        "Avoid these words:",
        "Do not write:",
        "Please avoid:",
        "Wording that we no longer use:",
        "The following terms were replaced in 3.0:",
        "Inclusive language",
        "vale rejects these terms:",
    ],
)
def test_words_to_be_avoided_follow(text):
    above = Above()
    above.enter("paragraph")
    above.leave("paragraph", [text])
    above.enter("item")
    assert above.is_word_list("item") is text.endswith(":")
    above.leave("heading", [text])
    above.enter("item")
    assert above.is_word_list("item") and not above.is_word_list("paragraph")


@pytest.mark.parametrize(
    "text",
    ["We do this instead:", "The terms of the contract:", "Avoid the lift, which is slow, and bring these:", "Words"],
)
def test_other_lists_follow(text):
    above = Above()
    above.enter("heading")
    above.leave("heading", [text])
    above.enter("item")
    assert not above.is_word_list("item")


def found(text: str, syntax: str) -> dict[str, bool]:
    return {passage.text: passage.in_word_list for passage in passages(Document(text, syntax)).passages}


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("| Instead of | Write |\n| --- | --- |\n| master | main |\n| the disabled | disabled people |\n", "markdown"),
        ("======== ========\nOld name New name\n======== ========\nmaster   main\n======== ========\n", "rst"),
        ("<table><tr><th>Avoid</th><th>Use</th></tr><tr><td>master</td><td>main</td></tr></table>", "html"),
    ],
)
def test_a_table_of_words_says_so_in_its_head(text, syntax):
    said = found(text, syntax)
    assert said["master"] and said["main"]


def test_other_tables_do_not():
    text = "| Old | State |\n| --- | --- |\n| master | up |\n\n| Use |\n| --- |\n| a slave |\n"
    assert not any(found(text, "markdown").values())


def test_the_head_of_a_table_is_not_that_of_the_next():
    words = "| Avoid | Use |\n| --- | --- |\n| master | main |\n"
    hosts = "| Host | State |\n| --- | --- |\n| slave | up |\n"
    said = found(f"{words}\nHosts.\n\n{hosts}", "markdown")
    assert said["master"] and not said["slave"]


def test_a_list_ends_where_other_text_begins():
    text = "Avoid these words:\n\n- whitelist\n\nThey are old.\n\n- a whitelist of hosts\n\n## Next\n\n- a blacklist\n"
    said = found(text, "markdown")
    assert [name for name, inside in said.items() if inside] == ["whitelist"]
