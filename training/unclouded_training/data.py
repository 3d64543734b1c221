"""Clear scenes in canonical bands, and random crops of them.

`python -m unclouded_training.data --data DIR` writes the caches of `train/` and `val/`: one flat uint16 file (reflectance * 10000, band after
band, scene after scene) and a JSON index, which says where each scene starts.

`--pack FILE` writes a part of the caches that is small enough to carry (`--limit` MiB) to another machine, where `--unpack FILE`
makes caches of it (`pack.py`).
"""
from __future__ import annotations

import argparse
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from .bands import BANDS, CACHE, DEFAULT_DATA, REFLECTANCE_MAX
from .errors import InputError, command
from .pack import pack, unpack

#: Share of the draw that the 0.6 m aerial tiles get together.
NAIP_SHARE = 0.12
#: Sides in pixels: of the smallest scene that is used, and to which smaller ones than this are mirrored.
LEAST_SIDE, PADDED_SIDE = 96, 200


@dataclass(frozen=True)
class Scene:
    """A scene: `image` [6,H,W] float32 reflectance, `presence` [6] of 0/1, `valid` [H,W] bool, and its manifest row."""

    image: np.ndarray
    presence: np.ndarray
    valid: np.ndarray
    row: dict


def to_canonical(raw: np.ndarray, bands: list[str], scale: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Raw samples [B,H,W] with their band roles to ([6,H,W] float32 reflectance, presence [6]); what is no number becomes 0.

    Raises InputError on integers wider than 8 bit without a scale.
    """
    if not scale and raw.dtype.kind in "iu" and raw.dtype != np.uint8:
        raise InputError(f"{raw.dtype} needs a scale in manifest.json, for example 0.0001 for reflectance * 10000")
    factor = scale if scale else (1 / 255 if raw.dtype == np.uint8 else 1.0)
    image = np.zeros((6, *raw.shape[1:]), np.float32)
    presence = np.zeros(6, np.float32)
    for slot, name in enumerate(BANDS):
        if name in bands:
            image[slot] = np.clip(np.nan_to_num(raw[bands.index(name)].astype(np.float32) * factor), 0, REFLECTANCE_MAX)
            presence[slot] = 1
    return image, presence


def read_raw(path: Path, count: int) -> np.ndarray:
    """Samples of a GeoTIFF as [B,H,W], whatever its planar configuration."""
    try:
        raw = tifffile.imread(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing, though manifest.json names it") from None
    except Exception as error:  # Codecs raise types of their own.
        raise InputError(f"{path} cannot be read ({error})") from None
    if raw.ndim == 2:
        raw = raw[None]
    if raw.shape[0] != count and raw.shape[-1] == count:
        raw = np.moveaxis(raw, -1, 0)
    if raw.shape[0] != count:
        raise InputError(f"{path}: manifest.json names {count} bands, the file's shape is {raw.shape}")
    return raw


def read_manifest(data: Path) -> list[dict]:
    """Rows of `manifest.json`, one per file: `file`, `sensor`, `gsd_m`, `place`, `bands` (roles in file order), `dtype`, `scale`."""
    path = data / "manifest.json"
    if not path.exists():
        raise InputError(f"{path} is missing: name the folder of the imagery by --data, or write a manifest by "
                         f"`python -m unclouded_training.manifest --data {data}`")
    rows = json.loads(path.read_text())
    for row in rows:
        lacking = [key for key in ("file", "sensor", "gsd_m", "bands", "dtype", "scale") if key not in row]
        if lacking:
            raise InputError(f"{path}: the row of {row.get('file', 'a file')} lacks {', '.join(lacking)}")
    return rows


def read_scene(data: Path, row: dict) -> Scene:
    """The scene of one manifest row."""
    raw = read_raw(data / row["file"], len(row["bands"]))
    image, presence = to_canonical(raw, row["bands"], row["scale"])
    valid = (image[presence > 0] > 0).any(0)
    return Scene(image, presence, valid, row)


def place_of(file: str) -> str:
    """Name shared by all files of one place, so that places and not files are drawn equally."""
    name = Path(file).stem
    if file.startswith("train/naip/"):
        return "naip"
    if name.startswith("s2-california"):
        return "california"
    if name.startswith(("l7-colorado", "l7-se")):
        return name[:5] + name[-2:]
    return re.sub(r"(-\d{8}|_20\d\d(tm)?|(?<=killick\d)_[12])$", "", name)


def cached(scene: Scene) -> np.ndarray:
    """[6,H,W] uint16 of a scene for the cache. Raises InputError where it is of no use."""
    _, height, width = scene.image.shape
    if not scene.presence.any():
        raise InputError(f"has none of the bands {', '.join(BANDS)}")
    if min(height, width) < LEAST_SIDE:
        raise InputError(f"is smaller than {LEAST_SIDE} pixels")
    if not scene.valid.any():
        raise InputError("holds nothing but zeros")
    pad = ((0, 0), (0, max(0, PADDED_SIDE - height)), (0, max(0, PADDED_SIDE - width)))
    return np.round(np.pad(scene.image, pad, "reflect") * 10000).astype(np.uint16)


def build_cache(data: Path, cache: Path = CACHE, folder: str = "train", known: dict[str, str] | None = None) -> dict[str, str]:
    """Write `cache/<folder>.u16` and `cache/<folder>.json` from the rows of that folder of the manifest.

    Scenes that cannot be used, or whose pixels are among the `known` digests, are left out and named. Returns the digests of the
    scenes with their files. The files of an earlier cache are replaced at the end, so that a run that reads them goes on.
    """
    cache.mkdir(parents=True, exist_ok=True)
    rows = [r for r in read_manifest(data) if r["file"].startswith(folder + "/") and ".." not in Path(r["file"]).parts]
    index, offset, digests = [], 0, {}
    temporary = cache / f"{folder}.u16.tmp"
    with open(temporary, "wb") as out:
        for row in rows:
            try:
                scene = read_scene(data, row)
                pixels = cached(scene)
            except InputError as error:
                print(f"left out: {row['file']}: {error}")
                continue
            digest = hashlib.sha256(pixels.tobytes()).hexdigest()
            if known and digest in known:
                print(f"left out: {row['file']}: the same pixels as {known[digest]}, which is kept apart")
                continue
            digests[digest] = row["file"]
            out.write(pixels.tobytes())
            index.append({"file": row["file"], "place": place_of(row["file"]), "offset": offset, "height": pixels.shape[1],
                          "width": pixels.shape[2], "presence": scene.presence.astype(int).tolist(),
                          "eightBit": row["dtype"] == "uint8", "sensor": row["sensor"], "gsd": row["gsd_m"],
                          "validShare": float(scene.valid.mean())})
            offset += pixels.size
    if not index:
        temporary.unlink()
        raise InputError(f"no usable scene in {data / folder}: training needs some in train/ and, of other places, some in val/")
    temporary.replace(cache / f"{folder}.u16")
    (cache / f"{folder}.json").write_text(json.dumps(index, indent=1))
    print(f"{folder}: {len(index)} scenes")
    return digests


def refuse_shared_places(rows: list[dict]) -> None:
    """Raise InputError where a place is both trained on and kept apart."""
    places = {folder: {place_of(r["file"]) for r in rows if r["file"].startswith(folder + "/")} for folder in ("train", "val")}
    both = sorted(places["train"] & places["val"])
    if both:
        raise InputError(f"train/ and val/ both hold {', '.join(both)}: what a network is judged by must show other places")


class Crops:
    """Random square crops of the cached training scenes, places weighted by the square root of their area.

    With `six` only scenes that have all six canonical bands are drawn from.
    """

    def __init__(self, cache: Path = CACHE, seed: int = 0, folder: str = "train", six: bool = False):
        if not (cache / f"{folder}.json").exists():
            raise InputError(f"{cache / folder}.json is missing: run `python -m unclouded_training.data --data DIR` first")
        index = json.loads((cache / f"{folder}.json").read_text())
        self.index = [s for s in index if not six or all(s["presence"])]
        if not self.index:
            raise InputError(f"no scene of {folder}/ has all six bands, which `six` asks for")
        self.side = min(min(s["height"], s["width"]) for s in self.index)
        self.pixels = np.memmap(cache / f"{folder}.u16", np.uint16, "r")
        self.rng = np.random.default_rng(seed)
        area: dict[str, float] = {}
        for s in self.index:
            area[s["place"]] = area.get(s["place"], 0) + s["height"] * s["width"]
        weight = np.array([s["height"] * s["width"] / area[s["place"]] ** 0.5 for s in self.index])
        naip = np.array([s["place"] == "naip" for s in self.index])
        if naip.any() and not naip.all():
            weight[naip] *= NAIP_SHARE / (1 - NAIP_SHARE) * weight[~naip].sum() / weight[naip].sum()
        self.weight = weight / weight.sum()
        self.other = [self.other_date(s) for s in self.index]

    def other_date(self, scene: dict) -> dict | None:
        """Another date of the same place on the same grid, or None."""
        shape = (scene["place"], scene["height"], scene["width"], scene["presence"])
        if scene["place"] in ("naip", "california"):
            return None
        same = [s for s in self.index if s is not scene and (s["place"], s["height"], s["width"], s["presence"]) == shape]
        return same[0] if same else None

    def view(self, scene: dict) -> np.ndarray:
        h, w = scene["height"], scene["width"]
        return self.pixels[scene["offset"]:scene["offset"] + 6 * h * w].reshape(6, h, w)

    def draw(self, count: int, size: int, dates: float = 0.0):
        """(`image` [N,6,S,S] float32 reflectance, `presence` [N,6], scene rows, `reference` [N,6,S,S]); turned and flipped.

        With probability `dates` the reference holds the same ground on the place's other date, where there is one; else 0.
        """
        if size > self.side:
            raise InputError(f"a crop of {size} pixels does not fit into the smallest scene ({self.side}): set `crop` in the config to {self.side // 32 * 32}")
        images, references = np.zeros((2, count, 6, size, size), np.float32)
        presence = np.empty((count, 6), np.float32)
        rows = []
        for n in range(count):
            for _ in range(8):
                at = self.rng.choice(len(self.index), p=self.weight)
                s = self.index[at]
                y, x = self.rng.integers(s["height"] - size + 1), self.rng.integers(s["width"] - size + 1)
                crop = self.view(s)[:, y:y + size, x:x + size]
                if (crop[s["presence"].index(1)] > 0).mean() > 0.98:
                    break
            turns, flip = self.rng.integers(4), self.rng.random() < 0.5

            def turned(picture):
                picture = np.rot90(picture, turns, (1, 2))
                return picture[:, :, ::-1] if flip else picture

            images[n] = turned(crop)
            if self.rng.random() < dates and self.other[at] is not None:
                references[n] = turned(self.view(self.other[at])[:, y:y + size, x:x + size])
            presence[n] = s["presence"]
            rows.append(s)
        return images * np.float32(1e-4), presence, rows, references * np.float32(1e-4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--unpack", type=Path)
    parser.add_argument("--limit", type=float, default=56, help="MiB of a pack")
    arguments = parser.parse_args()
    if arguments.pack:
        print(pack(arguments.pack, arguments.limit))
    elif arguments.unpack:
        print(unpack(arguments.unpack))
    else:
        refuse_shared_places(read_manifest(arguments.data))
        build_cache(arguments.data, known=build_cache(arguments.data, folder="val"))
        print(CACHE)


if __name__ == "__main__":
    command(main)
