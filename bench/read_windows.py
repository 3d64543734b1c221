"""GDAL's part of bench/read-windows.mjs and first-pixels.mjs.

    python3 read_windows.py make FILE SIDE BANDS TYPE [CREATION OPTION ...]
    python3 read_windows.py read FILE WINDOW         seconds of processor time for all windows, one thread
"""

import sys
import time

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def make(path, side, bands, dtype, *options):
    """Smooth ground with noise in the low bits, as imagery has: DEFLATE leaves about two thirds."""
    kind = {"uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32, "uint8": gdal.GDT_Byte}[dtype]
    dataset = gdal.GetDriverByName("GTiff").Create(path, side, side, bands, kind, list(options))
    dataset.SetGeoTransform([600000, 10, 0, 5000000, 0, -10])
    random = np.random.default_rng(1)
    columns = np.arange(side)
    for top in range(0, side, 512):
        rows = np.arange(top, min(side, top + 512))[:, None]
        ground = 1500 + 700 * np.sin(columns / 190) * np.cos(rows / 230) + 300 * np.sin((columns + rows) / 17)
        for band in range(bands):
            values = ground * (1 + 0.2 * band) + random.integers(0, 60, ground.shape)
            if dtype == "float32":
                values = (values / 10000).astype("float32")
            dataset.GetRasterBand(band + 1).WriteArray(values.astype(dtype), 0, top)
    dataset = None


def read(path, window):
    dataset = gdal.Open(path)
    start = time.process_time()
    for y in range(0, dataset.RasterYSize, window):
        for x in range(0, dataset.RasterXSize, window):
            width, height = min(window, dataset.RasterXSize - x), min(window, dataset.RasterYSize - y)
            dataset.ReadRaster(x, y, width, height)
    print(time.process_time() - start)


if __name__ == "__main__":
    command, path, *rest = sys.argv[1:]
    if command == "make":
        make(path, int(rest[0]), int(rest[1]), *rest[2:])
    else:
        read(path, int(rest[0]))
