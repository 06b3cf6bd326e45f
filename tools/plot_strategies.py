"""The figures that compare charging strategies: voltages bus by bus, and plans without their reactive power. Imported by `plot`;
not a program."""
import numpy as np

from plot_common import Bands, NoData, clock_axis, colour, dash, legend_below, limit_lines, plt

SHARES_OF_TIME = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
MOST_NAMED_BUSES = 40


def over_time(bands):
    """By bus, how its voltage is spread over the marks: quantiles of the middle replica, then extremes of the outer replicas."""
    if np.isnan(bands.middle()).all():
        raise NoData("no step has a load-flow solution")
    spread = np.nanquantile(bands.middle(), SHARES_OF_TIME, axis=0)
    low, high = bands.outer() or (bands.middle(), bands.middle())
    return spread, np.nanmin(low, axis=0), np.nanmax(high, axis=0)


def shown_buses(result):
    """Places of the buses but the source, whose voltage is given; ordered by number where all are numbers, else as swept."""
    names = result.file["feeder/bus"].asstr()[()]
    parent = result.file["feeder/parent"][()]
    buses = [bus for bus in range(len(names)) if parent[bus] >= 0]
    if all(name.isdecimal() for name in names):
        buses.sort(key=lambda bus: int(names[bus]))
    return buses, [names[bus] for bus in buses]


def draw_spread(axis, tint, spread, low, high):
    """One block per bus: all values, 90 % and half of the time, and the median."""
    edges = np.arange(len(low) + 1) - 0.5
    blocks = ((low, high, 0.14, "all marks"), (spread[1], spread[5], 0.25, "90 % of the time"),
              (spread[2], spread[4], 0.40, "half of the time"))
    for bottom, top, alpha, label in blocks:
        axis.fill_between(edges, np.append(bottom, bottom[-1]), np.append(top, top[-1]), step="post", color=tint, alpha=alpha,
                          linewidth=0, label=label)
    axis.hlines(spread[3], edges[:-1], edges[1:], color=tint, linewidth=1.6, label="median")


def voltage_by_bus(result):
    """How the voltage of every bus is spread over the time of the study, a panel per run."""
    if result.has_phases():
        raise NoData("the feeder is not balanced")
    buses, names = shown_buses(result)
    runs = [("no vehicles", result.base, "black")]
    runs += [(label, run, colour(i)) for i, (label, run) in enumerate(result.controllers)]
    columns = min(2, len(runs))
    rows = -(-len(runs) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.2 * columns, 1.0 + 2.5 * rows), sharey=True, squeeze=False)
    for axis in axes.flat[len(runs):]:
        axis.set_visible(False)
    for axis, (label, run, tint) in zip(axes.flat, runs):
        bands = Bands(run, "voltages", "voltage_pu")
        spread, low, high = over_time(bands)
        draw_spread(axis, tint, spread[:, buses], low[buses], high[buses])
        axis.set_title(f"{label}: lowest {np.min(low[buses]):.4f} pu at bus {names[int(np.argmin(low[buses]))]}", fontsize=10)
        step = -(-len(names) // MOST_NAMED_BUSES)
        axis.set_xticks(range(0, len(names), step), names[::step], fontsize=9 if len(names) <= 20 else 7)
        axis.set_xlim(-0.5, len(names) - 0.5)
        axis.grid(axis="x", visible=False)
    for axis in axes.flat[:len(runs)]:
        limit_lines(axis, result.all_limits())
    for k in range(len(runs)):
        if k + columns >= len(runs):
            axes.flat[k].set_xlabel("bus")
    for axis in axes[:, 0]:
        axis.set_ylabel("voltage (pu)")
    outer = f"; all marks: {bands.band_name()}" if bands.outer() and result.replicas > 1 else ""
    middle = "median replica" if result.replicas > 1 else "one replica"
    figure.suptitle(f"Voltages over the study, {middle}{outer}", x=0.01, ha="left", fontsize=11)
    grey_legend(figure)
    return figure


def grey_legend(figure):
    """What the blocks mean, in a colour that no run has."""
    handles = [plt.Rectangle((0, 0), 1, 1, color="#555555", alpha=alpha, linewidth=0, label=label)
               for alpha, label in ((0.14, "all marks"), (0.36, "90 % of the time"), (0.61, "half of the time"))]
    handles.append(plt.Line2D([], [], color="#555555", linewidth=1.6, label="median"))
    figure.legend(handles=handles, loc="lower center", ncol=4)
    figure.tight_layout(rect=(0, 0.35 / figure.get_size_inches()[1], 1, 1))


def settings(run):
    """Path -> value of a controller's settings, as text."""
    if "setting_path" not in run:
        return {}
    return dict(zip(run["setting_path"].asstr()[()], run["setting_value"].asstr()[()]))


def withheld_pairs(result):
    """[(index, index)] of controllers that plan alike, the second without carrying out its reactive power."""
    pairs = []
    runs = [(run.attrs["type"], settings(run)) for _, run in result.controllers]
    for k, (kind, mine) in enumerate(runs):
        if mine.get("withhold_reactive") != "true":
            continue
        whole = {**mine, "withhold_reactive": "false"}
        pairs += [(i, k) for i, (other, theirs) in enumerate(runs) if other == kind and theirs == whole]
    return pairs


def withheld_reactive(result):
    """Lowest voltage and reactive power of a schedule, and of the same schedule without its reactive power."""
    pairs = withheld_pairs(result)
    if not pairs:
        raise NoData("no controller carries out another's plan without its reactive power")
    figure, axes = plt.subplots(2, 1, figsize=(8, 6.4), sharex=True, gridspec_kw={"height_ratios": (3, 2)})
    shown = ((axes[0], "vmin_pu", "lowest voltage of all buses (pu)"), (axes[1], "ev_kvar", "reactive power drawn\nby vehicles (kvar)"))
    for axis, name, unit in shown:
        for i in sorted({i for pair in pairs for i in pair}):
            label, run = result.controllers[i]
            bands = Bands(run, "series", name)
            when = result.clock(bands.hours)
            if bands.outer():
                axis.fill_between(when, *bands.outer(), color=colour(i), alpha=0.22, linewidth=0)
            axis.plot(when, bands.mean, color=colour(i), linestyle=dash(i), label=label)
        axis.set_ylabel(unit)
    base = Bands(result.base, "series", "vmin_pu")
    axes[0].plot(result.clock(base.hours), base.mean, color="black", linewidth=1.2, label="no vehicles")
    axes[0].set_title(f"The same schedule with and without its reactive power: mean and {bands.band_name()}")
    limit_lines(axes[0], result.all_limits())
    clock_axis(axes[1], bands.hours)
    legend_below(figure, axes[0])
    return figure
