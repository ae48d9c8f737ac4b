"""One look for every figure: colours, type, labels in two languages.

Blues are home, orange is abroad; the pair holds under every common colour-vision deficiency, and white text on OWN
and EXTERNAL and INK on INTER pass WCAG AA (4.5:1).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

INK = "#1b2430"
MUTED = "#5b6673"
RULE = "#d9dee4"
PAPER = "#ffffff"
BLANK = "#eef1f4"
FAINT = "#c5cdd5"
OWN, INTER, EXTERNAL = "#1f4e79", "#8db4d2", "#b4530f"
CIRCUIT_COLOURS = {"own": OWN, "inter": INTER, "external": EXTERNAL}
NEUTRAL = "#7a8794"
SERIES = (OWN, EXTERNAL, "#6a9a3b", "#7b5ea7", "#c79a1b", NEUTRAL)
"""Colours of unrelated curves, in order; dashes tell them apart too."""
DASHES = ("solid", "dash", "dot", "dashdot", "16px,4px", "16px,4px,2px,4px,2px,4px")
"""Dashes of unrelated curves, in order; each is told within the 30 pixels that a legend has of it."""

UNDER_WHISKERS = {OWN: "#6294c0", EXTERNAL: "#d07c40", NEUTRAL: "#8a96a2"}
"""What bars are where whiskers lie on them: the bar on its ground and the whisker on the bar at 3:1, by night too."""
WHISKER = "#000000"
"""Colour of error bars."""

BLUES = ((0.0, "#f3f7fa"), (0.5, "#8db4d2"), (1.0, "#1f4e79"))
ORANGES = ((0.0, "#fbf4ee"), (0.5, "#dd9c68"), (1.0, "#b4530f"))
DIVERGING = ((0.0, "#b4530f"), (0.25, "#dd9c68"), (0.5, "#f4f5f6"), (0.75, "#8db4d2"), (1.0, "#1f4e79"))

UNSIGNED = {"+0%": "0%", "+0": "0"}
"""Zero carries no sign on an axis either; d3 gives it one."""
LEGIBLE = 4.5
"""Least contrast of words with their ground, WCAG AA."""
NIGHT = 0.9
"""How far pictures are turned from light to dark by night; the style sheets' `invert`, before hues are turned back."""
FONT = (
    "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "sans-serif"
)


def at_night(colour: str) -> str:
    """The colour that `invert(NIGHT) hue-rotate(180deg)` of a style sheet makes of #rrggbb [Filter Effects Module 1].

    >>> at_night("#ffffff"), at_night(OWN)
    ('#191919', '#8db2d5')
    """
    turned = NIGHT + (1 - 2 * NIGHT) * np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    grey = np.array([0.213, 0.715, 0.072])  # what half a turn of hues keeps, twice over less the colour
    return "#{:02x}{:02x}{:02x}".format(*(int(x * 255 + 0.5) for x in np.clip(2 * grey @ turned - turned, 0, 1)))


def dress(
    fig: go.Figure,
    *,
    title: str = "",
    height: int = 360,
    left: int = 8,
    legend: bool = False,
    ordered: str = "normal",
) -> go.Figure:
    """Give a figure the house look; width is left to the page so that it fits any window."""
    fig.update_layout(
        template="none",
        autosize=True,
        height=height + (44 if title else 0),
        margin={"l": left, "r": 22, "t": (52 if title else 8) + (28 if legend else 0), "b": 8, "pad": 2},
        font={"family": FONT, "size": 12, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        showlegend=legend,
        separators=".,",
        hoverlabel={"bgcolor": PAPER, "bordercolor": RULE, "font": {"family": FONT, "size": 12, "color": INK}},
        legend={
            "orientation": "h", "x": 0, "xref": "container", "xanchor": "left", "yref": "container", "yanchor": "top",
            "y": 1 - (50 / (height + 44) if title else 0), "traceorder": ordered,
            "font": {"size": 12}, "itemclick": False, "itemdoubleclick": False,
        },
        dragmode=False,
    )  # fmt: skip
    if title:
        place = {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"}
        fig.update_layout(title={"text": title, "font": {"size": 15}, "pad": {"t": 14, "l": 10}, **place})
    axis = {
        "gridcolor": RULE, "linecolor": RULE, "zerolinecolor": MUTED, "zeroline": False, "automargin": True,
        "ticks": "", "title": {"standoff": 8, "font": {"size": 12, "color": MUTED}}, "tickfont": {"size": 11},
        "fixedrange": True, "labelalias": UNSIGNED,
    }  # fmt: skip
    fig.update_xaxes(**axis)
    fig.update_yaxes(**axis)
    return fig


def whiskers(middle: np.ndarray, frame: pd.DataFrame) -> dict[str, object]:
    """Error bars from the columns low and high of a frame about `middle`."""
    low, high = frame["low"].to_numpy(float), frame["high"].to_numpy(float)
    ends = {"array": high - middle, "arrayminus": middle - low}
    return {"type": "data", **ends, "color": WHISKER, "thickness": 1.1, "width": 4}


_PHONE = 175
"""Pixels that bars have beside their names on a phone, at least."""


def ends_with_room(value: np.ndarray, told: Sequence[str], *also: float) -> list[float]:
    """Ends of the axis of lying bars whose numbers stand outside: on the left clear of the names on a phone too, on the
    right, where the margin helps, within the picture.

    told  the numbers as they are written; `also` lies within the ends besides

    >>> ends_with_room(np.array([1.0, 2.0]), ["+1", "+2"])
    [0.0, 2.0]
    >>> low, high = ends_with_room(np.array([-1.0, 2.0]), ["-1.00%", "+2.00%"])
    >>> round(low, 2), round(high, 2)
    (-2.19, 2.64)
    """
    low, high = (float(f(value, initial=0.0)) for f in (np.min, np.max))
    low, high = min(low, *also, 0.0), max(high, *also, 0.0)
    longest = [max((len(t) for t, v in zip(told, value, strict=True) if side * v > 0), default=0) for side in (-1, 1)]
    left, right = (
        max(6.2 * n + 6 - margin, 0) / _PHONE if n else 0.0 for n, margin in zip(longest, (0, 20), strict=True)
    )
    whole = (high - low or 1.0) / (1 - min(left + right, 0.6))
    return [low - left * whole, high + right * whole]


def pixels(text: str) -> float:
    """About how wide a text is in the figures' letters of 12 pixels.

    >>> pixels("abroad"), pixels("境外")
    (37.2, 24.0)
    """
    return round(sum(12.0 if c > "\u2e80" else 6.2 for c in text), 1)


def ticks_beside(names: Sequence[str]) -> int:
    """How many ticks an axis has room for beside names on a phone, where each is a number of six letters.

    >>> ticks_beside(["Hebei"]), ticks_beside(["Congo (Democratic Republic)"])
    (5, 3)
    """
    room = _WITHIN - max(map(pixels, names), default=0.0)
    return int(min(max(room // 46, 3), 5))


def few_ticks(low: float, high: float, most: int) -> list[float]:
    """Where an axis from low to high has its ticks: round numbers, two or more, at most `most` where that leaves two.

    >>> few_ticks(-0.1, 0.32, 3), few_ticks(-0.03, 0.015, 3), few_ticks(0.0, 2.1, 5)
    ([0.0, 0.2], [-0.02, 0.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    """
    if not high > low:
        return []
    size = int(np.floor(np.log10(high - low)))
    sizes = [m * 10.0**k for k in (size - 1, size, size + 1) for m in (1, 2, 5)]
    found = [step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) for step in sizes]
    several = [ticks for ticks in found if len(ticks) > 1]
    best = next((ticks for ticks in several if len(ticks) <= most), several[-1] if several else np.array([0.0]))
    return [float(f"{t:.12g}") + 0.0 for t in best]


def round_ends(limits: tuple[float, float]) -> list[float]:
    """Ticks of a scale of changes: nothing, and a round number on either side.

    >>> round_ends((-0.0499, 0.0499)), round_ends((-0.12, 0.12))
    ([-0.04, 0.0, 0.04], [-0.1, 0.0, 0.1])
    """
    reach = 0.97 * max(abs(x) for x in limits)
    power = 10.0 ** np.floor(np.log10(reach))
    end = float(f"{max(m * power for m in (1, 2, 3, 4, 5, 6, 8) if m * power <= reach * (1 + 1e-9)):.12g}")
    return [-end, 0.0, end]


_WITHIN = 320
"""Pixels that a picture has across on a phone."""


def wrapped(text: str, width: int = 40) -> str:
    """A label in lines of so many letters at most, where it has words to break between; of half as many Chinese characters.

    >>> wrapped("Computers and other instruments", 20), wrapped("计算机与其他电子设备制造", 20)
    ('Computers and other<br>instruments', '计算机与其他<br>电子设备制造')
    >>> wrapped("变化，百万美元，条旁：百分比", 26)
    '变化，百万美元，<br>条旁：百分比'
    """
    if " " not in text and (half := width // 2) < len(text) and text[len(text) // 2] > "\u2e80":
        each = -(-len(text) // -(-len(text) // half))  # lines alike in length
        lines = "<br>".join(text[k : k + each] for k in range(0, len(text), each))
        return re.sub(r"<br>([，。；：、）”])", r"\1<br>", lines)  # no line begins with a stop
    return "<br>".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)) or text


def axes_folded(fig: go.Figure) -> go.Figure:
    """The figure with names of axes in lines that have room on a phone."""
    for axis in (*fig.select_xaxes(), *fig.select_yaxes()):
        if axis.title.text and "<br>" not in axis.title.text:
            axis.title.text = wrapped(axis.title.text, 26)
    return fig


def ink_on(position: float, scale: Sequence[tuple[float, str]]) -> str:
    """Black or white, whichever is easier to read on a colour scale at `position` from 0 to 1: at least 4.5:1."""
    colour = sample_colorscale([list(stop) for stop in scale], [min(max(position, 0.0), 1.0)], colortype="tuple")[0]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def spread(values: Sequence[float] | np.ndarray, at: float = 0.0) -> tuple[float, float]:
    """Limits of a diverging colour scale, symmetric about `at`; never empty."""
    a = np.asarray(values, dtype=float)
    a = a[np.isfinite(a)]
    half = float(np.abs(a - at).max()) if a.size else 0.0
    return at - (half or 1.0), at + (half or 1.0)
