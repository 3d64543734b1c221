"""A part of the caches in one file that is small enough to carry to another machine: the middles of as many scenes as fit, every place
before the second one of any."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from imagecodecs import zstd_decode, zstd_encode

from .bands import CACHE

#: Reflectance * 10000 is packed in steps of this, which is below the noise that the simulator adds.
PACK_STEP = 16
#: Of a larger scene the middle goes into a pack: many places are worth more than large ones.
PACK_SIDE = 384
#: Share of a pack that the validation scenes get.
PACK_VALIDATION = 0.15


def packed(scene: dict, pixels: np.ndarray) -> tuple[dict, bytes]:
    """The middle of one cached scene: its index row, and the bands that are there as differences along rows, low bytes before
    high ones."""
    h, w = scene["height"], scene["width"]
    height, width = min(h, PACK_SIDE), min(w, PACK_SIDE)
    top, left = (h - height) // 2, (w - width) // 2
    bands = pixels[scene["offset"]:scene["offset"] + 6 * h * w].reshape(6, h, w)[np.array(scene["presence"]) > 0]
    bands = bands[:, top:top + height, left:left + width]
    steps = ((bands.astype(np.int32) + PACK_STEP // 2) // PACK_STEP).astype(np.uint16)
    differences = np.diff(steps, axis=2, prepend=np.uint16(0))
    data = zstd_encode(np.ascontiguousarray(differences.view(np.uint8).reshape(-1, 2).T).tobytes(), level=9)
    return {**scene, "height": height, "width": width, "bytes": len(data)}, data


def unpacked(scene: dict, data: bytes) -> np.ndarray:
    """[6,H,W] uint16 of what `packed` made."""
    there = np.array(scene["presence"]) > 0
    low_high = np.frombuffer(zstd_decode(data), np.uint8).reshape(2, -1)
    differences = np.ascontiguousarray(low_high.T).view(np.uint16).reshape(there.sum(), scene["height"], scene["width"])
    picture = np.zeros((6, scene["height"], scene["width"]), np.uint16)
    picture[there] = np.cumsum(differences, axis=2, dtype=np.uint16) * np.uint16(PACK_STEP)
    return picture


def place_by_place(index: list[dict], seed: int = 1) -> list[dict]:
    """All scenes, in an order in which every place has its turn before any has its next; the dates of a place follow each other."""
    rng = np.random.default_rng(seed)
    places: dict[str, list[dict]] = {}
    for scene in index:
        places.setdefault(scene["place"], []).append(scene)
    names = list(places)
    rng.shuffle(names)
    turns = max(len(scenes) for scenes in places.values())
    return [scene for turn in range(0, turns, 2) for name in names for scene in places[name][turn:turn + 2]]


def pack(path: Path, limit_mib: float, cache: Path = CACHE) -> Path:
    """Write scenes of both caches into one file of at most `limit_mib`."""
    chosen, parts = {}, []
    for folder, share in (("train", 1 - PACK_VALIDATION), ("val", PACK_VALIDATION)):
        index = json.loads((cache / f"{folder}.json").read_text())
        pixels = np.memmap(cache / f"{folder}.u16", np.uint16, "r")
        left, chosen[folder] = share * limit_mib * 2**20 - 2**16, []
        for scene in place_by_place(index):
            row, data = packed(scene, pixels)
            if len(data) > left:
                continue
            left -= len(data)
            chosen[folder].append(row)
            parts.append(data)
    head = zstd_encode(json.dumps(chosen).encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join([len(head).to_bytes(8, "little"), head, *parts]))
    return path


def unpack(path: Path, cache: Path = CACHE) -> Path:
    """Write the caches that `pack` chose from."""
    cache.mkdir(parents=True, exist_ok=True)
    data = path.read_bytes()
    at = 8 + int.from_bytes(data[:8], "little")
    for folder, index in json.loads(zstd_decode(data[8:at])).items():
        offset = 0
        with open(cache / f"{folder}.u16", "wb") as out:
            for scene in index:
                length = scene.pop("bytes")
                out.write(unpacked(scene, data[at:at + length]).tobytes())
                at += length
                scene["offset"] = offset
                offset += 6 * scene["height"] * scene["width"]
        (cache / f"{folder}.json").write_text(json.dumps(index, indent=1))
    return cache
