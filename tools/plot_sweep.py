"""The figures of a sweep: numbers over its axes, with intervals and the spread of the replicas. Imported by `plot`; not a program."""
import math
import re
import textwrap

import plot_phases
from plot_common import NoData, NoSuch, colour, dash, h5py, heading, legend_below, limit_lines, np, panels, plt

MARKS = "oD^vPs"
MOST_PANELS = 12
MOST_ROWS = 40  # points that have a line each
ALIKE = 3  # code of intervals that are bounds, since all replicas have one value


class Sweep:
    """The group `sweep` of a file. `at` fixes axes, so that at most two are left: {axis: text of the value}."""

    def __init__(self, path, at=None):
        self.file = h5py.File(path, "r")
        if int(self.file.attrs["evsweep_layout"]) != 1:
            raise KeyError("evsweep_layout")
        self.group, self.title = self.file["sweep"], self.file.attrs["title"]
        self.confidence, self.reference = float(self.file.attrs["confidence"]), self.file.attrs["reference"]
        self.all_axes = [str(name) for name in self.group.attrs["axes"]]
        self.controllers = [str(label) for label in self.group["controller"].asstr()[()]]
        self.levels = self.group["quantile"][()]
        self.fixed = self.places(at or {})
        self.axes = [name for name in self.all_axes if name not in self.fixed]
        if not self.axes:
            raise NoSuch("--at leaves no axis to draw over")

    def places(self, at):
        """{axis: number of the value} of the axes that are fixed."""
        fixed = {}
        for name, value in at.items():
            if name not in self.all_axes:
                raise NoSuch(f"--at: the sweep has no axis '{name}'; it has {', '.join(self.all_axes)}")
            labels = self.labels(name)
            if value not in labels:
                raise NoSuch(f"--at: axis {name} has no value '{value}'; it has {', '.join(labels)}")
            fixed[name] = labels.index(value)
        return fixed

    def labels(self, axis):
        name = f"{axis}_label" if f"{axis}_label" in self.group else axis
        return [str(label) for label in self.group[name].asstr()[()]]

    def is_number(self, axis):
        return self.group[axis].dtype.kind == "f"

    def name_of(self, axis):
        unit = self.group[axis].attrs.get("units", "1")
        return axis.replace("_", " ") + ("" if unit == "1" else f" ({unit})")

    def columns(self):
        """Names of the numbers per replica, in the file's order."""
        return [name for name, array in self.group.items() if "output" in array.attrs]

    def array(self, name):
        """Without the axes that are fixed: axes, controller, and what may follow."""
        values = self.group[name][()]
        return values[tuple(self.fixed.get(axis, slice(None)) for axis in self.all_axes)]

    def quantiles(self, name):
        """The outer quantiles over the replicas; None where the file has none."""
        if f"{name}_quantiles" not in self.group or len(self.levels) < 2:
            return None
        values = self.array(f"{name}_quantiles")
        return values[..., 0], values[..., -1]

    def scale(self, name):
        return 100.0 if self.is_event(name) else 1.0

    def is_event(self, name):
        return self.group[name].attrs["display"] == "event"

    def unit(self, name):
        return "% of replicas" if self.is_event(name) else self.group[name].attrs.get("units", "1")

    def label(self, name, width=40):
        unit = self.unit(name)
        text = str(self.group[name].attrs["long_name"])
        return textwrap.fill(text, width) + ("" if unit == "1" else f"\n({unit})" if len(text) > 24 else f" ({unit})")

    def headlines(self, display):
        """Headline numbers of a kind that are not the same everywhere."""
        return [name for name in self.columns()
                if self.group[name].attrs["headline"] and self.group[name].attrs["display"] == display and self.varies(name)]

    def varies(self, name):
        if f"{name}_mean" not in self.group:
            return False
        means = self.array(f"{name}_mean")
        known = means[np.isfinite(means)]
        return len(known) > 0 and known.max() > known.min()

    def limits(self):
        """The voltage band that all points share, in pu."""
        paths = [str(path) for path in self.file["scenario/setting_path"].asstr()[()]]
        values = dict(zip(paths, self.file["scenario/setting_value"].asstr()[()]))
        found = [re.match(r"([-+.\deE]+)", values.get(f"limits.voltage_{side}", "")) for side in ("min", "max")]
        return [float(match[1]) for match in found if match]

    def where(self):
        """What the fixed axes are at; empty where none is."""
        return ", ".join(f"{axis} {self.labels(axis)[place]}" for axis, place in self.fixed.items())


def one_axis(sweep):
    if len(sweep.axes) != 1:
        raise NoData(f"the sweep has {len(sweep.axes)} axes; fix others with --at AXIS=VALUE")
    return sweep.axes[0]


def curve(sweep, axis_of_values, axis, name):
    """A curve for each controller over the numbers of an axis: mean, its interval as a band, quantiles of the replicas as thin lines."""
    x, scale = sweep.group[axis_of_values][()], sweep.scale(name)
    order = np.argsort(x)
    arrays = [scale * sweep.array(f"{name}_{what}")[order] for what in ("mean", "low", "high")]
    outer = None if sweep.is_event(name) else sweep.quantiles(name)
    for c, label in enumerate(sweep.controllers):
        mean, low, high = (array[:, c] for array in arrays)
        style = {"color": colour(c), "linestyle": dash(c)}
        axis.plot(x[order], mean, marker=MARKS[c % len(MARKS)], markersize=4, label=label, zorder=3, **style)
        axis.fill_between(x[order], low, high, color=colour(c), alpha=0.25, linewidth=0)
        if outer:
            for values in outer:
                axis.plot(x[order], values[order, c], linewidth=0.7, alpha=0.8, **style)
    axis.set_xlabel(sweep.name_of(axis_of_values))
    keep_in_view(sweep, axis, name, arrays, outer)


def keep_in_view(sweep, axis, name, arrays, outer):
    """Where all replicas have one value, its bounds may lie far off: they are drawn as far as the panel goes that shows all else."""
    alike = sweep.array(f"{name}_interval") == ALIKE
    if not alike.any():
        return
    scale = sweep.scale(name)
    shown = [arrays[0]] + [np.where(alike, np.nan, scale * sweep.array(f"{name}_{end}")) for end in ("low", "high")] + list(outer or [])
    values = np.concatenate([np.ravel(array[np.isfinite(array)]) for array in shown])
    if len(values) and values.max() > values.min():
        room = 0.06 * (values.max() - values.min())
        axis.set_ylim(values.min() - room, values.max() + room)


def dots(sweep, axis_of_values, axis, name):
    """A row for each value of an axis, a dot with its interval for each controller."""
    labels, scale = sweep.labels(axis_of_values), sweep.scale(name)
    arrays = [scale * sweep.array(f"{name}_{what}") for what in ("mean", "low", "high")]
    room = 0.7 / max(1, len(sweep.controllers))
    for c, label in enumerate(sweep.controllers):
        mean, low, high = (array[:, c] for array in arrays)
        y = np.arange(len(labels)) + (c - (len(sweep.controllers) - 1) / 2) * room
        reach = np.nan_to_num(np.abs(np.array([low, high]) - mean))
        axis.errorbar(mean, y, xerr=reach, linestyle="none", marker=MARKS[c % len(MARKS)], markersize=5, color=colour(c), elinewidth=1.6,
                      label=label)
    axis.set_yticks(range(len(labels)), [textwrap.shorten(label, 40) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)


def shares(sweep, axis, name):
    """Of points too many to name: how many have a mean of at most x, a curve for each controller."""
    means = sweep.scale(name) * sweep.array(f"{name}_mean")
    for c, label in enumerate(sweep.controllers):
        known = np.sort(means[:, c][np.isfinite(means[:, c])])
        axis.step(known, 100 * np.arange(1, len(known) + 1) / max(1, len(known)), where="post", color=colour(c), linestyle=dash(c), label=label)
    axis.set_ylabel("points (%) with at most this")
    axis.set_ylim(0, 103)


def what_is_shown(sweep, how, has_quantiles):
    text = f"{sweep.title}\nMean" + ("s of the points" if how is shares else f" and its {100 * sweep.confidence:g} % interval")
    if how is curve and has_quantiles:
        text += f"; thin: {100 * sweep.levels[0]:g} and {100 * sweep.levels[-1]:g} % of the replicas"
    return text + (f"; at {sweep.where()}" if sweep.fixed else "")


def over_one_axis(sweep, names):
    axis_name = one_axis(sweep)
    rows = len(sweep.labels(axis_name))
    how = curve if sweep.is_number(axis_name) else dots if rows <= MOST_ROWS else shares
    names = names[:MOST_PANELS]
    height = 0.9 + 0.16 * rows * (1 + len(sweep.controllers)) if how is dots else 3.0
    figure, axes = panels(len(names), 4.4, height, constrained_layout=False)
    for axis, name in zip(axes, names):
        if how is shares:
            shares(sweep, axis, name)
        else:
            how(sweep, axis_name, axis, name)
        axis.set_title(sweep.label(name), fontsize=9.5)
        if sweep.is_event(name):
            (axis.set_ylim if how is curve else axis.set_xlim)(-3, 103)
    heading(figure, what_is_shown(sweep, how, not sweep.is_event(names[0])))
    legend_below(figure, axes[0])
    return figure


def over_two_axes(sweep, names):
    """A heat map for each number and controller, with its values written in."""
    rows, columns = sweep.axes
    names = names[:4]
    height = 1.0 + 0.35 * len(sweep.labels(rows))
    width = max(3.0, 1.2 + 0.75 * len(sweep.labels(columns)))
    figure, axes = plt.subplots(len(names), len(sweep.controllers), squeeze=False, constrained_layout=True,
                                figsize=(width * len(sweep.controllers) + 0.8, 0.8 + height * len(names)))
    for line, name in zip(axes, names):
        values = sweep.scale(name) * sweep.array(f"{name}_mean")
        low, high = np.nanmin(values), np.nanmax(values)
        decimals = 0 if sweep.is_event(name) else int(sweep.group[name].attrs["decimals"])
        for c, (axis, label) in enumerate(zip(line, sweep.controllers)):
            image = axis.imshow(values[:, :, c], aspect="auto", cmap="viridis", vmin=low, vmax=high, origin="lower")
            axis.grid(False)
            for (r, k), value in np.ndenumerate(values[:, :, c]):
                if math.isfinite(value):
                    dark = high > low and (value - low) / (high - low) < 0.6
                    axis.text(k, r, f"{value:.{decimals}f}", ha="center", va="center", fontsize=8, color="white" if dark else "black")
            axis.set_xticks(range(len(sweep.labels(columns))), sweep.labels(columns), rotation=30 if len(sweep.labels(columns)) > 5 else 0)
            axis.set_yticks(range(len(sweep.labels(rows))), sweep.labels(rows))
            axis.set_xlabel(columns.replace("_", " "))
            axis.set_ylabel(rows.replace("_", " "))
            axis.set_title(f"{label}: {sweep.label(name, 46)}" if c == 0 else label, fontsize=9)
        figure.colorbar(image, ax=list(line), fraction=0.04, pad=0.02)
    heading(figure, f"{sweep.title}\nMean over the replicas" + (f"; at {sweep.where()}" if sweep.fixed else ""))
    return figure


def drawn(sweep, names, what):
    if not names:
        raise NoData(f"no {what} differs between the points")
    if len(sweep.axes) == 1:
        return over_one_axis(sweep, names)
    if len(sweep.axes) == 2:
        return over_two_axes(sweep, names)
    raise NoData(f"the sweep has {len(sweep.axes)} axes; fix all but two with --at AXIS=VALUE")


def sweep_numbers(sweep):
    """Headline numbers. Where two axes leave room for few, those of the limits come first."""
    names = sweep.headlines("number")
    if len(sweep.axes) == 2:
        first = [name for name in ("vmin_pu", "peak_kw", "loss_energy_kwh") if name in names]
        names = first + [name for name in names if name not in first]
    return drawn(sweep, names, "headline number")


def sweep_violations(sweep):
    """Probabilities of breaking limits."""
    return drawn(sweep, sweep.headlines("event"), "probability of a violation")


def phase_lines(sweep, side):
    """[(number, name, colour, dash)] of the extreme voltages: a line per phase, or one for all buses of a balanced feeder."""
    extreme = {"low": "vmin", "high": "vmax"}[side]
    found = [match for match in map(re.compile(f"{extreme}_(s?[abc12]n?|[abc]{{2}})_pu").fullmatch, sweep.columns()) if match]
    lines = []
    for match in found:
        phase = match[1] if match[1] in plot_phases.TINT else "-".join(re.findall("s?.", match[1]))
        lines.append((match[0], plot_phases.name_of(phase), plot_phases.tint(phase), plot_phases.stroke(phase)))
    if lines or f"{extreme}_pu" not in sweep.group:
        return lines
    return [(f"{extreme}_pu", "all buses", plot_phases.TINT["a"], "-")]


def broken_side(sweep):
    """The side of the voltage band that is broken: high where it alone is."""
    is_broken = {side: f"{side}_voltage_violation" in sweep.group and np.nansum(sweep.array(f"{side}_voltage_violation")) > 0
                 for side in ("low", "high")}
    return "high" if is_broken["high"] and not is_broken["low"] else "low"


def sweep_voltage(sweep):
    """The extreme voltage of a replica over a numeric axis, by phase where phases differ, and how likely a voltage leaves the band."""
    axis_name = one_axis(sweep)
    side = broken_side(sweep)
    lines, event = phase_lines(sweep, side), f"{side}_voltage_violation"
    if not sweep.is_number(axis_name) or not lines:
        raise NoData("the sweep is over no numbers" if lines else "the study has no output 'kpis'")
    x = sweep.group[axis_name][()]
    order = np.argsort(x)
    has_event = event in sweep.group and np.isfinite(sweep.array(f"{event}_mean")).any()
    figure, axes = panels(len(sweep.controllers) + has_event, 3.5, 3.2, 4)
    for c, (axis, label) in enumerate(zip(axes, sweep.controllers)):
        for name, phase, tint, line in lines:
            outer = sweep.quantiles(name)
            if outer:
                axis.fill_between(x[order], outer[0][order, c], outer[1][order, c], color=tint, alpha=0.15, linewidth=0)
            axis.plot(x[order], sweep.array(f"{name}_mean")[order, c], marker="o", markersize=3, linestyle=line, color=tint,
                      label=f"{phase}, mean")
        axis.set_title(label, fontsize=10)
        axis.set_xlabel(sweep.name_of(axis_name))
        axis.set_ylabel(f"{side}est voltage (pu)")
        limit_lines(axis, sweep.limits())
        if c > 0:
            axis.sharey(axes[0])
    axes[0].fill_between([], [], [], color="#888888", alpha=0.3, linewidth=0,
                         label=f"{100 * sweep.levels[0]:g} to {100 * sweep.levels[-1]:g} % of replicas")
    if has_event:
        curve(sweep, axis_name, axes[-1], event)
        axes[-1].set_title(str(sweep.group[event].attrs["long_name"]), fontsize=10)
        axes[-1].set_ylabel(f"replicas (%), {100 * sweep.confidence:g} % interval")
        axes[-1].set_ylim(-3, 103)
        axes[-1].legend(loc="best", fontsize=8.5, frameon=True, framealpha=0.8, edgecolor="none")
    legend_below(figure, axes[0])
    return figure


FIGURES = [sweep_numbers, sweep_violations, sweep_voltage]
