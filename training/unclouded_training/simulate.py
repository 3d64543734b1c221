"""Cloudy versions of clear scenes, drawn at random; the physics is in `physics.py`, the shapes come from a bank (`shapes.py`)."""
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .bands import REFLECTANCE_MAX, RGB, RGBN
from .physics import (
    BAND_TIMES, CLOUD_L7, CLOUD_S2, LANDSAT8BIT, PATH_RADIANCE, WATER_CLEAR, WATER_TURBID, band_depth_factor, blur,
    cirrus_transmittance, cloud_brightness, jpeg, labels, parallax, sample_field, seen_by_bands, shadow_ratio)

#: Share of the pictures that lie wholly under an even veil: of those in reflectance, and of RGB pictures.
VEIL_SHARE, VEIL_SHARE_RGB = 0.08, 0.12
#: Optical depth of an even veil; a lighter one cannot be told from a dull picture.
VEIL_DEPTH = (0.3, 1.5)
#: Share of the RGB pictures without a display stretch whose ground is dull: grey haze under the clouds lets this share of its contrast through. It counts as clear.
DULL_SHARE, DULL_CONTRAST, DULL_LIGHT = 0.2, (0.35, 0.95), (0.1, 0.6)
#: Share of the RGB pictures that show other bands, and which ones in place of blue, green and red: usual false-colour composites.
FALSE_COLOUR_SHARE = 0.2
FALSE_COLOURS = ((1, 2, 3), (1, 3, 4), (0, 3, 4), (2, 3, 5))
#: How fast clouds grow brighter with their depth: see `cloud_brightness`.
CLOUD_GROWTH = (0.15, 0.6)
#: An even veil leaves the pattern of the ground readable, so that it counts as thin however dense it is.
VEIL_LIMIT = 0.55


@dataclass
class Sample:
    """What a network is trained on; all [N,.,S,S].

    `cloudy` and `clear` 6 bands of reflectance (missing ones 0), `presence` [N,6], `probabilities` soft labels (4 classes),
    `opacity` visible opacity 0..1, `darkening` mean share of light that the shadow takes; `reference` the ground on another
    date (zero where there is none) and `reference_valid` [N,1,S,S] where that was seen clearly; `cirrus` [N,1,S,S] the
    reflectance at 1.38 micrometres (zero where the sensor has no such band) and `cirrus_presence` [N,1].
    """

    cloudy: torch.Tensor
    clear: torch.Tensor
    presence: torch.Tensor
    probabilities: torch.Tensor
    opacity: torch.Tensor
    darkening: torch.Tensor
    reference: torch.Tensor
    reference_valid: torch.Tensor
    cirrus: torch.Tensor
    cirrus_presence: torch.Tensor


class Simulator:
    """Draws cloudy versions of clear pictures, on PyTorch's default device; all chance comes from `generator`."""

    def __init__(self, bank: torch.Tensor, seed: int = 0):
        device = torch.get_default_device()
        self.bank = bank.to(device)
        self.generator = torch.Generator(device).manual_seed(seed)

    def uniform(self, n: int, lo: float = 0.0, hi: float = 1.0) -> torch.Tensor:
        return lo + (hi - lo) * torch.rand(n, generator=self.generator)

    def log_uniform(self, n: int, lo: float, hi: float) -> torch.Tensor:
        return torch.exp(self.uniform(n, math.log(lo), math.log(hi)))

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.generator)

    def layer(self, n: int, size: int, cover: torch.Tensor, depth: torch.Tensor, hard: torch.Tensor,
              offset: torch.Tensor | None):
        """Optical depth [N,1,S,S] of a layer that covers `cover` of the crop, and that of its shadow."""
        fields = self.bank[torch.randint(len(self.bank), (n,), generator=self.generator)].float()
        centre = torch.stack([self.uniform(n, -0.6, 0.6), self.uniform(n, -0.6, 0.6)], 1)
        zoom = self.log_uniform(n, 0.4, 4.0) * 128 / size
        angle = self.uniform(n, 0, 2 * math.pi)
        crop = blur(sample_field(fields, centre, zoom, angle, size), 2)
        flat = crop[..., ::4, ::4].reshape(n, -1).sort(1).values
        at = ((1 - cover).clamp(0, 1) * (flat.shape[1] - 1)).long()
        threshold = flat.gather(1, at[:, None])[:, 0]
        top = flat[:, -1]
        threshold = torch.where(cover >= 0.999, flat[:, 0] - 0.3 * (top - flat[:, 0]) - 0.05, threshold)
        span = ((top - threshold) * self.uniform(n, 0.4, 1.0) * (1 - 0.85 * hard)).clamp(min=0.02)

        def to_depth(field):
            d = ((field - threshold[:, None, None, None]) / span[:, None, None, None]).clamp(0, 4)
            return depth[:, None, None, None] * d * (0.5 + 0.5 * d)

        tau = to_depth(crop)
        tau = torch.where((cover <= 0.001)[:, None, None, None], torch.zeros_like(tau), tau)
        if offset is None:
            return tau, None
        cast = to_depth(sample_field(fields, centre, zoom, angle, size, offset))
        return tau, torch.where((cover <= 0.001)[:, None, None, None], torch.zeros_like(cast), cast)

    def pattern(self, n: int, size: int, zoom: tuple[float, float]) -> torch.Tensor:
        """Shapes of the bank [N,1,S,S] in 0..1, turned, at scales of that range."""
        fields = self.bank[torch.randint(len(self.bank), (n,), generator=self.generator)].float()
        return sample_field(fields, torch.zeros(n, 2), self.log_uniform(n, *zoom) * 128 / size, self.uniform(n, 0, 2 * math.pi), size)

    def clouds(self, ground: torch.Tensor, gsd: torch.Tensor, times: torch.Tensor, cover: torch.Tensor | None = None):
        """Ground [N,6,S,S] in reflectance, `gsd` [N] in metres and `times` [N,6] of its bands in seconds, to (cloudy, opacity, darkening, cirrus), the last three
        [N,1,S,S]."""
        n, _, size, _ = ground.shape
        u = self.uniform(n)
        if cover is None:
            cover = torch.where(self.uniform(n) < 0.5, self.log_uniform(n, 0.01, 0.95), self.uniform(n, 0.1, 0.9))
            cover = torch.where(u < 0.10, torch.zeros(n), torch.where(u > 0.96, torch.ones(n), cover))
        kind = self.uniform(n)
        veil = kind < 0.38  # thin veils, cirrus, haze
        depth = torch.where(veil, self.log_uniform(n, 0.12, 1.0), self.log_uniform(n, 1.0, 9.0))
        hard = torch.where(veil, torch.zeros(n), self.uniform(n))
        zenith, azimuth = self.uniform(n, 0.25, 1.15), self.uniform(n, 0, 2 * math.pi)
        height = self.log_uniform(n, 300, 10000)
        length = (height * torch.tan(zenith) / gsd).clamp(3, 0.5 * size)
        offset = torch.stack([-length * torch.sin(azimuth), length * torch.cos(azimuth)], 1)
        tau, cast = self.layer(n, size, cover, depth, hard, offset)
        # A second, thin layer without a visible shadow of its own over a third of the cloudy pictures.
        second = (self.uniform(n) < 0.35) & (cover > 0)
        veil_cover = torch.where(second, self.uniform(n, 0.2, 1.0), torch.zeros(n))
        tau2, _ = self.layer(n, size, veil_cover, self.log_uniform(n, 0.08, 0.6), torch.zeros(n), None)
        vapour = self.log_uniform(n, 3, 12)
        height2 = self.log_uniform(n, 1000, 12000)
        seen, seen2, ground_seen = (cirrus_transmittance(h, vapour)[:, None, None, None]
                                    for h in (height, height2, self.uniform(n, 0, 2500)))
        passes = int(torch.randint(1, 4, (1,), generator=self.generator))
        cast = blur(cast, passes)

        strength = (1 - torch.exp(-cast * self.log_uniform(n, 0.6, 2.5)[:, None, None, None])) \
            * torch.where(self.uniform(n) < 0.9, self.uniform(n, 0.6, 1.0), torch.zeros(n))[:, None, None, None]
        ratio = (shadow_ratio(self.uniform(n)) * (1 + 0.04 * self.normal(n, 6))).clamp(0.2, 0.97)[:, :, None, None]
        shaded = ground * (1 - strength * (1 - ratio))
        darkening = strength * (1 - ratio.mean(1, keepdim=True))

        g = torch.where(self.uniform(n) < 0.6, self.uniform(n, -0.1, 0.1), self.uniform(n, 0.5, 2.0))
        g = torch.where(depth > 1.2, self.uniform(n, -0.1, 0.15), g)
        factor = band_depth_factor(g)
        gy = F.pad(tau[..., 2:, :] - tau[..., :-2, :], (0, 0, 1, 1)) * 0.5
        gx = F.pad(tau[..., 2:] - tau[..., :-2], (1, 1, 0, 0)) * 0.5
        mix = self.uniform(n)[:, None]
        colour = torch.tensor(CLOUD_S2) * mix + torch.tensor(CLOUD_L7) * (1 - mix)
        colour = colour * self.log_uniform(n, 0.65, 1.9)[:, None] * (1 + 0.06 * self.normal(n, 6))
        ice = torch.where(self.uniform(n) < 0.3, self.uniform(n, 0.35, 0.9), torch.ones(n))
        colour = torch.cat([colour[:, :4], colour[:, 4:] * ice[:, None]], 1)
        bright = ground[:, :3].mean(1).flatten(1)[:, ::7].quantile(0.75, 1)
        colour = colour * ((bright + 0.12) / colour[:, :3].mean(1)).clamp(min=1)[:, None]
        texture = self.pattern(n, size, (0.5, 4.0)) - 0.5
        # Heaps are rougher than veils.
        heaps = hard > 0.3
        amount = (self.uniform(n, 0, 0.5) + self.uniform(n, 0, 0.8) * heaps)[:, None, None, None]
        # The flank that faces the sun is brighter than the other.
        slope = gx * torch.sin(azimuth)[:, None, None, None] - gy * torch.cos(azimuth)[:, None, None, None]
        relief = self.uniform(n, 0, 0.35)[:, None, None, None] * torch.tanh(-3 * slope)
        # Tops of one picture differ in brightness where no ground shines through, too: by their depth and by the light that they take from each other.
        # All are brighter than most of the ground.
        shade = self.pattern(n, size, (0.7, 5.0))
        dim = torch.exp(-(self.uniform(n, 0, 1.2) * heaps)[:, None, None, None] * shade)
        growth = self.uniform(n, *CLOUD_GROWTH)
        usual = cloud_brightness(torch.where(veil, 1.5, 5.0), growth)[:, None, None, None]
        depth_light = cloud_brightness(tau + tau2, growth[:, None, None, None]) / usual
        darkest = ((bright + 0.05) / colour[:, :3].mean(1))[:, None, None, None]
        body = torch.maximum(depth_light * (1 + amount * texture + relief) * dim, darkest)
        # Bands see clouds from their own angles, on ground that is registered to a fraction of a pixel.
        track = self.uniform(n, 0, 2 * math.pi)
        register = self.normal(n, 6, 2).clamp(-2, 2) * (0.4 * self.uniform(n))[:, None, None]
        tau_b, body_b = seen_by_bands(torch.cat([tau, body], 1), parallax(height, track, times, gsd) + register).unbind(1)
        tau2_b = seen_by_bands(tau2, parallax(height2, track, times, gsd) + register)[:, 0]
        factor2 = band_depth_factor(torch.where(self.uniform(n) < 0.5, torch.zeros(n), self.uniform(n, 0, 1.5)))
        a = 1 - torch.exp(-tau_b * factor - tau2_b * factor2)
        cloud = colour[:, :, None, None] * body_b
        cirrus = colour[:, 3, None, None, None] * body * (seen * (1 - torch.exp(-tau)) + seen2 * (1 - torch.exp(-tau2))) + ground_seen * shaded[:, 4:5]
        return shaded * (1 - a) + cloud * a, a[:, :3].mean(1, keepdim=True), darkening, cirrus

    def __call__(self, images: np.ndarray, presence: np.ndarray, rows: list[dict], reference: np.ndarray | None = None,
                 display: float = 0.5, cover: torch.Tensor | None = None, dropout: bool = True,
                 band_dropout: bool = True, veils: bool = True) -> Sample:
        """Clear crops as `Crops.draw` gives them to a Sample; `display` is the share of RGB pictures that get a stretch.

        `dropout` off leaves ground and bands as they are, for measuring; `band_dropout` off keeps all bands of a training crop; without
        `veils` no picture lies wholly under an even veil.
        """
        ground = torch.as_tensor(images, device=self.bank.device)
        if dropout:
            ground = self.other_ground(ground)
        if dropout and ground.shape[2] % 32 == 0:
            # Ground without texture, as calm or turbid water: smooth is not cloud.
            for i in torch.nonzero(self.uniform(len(ground)) < 0.12)[:, 0].tolist():
                coarse = F.avg_pool2d(ground[i:i + 1], 32)
                ground[i] = F.interpolate(coarse, ground.shape[2:], mode="bicubic", align_corners=False)[0].clamp(min=0)
        have = torch.tensor(presence)
        n, _, size, _ = ground.shape
        factor = torch.ones(n, 6)
        ceiling = torch.full((n,), 1.5)
        gsd = torch.tensor([float(r["gsd"]) if r["gsd"] else 10.0 for r in rows]).clamp(min=8)
        for i, r in enumerate(rows):
            if r["eightBit"] and not str(r["sensor"]).startswith("S2"):
                factor[i] = torch.tensor(LANDSAT8BIT) if str(r["sensor"]).startswith("L") else torch.full((6,), 0.5)
            if r["eightBit"]:
                ceiling[i] = 1.0
        factor = factor[:, :, None, None]
        if dropout:
            ground = self.water(ground * factor) / factor
        times = torch.tensor([BAND_TIMES.get(str(r["sensor"])[:2], (0.0,) * 6) for r in rows])
        cloudy, opacity, darkening, cirrus = self.clouds(ground * factor, gsd, times, cover)

        gain = self.log_uniform(n, 0.7, 1.5)[:, None, None, None] * (1 + 0.05 * self.normal(n, 6).clamp(-2, 2))[:, :, None, None] / factor
        clear, cloudy = ground * factor * gain, cloudy * gain
        level = torch.where(self.uniform(n) < 0.5, self.uniform(n, -1.0, 0.8), torch.zeros(n))
        path = level[:, None, None, None] * torch.tensor(PATH_RADIANCE).view(1, 6, 1, 1)
        clear, cloudy = (clear + path).clamp(min=0), (cloudy + path).clamp(min=0)
        noise = self.log_uniform(n, 0.0004, 0.004)[:, None, None, None]
        cloudy = cloudy + noise * self.normal(*cloudy.shape)
        # Detectors saturate band by band, some of them under the brightness of a cloud.
        low = self.log_uniform(6 * n, 0.25, 1.0).view(n, 6)
        low = torch.maximum(low, 1.1 * clear.flatten(2)[..., ::7].quantile(0.99, 2))
        saturates = torch.where(self.uniform(n) < 0.25, 1.0, math.inf)[:, None].expand(n, 6)
        if dropout:
            # Often some bands only: blue of Landsat 5 and 7 does at 0.4, where the others go on to 0.6 and more.
            some = (self.uniform(n) < 0.3)[:, None] & (self.uniform(6 * n) < 0.4).view(n, 6)
            saturates = torch.where(some, 1.0, saturates)
        saturate = torch.minimum(saturates * low, ceiling[:, None])[:, :, None, None]
        # Some products write a mark in their place, far over any reflectance (16000 or 20000 in Landsat surface reflectance).
        # Nothing is left of the ground there: it counts as thick cloud.
        marked = (cloudy >= saturate) & (saturate < 1) & (opacity > 0.1) & (self.uniform(n) < 0.4)[:, None, None, None]
        cloudy = torch.where(marked, REFLECTANCE_MAX, torch.minimum(cloudy.clamp(min=0), saturate))
        opacity = torch.where(marked.any(1, keepdim=True), 1.0, opacity)
        clear = torch.minimum(clear, saturate)

        other = None if reference is None else torch.as_tensor(reference, device=self.bank.device).clone()
        pick = self.uniform(n) if band_dropout else torch.ones(n)
        wide = have.sum(1) == 6
        if dropout:
            for i in range(n):
                if pick[i] < 0.35:
                    have[i] *= torch.tensor(RGB)
                elif pick[i] < 0.65:
                    have[i] *= torch.tensor(RGBN)
                elif pick[i] < 0.72:
                    have[i, 4] = 0
                elif pick[i] < 0.78:
                    have[i, 5] = 0
                plain = bool(have[i, 3:].sum() == 0)
                if plain and bool(wide[i]) and self.uniform(1).item() < FALSE_COLOUR_SHARE:
                    shown = FALSE_COLOURS[int(torch.randint(len(FALSE_COLOURS), (1,), generator=self.generator))]
                    for picture in (clear[i], cloudy[i], *([] if other is None else [other[i]])):
                        picture[:3] = picture[list(shown)]
                veiled = veils and cover is None and self.uniform(1).item() < (VEIL_SHARE_RGB if plain else VEIL_SHARE)
                if plain and self.uniform(1).item() < (0.85 if veiled else display):
                    clear[i], cloudy[i] = self.stretch(clear[i], cloudy[i], veiled)
                elif plain and self.uniform(1).item() < DULL_SHARE:
                    clear[i], cloudy[i] = self.dull(clear[i], cloudy[i], opacity[i], darkening[i])
                if veiled:
                    cloudy[i], opacity[i] = self.veil(cloudy[i], opacity[i], plain)
                if plain and self.uniform(1).item() < display / 2:
                    cloudy[i, :3] = jpeg(cloudy[i, :3], self.uniform(1, 60, 95).item())
        eight = torch.tensor([bool(r["eightBit"]) for r in rows]) | ((have[:, 3:].sum(1) == 0) & (self.uniform(n) < 0.5))
        quantised = torch.round(cloudy.clamp(0, 1) * 255) / 255
        cloudy = torch.where(eight[:, None, None, None], quantised, cloudy)
        plane = have[:, :, None, None]
        eyes = ((have[:, 4:].sum(1, keepdim=True) > 0) & ~eight[:, None] & (self.uniform(n) < 0.7)[:, None]).float()
        cirrus = (cirrus + self.log_uniform(n, 0.0003, 0.002)[:, None, None, None] * self.normal(*cirrus.shape)).clamp(min=0)
        return Sample(cloudy * plane, clear * plane, have, labels(opacity, darkening), opacity, darkening,
                      *self.reference(other, plane), cirrus * eyes[:, :, None, None], eyes)

    def water(self, ground: torch.Tensor) -> torch.Tensor:
        """Ground [N,6,S,S] in reflectance, a sixth of the pictures with a river, a lake or a coast of clear to turbid water."""
        n, _, size, _ = ground.shape
        shape = blur(self.pattern(n, size, (0.3, 1.5)), 2)
        level = shape.flatten(1)[:, ::7].quantile(0.5, 1)[:, None, None, None] + 0.3 * self.normal(n, 1, 1, 1) * shape.std((1, 2, 3), keepdim=True)
        there = ((shape - level) / 0.02).clamp(0, 1) * (self.uniform(n) < 1 / 6)[:, None, None, None]
        slow = F.interpolate(self.normal(n, 1, 4, 4), (size, size), mode="bicubic", align_corners=False)
        sediment = (self.uniform(n)[:, None, None, None] + 0.15 * slow).clamp(0, 1.3)
        clear, turbid = (torch.tensor(w).view(1, 6, 1, 1) for w in (WATER_CLEAR, WATER_TURBID))
        tint = (1 + 0.12 * self.normal(n, 6)).clamp(0.6, 1.4)[:, :, None, None]
        return ground + there * ((clear + sediment * (turbid - clear)) * tint - ground)

    def veil(self, picture: torch.Tensor, opacity: torch.Tensor, display: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """An almost even veil of haze over the whole picture [6,S,S], and the opacity [1,S,S] with it.

        Koschmieder: `t picture + (1 - t) light`, t = exp(-tau (lambda / lambda_ref)**-g). On pictures for display, where
        veils come from the making of the picture as well, it is grey.
        """
        size = picture.shape[-1]
        slow = F.interpolate(self.normal(1, 1, 3, 3), (size, size), mode="bicubic", align_corners=False)[0]
        tau = self.log_uniform(1, *VEIL_DEPTH) * (1 + self.uniform(1, 0, 0.25) * slow).clamp(0.3, 2)
        even = display or self.uniform(1).item() < 0.4
        through = torch.exp(-tau * band_depth_factor(torch.zeros(1) if even else self.uniform(1, 0.3, 1.8))[0])
        light = self.uniform(1, 0.3, 0.95 if display else 0.6) * (1 + 0.02 * self.normal(6)).view(6, 1, 1)
        dense = (1 - through[:3].mean(0, keepdim=True)).clamp(max=VEIL_LIMIT)
        return picture * through + light * (1 - through), 1 - (1 - opacity) * (1 - dense)

    def dull(self, clear: torch.Tensor, cloudy: torch.Tensor, opacity: torch.Tensor,
             darkening: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both pictures [6,S,S] with ground of less contrast, as under haze that lies below the clouds; clouds stay as bright as they are."""
        away = 1 - self.uniform(1, *DULL_CONTRAST)
        light = (self.log_uniform(1, *DULL_LIGHT) * (1 + 0.05 * self.normal(6))).view(6, 1, 1)
        under = cloudy + (1 - opacity) * away * (light - clear * (1 - darkening))
        return clear + away * (light - clear), under.clamp(min=0)

    def reference(self, other: torch.Tensor | None, plane: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Other dates [N,6,S,S] to (reference, validity); a third of them were cloudy themselves in part of the crop."""
        if other is None:
            return torch.zeros_like(plane).expand(-1, 6, -1, -1), torch.zeros_like(plane[:, :1])
        n, _, size, _ = other.shape
        cover = torch.where(self.uniform(n) < 0.35, self.uniform(n, 0.05, 0.8), torch.zeros(n))
        cloud, _ = self.layer(n, size, cover, torch.ones(n), torch.ones(n), None)
        valid = ((other.amax(1, keepdim=True) > 0) & (cloud == 0)).float()
        return other * plane * valid, valid

    def other_ground(self, ground: torch.Tensor) -> torch.Tensor:
        """Ground as other places have it: brighter (sand, dry soil, bare rock), darker, or of another tint."""
        n = len(ground)
        gain = torch.where(self.uniform(n) < 0.35, self.log_uniform(n, 0.6, 2.4), torch.ones(n))
        tint = torch.where(self.uniform(n) < 0.25, 0.18, 0.0)[:, None] * self.normal(n, 6).clamp(-2, 2)
        brighter = ground * (gain[:, None] * torch.exp(tint))[:, :, None, None]
        return torch.where(brighter > 0.6, torch.maximum(ground, 0.6 + 0.2 * (1 - torch.exp((0.6 - brighter) / 0.2))), brighter)

    def stretch(self, clear: torch.Tensor, cloudy: torch.Tensor, full: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
        """The same display stretch (percentiles, then gamma) on both pictures [6,S,S]; `full` lets the clear one use most of the
        range, as finished pictures do."""
        u = self.uniform(4)
        source = clear if full or u[0] < 0.4 else cloudy
        flat = source[:3, ::3, ::3].flatten(1)
        lo, hi = flat.quantile(0.02 * u[1].item(), 1), flat.quantile(0.98 + 0.02 * u[2].item(), 1)
        if u[3] < 0.5:
            lo, hi = lo.min().expand(3), hi.max().expand(3)
        lo = lo * self.uniform(1, 0.7 if full else 0.2, 1.0)
        hi = torch.maximum(hi * self.uniform(1, 0.9, 1.15 if full else 1.5), lo + 0.08)
        gamma = 1 / self.log_uniform(1, 0.8, 2.0)

        def apply(x):
            y = x.clone()
            y[:3] = ((x[:3] - lo[:, None, None]) / (hi - lo)[:, None, None]).clamp(0, 1) ** gamma
            return y

        return apply(clear), apply(cloudy)
