"""The figure of an explanation (`evsweep why --out`): the hour around a violation, and whose doing it is. Imported by `plot`; not a
program."""
import datetime
import textwrap

import matplotlib.dates as mdates

import plot_common
from plot_common import NoData, colour, np, plt
import plot_time

MOST_BARS = 12
GREY, DARK, GENERATED = "#BBBBBB", "#777777", "#E9D8A6"
LIMIT = "#B00020"


def open_explanation(path):
    """None where the file is another result."""
    file = plot_common.h5py.File(path, "r")
    return Explanation(file) if file.attrs.get("content", "") == "explanation" else None


class Explanation:
    """What the figure needs of the file."""

    replica = vehicle = day = None

    def __init__(self, file):
        why = file["why"]
        self.title, self.attributes, self.why = file.attrs["title"], dict(why.attrs), why
        self.unit = why.attrs["units"]
        self.start = plot_time.start_of(file)
        self.hour = why.get("hour")

    def clock(self, hours):
        return [self.start + datetime.timedelta(hours=float(h)) for h in np.atleast_1d(hours)]

    def moment(self):
        return self.clock(self.attributes["time_h"])[0]

    def heading(self):
        kind = self.attributes["limit_kind"].replace("_", " ")
        return (f"{kind} at {self.attributes['element']}, {self.moment():%a %H:%M}, under {self.attributes['controller']}, "
                f"replica {self.attributes['replica']}")


def parts_of_hour(hour):
    """[(name, kW by time, colour)] from the bottom of the stack to its top."""
    parts = [("base load", hour["loads_kw"][()], GREY)]
    if np.any(hour["other_vehicles_kw"][()]):
        parts.append(("other vehicles" if "part" in hour else "vehicles", hour["other_vehicles_kw"][()], DARK))
    if np.any(hour["other_fed_in_kw"][()]):
        parts.append(("other generators", -hour["other_fed_in_kw"][()], GENERATED))
    if "part" in hour:
        names = hour["part"].asstr()[()]
        parts += [(name, hour["part_kw"][k], colour(k)) for k, name in enumerate(names)]
    return parts


def draw_powers(axis, it):
    """What is drawn piles up from zero, what is fed in hangs below it."""
    times = it.clock(it.hour["time"][()])
    above, below, total = (np.zeros(len(times)) for _ in range(3))
    for name, kw, tint in parts_of_hour(it.hour):
        up, down = np.maximum(kw, 0.0), np.minimum(kw, 0.0)
        axis.fill_between(times, above, above + up, step="post", color=tint, linewidth=0, label=name)
        axis.fill_between(times, below, below + down, step="post", color=tint, linewidth=0)
        above, below, total = above + up, below + down, total + kw
    axis.step(times, total, where="post", color="black", linewidth=1.2, label="total")
    axis.set_ylabel("power (kW)")
    axis.set_title("Who draws, without losses")
    handles, labels = axis.get_legend_handles_labels()
    axis.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8.5)


def draw_value(axis, it):
    axis.plot(it.clock(it.hour["time"][()]), it.hour["value"][()], color="#0072B2")
    limit = it.attributes["limit"]
    axis.axhline(limit, color=LIMIT, linewidth=1.1, linestyle=(0, (8, 3)))
    axis.annotate(f"limit {limit:g} {it.unit}", (1, limit), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                  xytext=(-2, 2), textcoords="offset points", color=LIMIT, fontsize=8.5)
    axis.plot([it.moment()], [it.attributes["value"]], marker="o", markersize=6, color="#0072B2")
    word = {"pu": "voltage (pu)"}.get(it.unit, "unbalance factor (%)" if "unbalance" in it.attributes["limit_kind"] else "loading (%)")
    axis.set_ylabel(word)
    axis.set_title(f"{it.attributes['value']:.4g} {it.unit} at the worst instant; {it.attributes['value_of_nobody']:.4g} {it.unit} "
                   "with nobody drawing", fontsize=10)


def bars_of(it):
    """[(name, share, error, tint)]: the largest shares, vehicles by bus where single ones cannot be seen, then all others."""
    names, kinds, buses = (it.why[key].asstr()[()] for key in ("actor", "kind", "bus"))
    shares, errors = it.why["share"][()], it.why["share_error"][()]
    rows = {}  # by name: share, square of the error, kind, members
    for k in np.flatnonzero(shares):
        by_bus = it.hour.attrs["is_by_bus"] and kinds[k] == "vehicle"
        name = f"vehicles at bus {buses[k]}" if by_bus else names[k]
        share, square, _, members = rows.get(name, (0.0, 0.0, kinds[k], 0))
        rows[name] = share + shares[k], square + errors[k] ** 2, kinds[k], members + 1
    shown = list(it.hour["part"].asstr()[()]) if "part" in it.hour else []
    tint = {"base load": GREY, "vehicle": DARK}
    order = sorted(rows, key=lambda name: -abs(rows[name][0]))
    bars = [(name, rows[name][0], rows[name][1] ** 0.5,
             colour(shown.index(name)) if name in shown else tint.get(rows[name][2], GENERATED)) for name in order[:MOST_BARS]]
    for kind, word in (("vehicle", "other vehicles"), ("battery", "other batteries"), ("generator", "other generators"),
                       ("base load", "loads at other buses")):
        rest = [rows[name] for name in order[MOST_BARS:] if rows[name][2] == kind]
        if rest:
            bars.append((f"{word} ({sum(row[3] for row in rest)})", sum(row[0] for row in rest), 0.0, tint.get(kind, GENERATED)))
    return bars


def draw_shares(axis, it):
    bars = bars_of(it)
    places = np.arange(len(bars))
    axis.barh(places, [share for _, share, _, _ in bars], xerr=[error for _, _, error, _ in bars], height=0.72,
              color=[tint for *_, tint in bars], error_kw={"linewidth": 1})
    axis.set_yticks(places, [name for name, *_ in bars], fontsize=8.5)
    axis.invert_yaxis()
    axis.axvline(0, color="black", linewidth=1)
    axis.grid(axis="y", visible=False)
    axis.xaxis.set_major_locator(plot_common.matplotlib.ticker.MaxNLocator(5))
    axis.set_xlabel(f"Shapley share ({it.unit})")
    axis.set_title("Whose doing it is at that instant")


def why_hour(it):
    if it.hour is None:
        raise NoData("the file holds no hour around the violation")
    figure = plt.figure(figsize=(13, 6.6))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.55, 1), height_ratios=(1.5, 1))
    powers = figure.add_subplot(grid[0, 0])
    value = figure.add_subplot(grid[1, 0], sharex=powers)
    draw_powers(powers, it)
    draw_value(value, it)
    for axis in (powers, value):
        axis.axvline(it.moment(), color="black", linewidth=0.8, linestyle=":")
    times = it.clock(it.hour["time"][()])
    powers.set_xlim(times[0], times[-1])
    value.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=9))
    value.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
    value.set_xlabel(f"{it.moment():%a %d %b %Y}, local time")
    powers.tick_params(labelbottom=False)
    draw_shares(figure.add_subplot(grid[:, 1]), it)
    figure.suptitle(textwrap.shorten(f"{it.title}: {it.heading()}", 150), x=0.01, ha="left", fontsize=11)
    figure.tight_layout()
    return figure


FIGURES = [why_hour]
