"""How likely a pixel lies in shadow, seen beside the clear ground around it: `python -m unclouded_training.darkness` fits the numbers.

The detector sees some 30 pixels far and has no notion of how bright the ground of a scene is. The application knows that after its first pass, and weighs every
pixel of which the detector says at least 0.05 anew before it makes the mask (`src/pipeline/detect/darkness.ts` repeats this). What is filled, and what the
generator is given, rests on what the detector said. Definition:

1. Cells of 16 x 16 pixels: the mean of their clear pixels (`inpaint.clear_weight`) in every band, and their number, counted up to 128, as weight.
2. The ground around a cell: the mean of the cells around it by their weights, two box means of 7 x 7 cells; one pixel's weight of the scene's mean is added, so
   that it is defined everywhere. Without any clear pixel nothing is changed.
3. Brightness: the mean of log(reflectance + 0.01) over the bands in which shadow is darkest: near and first short-wave infrared, or near infrared, or what there
   is of blue, green and red. That of the ground is bilinear between the centres of cells, clamped at the edges.
4. Darkness d of a pixel: its brightness less that of the ground, cut to -2..2.
5. With q = p_shadow / (p_clear + p_shadow) and l = logit(q), q cut to 0.0001..0.9999: p_shadow becomes (p_clear + p_shadow) sigmoid(a + b l + c d + e l d).
"""
from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .bands import DEFAULT_DATA, REFLECTANCE_MAX, RGB, RGBN, SIX
from .errors import command
from .inpaint import APP_LEVELS, clear_weight, pull
from .metrics import mask_scores
from .tables import APP_CLOUD, APP_SHADOW

#: Cells to either side in one box mean.
RADIUS = 3
#: Probabilities of shadow from this on are weighed.
LEAST_SHADOW = 0.05
FLOOR, MOST_DARKNESS, LEAST_DOUBT = 0.01, 2, 1e-4
#: a, b, c, e by the bands in which darkness is measured.
WEIGHTS = {"infrared": (-0.675, 0.518, -1.706, -0.242), "visible": (-0.211, 0.532, -2.382, -0.689)}
#: Brightness is kept in steps of this.
STEP = math.log((REFLECTANCE_MAX + FLOOR) / FLOOR) / 254


def weights_for(presence: torch.Tensor) -> str:
    """Which of the `WEIGHTS` a picture with bands [6] is weighed by."""
    return "infrared" if presence[3] else "visible"


def clear_ground(picture: torch.Tensor, clear: torch.Tensor) -> torch.Tensor | None:
    """Dark bands [1,B,H,W] and clear weight [1,1,H,W] of 0/1 to the brightness of the ground [1,1,H,W]; None where nothing is clear."""
    height, width = clear.shape[2:]
    if not clear.any():
        return None
    pad = (0, -width % 2**APP_LEVELS, 0, -height % 2**APP_LEVELS)
    values, weight = F.pad(picture * clear, pad).double(), F.pad(clear, pad).double()
    for _ in range(APP_LEVELS):
        values, weight = pull(values, weight)
    whole = (values * weight).sum((2, 3), keepdim=True) / weight.sum()
    around = torch.cat([values * weight, weight], 1)
    for _ in range(2):
        around = F.avg_pool2d(around, 2 * RADIUS + 1, 1, RADIUS) * (2 * RADIUS + 1) ** 2
    ground = torch.log((around[:, :-1] + whole) / (around[:, -1:] + 1) + FLOOR).mean(1, keepdim=True)
    return F.interpolate(ground, scale_factor=2**APP_LEVELS, mode="bilinear", align_corners=False)[..., :height, :width].float()


def darkness(picture: torch.Tensor, presence: torch.Tensor, p: torch.Tensor) -> torch.Tensor | None:
    """Picture [1,6,H,W], its bands [6] and probabilities [1,4,H,W] to d [H,W], negative where it is darker; None where nothing is clear."""
    slots = [3, 4] if presence[3] else [0, 1, 2]
    shown = picture[:, [slot for slot in slots if presence[slot]]]
    ground = clear_ground(shown, clear_weight(p))
    if ground is None:
        return None
    brightness = torch.log(shown + FLOOR).mean(1)[0]
    kept = ((brightness - math.log(FLOOR)) / STEP).round() * STEP + math.log(FLOOR)
    return (kept - ground[0, 0]).clamp(-MOST_DARKNESS, MOST_DARKNESS)


def terms(p: torch.Tensor, d: torch.Tensor) -> torch.Tensor:
    """What the four numbers weigh, [4,H,W], of probabilities [1,4,H,W]."""
    q = (p[0, 3] / (p[0, 0] + p[0, 3]).clamp(min=1e-6)).clamp(LEAST_DOUBT, 1 - LEAST_DOUBT)
    l = torch.logit(q)
    return torch.stack([torch.ones_like(l), l, d, l * d])


def weighed(numbers: tuple[float, ...], p: torch.Tensor, d: torch.Tensor) -> torch.Tensor:
    """Step 5: the probability of shadow [H,W]."""
    shadow = torch.sigmoid(torch.einsum("k,khw->hw", torch.tensor(numbers), terms(p, d))) * (p[0, 0] + p[0, 3])
    return torch.where(p[0, 3] >= LEAST_SHADOW, shadow, p[0, 3])


def weigh_shadow(p: torch.Tensor, picture: torch.Tensor, presence: torch.Tensor) -> torch.Tensor:
    """Probabilities [1,4,H,W] of a picture [1,6,H,W] with bands [1,6], shadow weighed."""
    d = darkness(picture, presence[0], p)
    if d is None:
        return p
    shadow = weighed(WEIGHTS[weights_for(presence[0])], p, d)
    return torch.stack([p[0, 0] + p[0, 3] - shadow, p[0, 1], p[0, 2], shadow])[None]


def fit(detector, data: Path, count: int = 48, side: int = 224, seed: int = 5) -> dict[str, tuple[float, ...]]:
    """The four numbers by logistic regression on simulated clouds over training scenes; the first is then moved so that on those over
    validation scenes F1 is highest at the application's limit."""
    from .chain import detect
    from .data import Crops
    from .shapes import load_bank
    from .simulate import Simulator
    from .validation import simulated_tiles

    crops, simulator, rng = Crops(seed=seed, six=True), Simulator(load_bank(), seed), np.random.default_rng(seed)
    found: dict[str, list[torch.Tensor]] = {kind: [] for kind in WEIGHTS}
    for _ in range(count):
        images, have, rows, _ = crops.draw(1, side)
        sample = simulator(images, have, rows, cover=torch.tensor([rng.uniform(0.08, 0.7)]), dropout=False)
        for bands in (SIX, RGBN, RGB):
            presence = torch.tensor([bands], dtype=torch.float32)
            picture = sample.cloudy * presence[:, :, None, None]
            p = detect(detector, picture, presence)
            d = darkness(picture, presence[0], p)
            if d is not None:
                samples = torch.cat([terms(p, d), sample.probabilities[0, 3:4]])
                found[weights_for(presence[0])].append(samples[:, (p[0, 3] >= LEAST_SHADOW) & (p[0, 1] + p[0, 2] < APP_CLOUD)])
    numbers = {kind: regression(torch.cat(parts, 1).double()) for kind, parts in found.items()}
    said: dict[str, list[np.ndarray]] = {kind: [] for kind in WEIGHTS}
    for bands in (SIX, RGBN, RGB):
        for sample in simulated_tiles(data, bands):
            p = detect(detector, sample.cloudy, sample.presence)
            d = darkness(sample.cloudy, sample.presence[0], p)
            if d is not None:
                kind = weights_for(sample.presence[0])
                outside = torch.where(p[0, 1] + p[0, 2] < APP_CLOUD, weighed(numbers[kind], p, d), 0)
                said[kind].append(torch.stack([outside, sample.probabilities[0, 3]]).flatten(1).numpy())
    return {kind: at_limit(numbers[kind], *np.concatenate(parts, 1)) for kind, parts in said.items()}


def regression(samples: torch.Tensor) -> tuple[float, ...]:
    """Weights of samples [5,N]: the four terms, and the true probability of shadow."""
    x, truth = samples[:4], samples[4]
    weights = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def closure():
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(weights @ x, truth)
        loss.backward()
        return loss

    optimiser.step(closure)
    return tuple(weights.detach().tolist())


def at_limit(numbers: tuple[float, ...], probability: np.ndarray, truth: np.ndarray) -> tuple[float, ...]:
    """The numbers, the first one moved: what is best a limit of `probability` [N] becomes the application's."""
    best = max(np.arange(0.1, 0.6, 0.025), key=lambda limit: mask_scores(probability >= limit, truth >= 0.5)["f1"])
    moved = numbers[0] + math.log(APP_SHADOW / (1 - APP_SHADOW)) - math.log(best / (1 - best))
    return tuple(round(float(v), 3) for v in (moved, *numbers[1:]))


def main() -> None:
    from .export import shipped

    torch.set_num_threads(1)
    print(fit(shipped("detector"), DEFAULT_DATA))


if __name__ == "__main__":
    command(main)
