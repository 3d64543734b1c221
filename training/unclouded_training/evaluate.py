"""Tables of the model cards: `python -m unclouded_training.evaluate [--data DIR] [--parts six rgb dates tiling masks limits ground rice pair]`.

Writes `evaluation.json` and `evaluation.md` into `public/models/`. The weights are read from the
exported models. The generator's pixel is taken where p_thin + p_thick + p_shadow >= 0.3, where the fill does not start from
either; every other pixel stays as observed. (The application masks by limits of its own, and grows its mask: `tables.APP_CLOUD`.)
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import classical, metrics
from .bands import DEFAULT_DATA, FINAL_RUN, RGB, SIX
from .chain import detect, full_chain, grown, join_tone, known_ground, masked, repair
from .data import place_of, read_manifest, read_scene
from .errors import InputError, command
from .evaluate_masks import evaluate_ground, evaluate_limits, evaluate_masks
from .evaluate_tiling import evaluate_mask_tiling, evaluate_tiling
from .export import MODELS, shipped, weights_of
from .inpaint import APP_LEVELS, blend_base, clear_weight, clone, coarse_field, harmonise
from .inputs import generator_input
from .networks import Generator
from .shapes import load_bank
from .simulate import Sample, Simulator
from .tables import APP_BUFFER, DEPTHS, Coverage, Table, markdown
from .validation import SEED, TILE, simulated_tiles


PARTS = ("six", "rgb", "dates", "tiling", "masks", "limits", "ground", "rice", "pair")
#: Real pictures that a part is measured on.
NEEDED = {
    "masks": ("l5-labelled.tif", "s2-labelled-adwp.tif", "l8-gulf-cloudy.tif", "l7-chiapas-real.tif"),
    "rice": ("rice1", "rice2"),
    "pair": ("s2-rois2017_winter_112_p797-cloudy.tif", "s2-rois2017_winter_112_p797-cloudfree.tif"),
}


def step(sums: np.ndarray, at: int) -> float:
    """Mean of the sums and counts that `metrics.border_steps` gives."""
    return sums[at] / max(sums[at + 1], 1)


def cut_out(sample: Sample) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    """Thick cloud [H,W] as masks drawn by hand or given with a file may cut it out, the picture [1,6,H,W] with nothing else over it, and the probabilities
    [1,4,H,W] that say so."""
    hole = grown((sample.probabilities.argmax(1) == 2)[0].numpy(), APP_BUFFER)
    inside = torch.from_numpy(hole)
    nothing = torch.zeros_like(sample.opacity)
    return hole, torch.where(inside, sample.cloudy, sample.clear), torch.cat([nothing + ~inside, nothing, nothing + inside, nothing], 1)


def evaluate_simulated(data: Path, detector, generators: dict[str, Generator], presence) -> dict:
    """Rows of the simulated table, those of holes with a clear rim, the coverage of the 90 % interval, and the steps at the border of what was repaired.

    The first of `generators` is the one that the application takes for pictures with these bands.
    """
    table, holes, main = Table(), Table(), next(iter(generators))
    coverage: dict[str, Coverage] = {}
    steps: dict[str, np.ndarray] = {}
    for sample in simulated_tiles(data, presence):
        have = sample.presence[0].numpy() > 0
        truth, observed = sample.clear[0].numpy()[have], sample.cloudy[0].numpy()[have]
        label = sample.probabilities.argmax(1)[0].numpy()
        regions = {"thin": label == 1, "thick": label == 2, "shadow": label == 3, "clear": label == 0, "all masked": label > 0}
        opacity = sample.opacity[0, 0].numpy()
        depths = {name: (label == 1) & (opacity >= low) & (opacity < high) for name, (low, high) in DEPTHS.items()}
        vegetation = bool(have[3])

        def add(row: str, picture: np.ndarray) -> None:
            table.add(row, picture, truth, {**regions, **depths}, vegetation)

        add("do nothing", observed)
        add("flat colour (oracle)", np.stack([np.where(label > 0, c[label > 0].mean() if (label > 0).any() else 0, o)
                                              for c, o in zip(truth, observed)]))
        found = detect(detector, sample.cloudy, sample.presence, sample.cirrus if sample.cirrus_presence.any() else None)
        for mask, p in (("true mask", sample.probabilities), ("detector's mask", found)):
            hole = masked(p)
            if mask == "true mask":
                add("smooth inpainting", metrics.harmonic_fill(observed, ~hole))
                add("dark channel prior", np.where(hole, classical.dark_channel(observed), observed))
                add("HOT correction", classical.haze_optimised(observed, ~hole, hole))
                counted = {k: v for k, v in regions.items() if k != "clear"}
            else:
                add(f"smooth inpainting, {mask}", metrics.harmonic_fill(observed, known_ground(p)))
                counted = {**{k: v & hole for k, v in regions.items()}, "all masked": hole}
            for name, net in generators.items():
                raw, scale, base, filled = repair(net, sample.cloudy, sample.presence, p)
                shown, raw = join_tone(raw, filled, p[0, 2])[have], raw[have]
                coverage.setdefault(f"{name}, {mask}", Coverage()).add(raw, truth, scale, counted)
                if (name, mask) == (main, "true mask"):
                    add("pre-fill", np.where(hole, base[have], observed))
                    add(f"{name}, {mask}, not composited", raw)
                    wide = grown(hole, APP_BUFFER)
                    for what, picture in (("repaired", np.where(wide, raw, observed)), ("truth", truth)):
                        steps[what] = steps.get(what, np.zeros(4)) + metrics.border_steps(picture, wide)
                add(f"{name}, {mask}", np.where(hole, raw, observed))
                if name == main:
                    add(f"{name} as shown, {mask}", np.where(hole, shown, observed))
        hole, view, p = cut_out(sample)
        if hole.any() and not hole.all():
            raw, _, _, filled = repair(generators[main], view, sample.presence, p)
            for row, picture in (("pre-fill", filled), (main, raw), (f"{main} as shown", join_tone(raw, filled, p[0, 2]))):
                holes.add(row, picture[have], truth, {"thick": hole}, vegetation)
    return {"rows": table.result(), "holes": holes.result(), "coverage90": {row: c.result() for row, c in coverage.items()},
            "borderRatio": {"against the inside": step(steps["repaired"], 0) / step(steps["repaired"], 2),
                            "against the truth": step(steps["repaired"], 0) / step(steps["truth"], 0)}}


@torch.no_grad()
def evaluate_dates(data: Path, generators: dict[str, Generator]) -> dict:
    """Simulated clouds on the validation places with two dates, the other date as reference; six bands, true mask."""
    simulator = Simulator(load_bank(), SEED)
    rng = np.random.default_rng(SEED)
    scenes = [read_scene(data, r) for r in read_manifest(data) if r["file"].startswith("val/s2-")]
    table = Table()
    for target in scenes:
        other = next((s for s in scenes if place_of(s.row["file"]) == place_of(target.row["file"]) and s is not target
                      and s.image.shape == target.image.shape), None)
        if other is None:
            continue
        _, h, w = target.image.shape
        side = min(TILE, h // 16 * 16, w // 16 * 16)
        for cover in (0.15, 0.35, 0.6, 0.85):
            y, x = rng.integers(h - side + 1), rng.integers(w - side + 1)
            piece, reference = (np.ascontiguousarray(s.image[None, :, y:y + side, x:x + side]) for s in (target, other))
            row = {"eightBit": False, "sensor": "S2", "gsd": 10}
            sample = simulator(piece, target.presence[None], [row], cover=torch.tensor([cover]), dropout=False)
            truth, observed = sample.clear[0].numpy(), sample.cloudy[0].numpy()
            label, p = sample.probabilities.argmax(1)[0].numpy(), sample.probabilities
            regions = {"thin": label == 1, "thick": label == 2, "shadow": label == 3, "all masked": label > 0}
            hole, clear = masked(p), clear_weight(p)
            if not clear.any():
                continue
            copied = torch.from_numpy(reference)
            matched = harmonise(copied, sample.cloudy, clear)
            cloned = clone(sample.cloudy, clear, matched, 4, coarse_field(sample.cloudy - matched, clear, 4))
            given = generator_input(sample.cloudy, sample.presence, p, cloned, torch.ones_like(clear))
            for name, picture in (("do nothing", observed), ("smooth inpainting", metrics.harmonic_fill(observed, ~hole)),
                                  ("copy", copied[0].numpy()), ("regression", matched[0].numpy()),
                                  ("regression and cloning", cloned[0].numpy()),
                                  *((f"{name}, one date", repair(net, sample.cloudy, sample.presence, p)[0]) for name, net in generators.items()),
                                  *((f"{name}, two dates", net(given)[0, :6].numpy()) for name, net in generators.items())):
                table.add(name, np.where(hole, picture, observed), truth, regions, vegetation=True)
    if not table.sums:
        raise InputError("no place of val/ has two dates of one size and six bands, called val/s2-PLACE-YYYYMMDD.tif")
    return {"rows": table.result()}


def read_rgb(path: Path) -> np.ndarray:
    """An 8-bit picture as [3,H,W] float32 in 0..1, red first."""
    return np.moveaxis(np.asarray(Image.open(path).convert("RGB"), np.float32), -1, 0) / 255


def evaluate_rice(data: Path, detector, generator) -> dict:
    """RICE pairs, RGB in 0..1, means over pairs; SSIM as scikit-image's default (7x7 uniform window).

    The rows called oracle fit a gain and an offset, the same in all bands, to the truth: what two numbers would be worth.
    """
    from skimage.metrics import structural_similarity

    result = {}
    for name in ("rice1", "rice2"):
        pairs = [(read_rgb(path), read_rgb(data / "real" / name / "clear" / path.name)) for path in sorted((data / "real" / name / "cloudy").iterdir())]
        one_fit = np.polyfit(*(np.concatenate([pair[k].ravel() for pair in pairs]) for k in (0, 1)), 1)
        scores: dict[str, list] = {}
        for cloudy, clear in pairs:
            image = np.zeros((6, *cloudy.shape[1:]), np.float32)
            image[:3] = cloudy[::-1]
            ours, hole, known = full_chain(detector, generator, image, np.array(RGB, np.float32))
            ours = np.round(np.clip(ours[:3][::-1], 0, 1) * 255) / 255
            flat = np.broadcast_to(clear.mean((1, 2), keepdims=True), clear.shape)
            textured = metrics.psnr(metrics.mse(flat, clear)) < 30
            smooth = np.where(hole, metrics.harmonic_fill(cloudy, known), cloudy)
            own_fit = np.polyfit(cloudy.ravel(), clear.ravel(), 1)
            for row, picture in (("do nothing", cloudy), ("flat colour", flat), ("one gain and offset for all pictures (oracle)", np.polyval(one_fit, cloudy)),
                                 ("gain and offset of each picture (oracle)", np.polyval(own_fit, cloudy)), ("smooth inpainting, detector's mask", smooth), ("ours", ours)):
                value = (metrics.psnr(metrics.mse(picture, clear)),
                         structural_similarity(picture, clear, channel_axis=0, data_range=1.0))
                scores.setdefault(row, []).append((*value, textured))
        result[name] = {}
        for row, values in scores.items():
            v = np.array(values, float)
            t = v[v[:, 2] > 0]
            result[name][row] = {"pairs": len(v), "psnr": v[:, 0].mean(), "medianPsnr": float(np.median(v[:, 0])),
                                 "ssim": v[:, 1].mean(), "texturedPairs": len(t),
                                 "texturedPsnr": t[:, 0].mean(), "texturedSsim": t[:, 1].mean()}
    return result


def evaluate_pair(data: Path, detector, generator) -> dict:
    """The real Sentinel-2 pair, six canonical bands: whole picture, and inside and outside of the detector's mask."""
    rows = {r["file"]: r for r in read_manifest(data)}
    cloudy = read_scene(data, rows["real/s2-rois2017_winter_112_p797-cloudy.tif"])
    clear = read_scene(data, rows["real/s2-rois2017_winter_112_p797-cloudfree.tif"])
    ours, hole, known = full_chain(detector, generator, cloudy.image, cloudy.presence)
    table = Table()
    regions = {"whole": np.ones_like(hole), "inside the mask": hole, "outside": ~hole}
    table.add("do nothing", cloudy.image, clear.image, regions, vegetation=True)
    table.add("smooth inpainting", np.where(hole, metrics.harmonic_fill(cloudy.image, known), cloudy.image), clear.image, regions, vegetation=True)
    table.add("ours", ours, clear.image, regions, vegetation=True)
    return {"maskShare": float(hole.mean()), "rows": table.result()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--models", type=Path, default=MODELS, help="the exported networks to measure")
    parser.add_argument("--out", type=Path, help="where the tables go; beside the networks unless told otherwise")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS,
                        help="parts to compute; the others are kept as evaluation.json has them")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    absent = [kind for kind in FINAL_RUN if not (arguments.models / kind / "model.json").exists()]
    if absent:
        raise InputError(f"{arguments.models} lacks {', '.join(absent)}: export them, or copy those of public/models/ to stand in for them")
    out = arguments.out or arguments.models
    out.mkdir(parents=True, exist_ok=True)
    detector, generator, six, light = (shipped(kind, arguments.models) for kind in FINAL_RUN)
    for_six = {"generator": six, "generator for any bands": generator, "light generator": light}
    path = out / "evaluation.json"
    result = json.loads(path.read_text()) if path.exists() else {}
    weights = {kind: weights_of(kind, arguments.models) for kind in FINAL_RUN}
    data = arguments.data

    def masks():
        result["masks"], result["growth"] = evaluate_masks(data, detector)

    measured = {
        "masks": masks,
        "limits": lambda: result.update(limits=evaluate_limits(data, detector)),
        "ground": lambda: result.update(ground=evaluate_ground(data, detector)),
        "pair": lambda: result.update(pair=evaluate_pair(data, detector, six)),
        "rice": lambda: result.update(rice=evaluate_rice(data, detector, generator)),
        "six": lambda: result.update(simulatedSix=evaluate_simulated(data, detector, for_six, SIX)),
        "rgb": lambda: result.update(simulatedRgb=evaluate_simulated(data, detector, {"generator": generator, "light generator": light}, RGB)),
        "dates": lambda: result.update(dates=evaluate_dates(data, for_six)),
        "tiling": lambda: result.update(tiling={**evaluate_tiling(data, six), "masks": evaluate_mask_tiling(data, detector)}),
    }
    read_manifest(data)
    for part in measured:
        if part not in arguments.parts:
            continue
        try:
            lacking = [name for name in NEEDED.get(part, ()) if not (data / "real" / name).exists()]
            if lacking:
                raise InputError(f"{data / 'real'} lacks {', '.join(lacking)}")
            measured[part]()
            result.setdefault("weights", {})[part] = weights
        except InputError as error:
            print(f"{part} is left out: {error}")
    path.write_text(json.dumps(result, indent=1) + "\n")
    (out / "evaluation.md").write_text(markdown(result))
    print(markdown(result))


if __name__ == "__main__":
    command(main)
