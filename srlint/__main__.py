"""`python -m srlint` is the same as `srlint`."""

from __future__ import annotations

from srlint.cli import main

if __name__ == "__main__":
    main()
