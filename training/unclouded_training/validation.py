"""Simulated clouds over the validation scenes: the same tiles in every measurement."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import numpy as np
import torch

from .data import Scene, read_manifest, read_scene
from .shapes import load_bank
from .simulate import Sample, Simulator

TILE, SEED = 256, 2024


def validation_scenes(data: Path) -> Iterator[Scene]:
    return (read_scene(data, row) for row in read_manifest(data) if row["file"].startswith("val/"))


def crop(scene: Scene, side: int, rng: np.random.Generator) -> np.ndarray:
    """[1,6,side,side] of a scene, anywhere."""
    _, h, w = scene.image.shape
    y, x = rng.integers(h - side + 1), rng.integers(w - side + 1)
    return np.ascontiguousarray(scene.image[None, :, y:y + side, x:x + side])


def camera(scene: Scene) -> list[dict]:
    """What the simulator is told of the sensor."""
    return [{"eightBit": scene.row["dtype"] == "uint8", "sensor": scene.row["sensor"], "gsd": scene.row["gsd_m"]}]


def simulated_tiles(data: Path, presence: tuple[int, ...], per_scene: int = 8) -> Iterator[Sample]:
    """Fixed simulated tiles of the validation scenes, one Sample of batch 1 at a time."""
    simulator = Simulator(load_bank(), SEED)
    rng = np.random.default_rng(SEED)
    covers = (0.15, 0.35, 0.6, 0.85)
    for scene in validation_scenes(data):
        have = scene.presence * np.array(presence, np.float32)
        for n in range(per_scene):
            side = min(TILE, *(length // 16 * 16 for length in scene.image.shape[1:]))
            yield simulator(crop(scene, side, rng), have[None], camera(scene), cover=torch.tensor([covers[n % 4]]), dropout=False)
