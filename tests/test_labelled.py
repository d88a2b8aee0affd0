"""Labels that readers gave to texts of public corpora."""

from __future__ import annotations

import gzip
import json

import pytest

pytest.importorskip("finetune", reason="needs the repository's finetune package")

from finetune import labelled  # noqa: E402
from finetune.dataset import SPLITS, split_of  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402

HEAD = "file\tid\tlabel\tcategories\n"


@pytest.fixture
def corpora(tmp_path):
    with gzip.open(tmp_path / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": f"p-{at}", "text": f'They say "no" {at}'}) + "\n" for at in range(40))
    return tmp_path


def written(folder, lines: str):
    path = folder / "labelled.tsv"
    path.write_text(HEAD + lines, encoding="utf-8")
    return path


def test_labels_lead_to_rows_of_all_splits(corpora):
    lines = "".join(
        f"posts.jsonl.gz\tp-{at}\t{'flag' if at % 2 else 'clean'}\t{'age,class' * (at % 2)}\n" for at in range(40)
    )
    found = labelled.rows(labelled.read(written(corpora, lines)), corpora)
    assert all(found[name] for name in SPLITS)
    assert sum(map(len, found.values())) == 40
    for name, rows in found.items():
        for row in rows:
            at = int(row.id.removeprefix("p-"))
            assert split_of(row.id) == name
            assert row.text == f'They say "no" {at}'
            assert (row.flagged, row.categories) == ((True, ("age", "class")) if at % 2 else (False, ()))
            assert row.spans == ()  # nobody has said which words are at fault


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("posts.jsonl.gz\tp-1\tflag", "3 columns, not 4"),
        ("posts.jsonl.gz\tp-1\tunclear\t", "label is 'unclear'"),
        ("posts.jsonl.gz\tp-1\tflag\t", "a text at fault has categories"),
        ("posts.jsonl.gz\tp-1\tclean\tage", "a clean one has none"),
        ("posts.jsonl.gz\tp-1\tflag\tages", "categories of the policy"),
    ],
)
def test_a_label_that_is_none_is_named(line, told, tmp_path):
    path = written(tmp_path, f"posts.jsonl.gz\tp-0\tclean\t\n{line}\n")
    with pytest.raises(ConfigError, match=f"labelled.tsv:3: .*{told}"):
        labelled.read(path)


def test_a_file_without_its_head_or_a_text_that_is_not_there_is_named(corpora):
    (corpora / "bare.tsv").write_text("posts.jsonl.gz\tp-1\tclean\t\n")
    with pytest.raises(ConfigError, match="bare.tsv:1: the columns are not file, id, label, categories"):
        labelled.read(corpora / "bare.tsv")
    with pytest.raises(ConfigError, match="gone.tsv: No such file"):
        labelled.read(corpora / "gone.tsv")
    found = labelled.read(written(corpora, "posts.jsonl.gz\tp-41\tclean\t\n"))
    with pytest.raises(ConfigError, match="posts.jsonl.gz: has no row 'p-41'"):
        labelled.rows(found, corpora)
