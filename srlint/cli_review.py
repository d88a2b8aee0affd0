"""`srlint review` and `srlint undo`: their options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from srlint.cli_check import FAILED, color_wanted, config_file, config_options, overrides, settle_config


@click.command()
@click.argument("paths", nargs=-1)
@config_options
@click.option("--restart", is_flag=True, help="Ask again about what was answered in a review that was left.")
@click.option("--plain", is_flag=True, help="Whole lines to read and to type, without signs or colour: for speech.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: auto, on a terminal."
)
@click.pass_context
def review(ctx: click.Context, /, **options: Any) -> None:
    """Go through what is found in PATHS one by one, and decide. Default: this folder.

    Files are written when their last finding has an answer. `srlint undo` puts back what was there. Exit status: 0
    every finding has an answer; 1 some are left; 2 something could not be checked or written; 3 a bug in srlint.
    """
    from srlint.config import Resolver
    from srlint.review.run import Review, require_terminal
    from srlint.review.run import review as hold
    from srlint.run import Job, find_targets, run_folder, tell

    if "-" in options["paths"]:
        raise click.UsageError("- (standard input) cannot be reviewed: it is where the answers come from")
    settle_config(ctx, options)
    require_terminal()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not a crash.
        stream.reconfigure(errors="backslashreplace")
    paths = options["paths"] or (".",)
    folder = run_folder(paths)

    def resolver() -> Resolver:
        return Resolver(overrides(options), config_file(options), options["isolated"], start=folder)

    job = Job(resolver(), paths)
    targets, notices = find_targets(job)
    failed = tell(notices, job)
    plain = options["plain"] or os.environ.get("TERM") == "dumb"
    asked = Review(
        resolver=resolver,
        folder=folder,
        targets=tuple(targets),
        configurable=not options["isolated"],
        restart=options["restart"],
        plain=plain,
        color=color_wanted(options["color"], to_file=False) is not False,
    )
    status = hold(asked)
    ctx.exit(FAILED if failed and status < FAILED else status)


@click.command()
@click.pass_context
def undo(ctx: click.Context) -> None:
    """Put back what the last review in this project has written.

    A file that has changed since is left alone. Called again it goes one review further back. Exit status: 0 all are as
    before; 1 some were left alone.
    """
    from srlint.review.undo import undo as put_back
    from srlint.run import say

    ctx.exit(1 if put_back(Path.cwd(), say) else 0)
