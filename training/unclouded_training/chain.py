"""The networks applied to whole pictures, as the application applies them to its tiles."""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import distance_transform_edt, uniform_filter

from .darkness import weigh_shadow
from .holes import fill_bright_holes
from .inpaint import APP_LEVELS, CLEAR_LIMIT, blend_base, coarse_field, prefill, scene_clear_weight, thick_blend
from .inputs import detector_input, generator_input
from .networks import Detector, Generator
from .tables import APP_CLOUD, APP_SHADOW


@torch.no_grad()
def detect(net: Detector, picture: torch.Tensor, presence: torch.Tensor, cirrus: torch.Tensor | None = None) -> torch.Tensor:
    """[1,6,H,W] of any size, and the cirrus band [1,1,H,W] where there is one, to probabilities [1,4,H,W], bright holes filled."""
    h, w = picture.shape[2:]

    def padded(x):
        return F.pad(x, (0, -w % 16, 0, -h % 16), mode="replicate")

    extra = () if cirrus is None else (padded(cirrus), torch.ones_like(presence[:, :1]))
    said = net(detector_input(padded(picture), presence, *extra)).softmax(1)[..., :h, :w]
    return fill_bright_holes(said, picture, presence)


@torch.no_grad()
def repair(net: Generator, picture: torch.Tensor, presence: torch.Tensor, p: torch.Tensor):
    """(raw output [6,H,W], Laplace scale [H,W], base and pre-fill [6,H,W]) as numpy."""
    h, w = picture.shape[2:]
    pad = (0, -w % 16, 0, -h % 16)
    picture, p = F.pad(picture, pad, mode="replicate"), F.pad(p, pad, mode="replicate")
    clear = scene_clear_weight(p)
    filled = prefill(picture, clear, APP_LEVELS, coarse_field(picture, clear, APP_LEVELS)) if clear.any() else picture
    base = blend_base(picture, filled, p[:, 2:3])
    out = net(generator_input(picture, presence, p, filled))[0, :, :h, :w].numpy()
    return out[:6], out[6], *(planes[0, :, :h, :w].numpy() for planes in (base, filled))


def join_tone(repaired: np.ndarray, filled: np.ndarray, thick: torch.Tensor) -> np.ndarray:
    """What the application shows of a repair [6,H,W], by the pre-fill [6,H,W] and the probability of thick cloud [H,W]: there the tone of what the generator
    made of the ground around, and its detail. As `src/pipeline/generate/detail.ts`, with the same boxes."""
    share = thick_blend(thick).numpy()
    known = (share == 0).astype(np.float32)

    def blurred(plane: np.ndarray, radius: int) -> np.ndarray:
        for _ in range(3):
            plane = uniform_filter(plane, 2 * radius + 1, mode="constant")
        return plane

    around, known_around = np.maximum(blurred(share, 3), 1e-6), blurred(known, 8) + 0.02
    tone = filled + np.stack([blurred(known * change, 8) / known_around for change in repaired - filled])
    detail = repaired - tone - np.stack([blurred(share * change, 3) / around for change in repaired - tone])
    shown = np.maximum(0, tone + np.maximum(0, 2 * around - 1) * detail)
    return (1 - share) * repaired + share * shown


def masked(p: torch.Tensor) -> np.ndarray:
    """Pixels [H,W] that the composite takes from the generator."""
    return (p[0, 1:].sum(0) >= CLEAR_LIMIT).numpy()


def app_probabilities(net: Detector, picture: torch.Tensor, presence: torch.Tensor) -> torch.Tensor:
    """Probabilities [1,4,H,W] that the application makes the mask of a picture [1,6,H,W] with bands [1,6] from."""
    return weigh_shadow(detect(net, picture, presence), picture, presence)


def cloud_and_shadow(p: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [1,4,H,W] to what the application calls cloud and shadow, [H,W] each, before it grows them."""
    cloud = (p[0, 1] + p[0, 2] >= APP_CLOUD).numpy()
    return cloud, (p[0, 3] >= APP_SHADOW).numpy() & ~cloud


def grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    """A mask [H,W] with all that lies within so many pixels of it."""
    return distance_transform_edt(~mask) <= pixels if mask.any() else mask


def known_ground(p: torch.Tensor) -> np.ndarray:
    """Pixels [H,W] that the fill rests on."""
    return scene_clear_weight(p)[0, 0].numpy() > 0


def full_chain(detector, generator, image: np.ndarray, have: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Real picture [6,H,W] to (composite, mask [H,W], what the fill rests on [H,W]). Resting on nothing, thick cloud stays."""
    x, use = torch.from_numpy(image)[None], torch.from_numpy(have)[None]
    p = detect(detector, x, use)
    hole, known = masked(p), known_ground(p)
    if not known.any():
        hole = (p[0, 2] < 0.5).numpy()
    raw, _, _, filled = repair(generator, x, use, p)
    return np.where(hole, join_tone(raw, filled, p[0, 2]), image), hole, known
