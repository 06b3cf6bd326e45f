"""Where the buses of a feeder are drawn: by its coordinates, or as a tree. Imported by `plot_map`; not a program."""
import numpy as np

MOST_INCHES, LEAST_INCHES = 5.2, 2.0


class Layout:
    """`x`, `y` by bus, and the size of a panel. A feeder without coordinates becomes a tree: its longest way is a straight line, and
    laterals take the free row that is nearest."""

    def __init__(self, result):
        feeder = result.file["feeder"]
        self.parent = feeder["parent"][()]
        self.is_tree = "x" not in feeder
        if self.is_tree:
            self.x, self.y = tree(self.parent)
            self.remark = "\nDrawn as a tree, since the feeder has no coordinates."
        else:
            self.x, self.y = filled(feeder["x"][()], feeder["y"][()], self.parent)
            self.remark = ""
        self.size_panel()

    def size_panel(self):
        wide, high = max(np.ptp(self.x), 1e-9), max(np.ptp(self.y), 1e-9)
        if self.is_tree:
            self.width, self.height = MOST_INCHES, min(4.2, max(1.6, 0.34 * high + 0.6))
            return
        ratio = high / wide
        self.width = MOST_INCHES if ratio <= 1 else max(3.4, MOST_INCHES / ratio)
        self.height = min(MOST_INCHES, max(LEAST_INCHES, self.width * ratio))

    def way(self, bus):
        """From the bus that feeds it; in a tree along its column, then its row."""
        up = self.parent[bus]
        if self.is_tree and self.y[up] != self.y[bus]:
            turn = self.x[up] + 0.35
            return [(self.x[up], self.y[up]), (turn, self.y[bus]), (self.x[bus], self.y[bus])]
        return [(self.x[up], self.y[up]), (self.x[bus], self.y[bus])]

    def frame(self, axis):
        for values, put in ((self.x, axis.set_xlim), (self.y, axis.set_ylim)):
            margin = 0.05 * np.ptp(values) + (0.4 if self.is_tree else 1e-6)
            put(values.min() - margin, values.max() + margin)
        if not self.is_tree:
            axis.set_aspect("equal")


def filled(x, y, parent):
    """Buses without coordinates lie between their neighbours, or at the one that is known."""
    x, y = x.copy(), y.copy()
    for _ in range(len(parent)):
        lost = np.flatnonzero(np.isnan(x) | np.isnan(y))
        if len(lost) == 0:
            break
        known = ~(np.isnan(x) | np.isnan(y))
        neighbours = {bus: [k for k in np.append(np.flatnonzero(parent == bus), parent[bus]) if k >= 0 and known[k]] for bus in lost}
        if not any(neighbours.values()):
            x[lost], y[lost] = 0.0, 0.0
        for bus, near in neighbours.items():
            if near:
                x[bus], y[bus] = np.mean(x[near]), np.mean(y[near])
    return x, y


def longest_ways(parent):
    """Ways that cover the tree, longest first from the source: [[bus, ...]]; each begins at a child of an earlier one."""
    count = len(parent)
    depth = np.zeros(count, dtype=int)  # of the tree below
    heir = np.full(count, -1)
    for bus in range(count - 1, 0, -1):
        up = parent[bus]
        if heir[up] < 0 or depth[bus] + 1 >= depth[up]:
            depth[up], heir[up] = depth[bus] + 1, bus
    ways, begins = [], [0]
    children = [[] for _ in range(count)]
    for bus in range(1, count):
        children[parent[bus]].append(bus)
    while begins:
        way = [begins.pop(0)]
        while heir[way[-1]] >= 0:
            way.append(heir[way[-1]])
        ways.append(way)
        begins += [child for bus in reversed(way) for child in children[bus] if child != heir[bus]]
    return ways


def tree(parent):
    x, y = np.zeros(len(parent)), np.zeros(len(parent))
    for bus in range(1, len(parent)):
        x[bus] = x[parent[bus]] + 1
    taken = {}  # row -> [(from column, to column)]

    def is_free(row, begin, end):
        return all(end < a or b < begin for a, b in taken.get(row, []))

    for way in longest_ways(parent):
        up = parent[way[0]]
        home = int(y[up]) if up >= 0 else 0
        begin, end = (x[up] if up >= 0 else 0.0), x[way[-1]]
        row = home
        if up >= 0:
            rows = (home + sign * step for step in range(1, len(parent) + 1) for sign in (-1, 1))
            row = next(r for r in rows if is_free(r, begin + 0.1, end))
        y[way] = row
        taken.setdefault(row, []).append((begin + 0.1, end))
    return x, y
