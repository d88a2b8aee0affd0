"""What srlint loads and is made of: no pickle, models with the digests that pin them, licences that go with ours."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import srlint

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks import supply_chain_audit as audit
from benchmarks import supply_chain_bom as bom
from benchmarks.supply_chain_parts import Part, closure, model_files
from benchmarks.supply_chain_tools import pinned
from benchmarks.supply_chain_wheel import built
from srlint.errors import ConfigError

PACKAGE = Path(srlint.__file__).parent
# What turns bytes into objects by running what they say.
_MODULES = frozenset("_pickle cPickle cloudpickle dill jsonpickle joblib marshal pickle shelve torch".split())
_BUILT_IN = frozenset("eval exec compile __import__".split())


def dangers(source: str) -> list[str]:
    """Where a module may run what a file says: the line and what stands there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names if alias.name.partition(".")[0] in _MODULES]
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").partition(".")[0]
            names = [module] if module in _MODULES else []
        elif isinstance(node, ast.Call):
            names = _dangerous_call(node)
        found += [f"{node.lineno}: {name}" for name in names]
    return found


def _dangerous_call(node: ast.Call) -> list[str]:
    called = ast.unparse(node.func)
    options = {option.arg: ast.unparse(option.value) for option in node.keywords}
    if isinstance(node.func, ast.Name) and called in _BUILT_IN:
        return [called]
    # numpy's files may hold pickles; the default has changed before.
    if called in ("numpy.load", "np.load") and options.get("allow_pickle") != "False":
        return [called]
    if options.get("allow_pickle", "False") != "False" or (called.endswith("yaml.load") and "Loader" not in options):
        return [called]
    return []


def test_nothing_in_srlint_loads_a_pickle_or_runs_a_file():
    found = {
        str(path.relative_to(PACKAGE)): places
        for path in sorted(PACKAGE.rglob("*.py"))
        if (places := dangers(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def f():\n    from pickle import loads",
        "import torch.nn",
        "import numpy\nnumpy.load(path)",
        "numpy.load(path, allow_pickle=True)",
        "numpy.load(path, allow_pickle=asked)",
        "eval(text)",
        "yaml.load(text)",
    ],
)
def test_the_check_sees_what_it_is_for(source):
    assert len(dangers(source)) == 1
    assert dangers("numpy.load(path, allow_pickle=False)\nre.compile(x)") == []


def test_no_library_unpickles_anything_while_a_document_is_checked(tmp_path):
    """Python tells a hook of every object that a pickle asks for."""
    (tmp_path / "a.md").write_text("Women are too emotional to lead.\n\nThe chairman opens the meeting.\n")
    program = (
        "import sys\n"
        "sys.addaudithook(lambda event, args: event == 'pickle.find_class' and print('UNPICKLED', args))\n"
        "if sys.argv.pop(1) == 'control': import pickle, fractions; pickle.loads(pickle.dumps(fractions.Fraction(1)))\n"
        "from srlint.cli import main; main()"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    for kind, expected in (("control", True), ("plain", False)):
        command = [sys.executable, "-c", program, kind, "check", str(tmp_path), "--no-model", "--isolated"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert (done.returncode, "UNPICKLED" in done.stdout) == (1, expected), done.stderr


def test_every_model_file_has_the_digest_that_it_is_pinned_by():
    found = {model.name: model for model in model_files()}
    assert {"detector.onnx", "tokenizer.json", "adapter.gguf"} <= found.keys()
    assert all(len(model.sha256) == 64 for model in found.values())
    assert [model.name for model in found.values() if model.state == "differs"] == []
    assert found["adapter.gguf"].state == "as pinned"


def test_every_package_that_srlint_needs_may_be_passed_on():
    parts = closure(())
    assert {"click", "onnxruntime", "tokenizers", "filelock"} <= {part.name for part in parts}, "and what these need"
    assert [(part.name, part.licence) for part in parts if not part.allowed] == []


@pytest.mark.parametrize("extra", ["embedded", "code", "lsp"])
def test_so_may_what_the_extras_need(extra):
    try:
        parts = closure((extra,))
    except ConfigError as error:
        pytest.skip(str(error))
    assert len(parts) > len(closure(()))
    assert [(part.name, part.licence) for part in parts if not part.allowed] == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND Apache-2.0 WITH LLVM-exception", True),
        ("(MIT OR Apache-2.0) AND BSD-3-Clause", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND AGPL-3.0-only", False),
        (None, False),
    ],
)
def test_licences(licence, allowed):
    assert Part("a", "1", licence).allowed == allowed


def test_an_audit_that_could_not_look_up_everything_is_no_pass():
    good = {"name": "a", "version": "1", "vulns": []}
    bad = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}
    unknown = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (3)"}
    assert audit.judged([good]) == ("1 packages, 0 known vulnerabilities", 0)
    assert audit.judged([good, unknown])[1] == 2
    assert "nothing is known of them: c" in audit.judged([good, unknown])[0]
    assert audit.judged([good, bad, unknown])[1] == 1
    assert "b 2: PYSEC-1" in audit.judged([bad])[0]
    assert audit.judged([])[1] == 2


def test_what_is_asked_for_are_the_versions_that_are_here():
    assert pinned([Part("torch", "2.13.0+cpu", "MIT"), Part("a", "1.0", "MIT")]) == "torch==2.13.0\na==1.0\n"


def test_a_bill_of_materials_is_cut_to_what_srlint_needs():
    whole = {
        "metadata": {"component": {"bom-ref": "root", "name": "srlint"}},
        "components": [{"bom-ref": "Foo_Bar==1", "name": "Foo_Bar"}, {"bom-ref": "pytest==9", "name": "pytest"}],
        "dependencies": [
            {"ref": "root", "dependsOn": ["Foo_Bar==1", "pytest==9"]},
            {"ref": "Foo_Bar==1"},
            {"ref": "pytest==9", "dependsOn": ["Foo_Bar==1"]},
        ],
    }
    cut = bom.cut(json.loads(json.dumps(whole)), [Part("foo-bar", "1", "MIT")])
    names = [component["name"] for component in cut["components"]]
    assert names[0] == "Foo_Bar" and "pytest" not in names and "adapter.gguf" in names
    root = next(each for each in cut["dependencies"] if each["ref"] == "root")
    assert root["dependsOn"] == ["Foo_Bar==1", *(f"model:{name}" for name in names[1:])]
    assert cut["metadata"]["component"]["version"] == srlint.__version__
    with pytest.raises(ConfigError, match="does not list gone"):
        bom.cut(json.loads(json.dumps(whole)), [Part("gone", "1", "MIT")])


def test_a_wheel_is_the_same_bytes_wherever_it_is_built(tmp_path):
    """Of a few of the sources, where the builder is installed; `supply-chain wheel` builds all of a tag."""
    builder = shutil.which("hatchling", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if builder is None:
        pytest.skip("hatchling is not installed: python -m benchmarks supply-chain wheel --tools FOLDER")
    from benchmarks.supply_chain_wheel import CONDITIONS, archived

    names = ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "srlint/__init__.py", "srlint/cli.py"]
    files = archived(PACKAGE.parent, names)
    wheels = []
    for number, conditions in enumerate(CONDITIONS):
        (tmp_path / str(number)).mkdir()
        environment = {**conditions, "SOURCE_DATE_EPOCH": "1700000000"}
        wheels.append(built(tmp_path / str(number), files, Path(builder), environment, number).read_bytes())
    assert wheels[0] == wheels[1]
    assert b"srlint/cli.py" in wheels[0]
