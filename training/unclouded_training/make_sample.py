"""The sample scene of the application: Landsat 7 over Olinda, Brazil, clear and with simulated clouds.

`python -m unclouded_training.make_sample [--source L7_ETMs.tif] [--out DIR] [--seed N]`

The source is the Landsat 7 picture of the R package stars (Debian: r-cran-stars). Nothing of it but its own pixels is
written; clouds are made-up fractal shapes with the optics of `simulate`.
"""
from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import rasterio
import torch

from .bands import BANDS, PROJECT_ROOT
from .errors import InputError, command
from .shapes import noise_field
from .physics import CLOUD_L7, LANDSAT8BIT, band_depth_factor, blur, labels, shadow_offset, shadow_ratio

#: Sun, cloud base and pixel of the simulated scene.
ZENITH, AZIMUTH, HEIGHT_M, GSD_M = math.radians(38), math.radians(62), 1150.0, 28.5


def shapes(height: int, width: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Optical depth of cumulus, of its shadow's field and of cirrus, and texture, each [1,1,H,W]."""
    rng = np.random.default_rng(seed)
    size = 512
    yy, xx = np.mgrid[0:size, 0:size]
    cells = noise_field(rng, size, 1.75)
    broad = noise_field(rng, size, 2.6)
    # Where the field of cumulus lies; cirrus and clear ground keep to the other parts.
    towards = np.exp(-(((yy - 190) / 130) ** 2 + ((xx - 225) / 120) ** 2))
    heaps = np.clip(cells + 0.25 * broad + 2.0 * towards - 1.75, 0, None)
    cumulus = 5.5 * (1 - np.exp(-0.9 * heaps))
    streaks = noise_field(rng, size, 1.9, 4.0, 0.6)
    mask = 1 / (1 + np.exp(-((yy + 0.5 * xx) - 520) / 24.0))
    cirrus = 0.6 * mask * np.clip(0.75 + 0.55 * streaks, 0, 2)
    dx, dy = shadow_offset(HEIGHT_M, ZENITH, AZIMUTH, GSD_M)
    cast = np.roll(cumulus, (round(dy), round(dx)), (0, 1))
    texture = noise_field(rng, size, 1.4)
    top, left = (size - height) // 2, (size - width) // 2
    cut = [torch.from_numpy(a[top:top + height, left:left + width].astype(np.float32))[None, None]
           for a in (cumulus, cast, cirrus, texture)]
    return cut[0], blur(cut[1], 2), cut[2], cut[3]


def simulate(clear: np.ndarray, seed: int) -> tuple[np.ndarray, torch.Tensor]:
    """Clear DN [6,H,W] uint8 to (cloudy DN uint8, class probabilities [1,4,H,W])."""
    unit = torch.tensor(LANDSAT8BIT)[None, :, None, None] / 255
    ground = torch.from_numpy(clear.astype(np.float32))[None] * unit
    cumulus, cast, cirrus, texture = shapes(*clear.shape[1:], seed)
    strength = 0.92 * (1 - torch.exp(-1.3 * cast))
    ratio = shadow_ratio(torch.tensor([0.55]))[:, :, None, None]
    shaded = ground * (1 - strength * (1 - ratio))
    a = 1 - torch.exp(-cumulus - cirrus * band_depth_factor(torch.tensor([0.25])))
    colour = 1.45 * torch.tensor(CLOUD_L7)[None, :, None, None]
    body = (0.78 + 0.22 * a.mean(1, keepdim=True)) * (1 + 0.05 * texture)
    cloudy = shaded * (1 - a) + colour * body * a
    noise = torch.from_numpy(np.random.default_rng(seed + 1).normal(0, 0.6, clear.shape).astype(np.float32))
    digital = torch.where(1 - torch.exp(-cumulus - cirrus) + strength > 0.004, (cloudy / unit)[0] + noise,
                          torch.from_numpy(clear.astype(np.float32)))
    p = labels(a[:, :3].mean(1, keepdim=True), strength * (1 - ratio.mean(1, keepdim=True)))
    return digital.round().clamp(1, 255)[0].numpy().astype(np.uint8), p


def write(path: Path, pixels: np.ndarray, source: rasterio.DatasetReader, **tags: str) -> None:
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 6, "height": pixels.shape[1], "width": pixels.shape[2],
               "crs": source.crs, "transform": source.transform, "tiled": True, "blockxsize": 256, "blockysize": 256,
               "compress": "deflate", "predictor": 2, "zlevel": 9, "interleave": "pixel"}
    with rasterio.open(path, "w", **profile) as out:
        out.write(pixels)
        for n, name in enumerate(BANDS, 1):
            out.set_band_description(n, name)
        out.update_tags(SENSOR="Landsat 7 ETM+", PLACE="Olinda, Brazil", SOURCE="USGS Landsat, public domain, by way of R package stars", **tags)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("/usr/lib/R/site-library/stars/tif/L7_ETMs.tif"))
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "public" / "samples")
    parser.add_argument("--seed", type=int, default=6)
    arguments = parser.parse_args()
    if not arguments.source.exists():
        raise InputError(f"{arguments.source} is missing: install Debian's r-cran-stars, or name its L7_ETMs.tif by --source")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with rasterio.open(arguments.source) as source:
        clear = source.read()
        cloudy, p = simulate(clear, arguments.seed)
        write(arguments.out / "landsat7-olinda-clear.tif", clear, source, SIMULATED="no")
        write(arguments.out / "landsat7-olinda-simulated-clouds.tif", cloudy, source,
              SIMULATED="yes: clouds and shadows are painted on a clear scene", SEED=str(arguments.seed))
    share = p.mean((0, 2, 3)).tolist()
    print("affected %.2f: thin %.2f thick %.2f shadow %.2f" % (1 - share[0], *share[1:]))


if __name__ == "__main__":
    command(main)
