"""`python -m benchmarks supply-chain COMMAND`: what srlint is made of, where it is from, and whether it is known bad.

The tools are no dependencies of srlint: pip puts them into an environment of their own, in the folder that --tools
names, from the package index that pip is set to. Exit status 1: something is wrong; 2: it could not be found out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


def _tools(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--tools", type=_FOLDER, required=True, help="Where pip may keep the tools.")(command)


def _extras(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--extra", "extras", multiple=True, default=["embedded", "code", "lsp"], show_default=True, help="Repeatable."
    )(command)


@click.group("supply-chain")
def supply_chain() -> None:
    """Licences, models, known vulnerabilities, bill of materials, and whether a wheel can be built again."""


@supply_chain.command()
@_extras
def licences(extras: tuple[str, ...]) -> None:
    """The licence of each package that srlint needs to run, from its own metadata, against a list of allowed ones."""
    from benchmarks.supply_chain_parts import closure
    from benchmarks.tables import table

    parts = closure(extras)
    print(table(("package", "version", "licence"), [(part.name, part.version, part.licence or "?") for part in parts]))
    wrong = [part.name for part in parts if not part.allowed]
    print(f"\n{len(parts)} packages, {len(wrong)} without an allowed licence{': ' if wrong else ''}{', '.join(wrong)}")
    sys.exit(1 if wrong else 0)


@supply_chain.command()
def models() -> None:
    """Every model file that srlint ships, pins or knows, with its SHA-256; what is here is hashed and compared."""
    from benchmarks.supply_chain_parts import model_files
    from benchmarks.tables import table

    found = model_files()
    print(table(("file", "SHA-256", "pinned by", "state"), [(m.name, m.sha256, m.pinned_by, m.state) for m in found]))
    sys.exit(1 if any(model.state == "differs" for model in found) else 0)


@supply_chain.command()
@_tools
@_extras
def audit(tools: Path, extras: tuple[str, ...]) -> None:
    """Known vulnerabilities in what is installed, by pip-audit. Asks pypi.org, or what PIP_INDEX_URL stands for."""
    from benchmarks.supply_chain_audit import run

    shown, status = run(tools, extras)
    print(shown)
    sys.exit(status)


@supply_chain.command()
@_tools
@_extras
@click.option("--out", type=_FILE, default=Path("srlint.cdx.json"), show_default=True, help="Where to write it.")
def sbom(tools: Path, extras: tuple[str, ...], out: Path) -> None:
    """A CycloneDX bill of materials: srlint, what it needs to run, and its model files; valid by the schema."""
    from benchmarks.supply_chain_bom import run

    print(run(tools, extras, out))


@supply_chain.command()
@_tools
@click.option("--tag", default="HEAD", show_default=True, help="The tag, or any revision, to build from.")
def wheel(tools: Path, tag: str) -> None:
    """Build the wheel of a tag twice, in different folders and conditions; both must be the same bytes."""
    from benchmarks.supply_chain_wheel import run

    shown, same = run(tools, tag)
    print(shown)
    sys.exit(0 if same else 1)
