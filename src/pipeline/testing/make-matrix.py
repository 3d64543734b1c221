"""Writes the matrix of TIFF layouts with GDAL into a folder, and what GDAL reads from each into cells.json.

    python3 make-matrix.py FOLDER

The full product of byte order x strips or tiles x interleave x sample type x compression x predictor x extra (none,
overviews, mask, no-data, alpha), as far as GDAL writes it; and all of that but the extra as BigTIFF, the extras in turn.
"""

import hashlib
import itertools
import json
import sys
from pathlib import Path

import numpy as np
from osgeo import gdal

WIDTH, HEIGHT = 70, 45
TYPES = {
    "uint8": gdal.GDT_Byte,
    "int16": gdal.GDT_Int16,
    "uint16": gdal.GDT_UInt16,
    "uint32": gdal.GDT_UInt32,
    "float16": gdal.GDT_Float32,
    "float32": gdal.GDT_Float32,
    "float64": gdal.GDT_Float64,
}
EXTRAS = ["none", "overviews", "mask", "nodata", "alpha"]
NODATA = 7
AXES = ["order", "big", "blocks", "interleave", "type", "compress", "predictor", "extra"]


def codecs(dtype):
    yield from (("NONE", 1), ("PACKBITS", 1))
    if dtype == "uint8":
        yield "JPEG", 1
    if dtype != "float16":
        yield "LERC", 1
    predictors = (1, 2, 3) if dtype.startswith("float") else (1, 2)
    yield from itertools.product(("LZW", "DEFLATE", "ZSTD"), predictors)


def cells():
    structure = itertools.product(["LITTLE", "BIG"], ["strip", "tile"], ["PIXEL", "BAND"], TYPES, EXTRAS)
    for row, (order, blocks, interleave, dtype, extra) in enumerate(structure):
        for column, (compress, predictor) in enumerate(codecs(dtype)):
            yield order, "NO", blocks, interleave, dtype, compress, predictor, extra
            if (row + column) % len(EXTRAS) == 0:
                yield order, "YES", blocks, interleave, dtype, compress, predictor, extra


def content(dtype, bands):
    """Smooth, with an edge, noise in the low bits and, in floats, some large, small and missing values."""
    b, y, x = np.mgrid[0:bands, 0:HEIGHT, 0:WIDTH].astype("float64")
    v = 0.5 + 0.4 * np.sin(x / 9 + b) * np.cos(y / 7 - b)
    v[:, 20:30, 30:50] = 0.9
    v += np.random.default_rng(1).random(v.shape) * 0.02
    if not dtype.startswith("float"):
        info = np.iinfo(dtype)
        return (info.min + v * (float(info.max) - info.min)).astype(dtype)
    out = ((v - 0.5) * 300).astype("float32" if dtype == "float16" else dtype)
    out[:, 3, 4], out[:, 3, 5], out[:, 3, 6], out[:, 4, 6] = 60000, 1e-6, 0, np.nan
    return out


def write(path, order, big, blocks, interleave, dtype, compress, predictor, extra):
    bands = 4 if extra == "alpha" else 3
    data = content(dtype, bands)
    options = [f"ENDIANNESS={order}", f"BIGTIFF={big}", f"INTERLEAVE={interleave}", f"COMPRESS={compress}"]
    options.append("PHOTOMETRIC=RGB" if extra == "alpha" else "PHOTOMETRIC=MINISBLACK")
    options += ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"] if blocks == "tile" else ["BLOCKYSIZE=8"]
    if compress in ("LZW", "DEFLATE", "ZSTD"):
        options.append(f"PREDICTOR={predictor}")
    if dtype == "float16":
        options.append("NBITS=16")
    if extra == "alpha":
        options.append("ALPHA=YES")
        data[3] = 0
        data[3, 5:40, 8:60] = 255
    if extra == "nodata":
        data[:, 10:16, 12:33] = NODATA
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), WIDTH, HEIGHT, bands, TYPES[dtype], options)
    if dataset is None:
        return False
    if extra == "nodata":
        dataset.GetRasterBand(1).SetNoDataValue(NODATA)
    if extra == "mask":
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        mask = np.zeros((HEIGHT, WIDTH), "uint8")
        mask[5:40, 8:61] = 255
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(mask)
    for i in range(bands):
        dataset.GetRasterBand(i + 1).WriteArray(data[i])
    if dataset.FlushCache() not in (None, 0):
        return False
    if extra == "overviews":
        dataset.BuildOverviews("NEAREST", [2])
    dataset = None
    return gdal.GetLastErrorMsg() == ""


def fingerprint(array):
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def describe(path, cell):
    dataset = gdal.Open(str(path))
    samples = dataset.ReadAsArray()
    entry = dict(zip(AXES, cell), file=path.name, bands=dataset.RasterCount, samples=fingerprint(samples))
    if entry["compress"] == "JPEG":
        entry["values"] = samples.reshape(-1).tolist()
    interpretations = [dataset.GetRasterBand(i + 1).GetColorInterpretation() for i in range(dataset.RasterCount)]
    if gdal.GCI_AlphaBand in interpretations:
        entry["alpha"] = interpretations.index(gdal.GCI_AlphaBand)
    if entry["extra"] == "mask":
        entry["mask"] = fingerprint(dataset.GetRasterBand(1).GetMaskBand().ReadAsArray())
    if entry["extra"] == "overviews":
        levels = [dataset.GetRasterBand(i + 1).GetOverview(0) for i in range(dataset.RasterCount)]
        entry["overview"] = fingerprint(np.stack([level.ReadAsArray() for level in levels]))
        entry["overviewSize"] = [levels[0].XSize, levels[0].YSize]
    return entry


def main(folder):
    gdal.UseExceptions()
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    described = []
    for index, cell in enumerate(cells()):
        path = folder / f"{index}.tif"
        gdal.ErrorReset()
        try:
            if write(path, *cell):
                described.append(describe(path, cell))
                continue
        except RuntimeError:
            pass
        # What GDAL itself does not write, or not read again.
        path.unlink(missing_ok=True)
    (folder / "cells.json").write_text(json.dumps(described))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
