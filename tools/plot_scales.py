"""Colours for values that have limits: blue within them, orange or purple beyond. Imported by figures; not a program."""
import numpy as np

from plot_common import matplotlib
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize

# From the limit to far from it. Blue, orange and purple are told apart with any colour vision.
WITHIN = LinearSegmentedColormap.from_list("within", ["#CFE1F2", "#6BAED6", "#08306B"])
BEYOND = {"low": LinearSegmentedColormap.from_list("below", ["#FDB863", "#D95F02", "#7F2704"]),
          "high": LinearSegmentedColormap.from_list("above", ["#C9A0DC", "#7B3294", "#2D004B"])}
UNDER_RATING = LinearSegmentedColormap.from_list("under_rating", ["#1C5F9E", "#8DBEDD", "#D9D9D9"])
SHARES = LinearSegmentedColormap.from_list("shares", ["#D2D2D2", "#FDCC8A", "#E34A33", "#7F0000"])
UNKNOWN = "#BBBBBB"
STEPS = 1024


class Scale:
    """From values to colours; `limits` has "low", "high" or both, as far as they are in or near the values."""

    def __init__(self, values, limits, within=WITHIN, beyond=BEYOND):
        self.within, self.beyond = within, beyond
        known = np.concatenate([np.ravel(v)[np.isfinite(np.ravel(v))] for v in values])
        if len(known) == 0:
            raise ValueError("no value to colour")
        low, high = float(known.min()), float(known.max())
        pad = 1e-9 + 1e-4 * abs(high) if high - low < 1e-9 else 0.0
        low, high = low - pad, high + pad
        reach = 0.5 * (high - low)
        self.limits = {side: limit for side, limit in limits.items() if low - reach <= limit <= high + reach}
        self.low, self.high = min(low, *self.limits.values(), low), max(high, *self.limits.values(), high)
        self.norm = Normalize(self.low, self.high)
        self.cmap = ListedColormap([self.colour(v) for v in np.linspace(self.low, self.high, STEPS)])
        self.cmap.set_bad(UNKNOWN)

    def colour(self, value):
        low, high = self.limits.get("low"), self.limits.get("high")
        if low is not None and value < low:
            return self.beyond["low"]((low - value) / (low - self.low))
        if high is not None and value > high:
            return self.beyond["high"]((value - high) / (self.high - high))
        begin, end = self.low if low is None else low, self.high if high is None else high
        depth = (value - begin) / max(end - begin, 1e-12)
        if low is not None and high is not None:
            return self.within(2 * min(depth, 1 - depth))
        return self.within(1 - depth if high is not None else depth)

    def of(self, values):
        return self.cmap(self.norm(np.ma.masked_invalid(values)))

    def bar(self, figure, axes, label, **how):
        """A colour bar in which the limits are black lines."""
        mappable = matplotlib.cm.ScalarMappable(self.norm, self.cmap)
        bar = figure.colorbar(mappable, ax=axes, **how)
        for limit in self.limits.values():
            bar.ax.axhline(limit, color="black", linewidth=1.8)
        named = " and ".join(f"{limit:g}" for limit in sorted(self.limits.values()))
        bar.set_label(f"{label}; black: limit {named}" if named else label, fontsize=9)
        bar.ax.tick_params(labelsize=9)
        return bar


class Shares(Scale):
    """Shares from 0 to 1; nothing is grey."""

    def __init__(self):
        self.limits, self.norm, self.cmap = {}, Normalize(0, 1), SHARES.copy()
        self.cmap.set_bad("#FFFFFF")


def voltage_scale(result, values, sides):
    return Scale(values, {side: result.limits[0 if side == "low" else 1] for side in sides})


def loading_scale(values):
    return Scale(values, {"high": 100.0}, UNDER_RATING, {"high": BEYOND["low"]})
