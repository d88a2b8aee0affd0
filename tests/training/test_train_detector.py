"""Training of the detector, with models made on the spot that are too small to learn anything but arithmetic."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest

for package in ("finetune", "torch", "transformers", "peft"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402

from finetune import curve, detector_export, detector_run  # noqa: E402
from finetune import detector as detector_training  # noqa: E402
from finetune.settings import DetectorRun  # noqa: E402
from rows import ROWS, row  # noqa: E402
from srlint.categories import IDS  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402
from srlint.odds import probability  # noqa: E402
from srlint.tokens import MAX_TEXT_TOKENS, shipped_tokenizer  # noqa: E402

# What finds every passage.
MANIFEST = {"temperature": 1.0, "bias": 0.0, "term_evidence": {}, "threshold": 0.0, "mark_threshold": 0.0}


class Cut(Exception):
    """The power fails."""


def silent(*_) -> None:
    return None


@pytest.fixture
def detector_settings(encoder) -> DetectorRun:
    return DetectorRun("tiny", encoder, {}, epochs=2, batch_size=4, learning_rate=1e-3, bf16=False)


@pytest.fixture(scope="module")
def tokenizer():
    return shipped_tokenizer()


@pytest.fixture(scope="module")
def model(encoder):
    torch.manual_seed(1)
    return detector_training.DetectorModel(detector_training.load_encoder(encoder, 0.0), 0.0).eval()


def test_targets_are_those_of_the_row(tokenizer):
    made = detector_training.example(tokenizer, ROWS[3])
    assert made.flagged == 1.0
    assert [name for name, target in zip(IDS, made.categories, strict=True) if target] == ["terminology"]
    words = [
        ROWS[3].text[span.start : span.end]
        for span, target in zip(made.encoded.spans, made.marked, strict=True)
        if target
    ]
    assert "".join(words) == "whitelist"
    plain = detector_training.clean_example(tokenizer, "Bread is sold.", before="Before.", weight=0.5)
    assert (plain.flagged, sum(plain.categories), sum(plain.marked), plain.weight) == (0, 0, 0, 0.5)
    assert 1 in plain.encoded.segments


def test_a_cut_text_keeps_tokens_and_targets_together(tokenizer):
    text = "word " * 400 + "chairman"
    made = detector_training.example(tokenizer, row(text, mark="chairman"))
    assert len(made.marked) == len(made.encoded.ids) == MAX_TEXT_TOKENS + 2
    assert sum(made.marked) == 0


def test_company_and_padding_do_not_change_a_prediction(model, tokenizer):
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    together = detector_training.predict(model, examples, size=8)
    for item, said in zip(examples, together, strict=True):
        (alone,) = detector_training.predict(model, [item], states=True)
        assert said.passage == pytest.approx(alone.passage, abs=1e-4)
        assert said.tokens == pytest.approx(alone.tokens, abs=1e-4)
        assert len(said.tokens) == len(item.encoded.ids)
        assert said.states is None
        assert alone.states.shape == (len(item.encoded.ids), 32)


@pytest.mark.parametrize("focal", [0.0, 2.0])
def test_the_loss_is_the_weighted_sum_of_the_three_heads(model, tokenizer, detector_settings, focal):
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    examples = [
        replace(detector_training.example(tokenizer, one), weight=w) for one, w in zip(ROWS, (1, 2, 0.5), strict=False)
    ]
    run = replace(detector_settings, label_smoothing=0.1, category_weight=0.3, mark_weight=2.0, focal=focal)
    value = float(detector_training.loss(model, detector_training.collate(examples), run))
    wanted = 0.0
    for item in examples:
        (said,) = detector_training.predict(model, [item])
        flag = float(bce(torch.tensor(said.passage[0]), torch.tensor(0.9 if item.flagged else 0.1)))
        if focal:
            right = probability(said.passage[0] if item.flagged else -said.passage[0])
            flag *= 2 * (1 - right) ** 2
        kinds = float(bce(torch.tensor(said.passage[1:]), torch.tensor(item.categories), reduction="sum"))
        own = [index for index, span in enumerate(item.encoded.spans) if span is not None]
        logits, targets = torch.tensor(said.tokens)[own], torch.tensor(item.marked)[own]
        wanted += item.weight * (flag + 0.3 * kinds + 2.0 * float(bce(logits, targets)))
    assert value == pytest.approx(wanted / 3.5, rel=1e-4)


def test_batches_hold_every_passage_once(tokenizer):
    import random

    examples = [detector_training.example(tokenizer, one) for one in ROWS] * 3
    chunks = list(detector_training.batches(examples, 5, random.Random(1), lambda item: len(item.encoded.ids)))
    assert [len(chunk) for chunk in chunks].count(5) == 4
    assert sorted(map(id, (item for chunk in chunks for item in chunk))) == sorted(map(id, examples))


def test_the_average_of_models_is_that_of_their_weights(encoder):
    def made(value: float):
        one = detector_training.DetectorModel(detector_training.load_encoder(encoder, 0.0))
        for parameter in one.parameters():
            torch.nn.init.constant_(parameter, value)
        return one

    merged = detector_training.average([made(1.0), made(3.0), made(5.0)])
    assert all(torch.all(parameter == 3.0) for parameter in merged.parameters())


def test_temperature_and_evidence_are_those_of_a_logistic_regression():
    # Logits that are twice too sure, and a sure term that adds about two to the log-odds.
    torch.manual_seed(0)
    true = torch.randn(20000) * 2
    kinds = ["sure" if number % 4 == 0 else "unsure" if number % 4 == 1 else None for number in range(20000)]
    odds = true + torch.tensor([2.0 if kind == "sure" else 0.0 for kind in kinds])
    flagged = (torch.rand(20000) < odds.sigmoid()).tolist()
    temperature, bias, evidence = detector_run.fit_evidence((2 * true + 1).tolist(), kinds, flagged)
    assert temperature == pytest.approx(2.0, abs=0.25)
    assert bias == pytest.approx(-0.5, abs=0.3)
    assert evidence["sure"] == pytest.approx(2.0, abs=0.35)
    assert evidence["unsure"] == pytest.approx(0.0, abs=0.3)


def test_terms_are_sure_unsure_or_absent():
    assert detector_run.term_kind("The chairman spoke.") == "settled"
    assert detector_run.term_kind("The moron spoke.") == "sure"
    assert detector_run.term_kind("Bread is sold.") is None


def test_a_run_learns_writes_its_files_and_goes_on_where_it_was_cut(detector_settings, tmp_path, monkeypatch):
    run = replace(detector_settings, seeds=(1, 2), rewrite_weight=0.5, max_false_alarms=1.0)
    splits = {"train": ROWS * 3, "dev": ROWS, "test": ROWS}
    lines: list[str] = []
    record = detector_run.main(run, splits, None, None, tmp_path / "whole", lines.append)
    assert {"detector.onnx", "detector.json", "run.json"} <= {path.name for path in (tmp_path / "whole").iterdir()}
    kept = json.loads((tmp_path / "whole" / "run.json").read_text())
    assert kept["figures"]["test"]["all"] == record["figures"]["test"]["all"]
    assert kept["data"]["train"]["rows"] == 24
    assert record["training_passages"] == 24 + 6
    manifest = json.loads((tmp_path / "whole" / "detector.json").read_text())
    assert manifest.keys() >= {"categories", "temperature", "bias", "term_evidence", "threshold", "mark_threshold"}
    assert (manifest["heads"], manifest["width"]) == (2, 32)

    honest = detector_training.train

    def failing(run, base, examples, seed, *rest):
        if seed == 2:
            raise Cut
        return honest(run, base, examples, seed, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(detector_training, "train", failing)
        with pytest.raises(Cut):
            detector_run.main(run, splits, None, None, tmp_path / "cut", silent)
    lines.clear()
    again = detector_run.main(run, splits, None, None, tmp_path / "cut", lines.append)
    assert sum("taken from" in line for line in lines) == 1
    assert json.dumps(again["figures"]) == json.dumps(record["figures"])
    assert (tmp_path / "cut" / "detector.json").read_text() == (tmp_path / "whole" / "detector.json").read_text()


def test_the_exported_graph_says_what_torch_says(model, tokenizer, tmp_path):
    pytest.importorskip("onnx", reason="export needs onnx")
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    detector_export.export(model, tmp_path / "d.onnx")
    found = detector_export.compared(model, tmp_path / "d.onnx", examples)
    assert (found.passages, found.labels_same) == (len(ROWS), 1.0)
    assert found.largest_difference < 1e-4
    with torch.no_grad():
        before = model.passage.bias.clone()
        model.passage.bias += 0.1
    with pytest.raises(ModelError, match="differ from torch's by up to 0.1"):
        detector_export.compared(model, tmp_path / "d.onnx", examples)
    with torch.no_grad():
        model.passage.bias.copy_(before)


def test_training_the_detector_lowers_its_loss(detector_settings, tokenizer, encoder):
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    batch = detector_training.collate(examples)
    values = []
    for epochs in (1, 40):
        run = replace(detector_settings, epochs=epochs, learning_rate=1e-3, head_learning_rate=1e-2)
        trained = detector_training.train(run, encoder, examples, 1, silent)
        with torch.no_grad():
            values.append(float(detector_training.loss(trained, batch, run)))
    assert values[1] < values[0] - 0.3


def test_word_embeddings_are_pushed_to_where_the_loss_is_higher_and_come_back(detector_settings, tokenizer, encoder):
    batch = detector_training.collate([detector_training.example(tokenizer, one) for one in ROWS])
    model = detector_training.DetectorModel(detector_training.load_encoder(encoder, 0.0), 0.0).eval()
    words = model.encoder.get_input_embeddings().weight
    before = words.detach().clone()
    value = detector_training.loss(model, batch, detector_settings)
    value.backward()
    with detector_training.pushed(words, 0.5):
        assert float((words - before).norm()) == pytest.approx(0.5, rel=1e-3)
        assert float(detector_training.loss(model, batch, detector_settings)) > float(value) + 1e-3
    assert torch.allclose(words, before, atol=1e-6)


def test_a_run_with_pushed_words_learns_other_weights(detector_settings, tokenizer, encoder):
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    plain, firm = (
        detector_training.train(replace(detector_settings, adversarial=by), encoder, examples, 1, silent)
        for by in (0.0, 1.0)
    )
    assert not torch.equal(plain.passage.weight, firm.passage.weight)


def test_a_learning_curve_has_a_point_for_each_share_of_whole_neighbourhoods(detector_settings, tmp_path):
    kinds = [ROWS[at % len(ROWS)] for at in range(64)]
    rows = [replace(kind, id=str(at), text=f"{kind.text} {at}") for at, kind in enumerate(kinds)]
    half = curve.part(rows, 0.5)
    assert [one.id for one in half] == [str(at) for at in range(64) if at // 8 % 2]
    assert curve.part(rows, 1.0) == rows
    run = replace(detector_settings, epochs=1, max_false_alarms=1.0)
    lines: list[str] = []
    points = curve.main(run, {"train": rows, "dev": ROWS}, None, None, (0.5, 1.0), tmp_path, lines.append)
    assert [(point["share"], point["passages"]) for point in points] == [(0.5, 32), (1.0, 64)]
    assert [line for line in lines if line.startswith("seed")] == ["seed 1: 64 passages"] * 2  # as many steps
    assert json.loads((tmp_path / "curve.json").read_text()) == points


def test_a_run_takes_as_many_rows_as_its_limit_and_the_rewrites_of_the_kinds_it_names(detector_settings, tokenizer):
    def texts(**settings) -> list[list[int]]:
        return [item.encoded.ids for item in detector_run.material(replace(detector_settings, **settings), rows, None)]

    hidden = replace(ROWS[1], difficulty="implicit")
    rows = [ROWS[0], hidden, *ROWS[2:]]
    of_rows = [detector_training.example(tokenizer, one).encoded.ids for one in rows]
    of_rewrites = [detector_training.clean_example(tokenizer, one.rewrites[0], "", 1.0).encoded.ids for one in rows[:2]]
    assert texts() == of_rows
    assert texts(limit=4) == of_rows[::2]
    assert texts(rewrite_weight=0.5) == of_rows + of_rewrites
    assert texts(rewrite_weight=0.5, rewritten=("term",)) == of_rows + of_rewrites[:1]
    assert texts(rewrite_weight=0.5, rewritten=("context", "implicit")) == of_rows + of_rewrites[1:]


def test_a_run_that_draws_on_prose_needs_to_be_told_where_it_lies(detector_settings, tmp_path):
    run = replace(detector_settings, clean={"clean.gz": 10})
    with pytest.raises(ConfigError, match="the run draws on clean.gz: say where with --corpora"):
        detector_run.main(run, {"train": ROWS, "dev": ROWS, "test": ROWS}, None, None, tmp_path, silent)


def test_stressed_files_take_part_whatever_the_limit_and_weigh_more(detector_settings):
    own = [replace(one, id=f"{file}-{at}") for file in ("old1", "new1") for at, one in enumerate(ROWS)]
    run = replace(detector_settings, limit=2, stressed=("new1",), stressed_weight=3.0)
    weights = [item.weight for item in detector_run.material(run, own, None)]
    assert weights == [1.0] * 2 + [3.0] * len(ROWS)
    assert len(detector_run.material(replace(run, stressed=()), own, None)) == 2


def test_a_run_learns_labelled_texts_but_not_which_of_their_words_are_at_fault(
    detector_settings, model, tokenizer, tmp_path
):
    with gzip.open(tmp_path / "posts.gz", "wt") as file:
        file.writelines(json.dumps({"id": str(at), "text": f"They are all thieves {at}"}) + "\n" for at in range(20))
    lines = [f"posts.gz\t{at}\tflag\tethnicity\n" for at in range(20)]
    (tmp_path / "labels.tsv").write_text("file\tid\tlabel\tcategories\n" + "".join(lines))
    run = replace(detector_settings, labelled=str(tmp_path / "labels.tsv"), label_smoothing=0.0)
    run = replace(run, labelled_weight=2.0)
    with pytest.raises(ConfigError, match="the run draws on posts.gz: say where with --corpora"):
        detector_run.material(run, ROWS, None)
    taken = detector_run.material(run, ROWS, tmp_path)[len(ROWS) :]
    texts = detector_run.labelled_rows(run, tmp_path)
    assert [item.encoded.ids for item in taken] == [
        detector_training.example(tokenizer, one).encoded.ids for one in texts["train"]
    ]
    assert texts["dev"] or texts["test"]  # those are never learnt
    assert all(item.flagged and item.marked is None and item.weight == 2.0 for item in taken)

    def value(**changes) -> float:
        item = replace(taken[0], **changes)
        return float(detector_training.loss(model, detector_training.collate([item]), run))

    none, every = (tuple(mark for _ in taken[0].encoded.ids) for mark in (0.0, 1.0))
    unmarked = value()
    assert value(flagged=0.0) != pytest.approx(unmarked)
    assert value(marked=none) > unmarked < value(marked=every)
    figures = detector_run.measure(model, tokenizer, [*ROWS, *texts["train"]], MANIFEST)
    assert figures["all"]["marks_f1"] == detector_run.measure(model, tokenizer, ROWS, MANIFEST)["all"]["marks_f1"] > 0


def test_a_run_may_start_from_another_and_learn_from_a_teacher(detector_settings, tmp_path):
    splits = {"train": ROWS, "dev": ROWS, "test": ROWS}
    loose = replace(detector_settings, max_false_alarms=1.0)
    with pytest.raises(ConfigError, match="first: no weights of a finished detector run"):
        detector_run.main(replace(loose, start="first"), splits, None, None, tmp_path / "second", silent)
    detector_run.main(loose, splits, None, None, tmp_path / "first", silent)
    texts = ["The chairman spoke for an hour.", "Bread is sold by weight.", "word " * 100]
    with gzip.open(tmp_path / "posts.gz", "wt") as file:
        file.writelines(json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts))
    run = replace(loose, start="first", teacher="first", unlabelled={"posts.gz": 9}, epochs=1)
    run = replace(run, learning_rate=1e-9, head_learning_rate=1e-9)
    lines: list[str] = []
    record = detector_run.main(run, splits, None, tmp_path, tmp_path / "second", lines.append)
    rewritten = sum(bool(one.rewrites) for one in ROWS)
    assert record["training_passages"] == len(ROWS) + 2 + rewritten  # the endless one is left out
    first = json.loads((tmp_path / "first" / "run.json").read_text())
    assert record["figures"]["test"]["all"]["auc"] == first["figures"]["test"]["all"]["auc"]  # a step of no size
    assert any(f"the teacher reads {2 + rewritten} passages" in line for line in lines)
    lines.clear()
    detector_run.main(replace(run, state_weight=0.5), splits, None, tmp_path, tmp_path / "second", lines.append)
    assert sum("the teacher reads" in line for line in lines) == 2  # what is labelled, too, for its states
    lines.clear()
    longer = replace(run, epochs=2, state_weight=0.5)
    detector_run.main(longer, splits, None, tmp_path, tmp_path / "second", lines.append)
    assert not any("the teacher reads" in line for line in lines)  # its answers are kept


def test_a_taught_passage_has_the_teachers_probabilities_as_targets(model, tokenizer):
    asked = detector_training.clean_example(tokenizer, "The chairman spoke.", "", 1.0)
    (said,) = detector_training.predict(model, [asked], states=True)
    taught = detector_training.taught(asked, said)
    assert taught.encoded == asked.encoded
    targets = [taught.flagged, *taught.categories]
    assert targets == pytest.approx(torch.tensor(said.passage).sigmoid().tolist(), abs=1e-6)
    assert list(taught.marked) == pytest.approx(torch.tensor(said.tokens).sigmoid().tolist(), abs=1e-6)
    assert taught.states is said.states


def test_the_models_states_are_drawn_to_the_teachers_where_they_are_known(model, tokenizer, detector_settings):
    item = detector_training.clean_example(tokenizer, "The chairman spoke.", "", 1.0)
    other = detector_training.clean_example(tokenizer, "Bread is sold by weight.", "", 1.0)
    states = detector_training.predict(model, [item], states=True)[0].states
    run, same = replace(detector_settings, state_weight=2.0), torch.nn.Identity()

    def value(*items):
        with torch.no_grad():
            return float(detector_training.loss(model, detector_training.collate(items), run, same))

    plain = value(item, other)
    assert value(replace(item, states=states), other) == pytest.approx(plain, abs=1e-3)  # it is there already
    assert value(replace(item, states=-states), other) == pytest.approx(plain + 2.0 * 2 / 2, abs=1e-2)


def test_an_mpnet_teacher_reads_the_students_tokens(tokenizer, tmp_path):
    from transformers import MPNetConfig, MPNetModel

    torch.manual_seed(0)
    config = MPNetConfig(hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24)
    own = MPNetModel(config, add_pooling_layer=False).eval()
    own.save_pretrained(tmp_path)
    shared = detector_training.load_encoder(str(tmp_path), 0.0, frozen_layers=2).eval()
    assert [any(p.requires_grad for p in layer.parameters()) for layer in shared.encoder.encoder.layer] == [0, 0, 1]
    ids = torch.tensor([detector_training.example(tokenizer, ROWS[0]).encoded.ids + [0]])
    mask = torch.tensor([[1] * (ids.shape[1] - 1) + [0]])
    # MPNet's vocabulary is <s> <pad> </s> <unk>, then BERT's.
    theirs = torch.tensor([[{101: 0, 102: 2, 0: 1}.get(token, token + 4) for token in ids[0].tolist()]])
    with torch.no_grad():
        wanted = own(input_ids=theirs, attention_mask=mask).last_hidden_state
        got = shared(input_ids=ids, token_type_ids=torch.zeros_like(ids), attention_mask=mask).last_hidden_state
    assert torch.allclose(got[0, :-1], wanted[0, :-1], atol=1e-5)


def test_figures_are_those_of_the_rows(model, tokenizer):
    figures = detector_run.measure(model, tokenizer, ROWS, MANIFEST)
    assert figures["all"]["recall"] == figures["all"]["false_alarms"] == 1.0
    assert figures["recall"]["gender"] == 1.0
    assert figures["recall"]["age"] is None  # there are no such rows
    assert figures["flagged_share"]["plain"] == 1.0
    nothing = detector_run.measure(model, tokenizer, ROWS, MANIFEST | {"threshold": 1.1, "mark_threshold": 1.1})
    assert nothing["all"]["recall"] == nothing["all"]["marks_f1"] == 0.0


def test_an_average_may_keep_the_states_of_an_8_bit_detector(detector_settings, encoder, tmp_path):
    pytest.importorskip("onnx", reason="reading the graph needs onnx")
    from finetune import shipped
    from quantize import detector as quantizing

    splits = {"train": ROWS, "dev": ROWS, "test": ROWS}
    loose = replace(detector_settings, max_false_alarms=1.0, epochs=1)
    runs = [tmp_path / "first", tmp_path / "second"]
    for seed, folder in enumerate(runs):
        detector_run.main(replace(loose, seeds=(seed,)), splits, None, None, folder, silent)
    small = tmp_path / "small.onnx"
    quantizing.shrink(
        runs[0] / "detector.onnx", small, json.loads((runs[0] / "detector.json").read_text()), [("A trial.", "")]
    )
    said, weights = {}, {}
    for name, states_of in (("plain", None), ("kept", small)):
        detector_run.average(runs, splits, encoder, 1.0, tmp_path / name, silent, states_of)
        said[name] = json.loads((tmp_path / name / "detector.json").read_text())["states"]
        weights[name] = torch.load(tmp_path / name / "seed-mean.pt")
    first, second = (json.loads((folder / "detector.json").read_text())["states"] for folder in runs)
    assert said["kept"] == first != second
    assert said["plain"] not in (first, second)
    behind, own = shipped.state(small), "encoder.encoder.layer.0.intermediate.dense.weight"
    assert torch.equal(weights["kept"][own], behind[own]) and not torch.equal(weights["plain"][own], behind[own])
    assert torch.equal(weights["kept"]["passage.weight"], weights["plain"]["passage.weight"])


def test_an_average_needs_finished_runs(tmp_path):
    from finetune import detector_run

    with pytest.raises(ConfigError, match="empty: no weights of a finished detector run"):
        detector_run.average([tmp_path / "empty"], {}, "base", 0.04, tmp_path / "out", print)
