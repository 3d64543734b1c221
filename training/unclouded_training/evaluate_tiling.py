"""How far the tiles show in which the application cuts a picture: of the generator in repaired pixels, of the detector in its masks."""
from __future__ import annotations

from pathlib import Path
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F

from .chain import cloud_and_shadow, join_tone, masked
from .darkness import weigh_shadow
from .data import read_manifest, read_scene
from .errors import InputError
from .holes import fill_bright_holes
from .inpaint import APP_LEVELS, clear_weight, coarse_field, prefill
from .inputs import detector_input, generator_input
from .networks import FILLED, THICK, Detector, Generator
from .shapes import load_bank
from .simulate import Simulator
from .tables import CORE, DETECTOR_HALO, GENERATOR_HALO
from .validation import SEED, camera, crop, validation_scenes

#: Real pictures with clouds whose masks are compared.
LABELLED = ("l5-labelled", "s2-labelled-adwp")


def tiled(net: Callable[[torch.Tensor], torch.Tensor], given: torch.Tensor, shift: int, halo: int) -> torch.Tensor:
    """A network's output [1,C,H,W] put together from tiles as the application cuts them, their corner moved by `shift` pixels."""
    _, _, h, w = given.shape
    around = F.pad(given, (CORE + halo,) * 4, mode="reflect")
    out = None
    for top in range(-shift, h, CORE):
        for left in range(-shift, w, CORE):
            y, x = top + CORE, left + CORE
            tile = net(around[..., y:y + CORE + 2 * halo, x:x + CORE + 2 * halo])[..., halo:-halo, halo:-halo]
            out = tile.new_empty(1, tile.shape[1], h, w) if out is None else out
            low, start = max(top, 0), max(left, 0)
            high, end = min(top + CORE, h), min(left + CORE, w)
            out[..., low:high, start:end] = tile[..., low - top:high - top, start - left:end - left]
    return out


@torch.no_grad()
def evaluate_tiling(data: Path, generator: Generator, side: int = 512, margin: int = 8) -> dict:
    """How far two tilings of the same picture, as shown, differ inside the mask, 8 pixels and more from the tiles' borders; and the steps across these borders."""
    def shown(tile: torch.Tensor) -> torch.Tensor:
        raw = generator(tile)[0, :6].numpy()
        return torch.from_numpy(join_tone(raw, tile[0, FILLED].numpy(), tile[0, THICK][0]))[None]

    simulator = Simulator(load_bank(), SEED)
    rng = np.random.default_rng(SEED)
    differences = []
    steps = np.zeros((3, 2))
    for scene in validation_scenes(data):
        if min(scene.image.shape[1:]) < side:
            continue
        sample = simulator(crop(scene, side, rng), scene.presence[None], camera(scene), cover=torch.tensor([0.5]), dropout=False)
        p = sample.probabilities
        clear = clear_weight(p)
        filled = prefill(sample.cloudy, clear, APP_LEVELS, coarse_field(sample.cloudy, clear, APP_LEVELS))
        given = generator_input(sample.cloudy, sample.presence, p, filled)
        one, other = (tiled(shown, given, shift, GENERATOR_HALO) for shift in (0, CORE // 2))
        at = np.arange(side) % (CORE // 2)
        inner = (at >= margin) & (at < CORE // 2 - margin)
        counts = masked(p) & inner[:, None] & inner[None]
        have = scene.presence > 0
        differences.append((one - other)[0, :6].abs().numpy()[have][:, counts].max(0))
        planes = [tiling[0, :6].numpy()[have] for tiling in (one, other)]
        for shift, mine, peer in ((0, *planes), (CORE // 2, *planes[::-1])):
            steps += seam_steps(mine, peer, masked(p), shift)
    if not differences:
        raise InputError(f"no scene of val/ has {side} x {side} pixels")
    d = np.concatenate(differences)
    across, inside, elsewhere = steps[:, 0] / steps[:, 1]
    return {"pixels": int(d.size), "mean": float(d.mean()), "within": float((d <= 0.001).mean()), "p99": float(np.quantile(d, 0.99)), "max": float(d.max()),
            "seamToInside": float(across / inside), "seamToOtherTiling": float(across / elsewhere)}


def seam_steps(picture: np.ndarray, other: np.ndarray, hole: np.ndarray, shift: int) -> np.ndarray:
    """Steps between masked neighbours, (sum, number) each: across the borders of tiles, inside of tiles, and across the same borders in another tiling."""
    sums = np.zeros((3, 2))
    for axis in (1, 2):
        both = np.moveaxis(hole[:-1] & hole[1:] if axis == 1 else hole[:, :-1] & hole[:, 1:], axis - 1, 0)
        mine, peer = (np.moveaxis(np.abs(np.diff(p, axis=axis)).mean(0), axis - 1, 0) for p in (picture, other))
        border = ((np.arange(len(both)) + 1 + shift) % CORE == 0)[:, None] & both
        for i, (step, where) in enumerate(((mine, border), (mine, both & ~border), (peer, border))):
            sums[i] += [step[where].sum(), where.sum()]
    return sums


@torch.no_grad()
def evaluate_mask_tiling(data: Path, detector: Detector, halo: int = DETECTOR_HALO) -> dict[str, float]:
    """Share of the pixels of real pictures, all bands, that two tilings call differently (cloud or not, shadow or not); without pictures empty."""
    def probabilities(tile: torch.Tensor) -> torch.Tensor:
        return fill_bright_holes(detector(tile).softmax(1), tile[:, :6], tile[:, 6:12, 0, 0])

    rows = {row["file"]: row for row in read_manifest(data)}
    shares = {}
    for name in LABELLED:
        if f"real/{name}.tif" not in rows:
            continue
        scene = read_scene(data, rows[f"real/{name}.tif"])
        picture, presence = torch.from_numpy(scene.image)[None], torch.from_numpy(scene.presence)[None]
        (cloud, shadow), (other_cloud, other_shadow) = (
            cloud_and_shadow(weigh_shadow(tiled(probabilities, detector_input(picture, presence), shift, halo), picture, presence))
            for shift in (0, CORE // 2))
        shares[name] = float(((cloud != other_cloud) | (shadow != other_shadow))[scene.valid].mean())
    return shares
