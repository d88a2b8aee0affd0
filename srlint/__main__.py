"""`srlint`, and `python -m srlint`: nothing is imported before an interrupt ends the program without a word."""

from __future__ import annotations

# Built in: `signal` itself makes enumerations, and takes longer to load than all that comes before it here.
import _signal as signal

# Python's own way is a traceback out of whatever is being imported. `Boundary` takes over when there is something to
# end in order. Where interrupts are ignored, as behind nohup, they stay so.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Entry point of the `srlint` command."""
    from srlint.cli import main as run

    run()


if __name__ == "__main__":
    main()
