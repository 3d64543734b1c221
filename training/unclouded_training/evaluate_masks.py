"""The detector by itself: on real clouds with labels, its limits on simulated ones, and on clear ground."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from . import metrics
from .bands import RGB, RGBN, SIX
from .chain import app_probabilities, cloud_and_shadow, detect, grown
from .darkness import weigh_shadow
from .data import read_manifest, read_raw, read_scene, to_canonical
from .shapes import load_bank
from .simulate import Simulator
from .tables import APP_BUFFER, APP_CLOUD, GROWTH, LIMITS
from .validation import SEED, TILE, camera, crop, simulated_tiles, validation_scenes


def evaluate_masks(data: Path, detector) -> tuple[dict, dict]:
    """Scores of the detector's masks against hand-made or operational ones on real clouds; and F1 for cloud by the pixels by which they are grown."""
    rows = {r["file"]: r for r in read_manifest(data)}
    result, growth = {}, {}

    def score(name, image, have, cloud, shadow, valid, cirrus=None):
        for label, bands in (("six bands and cirrus", SIX), ("six bands", SIX), ("RGB + NIR", RGBN), ("RGB", RGB)):
            use = have * np.array(bands, np.float32)
            if bands == SIX and have[4:].sum() == 0 or label == "six bands and cirrus" and cirrus is None:
                continue
            extra = torch.from_numpy(cirrus)[None, None] if label == "six bands and cirrus" else None
            picture, have_bands = torch.from_numpy(image * use[:, None, None])[None], torch.from_numpy(use)[None]
            p = detect(detector, picture, have_bands, extra)
            said, seen = cloud_and_shadow(p)
            _, shaded = cloud_and_shadow(weigh_shadow(p, picture, have_bands))
            scores = {pixels: metrics.mask_scores(grown(said, pixels)[valid], cloud[valid]) for pixels in GROWTH}
            entry = {"cloud": scores[0], "cloud, grown as in the application": scores[APP_BUFFER]}
            if shadow is not None:
                entry["shadow"] = metrics.mask_scores(shaded[valid], shadow[valid])
                entry["shadow, as the detector sees it"] = metrics.mask_scores(seen[valid], shadow[valid])
            result[f"{name}, {label}"] = entry
            growth[f"{name}, {label}"] = {str(pixels): s["f1"] for pixels, s in scores.items()}

    row = rows["real/l5-labelled.tif"]
    scene = read_scene(data, row)
    mask = read_raw(data / "real/l5-labelled.mask.tif", 1)[0]
    score("l5-labelled", scene.image, scene.presence, mask == 4, mask == 0, scene.valid)
    row = rows["real/s2-labelled-adwp.tif"]
    scene = read_scene(data, row)
    mask = read_raw(data / "real/s2-labelled-adwp.mask.tif", 1)[0]
    score("s2-labelled-adwp", scene.image, scene.presence, mask == 1, None, scene.valid)
    row = rows["real/l8-gulf-cloudy.tif"]
    raw = read_raw(data / row["file"], len(row["bands"]))
    image, have = to_canonical(raw, row["bands"], row["scale"])
    quality = raw[row["bands"].index("qa_pixel")].astype(int)
    # The values fit the pre-collection layout: bits 14-15 cloud, 12-13 cirrus confidence; it has no shadow.
    cloud = ((quality >> 14) & 3 >= 2) | ((quality >> 12) & 3 == 3)
    cirrus = raw[row["bands"].index("cirrus")].astype(np.float32) * np.float32(row["scale"])
    score("l8-gulf-cloudy (QA: cloud or cirrus)", image, have, cloud, None, (quality & 1) == 0, cirrus)
    row = rows["real/l7-chiapas-real.tif"]
    raw = read_raw(data / row["file"], len(row["bands"]))
    image, have = to_canonical(raw, row["bands"], row["scale"])
    fmask = raw[row["bands"].index("fmask")]
    score("l7-chiapas-real (Fmask)", image, have, fmask == 4, fmask == 2, fmask < 5)
    return result, growth


def evaluate_limits(data: Path, detector) -> dict:
    """F1 of the masks of simulated clouds on the validation scenes by the probability from which a pixel counts: what the application's limits are chosen by."""
    result = {}
    for label, bands in (("six bands", SIX), ("RGB + NIR", RGBN), ("RGB", RGB)):
        said, true = [], []
        for sample in simulated_tiles(data, bands):
            said.append(app_probabilities(detector, sample.cloudy, sample.presence)[0].flatten(1).numpy())
            true.append(sample.probabilities[0].flatten(1).numpy())
        p, truth = np.concatenate(said, 1), np.concatenate(true, 1)
        cloud, shadow = truth[1] + truth[2] >= 0.5, truth[3] >= 0.5
        called = p[1] + p[2] >= APP_CLOUD
        result[f"cloud, {label}"] = {str(limit): metrics.mask_scores(p[1] + p[2] >= limit, cloud)["f1"] for limit in LIMITS}
        result[f"shadow, {label}"] = {str(limit): metrics.mask_scores((p[3] >= limit) & ~called, shadow)["f1"] for limit in LIMITS}
    return result


@torch.no_grad()
def evaluate_ground(data: Path, detector) -> dict:
    """Shares of clear ground of the validation scenes that the detector calls cloud or shadow."""
    simulator = Simulator(load_bank(), SEED)
    rng = np.random.default_rng(SEED)
    counts: dict[str, dict[str, np.ndarray]] = {}
    for scene in validation_scenes(data):
        side = min(TILE, *(length // 32 * 32 for length in scene.image.shape[1:]))
        for _ in range(4):
            piece = crop(scene, side, rng)
            for ground, changed in (("as it is", False), ("changed as in training", True)):
                for bands, use in (("six bands", SIX), ("RGB + NIR", RGBN), ("RGB", RGB)):
                    have = scene.presence * np.array(use, np.float32)
                    sample = simulator(piece, have[None], camera(scene), cover=torch.zeros(1), dropout=changed, band_dropout=False, veils=False)
                    said, shaded = cloud_and_shadow(app_probabilities(detector, sample.cloudy, sample.presence))
                    counts.setdefault(ground, {}).setdefault(bands, np.zeros(3))
                    counts[ground][bands] += [said.sum(), shaded.sum(), said.size]
    return {ground: {bands: {"cloud": c[0] / c[2], "shadow": c[1] / c[2]} for bands, c in rows.items()} for ground, rows in counts.items()}
