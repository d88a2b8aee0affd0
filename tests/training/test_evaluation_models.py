"""Language models under evaluation: likelihoods by hand, sampling, batches, adapters, and one model in two engines."""

from __future__ import annotations

import json
import random
from importlib.util import find_spec

import pytest

for package in ("finetune", "torch", "transformers", "peft"):
    pytest.importorskip(package, reason=f"needs {package}")

import torch  # noqa: E402

from finetune.evaluation import decoding, sampling, weights  # noqa: E402
from finetune.evaluation.asked import Asked  # noqa: E402
from finetune.evaluation.decoding import Decoder  # noqa: E402
from finetune.evaluation.generators import PlainText  # noqa: E402
from finetune.evaluation.language import opened  # noqa: E402
from finetune.evaluation.outputs import Item, Output  # noqa: E402
from finetune.evaluation.systems import system  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.errors import ModelError  # noqa: E402
from srlint.turns import Turn  # noqa: E402
from toy_model import save, save_gguf  # noqa: E402

needs_gguf = pytest.mark.skipif(not (find_spec("llama_cpp") and find_spec("gguf")), reason="needs the embedded extra")

PAIRS = [
    ("", "The bridge is closed."),
    ("She reads", " the paper on the ferry 🎉."),
    ("Bread is sold by weight, and so is tea;", " no."),
    ("x", ""),
]
PROMPTS = ["The nurse said that", "It is t", "Café —"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def causal(folder):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


@pytest.fixture(scope="module")
def model(folder):
    return opened(str(folder))


@pytest.fixture(scope="module")
def plain(folder):
    return PlainText("toy", str(folder))


@pytest.fixture(scope="module")
def gguf(folder, tmp_path_factory):
    path = save_gguf(folder, tmp_path_factory.mktemp("gguf") / "toy.gguf")
    one = PlainText("toy", str(path), 1)
    yield one
    one.close()


@torch.inference_mode()
def by_hand(causal, tokens: list[int], given: int) -> float:
    """One token at a time, without cache or batch."""
    total = 0.0
    for place in range(given, len(tokens)):
        logits = causal(torch.tensor([tokens[:place]])).logits[0, -1].double()
        total += float(logits.log_softmax(-1)[tokens[place]])
    return total


# --- likelihoods ------------------------------------------------------------------------------------------------------


def test_likelihoods_are_those_of_one_token_after_another(causal, plain):
    found = plain.log_likelihoods(PAIRS)
    for (context, continuation), (value, tokens) in zip(PAIRS, found, strict=True):
        whole = [0, *plain.model.tokens(context + continuation)]
        given = 1 + len(plain.model.tokens(context))
        assert tokens == len(whole) - given
        assert value == pytest.approx(by_hand(causal, whole, given), abs=2e-3)
    assert found[3] == (0.0, 0)


def test_likelihoods_do_not_hang_on_the_batch(plain, monkeypatch):
    together = plain.log_likelihoods(PAIRS)
    alone = [plain.log_likelihoods([pair])[0] for pair in PAIRS]
    monkeypatch.setitem(decoding._SCORED, "cpu", 60)
    for one, other, third in zip(together, alone, plain.log_likelihoods(PAIRS), strict=True):
        assert one == pytest.approx(other, abs=1e-3)
        assert one == pytest.approx(third, abs=1e-3)


def test_a_text_is_as_likely_in_one_piece_as_in_two(plain):
    (whole, first, second) = plain.log_likelihoods([("", "She reads on."), ("", "She reads"), ("She reads", " on.")])
    assert whole[0] == pytest.approx(first[0] + second[0], abs=1e-3)
    assert whole[1] == first[1] + second[1] == 12


def test_a_token_across_the_border_is_the_continuations(plain):
    # " the" is one token: "in" and " the" are read, wherever the border lies between them.
    assert plain.model.ends("in the")[1] == [1, 2, 6]
    assert plain.log_likelihoods([("in ", "the")]) == plain.log_likelihoods([("in", " the")])
    assert plain.log_likelihoods([("in t", "he")])[0][1] == 1
    # No token of "🎉" ends before it.
    assert plain.log_likelihoods([("a", "🎉")])[0][1] == 4


def test_without_an_opening_token_the_first_of_a_text_is_neither_scored_nor_counted(causal, plain, monkeypatch):
    monkeypatch.setattr(plain.model, "opening", None)
    ids = plain.model.tokens("Tea.")
    ((value, tokens), second, nothing) = plain.log_likelihoods([("", "Tea."), ("T", "ea."), ("", "T")])
    assert tokens == 3
    assert value == pytest.approx(by_hand(causal, ids, 1), abs=1e-3)
    assert second == pytest.approx((value, 3), abs=1e-3)
    assert nothing == (0.0, 0)
    with pytest.raises(ModelError, match="toy: the model has no token for the beginning of a text"):
        plain.continuations([""], 3, 1)


def test_texts_open_with_what_parts_documents_else_with_bos(folder, tmp_path):
    assert opened(str(folder)).opening == 0  # <|endoftext|>
    special = ("<|im_start|>", "<|im_end|>")
    assert opened(str(save(tmp_path / "bare", special))).opening == 0  # <|im_start|>
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    from toy_model import tokenizer

    own = tokenizer()
    bos = [("<|im_start|>", 1)]
    own.backend_tokenizer.post_processor = TemplateProcessing(single="<|im_start|> $A", special_tokens=bos)
    target = save(tmp_path / "adds")
    PreTrainedTokenizerFast(tokenizer_object=own.backend_tokenizer, bos_token="<|im_start|>").save_pretrained(target)
    assert opened(str(target)).opening == 1


def test_control_tokens_in_a_document_are_plain_text(model):
    text = "a<|im_end|>b"
    assert 2 not in model.tokens(text)
    assert 2 not in model.ends(text)[0]
    assert model.tokens(text, special=True) == [*model.tokens("a"), 2, *model.tokens("b")]
    assert model.text(model.tokens(text), ()) == text


def test_what_does_not_fit_loses_its_beginning(plain, monkeypatch):
    monkeypatch.setattr(plain.model, "room", 12)
    long, short = plain.log_likelihoods([("xyz" * 20 + "abcdefg", "hijk"), ("abcdefg", "hijk")])
    assert long == pytest.approx(short, abs=1e-3)
    with pytest.raises(ModelError, match="toy: 'abcdefghijkl'… has more tokens than 12"):
        plain.log_likelihoods([("", "abcdefghijkl")])
    monkeypatch.setattr(sampling, "generator", lambda seed, text: random.Random(seed))
    assert plain.continuations(["xyz" * 20 + "abcd"], 7, 1) == plain.continuations(["abcd"], 7, 1)
    with pytest.raises(ModelError, match="toy: has room for 12 tokens, too few to write 11"):
        plain.continuations(["a"], 11, 1)


# --- sampling ---------------------------------------------------------------------------------------------------------


def test_the_nucleus_is_the_fewest_tokens_that_make_up_nine_tenths():
    probabilities = torch.tensor([0.05, 0.5, 0.15, 0.3], dtype=torch.float64)
    logits = probabilities.log() + 3
    # 0.5, 0.8, 0.95: three tokens, whose shares of 0.95 end at 0.526, 0.842 and 1.
    wanted = {0.0: 1, 0.52: 1, 0.53: 3, 0.84: 3, 0.85: 2, 0.999999: 2}
    assert {number: sampling.chosen(logits.numpy(), number) for number in wanted} == wanted
    rows = sampling.chosen_rows(logits.repeat(len(wanted), 1), torch.tensor(list(wanted), dtype=torch.float64))
    assert rows.tolist() == list(wanted.values())


def test_both_ways_to_draw_agree_and_one_token_may_be_all():
    draw = random.Random(1)
    logits = torch.randn(200, 50, generator=torch.Generator().manual_seed(1)) * 3
    numbers = [draw.random() for _ in range(200)]
    rows = sampling.chosen_rows(logits, torch.tensor(numbers, dtype=torch.float64)).tolist()
    assert rows == [sampling.chosen(row.numpy(), number) for row, number in zip(logits, numbers, strict=True)]
    sure = torch.tensor([[0.0, 50.0, 0.0]])
    assert sampling.chosen_rows(sure, torch.tensor([0.99])).tolist() == [sampling.chosen(sure[0].numpy(), 0.99)] == [1]


def test_draws_have_the_distribution_that_they_should():
    probabilities = torch.tensor([0.5, 0.3, 0.2])
    draw = sampling.generator(7, "a text")
    found = [sampling.chosen(probabilities.log().numpy(), draw.random()) for _ in range(4000)]
    assert [found.count(token) / 4000 for token in range(3)] == pytest.approx([0.5, 0.3, 0.2], abs=0.03)


def test_what_follows_a_prompt_hangs_on_prompt_and_seed_alone(plain):
    together = plain.continuations([*PROMPTS, PROMPTS[0]], 12, 1)
    assert together == [plain.continuations([text], 12, 1)[0] for text in [*PROMPTS, PROMPTS[0]]]
    assert together == plain.continuations([*PROMPTS, PROMPTS[0]], 12, 1)
    assert plain.continuations(PROMPTS, 12, 2)[0] != together[0]
    assert plain.continuations(PROMPTS[:1], 5, 1)[0][:2] == together[0][:2]
    assert len(set(together[:3])) == 3


# --- writing ----------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def greedy(causal, tokens: list[int], limit: int) -> tuple[list[int], bool]:
    """The likeliest tokens, each from a whole reading of all before."""
    found: list[int] = []
    while len(found) < limit:
        token = int(causal(torch.tensor([[*tokens, *found]])).logits[0, -1].argmax())
        if token == 2:
            return found, True
        found.append(token)
    return found, False


def test_the_likeliest_answers_are_written_whatever_shares_the_batch(causal, model):
    prefix = model.tokens("<|im_start|>system\nBe brief.<|im_end|>\n", special=True)
    starts = [model.tokens(text) for text in ("What is tea?", "Is the bridge open on Sundays?", "No")]
    limits = [9, 4, 14]
    for before in (prefix, []):
        wanted = [greedy(causal, [*before, *start], limit) for start, limit in zip(starts, limits, strict=True)]
        found = model.write(before, starts, limits)
        assert [(one.tokens, one.ended) for one in found] == wanted
        alone = [model.write(before, [start], [limit])[0] for start, limit in zip(starts, limits, strict=True)]
        assert alone == found
    assert model.write(prefix, [], []) == []


class Script:
    """Stands for the model's own word at the lowest level: the logits of a decoder, by what a row's question holds."""

    def __init__(self, model, said: dict[str, str]):
        self._model, self._said = model, said
        self._rows: list[list[int]] = []

    def forward(self, decoder, ids, mask, places, cache, kept):
        if len(ids[0]) > 1 and kept == 1 and len(mask[0]) == len(ids[0]):
            return torch.zeros(1, 1, 300)  # the shared prefix
        if len(ids[0]) > 1:
            questions = [self._model.text(row, ()) for row in ids]
            said = [next(text for key, text in self._said.items() if key in question) for question in questions]
            self._rows = [self._model.tokens(text, special=True) for text in said]
        logits = torch.zeros(len(ids), 1, 300)
        for row, tokens in enumerate(self._rows):
            logits[row, 0, tokens.pop(0) if tokens else 2] = 1.0
        return logits


def test_answers_are_read_as_they_come_from_the_model(folder, model, monkeypatch):
    said = {
        "chairman": "gender\nThe chair rose at 9.<|im_end|>never read",
        "idiots": "toxicity\n-<|im_end|>",
        "bridge": "clean<|im_end|>",
        "ferry": "the same and the same and " * 20,
        "lobby": "framing\nThe lobby met.<|im_end|>",
        "kitchen": "<|im_end|>",
        "cellar": "I cannot help with that.<|im_end|>",
    }
    script = Script(model, said)
    monkeypatch.setattr(Decoder, "_forward", lambda *arguments: script.forward(*arguments))
    items = [
        Item("1", "The chairman rose at 9."),
        Item("2", "Those idiots lost it.", "All was well."),
        Item("3", "The bridge is closed."),
        Item("4", "The ferry left."),
        Item("5", "The lobby met."),
        Item("6", "The kitchen is small."),
        Item("7", "The cellar is dark."),
    ]
    assert Asked("toy", str(folder)).outputs(items) == [
        Output("rewritten", "The chair rose at 9.", ("gender",)),
        Output("declined", None, ("toxicity",)),
        Output("clean"),
        Output("malformed"),
        Output("echoed", None, ("framing",)),
        Output("empty"),
        Output("refused"),
    ]


# --- folders, runs and adapters ---------------------------------------------------------------------------------------


def adapted(causal, folder, target, config):
    """Saves a peft model around a base with weights that are not none, and returns it."""
    import copy

    from peft import get_peft_model

    wrapped = get_peft_model(copy.deepcopy(causal), config).eval()
    torch.manual_seed(3)
    with torch.no_grad():
        for name, parameter in wrapped.named_parameters():
            if "lora" in name or "prompt_encoder" in name:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    wrapped.peft_config["default"].base_model_name_or_path = str(folder)
    wrapped.save_pretrained(target)
    return wrapped


@torch.inference_mode()
def through_peft(wrapped, tokens: list[int], given: int) -> float:
    logits = wrapped(input_ids=torch.tensor([tokens])).logits[0].double().log_softmax(-1)
    return sum(float(logits[place - 1, tokens[place]]) for place in range(given, len(tokens)))


@pytest.mark.parametrize("method", ["lora", "prefix"])
def test_a_run_is_its_base_with_its_adapter(causal, folder, tmp_path, method):
    from peft import LoraConfig, PrefixTuningConfig

    kinds = {
        "lora": LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"),
        "prefix": PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5),
    }
    wrapped = adapted(causal, folder, tmp_path / "run" / "adapter", kinds[method])
    (tmp_path / "run" / "run.json").write_text(json.dumps({"prompt": prompt.fingerprint()}))
    own = opened(str(tmp_path / "run"))
    assert own.trained_on == prompt.fingerprint()
    assert own.room == 2048 - (5 if method == "prefix" else 0)
    texts = [[0, *own.tokens(text)] for text in ("The bridge is closed.", "Tea is sold by weight in the hall.", "No.")]
    found = own.likelihoods(texts, [1, 4, 2])
    wanted = [through_peft(wrapped, text, given) for text, given in zip(texts, [1, 4, 2], strict=True)]
    assert found == pytest.approx(wanted, abs=2e-3)
    bare = opened(str(folder)).likelihoods(texts, [1, 4, 2])
    assert all(abs(one - other) > 0.5 for one, other in zip(found, bare, strict=True))
    # What is written after a shared prefix is what is likeliest for peft's model.
    (written,) = own.write(texts[0], [texts[1][1:]], [4])
    best = []
    for _ in range(4):
        with torch.inference_mode():
            logits = wrapped(input_ids=torch.tensor([[*texts[0], *texts[1][1:], *best]])).logits
        best.append(int(logits[0, -1].argmax()))
    assert written.tokens == best[: len(written.tokens)] != []
    assert opened(str(tmp_path / "run" / "adapter")).trained_on == prompt.fingerprint()


def test_a_run_of_a_whole_model_is_found(folder, tmp_path):
    save(tmp_path / "run" / "model")
    (tmp_path / "run" / "run.json").write_text('{"prompt": "abc"}')
    assert weights.found(str(tmp_path / "run")) == weights.Weights(str(tmp_path / "run" / "model"), None, "abc")
    assert weights.found(str(tmp_path / "run" / "model")).trained_on == "abc"
    (tmp_path / "run" / "run.json").rename(tmp_path / "run" / "model" / "srlint_run.json")  # as merged models have it
    assert weights.found(str(tmp_path / "run" / "model")).trained_on == "abc"
    (tmp_path / "run" / "model" / "srlint_run.json").rename(tmp_path / "run" / "run.json")
    assert weights.found(str(folder)) == weights.Weights(str(folder))
    assert weights.found("team/model") == weights.Weights("team/model")
    with pytest.raises(ModelError, match="run: trained on prompt abc, but this srlint asks"):
        system(str(tmp_path / "run")).outputs([Item("1", "Tea.")])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no model (config.json), adapter (adapter_config.json) or finished run lies there"),
        ({"adapter_config.json": "{"}, "adapter_config.json: cannot be read: "),
        ({"adapter_config.json": "[]"}, "adapter_config.json: not a JSON object"),
        ({"adapter_config.json": "{}"}, "adapter_config.json: base_model_name_or_path does not say"),
        ({"config.json": "{}", "run.json": "-"}, "run.json: cannot be read: "),
    ],
)
def test_a_folder_that_is_no_model_is_named(tmp_path, files, message):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelError) as raised:
        opened(str(tmp_path))
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path))
    assert "\n" not in str(raised.value)


def test_an_adapter_of_another_base_or_without_all_weights_is_refused(causal, folder, tmp_path):
    from peft import LoraConfig
    from safetensors.torch import load_file, save_file

    adapted(causal, folder, tmp_path / "a", LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    path = tmp_path / "a" / "adapter_model.safetensors"
    whole = load_file(path)
    save_file(dict(list(whole.items())[1:]), path)
    with pytest.raises(ModelError, match="a: not an adapter of this base: Found missing adapter keys"):
        opened(str(tmp_path / "a"))
    save_file({name: value[:1] for name, value in whole.items()}, path)
    with pytest.raises(ModelError, match="a: not an adapter of this base: "):
        opened(str(tmp_path / "a"))


# --- the same weights in llama.cpp ------------------------------------------------------------------------------------


@needs_gguf
def test_both_engines_say_the_same_of_the_same_weights(plain, gguf):
    assert gguf.model.opening == plain.model.opening
    for text in ("in the 🎉 hall", "", "naïve <|im_end|>", "the  the"):
        assert gguf.model.ends(text) == plain.model.ends(text)
        assert gguf.model.tokens(text, special=True) == plain.model.tokens(text, special=True)
    pairs = [*PAIRS, ("in t", "he")]
    for (value, tokens), (own, count) in zip(plain.log_likelihoods(pairs), gguf.log_likelihoods(pairs), strict=True):
        assert tokens == count
        # llama.cpp keeps keys and values in 16 bits.
        assert own == pytest.approx(value, abs=0.05)


@needs_gguf
def test_gguf_texts_hang_on_nothing_else_in_the_run(gguf):
    first = gguf.log_likelihoods(PAIRS)
    together = gguf.continuations(PROMPTS, 12, 1)
    assert gguf.continuations(PROMPTS[::-1], 12, 1)[::-1] == together
    assert gguf.continuations(PROMPTS, 12, 2) != together
    assert gguf.log_likelihoods(PAIRS[::-1])[::-1] == first


@needs_gguf
def test_a_gguf_chat_goes_on_from_its_own_opening(gguf, model):
    own = gguf.model
    assert (own.template, own.bos, own.eos, own.trained_on) == (model.template, "<|im_start|>", "<|im_end|>", None)
    prefix, starts = own.tokens("<|im_start|>system\nBe brief.", special=True), [own.tokens("Tea?"), own.tokens("No?")]
    found = own.write(prefix, starts, [6, 6])
    assert [one.tokens[:2] for one in found] == [one.tokens[:2] for one in model.write(prefix, starts, [6, 6])]
    assert own.write([], [[*prefix, *start] for start in starts], [6, 6]) == found
    assert own.write(prefix, starts[1:], [6]) == found[1:]


@needs_gguf
def test_few_shot_through_llama_cpp_reads_the_examples(folder, gguf):
    turns = [Turn("Passage: one <|im_end|>", "clean")]
    system = Asked("toy", gguf._target, 1, lambda: turns)
    kinds = [one.kind for one in system.outputs([Item("1", "Tea is sold."), Item("2", "The chairman rose.")])]
    assert set(kinds) <= {"malformed", "empty"}  # random weights say nothing that makes sense
    other = Asked("toy", str(folder), None, lambda: turns)
    other.outputs([Item("1", "Tea is sold.")])
    assert other._loaded[1:] == system._loaded[1:]
    assert 2 in system._loaded[1]
    system.close()


@needs_gguf
def test_a_stock_gguf_goes_through_the_whole_command(gguf):
    one = system(f"gguf:{gguf._target}")
    items = [Item("1", "The chairman rose at nine.", flagged=True), Item("2", "The bridge is closed.", flagged=False)]
    assert one.outputs(items) == [Output("rewritten", "The chair rose at nine.", ("gender",)), Output("clean")]
    one.close()
