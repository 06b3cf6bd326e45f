#!/usr/bin/python3
"""Reads a result file with h5py and with every xarray engine that is installed, and compares it with what was meant.

usage: read_back.py RESULT.h5 EXPECTED.jsonl

Each line of EXPECTED is {"group", "variable", "dims", "units", "values"} (values row-major; "units" may be empty).
Exit status 0: all as expected; 1: a difference, printed to stderr; 77: a package is missing, nothing was checked.
"""
import importlib.util
import json
import sys

try:
    import h5py
    import numpy as np
    import xarray as xr
except ImportError as error:
    print(f"skipped: {error}", file=sys.stderr)
    sys.exit(77)

ENGINES = [name for name, module in (("h5netcdf", "h5netcdf"), ("netcdf4", "netCDF4")) if importlib.util.find_spec(module)]


def same(found, expected):
    found = np.asarray(found)
    if found.dtype.kind in "OSU":
        return [x.decode() if isinstance(x, bytes) else str(x) for x in found.ravel()] == expected
    expected = np.array([np.nan if x is None else x for x in expected], dtype=float)
    return found.size == expected.size and np.array_equal(found.ravel().astype(float), expected, equal_nan=True)


def check(claim, text, differences):
    if not claim:
        differences.append(text)


def check_with_h5py(file, row, differences):
    where = f"h5py {row['group']}/{row['variable']}"
    array = file[row["group"]][row["variable"]]
    values = array.asstr()[()] if h5py.check_string_dtype(array.dtype) else array[()]
    check(same(values, row["values"]), f"{where}: other values", differences)
    check(array.attrs.get("units", "") == row["units"], f"{where}: unit {array.attrs.get('units')}", differences)
    if array.attrs.get("CLASS") == b"DIMENSION_SCALE":
        dims = [row["variable"]]
    else:
        dims = [scale[0].name.rsplit("/", 1)[-1] for scale in array.dims if len(scale)]
    check(dims == row["dims"], f"{where}: dimensions {dims}", differences)
    if array.nbytes >= 4096 and array.dtype.kind == "f":
        check(array.chunks is not None and array.compression == "gzip", f"{where}: not compressed", differences)


def check_with_xarray(path, engine, row, differences):
    where = f"xarray {engine} {row['group']}/{row['variable']}"
    with xr.open_dataset(path, group=row["group"], engine=engine) as dataset:
        array = dataset[row["variable"]]
        check(same(array.values, row["values"]), f"{where}: other values {array.values}", differences)
        check(list(array.dims) == row["dims"], f"{where}: dimensions {array.dims}", differences)
        check(array.attrs.get("units", "") == row["units"], f"{where}: unit {array.attrs.get('units')}", differences)
        if row["variable"] in row["dims"]:
            check(row["variable"] in dataset.coords, f"{where}: no coordinate", differences)


def main(path, expected_path):
    if not ENGINES:
        print("skipped: xarray has neither h5netcdf nor netCDF4", file=sys.stderr)
        return 77
    with open(expected_path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    differences = []
    with h5py.File(path, "r") as file:
        check(int(file.attrs["evsweep_layout"]) == 1, "no layout version", differences)
        for row in rows:
            check_with_h5py(file, row, differences)
    for engine in ENGINES:
        for row in rows:
            check_with_xarray(path, engine, row, differences)
    for difference in differences:
        print(difference, file=sys.stderr)
    print(f"{len(rows)} arrays read with h5py and xarray ({', '.join(ENGINES)}): {len(differences)} differences")
    return 1 if differences or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
