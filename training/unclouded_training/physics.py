"""What clouds, shadows and cameras do to a picture, as functions of tensors.

A cloud layer is an optical depth field. Its opacity in band b is `a_b = 1 - exp(-tau (lambda_b / lambda_ref)**-g)` and the
picture becomes `(1 - a_b) ground + a_b cloud_b`. The shadow is the same field shifted away from the sun by
h tan(zenith) / gsd pixels, slightly blurred, and darkens every band by its own ratio. The measured ranges are
those of shared research notes on labelled Sentinel-2 and Landsat scenes (see README).
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from .bands import WAVELENGTH
from .shapes import FIELD

#: Median reflectance of thick cloud, blue green red nir swir16 swir22.
CLOUD_S2 = (0.42, 0.40, 0.42, 0.59, 0.48, 0.37)
CLOUD_L7 = (0.26, 0.27, 0.30, 0.37, 0.36, 0.28)
#: Shadow / clear ratio at the lightest and the darkest draw.
SHADOW_LIGHT = (0.95, 0.85, 0.80, 0.60, 0.45, 0.45)
SHADOW_DARK = (0.75, 0.60, 0.50, 0.30, 0.25, 0.25)
#: Reflectance that DN 255 of a Landsat TM/ETM+ high-gain picture stands for, roughly (calibration at a 40 degree sun).
LANDSAT8BIT = (0.42, 0.46, 0.42, 0.60, 0.53, 0.50)
#: What the air adds to the ground at the top of the atmosphere, roughly: the step between processing levels.
PATH_RADIANCE = (0.07, 0.04, 0.025, 0.01, 0.003, 0.001)
LAMBDA_REF = 0.56
#: Reflectance of clear and of turbid water.
WATER_CLEAR = (0.05, 0.04, 0.02, 0.01, 0.003, 0.002)
WATER_TURBID = (0.10, 0.14, 0.17, 0.10, 0.012, 0.008)
#: Scale height in metres of the water vapour that makes the ground invisible at 1.38 micrometres.
VAPOUR_HEIGHT = 2000.0
#: Seconds between blue and each band until a sensor sees the same ground in it, by the start of the sensor's name. Sentinel-2: its User Handbook; OLI: its bands
#: in the order in which they lie along the track, evenly spaced, about as far apart as they see real clouds. TM and ETM+ see all bands at once.
BAND_TIMES = {"S2": (0.0, 0.527, 1.005, 0.264, 1.468, 2.085), "L8": (0.0, 0.55, 0.41, 0.28, 0.83, 0.69)}
#: Change of the angle of view in radians per second: 7.4 km/s, seen from 786 km.
VIEW_RATE = 0.0094
JPEG_TABLE = (
    16.0, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99)
#: Soft limits of the labels: visible opacity where thin and where thick cloud begins, darkening where shadow begins.
THIN_RAMP, THICK_RAMP, SHADOW_RAMP = (0.06, 0.10), (0.60, 0.65), (0.09, 0.15)


def ramp(x: torch.Tensor, limits: tuple[float, float]) -> torch.Tensor:
    """0 below the first limit, 1 above the second, linear between."""
    return ((x - limits[0]) / (limits[1] - limits[0])).clamp(0, 1)


def band_depth_factor(g: torch.Tensor) -> torch.Tensor:
    """Angstrom-like exponent [N] to the factor on tau per band [N,6,1,1]."""
    wavelength = torch.tensor(WAVELENGTH) / LAMBDA_REF
    return (wavelength[None] ** -g[:, None])[:, :, None, None]


def shadow_ratio(darkness: torch.Tensor) -> torch.Tensor:
    """Darkness [N] in 0..1 to the full shadow's ratio per band [N,6]."""
    light, dark = torch.tensor(SHADOW_LIGHT), torch.tensor(SHADOW_DARK)
    return light + (dark - light) * darkness[:, None]


def shadow_offset(height_m: float, zenith: float, azimuth: float, gsd_m: float) -> tuple[float, float]:
    """(dx, dy) in pixels, x east and y south, from a cloud to its shadow; angles in radians, azimuth clockwise from north."""
    length = height_m * math.tan(zenith) / gsd_m
    return -length * math.sin(azimuth), length * math.cos(azimuth)


def parallax(height_m: torch.Tensor, track: torch.Tensor, times: torch.Tensor, gsd_m: torch.Tensor) -> torch.Tensor:
    """How far bands [N,6,2] (dx, dy) in pixels see clouds at `height_m` [N] from where blue does, on ground that is registered; `track` [N] is the direction
    of flight in radians, `times` [N,6] as `BAND_TIMES` (Skakun et al. 2017: over a pixel between blue and red of Sentinel-2)."""
    length = (height_m / gsd_m)[:, None] * VIEW_RATE * times
    return torch.stack([length * torch.cos(track)[:, None], length * torch.sin(track)[:, None]], 2)


def seen_by_bands(fields: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Fields [N,C,S,S] as the bands see them, [N,C,6,S,S]: moved by `shift` [N,6,2] pixels (dx, dy), edges replicated."""
    n, c, size, _ = fields.shape
    theta = torch.zeros(6 * n, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1
    theta[:, :, 2] = -2 / size * shift.reshape(6 * n, 2)
    grid = F.affine_grid(theta, (6 * n, c, size, size), align_corners=False)
    each = fields[:, None].expand(-1, 6, -1, -1, -1).reshape(6 * n, c, size, size)
    return F.grid_sample(each, grid, padding_mode="border", align_corners=False).view(n, 6, c, size, size).transpose(1, 2)


def cirrus_transmittance(height_m: torch.Tensor, vapour: torch.Tensor) -> torch.Tensor:
    """Share of light [N] at 1.38 micrometres that reaches a layer at `height_m` [N] and returns; `vapour` [N] is the
    depth of the whole column of water vapour, there and back (Gao et al. 1993: low cloud and ground stay dark)."""
    return torch.exp(-vapour * torch.exp(-height_m / VAPOUR_HEIGHT))


def cloud_brightness(tau: torch.Tensor, growth: torch.Tensor) -> torch.Tensor:
    """Light that a cloud sends back, of what it would if it were infinitely deep, per share `1 - exp(-tau)` of the ground that it hides.

    A cloud goes on to grow brighter long after it has hidden the ground. Its albedo is x / (1 + x), x = (1 - g) / 2 times its optical
    depth (two-stream solution without absorption, Bohren 1987); water droplets have g = 0.85. The depth `tau` that hides the ground is smaller, as
    light that is scattered forwards still shows it: x = growth * tau.
    """
    tau = tau.clamp(min=1e-3)
    x = growth * tau
    return x / (1 + x) / (1 - torch.exp(-tau))


def labels(opacity: torch.Tensor, darkening: torch.Tensor) -> torch.Tensor:
    """Visible opacity and mean darkening, both [N,1,H,W], to soft classes [N,4,H,W]: clear, thin, thick, shadow."""
    cloud = ramp(opacity, THIN_RAMP)
    thick = ramp(opacity, THICK_RAMP)
    shadow = (1 - cloud) * ramp(darkening, SHADOW_RAMP)
    return torch.cat([1 - cloud - shadow, cloud - thick, thick, shadow], 1)


def sample_field(fields: torch.Tensor, centre: torch.Tensor, zoom: torch.Tensor, angle: torch.Tensor, size: int,
                 shift: torch.Tensor | None = None) -> torch.Tensor:
    """Crops [N,1,S,S] in 0..1 of shapes [N,512,512] in 0..255.

    `centre` [N,2] in -1..1, `zoom` [N] field pixels per picture pixel, `angle` [N] radians, `shift` [N,2] moves the
    crop's content by (dx, dy) picture pixels. Outside of the shape it is mirrored.
    """
    cos, sin = torch.cos(angle), torch.sin(angle)
    half = zoom * size / FIELD
    theta = torch.zeros(len(zoom), 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = half * cos, -half * sin
    theta[:, 1, 0], theta[:, 1, 1] = half * sin, half * cos
    theta[:, :, 2] = centre
    if shift is not None:
        s = shift * (2 / size)
        theta[:, 0, 2] -= half * (cos * s[:, 0] - sin * s[:, 1])
        theta[:, 1, 2] -= half * (sin * s[:, 0] + cos * s[:, 1])
    grid = F.affine_grid(theta, (len(zoom), 1, size, size), align_corners=False)
    return F.grid_sample(fields[:, None], grid, padding_mode="reflection", align_corners=False) * (1 / 255)


def blur(x: torch.Tensor, passes: int = 1) -> torch.Tensor:
    """`passes` binomial 3x3 blurs, edges replicated."""
    for _ in range(passes):
        p = F.pad(x, (1, 1, 1, 1), mode="replicate")
        x = 0.25 * p[..., :-2] + 0.5 * p[..., 1:-1] + 0.25 * p[..., 2:]
        x = 0.25 * x[..., :-2, :] + 0.5 * x[..., 1:-1, :] + 0.25 * x[..., 2:, :]
    return x


def jpeg(picture: torch.Tensor, quality: float) -> torch.Tensor:
    """What JPEG leaves of blue, green, red [3,S,S] in 0..1: 8x8 DCT, ITU-T T.81 luminance table at `quality` 1..100.

    Brightness and the two colour differences are quantised by the same table; the differences three times as coarsely.
    """
    n = torch.arange(8.0)
    dct = torch.cos(math.pi * (2 * n[None] + 1) * n[:, None] / 16) * torch.where(n == 0, math.sqrt(1 / 8), 0.5)[:, None]
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    table = (torch.tensor(JPEG_TABLE).view(8, 8) * scale).clamp(min=1) / 255
    blue, green, red = picture
    luma = 0.114 * blue + 0.587 * green + 0.299 * red
    planes = torch.stack([luma, blue - luma, red - luma])
    size = picture.shape[-1]
    blocks = planes.unfold(1, 8, 8).unfold(2, 8, 8)
    step = table * torch.tensor([1.0, 3.0, 3.0]).view(3, 1, 1, 1, 1)
    kept = torch.round(dct @ blocks @ dct.T / step) * step
    luma, b, r = (dct.T @ kept @ dct).permute(0, 1, 3, 2, 4).reshape(3, size, size)
    return torch.stack([luma + b, luma - (0.114 * b + 0.299 * r) / 0.587, luma + r]).clamp(0, 1)
