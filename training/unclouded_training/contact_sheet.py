"""Simulated clouds beside real ones, to be looked at: `python -m unclouded_training.contact_sheet [--data DIR] [--out FILE]`.

Upper block: simulated crops, the clear crop under each, its labels (thin red, thick green, shadow blue) and the cirrus band.
Lower block: crops of real cloudy pictures at the same scale. The picture shows imagery and stays out of the project.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .bands import DEFAULT_DATA, RUNS
from .errors import command
from .data import Crops, read_manifest, read_raw, to_canonical
from .shapes import load_bank
from .simulate import Simulator

SIDE, COLUMNS = 128, 10
REAL = ("real/l5-labelled.tif", "real/s2-labelled-adwp.tif", "real/l8-gulf-cloudy.tif", "real/l7-chiapas-real.tif",
        "real/s2-rois2017_winter_112_p797-cloudy.tif")


def shown(picture: np.ndarray, white: float) -> np.ndarray:
    """[6,S,S] reflectance to [S,S,3] for looking at, `white` being as bright as can be."""
    return np.moveaxis(np.clip(picture[[2, 1, 0]] / max(white, 0.02), 0, 1), 0, -1) ** 0.8


def simulated(seed: int, rows: int) -> list[np.ndarray]:
    sample = Simulator(load_bank(), seed)(*Crops(seed=seed).draw(rows * COLUMNS, SIDE))
    lines = []
    for first in range(0, rows * COLUMNS, COLUMNS):
        cells = range(first, first + COLUMNS)
        white = [1.6 * float(sample.clear[n, :3].quantile(0.98)) for n in cells]
        lines += [np.hstack([shown(sample.cloudy[n].numpy(), w) for n, w in zip(cells, white)]),
                  np.hstack([shown(sample.clear[n].numpy(), w) for n, w in zip(cells, white)]),
                  np.hstack([sample.probabilities[n, 1:].permute(1, 2, 0).numpy() for n in cells]),
                  np.hstack([np.repeat(sample.cirrus[n].permute(1, 2, 0).numpy().clip(0, 0.3) / 0.3, 3, 2) for n in cells])]
    return lines


def real(data: Path, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = {row["file"]: row for row in read_manifest(data)}
    lines = []
    for file in (name for name in REAL if name in rows):
        raw = read_raw(data / file, len(rows[file]["bands"]))
        image, _ = to_canonical(raw, rows[file]["bands"], rows[file]["scale"])
        _, height, width = image.shape
        white = 1.6 * np.quantile(image[:3], 0.5)
        corners = zip(rng.integers(height - SIDE + 1, size=COLUMNS), rng.integers(width - SIDE + 1, size=COLUMNS))
        lines.append(np.hstack([shown(image[:, y:y + SIDE, x:x + SIDE], max(white, 0.25)) for y, x in corners]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "contact-sheet.png")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sheet = np.vstack([*simulated(arguments.seed, 3), *real(arguments.data, arguments.seed)])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.round(sheet * 255).astype(np.uint8)).save(arguments.out)
    print(arguments.out)


if __name__ == "__main__":
    command(main)
