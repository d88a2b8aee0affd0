"""`srlint lsp`: the server that an editor starts and talks to over standard input and output."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

import click

from srlint.cli_check import config_file, config_options, overrides, settle_config
from srlint.errors import SrlintError


@click.command()
@config_options
@click.pass_context
def lsp(ctx: click.Context, /, **options: Any) -> None:
    """Serve an editor: findings, rewrites and quick fixes, over the Language Server Protocol.

    The editor starts it and talks to it over standard input and output. Exit status: 0 when the editor ends it as the
    protocol says, 1 when the editor is gone.
    """
    settle_config(ctx, options)
    if find_spec("pygls") is None:
        raise SrlintError("the language server needs pygls: pip install 'srlint[lsp]'")
    from srlint.lsp.features import server
    from srlint.lsp.stdio import Wire
    from srlint.lsp.workspaces import Given

    given = Given(tuple(overrides(options)), config_file(options), options["isolated"])
    if sys.stdin is not None and sys.stdin.isatty():
        print("srlint: this is for an editor to start; it waits for one on standard input", file=sys.stderr)
    ctx.exit(server(given).serve(Wire()))
