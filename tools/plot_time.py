"""Time in figures: hours since the start however a file writes them, days in place of too many marks, axes that name days.
Imported by `plot_common`; not a program."""
import datetime

import matplotlib.dates as mdates
import matplotlib.ticker
import numpy as np

MOST_DAYS_IN_FULL = 60  # what is longer is drawn by days: 35,040 marks of a year would be one block of ink
HOURS_IN = {"h": 1.0, "hours": 1.0, "hour": 1.0, "minutes": 1 / 60, "min": 1 / 60, "seconds": 1 / 3600, "s": 1 / 3600, "days": 24.0}

# What a day is drawn by; the largest value where nothing else is said.
BY_DAY = {"vmin_pu": "lowest", "phase_vmin_pu": "lowest", "mean_soc": "mean", "arrivals": "sum", "departures": "sum"}
REDUCERS = {"lowest": np.fmin, "highest": np.fmax}


def start_of(file):
    return datetime.datetime.fromisoformat(file.attrs["calendar_start"])


def hours_since_start(times):
    """Times of a coordinate in hours from the start of the scenario; its units are "h" or, by the CF conventions, "hours since DATE"."""
    units = times.attrs.get("units", "h")
    unit, _, since = (units.decode() if isinstance(units, bytes) else str(units)).partition(" since ")
    if unit not in HOURS_IN:
        raise ValueError(f"times in '{units}'")
    hours = times[()] * HOURS_IN[unit]
    if since:
        zero = datetime.datetime.fromisoformat(since.strip()).replace(tzinfo=None)
        hours = hours + (zero - start_of(times.file)).total_seconds() / 3600
    return hours


def is_long(hours):
    return len(hours) > 1 and hours[-1] - hours[0] > 24 * MOST_DAYS_IN_FULL


def midnight_before(start):
    """Hours from the start of the scenario to the midnight before it: zero or less."""
    return -(start - datetime.datetime.combine(start.date(), datetime.time())).total_seconds() / 3600


class Days:
    """Marks of every calendar day, to reduce values to one a day."""

    def __init__(self, hours, start):
        zero = midnight_before(start)
        day = np.floor((hours - zero) / 24 + 1e-9)
        self.first = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
        self.hours = zero + 24 * day[self.first]  # of the midnights

    def reduce(self, values, how, axis=0):
        """`how`: lowest, highest, mean or sum of each day, of the values that are known."""
        if how in REDUCERS:
            return REDUCERS[how].reduceat(values, self.first, axis=axis)
        known = np.isfinite(values)
        total = np.add.reduceat(np.where(known, values, 0.0), self.first, axis=axis)
        if how == "sum":
            return total
        count = np.add.reduceat(known.astype(float), self.first, axis=axis)
        return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def day_text(when):
    return f"{when:%a} {when.day} {when:%b}"


def period_text(begin, end):
    """The days from `begin` to `end`; an end at midnight belongs to the day before."""
    last = end - datetime.timedelta(seconds=1) if end > begin else end
    if begin.date() == last.date():
        return f"{day_text(begin)} {begin.year}"
    first = day_text(begin) if begin.year == last.year else f"{day_text(begin)} {begin.year}"
    return f"{first} to {day_text(last)} {last.year}"


def period_of(start, hours):
    """The days of a time axis; the last mark stands for the interval from it."""
    step = hours[-1] - hours[-2] if len(hours) > 1 else 0.0
    return period_text(*(start + datetime.timedelta(hours=float(h)) for h in (hours[0], hours[-1] + step)))


def moment_text(start, hours, at):
    """A moment as a time of day, with its day where the marks go over several."""
    when = start + datetime.timedelta(hours=float(hours[at]))
    return f"{when:%H:%M}" if hours[-1] - hours[0] <= 36 else f"{day_text(when)} {when:%H:%M}"


def name_spans(axis, low, high, edges, texts):
    """Ticks at the edges between spans, and their names in the middle of what is seen of them."""
    middles, shown = [], []
    widest = max(min(b, high) - max(a, low) for a, b in zip(edges, edges[1:]))
    for a, b, text in zip(edges, edges[1:], texts):
        seen = min(b, high) - max(a, low)
        if seen >= 0.45 * widest:
            middles.append(max(a, low) + seen / 2)
            shown.append(text)
    axis.xaxis.set_major_locator(matplotlib.ticker.FixedLocator([e for e in edges if low <= e <= high]))
    axis.xaxis.set_major_formatter(matplotlib.ticker.NullFormatter())
    axis.xaxis.set_minor_locator(matplotlib.ticker.FixedLocator(middles))
    axis.xaxis.set_minor_formatter(matplotlib.ticker.FixedFormatter(shown))
    for panel in axis.get_shared_x_axes().get_siblings(axis):  # they share the places, not how ticks look
        panel.tick_params(axis="x", which="minor", length=0)
        panel.tick_params(axis="x", which="major", length=7)


def day_axis(axis, low, high):
    """Days, or weeks by their Mondays where there is no room for every day."""
    inches = axis.get_position().width * axis.figure.get_size_inches()[0]
    edges = np.arange(np.floor(low), np.ceil(high) + 1)
    room = inches / (high - low)
    if room >= 0.3:
        texts = [f"{when:%a}\n{when.day} {when:%b}" if room >= 0.45 else f"{when:%a}\n{when.day}" for when in mdates.num2date(edges)]
        name_spans(axis, low, high, list(edges), texts[:-1])
        return
    every = 1 if 7 * room >= 0.75 else 2
    axis.xaxis.set_major_locator(mdates.WeekdayLocator(byweekday=mdates.MO, interval=every))
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%a\n%d %b"))
    axis.xaxis.set_minor_locator(mdates.DayLocator())


def month_axis(axis, low, high):
    first = mdates.num2date(low).date().replace(day=1)
    edges = [first]
    while mdates.date2num(edges[-1]) < high:
        edges.append((edges[-1] + datetime.timedelta(days=32)).replace(day=1))
    name_spans(axis, low, high, [mdates.date2num(edge) for edge in edges], [f"{edge:%b}" for edge in edges[:-1]])


def clock_axis(axis, hours):
    """Time below: of one day by the clock, of several by days, of a year by months; the dates are in the label."""
    axis.margins(x=0)
    low, high = axis.get_xlim()
    span = 24 * (high - low)
    axis.set_xlabel(("time of day, " if span <= 36 else "") + period_text(*(mdates.num2date(x) for x in (low, high))))
    if span <= 36:
        axis.xaxis.set_major_locator(mdates.HourLocator(byhour=range(0, 24, 3 if span > 12 else 1)))
        axis.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
    elif span <= 24 * MOST_DAYS_IN_FULL:
        day_axis(axis, low, high)
    else:
        month_axis(axis, low, high)
    axis.set_xlim(low, high)
