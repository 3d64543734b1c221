"""The bank of cloud shapes that the simulator draws from: fractal noise, and real cloud pictures.

`python -m unclouded_training.shapes --data DIR` writes it, `cache/clouds.u8`.
"""
from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .bands import CACHE, DEFAULT_DATA
from .errors import InputError, command

#: Side of a shape in pixels.
FIELD = 512


def noise_field(rng: np.random.Generator, size: int, beta: float, stretch: float = 1.0, angle: float = 0.0) -> np.ndarray:
    """Fractal noise [size,size], periodic, spectrum f**-beta; `stretch` > 1 draws it out along `angle`."""
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None]
    u = fx * math.cos(angle) + fy * math.sin(angle)
    v = -fx * math.sin(angle) + fy * math.cos(angle)
    f = np.sqrt((u * stretch) ** 2 + v**2)
    f[0, 0] = 1
    spectrum = f**-beta * np.exp(2j * np.pi * rng.random((size, size)))
    spectrum[0, 0] = 0
    field = np.fft.ifft2(spectrum).real
    return (field - field.mean()) / field.std()


def to_bytes(field: np.ndarray) -> np.ndarray:
    lo, hi = np.percentile(field, [0.2, 99.8])
    return np.round(np.clip((field - lo) / max(hi - lo, 1e-6), 0, 1) * 255).astype(np.uint8)


def procedural_fields(count: int, seed: int) -> np.ndarray:
    """`count` shapes [count,512,512] uint8: decks, veils, cirrus streaks, broken cumulus."""
    rng = np.random.default_rng(seed)
    fields = np.empty((count, FIELD, FIELD), np.uint8)
    for n in range(count):
        kind = n % 4
        if kind == 0:
            f = noise_field(rng, FIELD, rng.uniform(1.5, 2.1))
        elif kind == 1:
            f = noise_field(rng, FIELD, rng.uniform(1.6, 2.2), rng.uniform(2, 6), rng.uniform(0, math.pi))
        elif kind == 2:
            cells = noise_field(rng, FIELD, rng.uniform(1.2, 1.6))
            broad = noise_field(rng, FIELD, 2.2)
            f = np.maximum(cells, -0.5) * (1.2 + np.tanh(broad))
        else:
            f = np.abs(noise_field(rng, FIELD, 1.7)) ** 0.7 + 0.5 * noise_field(rng, FIELD, 1.9)
            f = f if rng.random() < 0.5 else -f
        fields[n] = to_bytes(f)
    return fields


def real_fields(data: Path, count: int, seed: int) -> np.ndarray:
    """`count` shapes cut from the real cloud pictures of `data/clouds`, with fine fractal detail added."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    world = np.asarray(Image.open(data / "clouds/global-clouds.png").convert("RGBA"), np.float32)
    alpha = world[..., 3]
    world = alpha if alpha.std() > 1 else world[..., :3].mean(2)
    stack = np.asarray(Image.open(data / "clouds/s2-cloud-probability-68x101x100.png").convert("L"), np.float32)
    maps = [m for m in stack.reshape(68, 101, -1) if m.std() > 12]
    fields = np.empty((count, FIELD, FIELD), np.uint8)
    for n in range(count):
        if n % 4 == 3:
            source = maps[rng.integers(len(maps))]
        else:
            for _ in range(20):
                side = int(rng.uniform(96, 420))
                y, x = rng.integers(int(world.shape[0] * 0.12), int(world.shape[0] * 0.88) - side), rng.integers(world.shape[1] - side)
                source = world[y:y + side, x:x + side]
                if source.std() > 15:
                    break
        t = F.interpolate(torch.from_numpy(source.copy())[None, None], (FIELD, FIELD), mode="bicubic", align_corners=False)
        f = t[0, 0].numpy() / 255
        fields[n] = to_bytes(f + rng.uniform(0.03, 0.12) * noise_field(rng, FIELD, rng.uniform(1.0, 1.5)) * (0.3 + f))
    return fields


def build_bank(data: Path | None, cache: Path = CACHE, procedural: int = 200, real: int = 200, seed: int = 1) -> Path:
    """Write `cache/clouds.u8`: shapes [K,512,512] uint8; without `data/clouds/` the real ones are left out."""
    cache.mkdir(parents=True, exist_ok=True)
    parts = [procedural_fields(procedural, seed)]
    if data is not None and not (data / "clouds").is_dir():
        print(f"{data / 'clouds'} is missing: fractal shapes alone, while the shipped weights have seen real cloud pictures too")
    elif data is not None:
        parts.append(real_fields(data, real, seed + 1))
    path = cache / "clouds.u8"
    np.concatenate(parts).tofile(path)
    return path


def load_bank(cache: Path = CACHE) -> torch.Tensor:
    """[K,512,512] uint8."""
    if not (cache / "clouds.u8").exists():
        raise InputError(f"{cache / 'clouds.u8'} is missing: run `python -m unclouded_training.shapes --data DIR` first")
    return torch.from_numpy(np.fromfile(cache / "clouds.u8", np.uint8).reshape(-1, FIELD, FIELD))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    print(build_bank(parser.parse_args().data))


if __name__ == "__main__":
    command(main)
