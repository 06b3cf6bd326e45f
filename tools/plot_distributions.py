"""How numbers per replica are spread, how likely limits are broken, and what it costs. Imported by `plot`; not a program."""
import math
import textwrap

import numpy as np

from plot_common import NoData, colour, heading, legend_below, matplotlib, output_of, panels, plt
import plot_time

MOST_PAIRS = 100  # lines that join a replica's values; of more replicas the first ones are joined
MOST_ROWS = 21


def is_number(array):
    return hasattr(array, "shape") and array.attrs.get("display") in ("number", "clock") and len(array.shape) == 1


def spread_of(result, name):
    """[(controller, values)] of a KPI; times as hours of the day around their middle, so that midnight does not tear them."""
    columns = [(label, output_of(run, "kpis")[name]) for label, run in result.controllers if name in output_of(run, "kpis")]
    values = [(label, array[()].astype(float)) for label, array in columns]
    if columns and columns[0][1].attrs["display"] == "clock":
        begin = result.start.hour + result.start.minute / 60
        turned = [(label, (begin + v) % 24) for label, v in values]
        known = np.concatenate([v[np.isfinite(v)] for _, v in turned])
        if len(known):
            middle = np.angle(np.exp(2j * np.pi * known / 24).mean()) * 12 / np.pi
            turned = [(label, (v - middle + 12) % 24 + middle - 12) for label, v in turned]
        return turned
    return values


def headline_rows(result):
    """[(name, attributes, [(controller, values)])] of the headline numbers that differ between replicas or controllers."""
    group = output_of(result.controllers[0][1], "kpis")
    rows = []
    for name, array in group.items():
        if not is_number(array) or not array.attrs["headline"]:
            continue
        found = spread_of(result, name)
        known = np.concatenate([v[np.isfinite(v)] for _, v in found])
        if len(known) and np.ptp(known) > 1e-9 * max(1.0, np.abs(known).max()):
            rows.append((name, dict(array.attrs), found))
    if not rows:
        raise NoData("no headline number differs between replicas or controllers")
    return rows[:MOST_ROWS], len(rows) - min(len(rows), MOST_ROWS)


def draw_box(axis, place, values, tint):
    """All values as dots, half of them in a box, 90 % between whiskers, the median as a line."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return
    low, first, middle, third, high = np.quantile(known, (0.05, 0.25, 0.5, 0.75, 0.95))
    axis.plot(known, np.full(len(known), place), "|", markersize=9, markeredgewidth=0.7, color=tint, alpha=min(1.0, 0.15 + 12 / len(known)))
    axis.plot([low, high], [place, place], color=tint, linewidth=1.4)
    axis.add_patch(plt.Rectangle((first, place - 0.2), third - first, 0.4, facecolor="white", edgecolor=tint, linewidth=1.4, zorder=3))
    axis.plot([middle, middle], [place - 0.2, place + 0.2], color=tint, linewidth=2.4, zorder=4)


def draw_pairs(axis, found):
    """Thin lines join what one replica has under each controller: the same days."""
    for (_, above), (k, (_, below)) in zip(found, enumerate(found[1:])):
        pairs = min(len(above), len(below), MOST_PAIRS)
        x = np.vstack([above[:pairs], below[:pairs], np.full(pairs, np.nan)]).T.ravel()
        y = np.tile([k + 0.24, k + 0.76, np.nan], pairs)
        axis.plot(x, y, color="#888888", linewidth=0.5, alpha=min(0.7, 0.12 + 5 / pairs), zorder=1)


def plain_numbers():
    """Without a factor or an offset that readers would have to add."""
    formatter = matplotlib.ticker.ScalarFormatter(useOffset=False)
    formatter.set_scientific(False)
    return formatter


def clock_ticks(low, high):
    """Whole hours or parts of an hour that people read."""
    steps = [step for step in (1 / 12, 0.25, 0.5, 1, 2, 3, 6, 12) if (high - low) / step <= 5]
    return matplotlib.ticker.MultipleLocator(steps[0] if steps else 12)


def unit_text(attributes):
    unit = attributes.get("units", "1")
    return "time of day" if attributes["display"] == "clock" else "" if unit == "1" else unit


def kpi_distributions(result):
    """The headline numbers of all replicas, a panel each, controllers below one another and replicas joined."""
    if result.replicas < 2:
        raise NoData("one replica has no distribution")
    rows, left_out = headline_rows(result)
    labels = [label for label, _ in result.controllers]
    base = output_of(result.base, "kpis")
    figure, axes = panels(len(rows), 3.9, 0.95 + 0.36 * len(labels), side_room=0.5)
    for axis, (name, attributes, found) in zip(axes, rows):
        draw_pairs(axis, found)
        for place, (label, values) in enumerate(found):
            draw_box(axis, place, values, colour(labels.index(label)))
        alone = base[name][()] if name in base else np.array([np.nan])
        shown = len(alone) == 1 and math.isfinite(alone[0]) and attributes["display"] == "number" and is_near(alone[0], found)
        if shown:
            axis.axvline(alone[0], color="black", linewidth=1.2, linestyle=(0, (4, 2)))
        axis.set_yticks(range(len(found)), [label for label, _ in found])
        axis.set_ylim(len(found) - 0.5, -0.5)
        axis.grid(axis="y", visible=False)
        axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        if attributes["display"] == "clock":
            axis.xaxis.set_major_locator(clock_ticks(*axis.get_xlim()))
            axis.xaxis.set_major_formatter(lambda h, _: f"{int(h % 24 + 1e-9):02d}:{int(round(60 * (h % 1))) % 60:02d}")
        else:
            axis.xaxis.set_major_formatter(plain_numbers())
            if max(np.abs(axis.get_xlim())) >= 1e5:
                axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(2))
        axis.set_title(textwrap.fill(attributes["long_name"], 42), fontsize=9)
        axis.set_xlabel(unit_text(attributes), fontsize=9)
        axis.tick_params(labelsize=9)
    more = f"; {left_out} more numbers are not shown" if left_out else ""
    key = "box: half of the replicas, line: 90 % of them; grey: the same replica; dashed: no vehicles"
    heading(figure, f"Headline numbers of {result.replicas} replicas{more}\n{key}")
    figure.tight_layout()
    return figure


def is_near(value, found):
    """Whether the number without vehicles can be shown without squeezing the others."""
    known = np.concatenate([v[np.isfinite(v)] for _, v in found])
    reach = np.ptp(known)
    return known.min() - reach <= value <= known.max() + reach


def summary_of(result, run, name):
    """Mean, low and high from the summary of the file; NaN where it has none."""
    for output in result.file.get(f"summary/{run.name.rpartition('/')[2]}", {}).values():
        if name in output:
            return output[name][:3]
    return np.full(3, np.nan)


def events_of(result):
    """Names of the KPIs that say whether something happened, and what."""
    group = output_of(result.controllers[0][1], "kpis")
    return [(name, array.attrs["long_name"]) for name, array in group.items()
            if hasattr(array, "shape") and array.attrs.get("display") == "event"]


def probabilities(result):
    """How likely a replica breaks each kind of limit, with the interval of each share."""
    rows = []
    for name, meaning in events_of(result):
        found = [(label, *summary_of(result, run, name)) for label, run in result.controllers]
        if any(math.isfinite(mean) for _, mean, *_ in found):
            rows.append((meaning, found))
    if not rows:
        raise NoData("output 'kpis' judges no violation as an event")
    labels = [label for label, _ in result.controllers]
    pitch = len(labels) + 0.8
    figure, axis = plt.subplots(figsize=(8, 1.3 + 0.2 * pitch * len(rows)))
    for row, (meaning, found) in enumerate(rows):
        for k, (label, mean, low, high) in enumerate(found):
            place, tint = row * pitch + k, colour(k)
            if not math.isfinite(mean):
                continue
            axis.plot([100 * low, 100 * high], [place, place], color=tint, linewidth=2.2, solid_capstyle="butt")
            axis.plot([100 * mean], [place], marker="oD^vPs"[k % 6], markersize=6, color=tint, linestyle="none")
    for k, label in enumerate(labels):
        axis.plot([], [], marker="oD^vPs"[k % 6], color=colour(k), linewidth=2.2, label=label)
    axis.set_yticks([row * pitch + (len(labels) - 1) / 2 for row in range(len(rows))], [textwrap.fill(meaning, 34) for meaning, _ in rows],
                    fontsize=9)
    axis.set_ylim(len(rows) * pitch - 0.5, -0.9)
    axis.set_xlim(-2, 102)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel(f"share of {result.replicas} replicas (%), with its {100 * result.confidence:g} % interval")
    axis.set_title("How likely a replica breaks a limit")
    legend_below(figure, axis)
    return figure


COST_PARTS = (("purchases", "paid for charging", 1, "#0072B2", ""), ("sales", "earned by returning energy", -1, "#009E73", "//"),
              ("owed_cost", "still owed at the end", 1, "#E69F00", ".."))


def cost(result):
    """What vehicles pay, earn and still owe, mean over the replicas, and the net cost of each replica."""
    kpis = [(label, output_of(run, "kpis")) for label, run in result.controllers]
    if any("net_cost" not in group for _, group in kpis):
        raise NoData("output 'kpis' holds no net_cost: the study has no prices")
    values = {name: [np.nanmean(group[name][()]) if name in group else 0.0 for _, group in kpis] for name, *_ in COST_PARTS}
    if not any(abs(v) > 0 for row in values.values() for v in row):
        raise NoData("nothing is paid")
    currency = result.file.attrs.get("currency", "")
    figure, axes = plt.subplots(1, 2, figsize=(10, 1.7 + 0.55 * len(kpis)), sharey=True, gridspec_kw={"width_ratios": (3, 2)})
    most = max(abs(v) for row in values.values() for v in row)
    places = np.arange(len(kpis))
    positive = np.zeros(len(kpis))
    for name, meaning, sign, tint, hatch in COST_PARTS:
        part = sign * np.array(values[name])
        if np.abs(part).max() < 5e-4 * most:
            continue
        left = np.where(part >= 0, positive, 0.0)
        axes[0].barh(places, part, left=left, height=0.55, color=tint, hatch=hatch, edgecolor="white", linewidth=0, label=meaning)
        positive += np.maximum(part, 0)
    net = [float(np.nanmean(group["net_cost"][()])) for _, group in kpis]
    axes[0].plot(net, places, "D", color="black", markersize=6, label="net, without what is owed")
    axes[0].axvline(0, color="black", linewidth=1)
    axes[0].use_sticky_edges = False
    axes[0].margins(x=0.06)
    axes[0].set_yticks(places, [label for label, _ in kpis])
    axes[0].set_ylim(len(kpis) - 0.4, -0.6)
    axes[0].set_title(f"Cost, mean of {result.replicas} replicas, {plot_time.period_text(*result.period())}")
    for k, (label, group) in enumerate(kpis):
        draw_box(axes[1], k, group["net_cost"][()].astype(float), colour(k))
        mean, low, high = summary_of(result, result.controllers[k][1], "net_cost")
        text = f"{net[k]:,.2f}" + (f"  [{low:,.2f}, {high:,.2f}]" if math.isfinite(low) and math.isfinite(high) and mean == mean else "")
        axes[1].annotate(text, (0.5, k - 0.3), xycoords=("axes fraction", "data"), ha="center", va="bottom", fontsize=8.5, color="#333333")
    axes[1].set_title("net cost of the replicas, and its mean")
    for axis in axes:
        axis.set_xlabel(currency or "currency", fontsize=9)
        axis.grid(axis="y", visible=False)
        axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
    legend_below(figure, axes[0])
    return figure
