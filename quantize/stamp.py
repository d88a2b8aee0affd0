"""Text values put into the metadata of a GGUF file, which is written anew; its tensors are copied as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from srlint.errors import ModelError


def stamp(source: Path, target: Path, values: Mapping[str, str]) -> None:
    """Writes `target`: all that is in `source`, with `values` in the place of what it has under the same keys.

    Raises ModelError for a source that is no GGUF file, and OSError where the target cannot be written.
    """
    try:
        import gguf
    except ImportError as error:
        raise ModelError("the gguf package is not installed: run `pip install 'srlint[quantize]'`") from error
    try:
        reader = gguf.GGUFReader(source)
        writer = gguf.GGUFWriter(target, reader.get_field("general.architecture").contents())
    except (OSError, ValueError, IndexError, AttributeError) as error:
        raise ModelError(f"{source}: not a GGUF file: {error}") from error
    writer.data_alignment = reader.alignment
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in (*values, "general.architecture"):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
    for key, value in values.items():
        writer.add_string(key, value)
    for tensor in reader.tensors:
        data = tensor.data
        writer.add_tensor_info(tensor.name, data.shape, data.dtype, data.nbytes, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:
        writer.write_tensor_data(tensor.data)
    writer.close()
