"""The manifest of a folder of one's own: `python -m unclouded_training.manifest --data DIR [--bands blue green ..] [--scale 0.0001] [--sensor S2]`.

Writes `DIR/manifest.json`, a row for every GeoTIFF under `train/`, `val/` and `real/`. Roles of bands are the file's band descriptions (of
8-bit RGB its colours), the scale is the file's own; `--bands` and `--scale` speak for the files that have none. A file of which neither tells enough is left out and named.
"""
from __future__ import annotations

import argparse
import json
import math
import warnings
from pathlib import Path

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from .bands import BANDS, DEFAULT_DATA
from .errors import InputError, command

FOLDERS = ("train", "val", "real")
METRES_PER_DEGREE = 111_320.0


def pixel_metres(source: rasterio.DatasetReader) -> float | None:
    """Ground sampling distance along a row in metres, or None where the file does not say."""
    if source.crs is None:
        return None
    width = math.hypot(source.transform.a, source.transform.d)
    if source.crs.is_geographic:
        latitude = (source.bounds.top + source.bounds.bottom) / 2
        return round(width * METRES_PER_DEGREE * math.cos(math.radians(latitude)), 2)
    return round(width * source.crs.linear_units_factor[1], 2)


def describe(data: Path, path: Path, bands: list[str] | None, scale: float | None, sensor: str) -> dict:
    """The row of one file. Raises InputError where roles or scale are known neither from the file nor from the arguments."""
    try:
        with rasterio.open(path) as source:
            said = [(d or "").strip().lower() for d in source.descriptions]
            dtype, own, gsd, georeferenced = source.dtypes[0], source.scales[0], pixel_metres(source), source.crs is not None
            offset, width, height = source.offsets[0], source.width, source.height
            shown = [c.name for c in source.colorinterp]
    except RasterioError as error:
        raise InputError(f"cannot be read ({error})") from None
    roles = said if any(name in BANDS for name in said) else bands
    if roles is not said and dtype == "uint8" and len(said) <= 4 and {"red", "green", "blue"} <= set(shown):
        roles = shown
    if roles is None:
        raise InputError(f"does not say what its {len(said)} bands are: describe them as {', '.join(BANDS)}, or give --bands")
    if len(roles) != len(said):
        raise InputError(f"has {len(said)} bands, --bands names {len(roles)}")
    if offset:
        raise InputError(f"has an offset of {offset}, which is not supported: write its reflectance without one")
    factor = own if own != 1 else scale
    if dtype == "uint8":
        factor = None if own == 1 else own
    elif dtype.startswith(("int", "uint")) and not factor:
        raise InputError(f"holds {dtype} without a scale: give --scale, for example 0.0001 for reflectance * 10000")
    return {"file": path.relative_to(data).as_posix(), "sensor": sensor, "gsd_m": gsd, "place": path.stem, "date": None, "bands": roles,
            "width": width, "height": height, "dtype": dtype, "scale": factor, "georeferenced": georeferenced, "note": ""}


def describe_folder(data: Path, bands: list[str] | None, scale: float | None, sensor: str) -> tuple[list[dict], list[str]]:
    """Rows of all files of which enough is known, and a sentence on each of the others."""
    rows, left = [], []
    for path in sorted(p for folder in FOLDERS for p in (data / folder).rglob("*") if p.suffix.lower() in (".tif", ".tiff")):
        try:
            rows.append(describe(data, path, bands, scale, sensor))
        except InputError as error:
            left.append(f"{path.relative_to(data)} {error}")
    return rows, left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--bands", nargs="+", help="roles in file order of the bands of files that do not describe them")
    parser.add_argument("--scale", type=float, help="reflectance per unit of integer files that have no scale")
    parser.add_argument("--sensor", default="", help="S2 (display values are reflectance), L (Landsat's 8-bit numbers), or nothing")
    arguments = parser.parse_args()
    path = arguments.data / "manifest.json"
    if path.exists():
        raise InputError(f"{path} is there already: change it by hand, or delete it first")
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    rows, left = describe_folder(arguments.data, arguments.bands, arguments.scale, arguments.sensor)
    for sentence in left:
        print("left out:", sentence)
    if not rows:
        raise InputError(f"no usable GeoTIFF under {arguments.data} in {', '.join(f'{f}/' for f in FOLDERS)}")
    path.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{path}: {len(rows)} files")


if __name__ == "__main__":
    command(main)
