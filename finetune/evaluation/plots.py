"""Pictures of what tables cannot show: PNG, without a display, legible for ten systems and as many groups as there are.

Matplotlib draws them; where it is not installed there are none.
"""

from __future__ import annotations

import importlib.util
import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from finetune.evaluation.section import Bars, Distribution, Scatter, Section

Plot = Distribution | Bars | Scatter

# Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008), without its yellow, which is too
# pale for a point on white; shapes tell the rest.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
_SHAPES = "osD^vP*X<>"
_GREY = "#9A9A9A"
_DPI = 150
_BINS = 20
# Panels beside each other, and their width in inches: of few systems, and of many.
_FEW, _ACROSS_FEW, _WIDTH_FEW = 6, 3, 2.6
_ACROSS_MANY, _WIDTH_MANY = 5, 1.75


def available() -> bool:
    """Whether plots can be drawn here."""
    return importlib.util.find_spec("matplotlib") is not None


def names(section: Section) -> list[str]:
    """The file name of each of a section's plots, in order: its place and title in plain letters."""
    return [f"{_plain(section.name)}-{place}-{_plain(plot.title)}.png" for place, plot in enumerate(section.plots, 1)]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def png(plot: Plot) -> bytes:
    """The plot as a PNG file: the same bytes for the same values and the same matplotlib."""
    import matplotlib

    with matplotlib.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        if isinstance(plot, Distribution):
            figure = _distribution(plot)
        elif isinstance(plot, Bars):
            figure = _bars(plot)
        else:
            figure = _scatter(plot)
        data = io.BytesIO()
        figure.savefig(data, format="png", dpi=_DPI, metadata={"Software": None})
    return data.getvalue()


def _distribution(plot: Distribution) -> Any:
    """A histogram for each system after the first, with the first in grey behind it."""
    values = {name: _numbers(own) for name, own in plot.values.items()}
    every = [value for own in values.values() for value in own] or [0.0, 1.0]
    low, high = _bounds(every)
    edges = [low + (high - low) * step / _BINS for step in range(_BINS + 1)]
    behind, *others = values
    shown = others or [behind]
    figure, panels = _panels(plot.title, len(shown), 2.0)
    for place, (name, axes) in enumerate(zip(shown, panels, strict=True)):
        if others:
            _histogram(axes, values[behind], edges, color=_GREY, alpha=0.6, label=behind)
        _histogram(axes, values[name], edges, color=_COLOURS[0], histtype="step", linewidth=1.6)
        axes.set_title(name, fontsize=9)
        axes.set_xlim(low, high)
        axes.locator_params(axis="x", nbins=3)
        if values[behind] and others and place == 0:
            axes.legend(fontsize=8, frameon=False, loc="upper center")
    figure.supxlabel(plot.unit, fontsize=9)
    figure.supylabel("share of texts", fontsize=9)
    return figure


def _histogram(axes: Any, values: Sequence[float], edges: Sequence[float], **style: Any) -> None:
    if values:
        axes.hist(values, bins=edges, weights=[1 / len(values)] * len(values), **style)


def _bars(plot: Bars) -> Any:
    """A panel for each system with a bar for each group, groups in the same rows throughout."""
    groups = list(dict.fromkeys(group for own in plot.values.values() for group in own))
    figure, panels = _panels(plot.title, len(plot.values), 0.8 + 0.24 * len(groups))
    known = _numbers(value for own in plot.values.values() for value in own.values())
    low, high = _bounds([0.0, *known])
    rows = range(len(groups))
    for (name, own), axes in zip(plot.values.items(), panels, strict=True):
        widths = [own.get(group) for group in groups]
        axes.barh(rows, [_finite(width) or 0.0 for width in widths], color=_COLOURS[0], height=0.7)
        for row, width in zip(rows, widths, strict=True):
            text = "–" if _finite(width) is None else f"{width:.2f}"
            axes.text(max(_finite(width) or 0.0, 0.0), row, f" {text}", va="center", fontsize=7)
        axes.set_xlim(low, high + 0.16 * (high - low))
        axes.set_title(name, fontsize=9)
        if low < 0:
            axes.axvline(0.0, color="black", linewidth=0.6)
    for axes in panels[:1]:  # all share its axes
        axes.set_yticks(rows, groups)
        axes.invert_yaxis()
    figure.supxlabel(plot.unit, fontsize=9)
    return figure


def _scatter(plot: Scatter) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for place, (name, (x, y)) in enumerate(plot.points.items()):
        shape = _SHAPES[place % len(_SHAPES)]
        colour = _COLOURS[place % len(_COLOURS)]
        # Points on top of each other stay visible: later ones are smaller.
        size = 120 - 60 * place / max(1, len(plot.points) - 1)
        axes.scatter([x], [y], s=size, marker=shape, color=colour, edgecolors="white", linewidths=0.8, label=name)
    for bounds, values in ((axes.set_xlim, 0), (axes.set_ylim, 1)):
        low, high = _bounds([point[values] for point in plot.points.values()] or [0.0, 1.0])
        bounds(low - 0.04 * (high - low), high + 0.04 * (high - low))
    axes.set_xlabel(plot.x)
    axes.set_ylabel(plot.y)
    axes.set_title(plot.title)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    if plot.points:
        figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _panels(title: str, count: int, height: float) -> tuple[Any, list[Any]]:
    """A figure with `count` panels of `height` inches that share their axes."""
    from matplotlib.figure import Figure

    most, width = (_ACROSS_FEW, _WIDTH_FEW) if count <= _FEW else (_ACROSS_MANY, _WIDTH_MANY)
    across = max(1, min(count, most))
    down = max(1, math.ceil(count / across))
    figure = Figure(figsize=(1.4 + width * across, 0.9 + (height + 0.4) * down), layout="constrained")
    figure.suptitle(title, fontsize=11)
    panels = list(figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).flat)
    for axes in panels[count:]:
        axes.set_visible(False)
    for axes in panels[max(0, count - across) : count]:
        axes.tick_params(labelbottom=True)
    return figure, panels[:count]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """0 to 1 for shares, else as far as the values go."""
    low, high = min(values), max(values)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _numbers(values: Any) -> list[float]:
    return [value for value in values if _finite(value) is not None]


def _finite(value: float | None) -> float | None:
    """None for what is no number to draw."""
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def drawn(sections: Sequence[Section]) -> Mapping[str, bytes]:
    """Every plot of the sections as a PNG file, by file name."""
    return {name: png(plot) for section in sections for name, plot in zip(names(section), section.plots, strict=True)}
