"""Makes the small GeoTIFFs in src/pipeline/testing/fixtures with GDAL (through rasterio).

    python scripts/make_fixtures.py

Content is synthetic: sample(band, x, y) = (37x + 101y + 1009b + (xy mod 251)) mod 4096, brought to the
sample type as in src/pipeline/testing/fixtures.ts, so that tests know every value without a file of truths.
What lossy codecs make of it stands in `*-by-gdal.tif`, as the command gdal_translate reads it. (It uses
libjpeg-turbo, as most programs do; the GDAL inside rasterio may hold another libjpeg, whose chroma differs.)
"""

import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

OUT = Path(__file__).resolve().parent.parent / "src" / "pipeline" / "testing" / "fixtures"
UTM = dict(crs="EPSG:32616", transform=Affine(30, 0, 452475, 0, -30, 3408645))


def samples(dtype, bands=3, width=40, height=30):
    b, y, x = np.mgrid[0:bands, 0:height, 0:width].astype(np.int64)
    v = (37 * x + 101 * y + 1009 * b + (x * y) % 251) % 4096
    if dtype == "uint8":
        return (v % 256).astype(dtype)
    if dtype == "int8":
        return (v % 256 - 128).astype(dtype)
    if dtype == "int16":
        return (v * 16 - 32768).astype(dtype)
    if dtype == "uint16":
        return (v * 16).astype(dtype)
    if dtype == "uint32":
        return (v * 1048576).astype(dtype)
    if dtype == "int32":
        return (v * 1048576 - 2147483648).astype(dtype)
    out = (v / 8).astype(dtype)
    out[:, 2, 3] = np.nan
    return out


def write(name, data, descriptions=(), tags=None, scales=None, offsets=None, colors=None, **options):
    profile = dict(driver="GTiff", count=data.shape[0], height=data.shape[1], width=data.shape[2], dtype=data.dtype)
    with rasterio.open(OUT / name, "w", **(profile | UTM | options)) as f:
        if colors:
            f.colorinterp = colors
        f.write(data)
        for i, text in enumerate(descriptions):
            f.set_band_description(i + 1, text)
        if tags:
            f.update_tags(**tags)
        if scales:
            f.scales, f.offsets = scales, offsets


def layouts():
    """One file per mix of sample type, byte order, blocks, compression, predictor and interleave."""
    tiled = dict(tiled=True, blockxsize=16, blockysize=16)
    strips = dict(blockysize=7)
    pixel, band = dict(interleave="pixel"), dict(interleave="band")
    big = dict(ENDIANNESS="BIG")

    def packed(kind, predictor=1):
        return dict(compress=kind) | ({} if predictor == 1 else dict(predictor=predictor))

    rows = [
        ("uint8", strips, packed("packbits"), pixel, {}),
        ("uint8", tiled, packed("lzw", 2), band, {}),
        ("uint8", tiled, packed("deflate", 2), pixel, big),
        ("int8", tiled, packed("deflate"), band, {}),
        ("uint16", strips, packed("none"), pixel, big),
        ("uint16", strips, packed("lzw", 2), pixel, big),
        ("uint16", tiled, packed("deflate", 2), band, big),
        ("uint16", tiled, packed("deflate", 2), pixel, dict(BIGTIFF="YES")),
        ("uint16", tiled, packed("deflate", 2), pixel, dict(BIGTIFF="YES") | big),
        ("uint16", strips, packed("zstd", 2), band, {}),
        ("int16", strips, packed("lzw"), band, {}),
        ("int16", tiled, packed("zstd", 2), pixel, big),
        ("uint32", tiled, packed("deflate", 2), band, big),
        ("int32", strips, packed("lzw", 2), pixel, {}),
        ("float32", tiled, packed("deflate", 3), pixel, {}),
        ("float32", tiled, packed("deflate", 3), band, big),
        ("float32", strips, packed("deflate", 2), pixel, big),
        ("float32", strips, packed("none"), pixel, big),
        ("float64", tiled, packed("lzw", 3), pixel, {}),
        ("float64", strips, packed("deflate", 3), band, big),
        ("float64", strips, packed("packbits"), pixel, big),
        ("uint8", tiled, packed("lerc"), pixel, {}),
        ("uint8", strips, packed("lerc_deflate"), band, {}),
        ("int8", tiled, packed("lerc_zstd"), band, {}),
        ("int16", tiled, packed("lerc"), pixel, big),
        ("uint16", strips, packed("lerc_zstd"), pixel, {}),
        ("int32", tiled, packed("lerc_deflate"), band, {}),
        ("float32", tiled, packed("lerc_zstd"), pixel, {}),
        ("float64", strips, packed("lerc_deflate"), band, {}),
    ]
    for dtype, blocks, packing, leave, extra in rows:
        name = "-".join([
            "layout", dtype,
            "MM" if "ENDIANNESS" in extra else "II",
            *(["big"] if "BIGTIFF" in extra else []),
            "tile" if "tiled" in blocks else "strip",
            packing["compress"], str(packing.get("predictor", 1)), leave["interleave"],
        ]) + ".tif"
        write(name, samples(dtype), **blocks, **packing, **leave, **extra)


def special():
    d = dict(compress="deflate")
    write("many-strips-MM.tif", samples("uint16", 3, 8, 600), blockysize=1, ENDIANNESS="BIG", predictor=2, interleave="pixel", **d)
    write("s2-described.tif", samples("uint16", 5), ["B02", "B03", "B04", "B08", "SCL"],
          dict(PROCESSING_BASELINE="05.09", SPACECRAFT_NAME="Sentinel-2A"), nodata=0, **d)
    write("scaled.tif", samples("int16", 4), ["blue", "green", "red", "nir"], dict(NOTE="a < b & \"c\""),
          scales=[2e-4] * 4, offsets=[-0.05] * 4, nodata=-32768, **d)
    write("rgba.tif", samples("uint8", 4), photometric="RGB", alpha="yes", **d)
    write("float-nan.tif", samples("float32", 6) / 1024, nodata=float("nan"), predictor=3, **d)
    write("geographic.tif", samples("uint16"), crs="EPSG:4326", transform=Affine(0.001, 0, 13.25, 0, -0.001, 45.75), **d)
    write("rotated.tif", samples("uint16"), transform=Affine(8, 3, 452475, 3, -8, 3408645), **d)
    write("point.tif", samples("uint16"), tags=dict(AREA_OR_POINT="Point"), **d)
    write("feet.tif", samples("uint16"), crs="EPSG:2229", **d)
    write("own-crs.tif", samples("uint16"), crs="+proj=laea +lat_0=50 +lon_0=9 +ellps=GRS80 +units=m", **d)
    write("sparse.tif", samples("uint16") * 0 + 7, SPARSE_OK=True, tiled=True, blockxsize=16, blockysize=16, nodata=7, **d)
    write("overviews.tif", samples("uint16", 3, 64, 64), tiled=True, blockxsize=16, blockysize=16, **d)
    with rasterio.open(OUT / "overviews.tif", "r+") as f:
        f.build_overviews([2, 4], rasterio.enums.Resampling.nearest)
    write("stats.tif", samples("uint16"), ["red", "green", "blue"], **d)
    with rasterio.open(OUT / "stats.tif", "r+") as f:
        f.update_tags(1, STATISTICS_MINIMUM="0", STATISTICS_MAXIMUM="9", KEEP="yes")


def picture(bands=3, width=72, height=52):
    """Smooth colours with one hard edge, as photographs have both."""
    b, y, x = np.mgrid[0:bands, 0:height, 0:width]
    v = 128 + 90 * np.sin(x / 9 + 2 * b) * np.cos(y / 7 - b)
    v[:, 20:35, 30:50] = np.array([230, 40, 60, 150])[:bands, None, None]
    return v.astype("uint8")


def image_codecs():
    tiled = dict(tiled=True, blockxsize=32, blockysize=32)
    jpeg = dict(compress="jpeg", jpeg_quality=85)
    write("jpeg-ycbcr.tif", picture(), photometric="YCBCR", interleave="pixel", **jpeg, **tiled)
    with rasterio.Env(COMPRESS_OVERVIEW="JPEG", PHOTOMETRIC_OVERVIEW="YCBCR", INTERLEAVE_OVERVIEW="PIXEL"):
        with rasterio.open(OUT / "jpeg-ycbcr.tif", "r+") as f:
            f.build_overviews([2], rasterio.enums.Resampling.average)
    write("jpeg-rgb.tif", picture(), photometric="RGB", interleave="pixel", blockysize=16, **jpeg)
    write("jpeg-rgba.tif", picture(4), photometric="RGB", alpha="yes", interleave="pixel", **jpeg, **tiled)
    write("jpeg-bands.tif", picture(4), interleave="band", blockysize=24, **jpeg)
    write("lerc-lossy.tif", samples("float32") / 7, compress="lerc", max_z_error=0.5, interleave="pixel", **tiled)
    with rasterio.open(OUT / "lerc-lossy.tif") as f:
        write("lerc-lossy-by-gdal.tif", f.read(), compress="deflate", predictor=3)
    for name in ["jpeg-ycbcr", "jpeg-rgb", "jpeg-rgba", "jpeg-bands"]:
        subprocess.run(["gdal_translate", "-q", OUT / f"{name}.tif", OUT / f"{name}-by-gdal.tif", "-co", "COMPRESS=DEFLATE",
                        "-co", "PREDICTOR=2", "-co", "PHOTOMETRIC=MINISBLACK", "-co", "INTERLEAVE=BAND"], check=True)

    # An alpha band of 0 and 255 becomes the mask of the other three.
    masked = samples("uint8", 4)
    masked[3] = np.where(masked[3] > 100, 255, 0)
    write("lerc-alpha.tif", masked, photometric="RGB", alpha="non-premultiplied", compress="lerc", interleave="pixel", **tiled)
    # Missing at other places in each band: three LERC images in a block, each with its mask.
    gaps = samples("float32")
    for band in range(3):
        gaps[band, 5 + band : 12, 20 : 25 + band] = np.nan
    write("lerc-gaps.tif", gaps, compress="lerc", interleave="pixel", **tiled)
    write("bad-lerc-uint32.tif", samples("uint32"), compress="lerc", interleave="pixel", **tiled)


def bad():
    d = dict(compress="deflate")
    write("bad-single-band.tif", samples("uint16", 1), **d)
    write("bad-palette.tif", samples("uint8", 1), photometric="PALETTE", colors=[ColorInterp.palette], **d)
    write("bad-complex.tif", samples("float32").astype("complex64"), **d)
    write("bad-bits.tif", samples("uint8") % 2, NBITS=1, **d)
    tiff(OUT / "bad-too-large.tif", 400_000, 300_000, zlib.compress(bytes(64), 9))
    plain = dict(interleave="pixel", blockysize=30)
    write("plain.tif", samples("uint16"), **plain)
    whole = (OUT / "plain.tif").read_bytes()
    (OUT / "bad-truncated.tif").write_bytes(whole[: len(whole) // 2])

    first, = struct.unpack_from("<I", whole, 4)
    entries, = struct.unpack_from("<H", whole, first)
    places = {struct.unpack_from("<H", whole, first + 2 + 12 * i)[0]: first + 2 + 12 * i for i in range(entries)}

    def patched(name, *changes):
        copy = bytearray(whole)
        for position, form, value in changes:
            struct.pack_into(form, copy, position, value)
        (OUT / name).write_bytes(copy)

    patched("bad-cyclic.tif", (first + 2 + 12 * entries, "<I", first))
    patched("bad-zero-size.tif", (places[256] + 8, "<H", 0), (places[257] + 8, "<H", 0))
    patched("bad-count.tif", (places[258] + 4, "<I", 0xFFFFFFF0))
    patched("bad-ifd-offset.tif", (4, "<I", 0x7FFFFFFF))
    patched("bad-compression.tif", (places[259] + 8, "<H", 34661))
    patched("bad-block-table.tif", (places[278] + 8, "<H", 2))
    patched("bad-jpeg.tif", (places[259] + 8, "<H", 6))
    (OUT / "plain.tif").unlink()
    bombs()


def tiff(path, width, height, payload, bits=16, bands=3):
    """A classic little-endian TIFF of one DEFLATE strip, whatever that strip holds."""
    tags = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 8), (262, 3, 1), (273, 4, 8),
            (277, 3, bands), (278, 4, height), (279, 4, len(payload))]
    ifd = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in tags) + b"\0" * 4
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(payload)) + payload + ifd)


def bombs():
    # 20 MB of zeros in the strip of a 64 x 64 image: must not be inflated beyond the image's own size.
    tiff(OUT / "bomb-strip.tif", 64, 64, zlib.compress(bytes(20_000_000), 9))
    # 229 MB declared, from a strip of some bytes.
    tiff(OUT / "bomb-declared.tif", 8000, 5000, zlib.compress(bytes(64), 9))
    # A strip that is no DEFLATE stream, and one that ends early.
    tiff(OUT / "bad-stream.tif", 64, 64, bytes(range(1, 200)))
    tiff(OUT / "bad-short-stream.tif", 64, 64, zlib.compress(bytes(1000), 9))


def other_formats():
    for name, driver in [("not-a-tiff.png", "PNG"), ("not-a-tiff.jpg", "JPEG"), ("not-a-tiff.jp2", "JP2OpenJPEG")]:
        with rasterio.open(OUT / name, "w", driver=driver, count=3, width=40, height=30, dtype="uint8") as f:
            f.write(samples("uint8"))
    with rasterio.open(OUT / "no-georeference.tif", "w", driver="GTiff", count=3, width=40, height=30, dtype="uint8",
                       compress="deflate", photometric="RGB") as f:
        f.write(samples("uint8"))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    layouts()
    special()
    image_codecs()
    bad()
    other_formats()
    for extra in OUT.glob("*.aux.xml"):
        extra.unlink()
