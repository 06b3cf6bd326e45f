"""Whether two result files hold the same arrays with the same bits. Attributes of the root are provenance, and left out."""

import h5py
import numpy


def arrays_of(file):
    found = {}

    def note(name, thing):
        if isinstance(thing, h5py.Dataset):
            found[name] = thing

    file.visititems(note)
    return found


def bits(array):
    values = array[()]
    return values.tobytes() if isinstance(values, numpy.ndarray) and values.dtype.kind in "fiu" else repr(numpy.asarray(values).tolist())


def differing_arrays(one, other):
    """Names of arrays that differ, or that only one file holds."""
    with h5py.File(one) as a, h5py.File(other) as b:
        left, right = arrays_of(a), arrays_of(b)
        names = sorted(set(left) | set(right))
        return [name for name in names
                if name not in left or name not in right or left[name].shape != right[name].shape or bits(left[name]) != bits(right[name])]
