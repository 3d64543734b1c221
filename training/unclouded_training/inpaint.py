"""The pre-fill: smooth inpainting of cloudy pixels from clear ones. The application repeats this in TypeScript.

Definition (all in float32; y and x run over an H x W grid whose sides are multiples of 2**levels):

1. Clear weight `c` of a pixel: 1 if p_thin + p_thick + p_shadow < 0.3 and the pixel is not nodata, else 0.
2. Level 0 holds the observed values where c = 1. A cell with weight 1 is *known*, one with weight 0 is *missing*.
3. Pull, l = 0 .. levels-1: a cell of level l+1 covers the 2x2 cells (2y..2y+1, 2x..2x+1) of level l.
   sum W of their weights; value = (sum of value * weight) / W where W > 0; weight = min(1, W).
   Weights stay 0 or 1, so a coarse cell is the plain mean of its known children and is known if any child is.
4. Coarsest level: missing cells take the supplied coarse field [6, H/2**levels, W/2**levels]; without one they take the
   mean of that level's known cells. With neither (nothing clear at all) the pre-fill is the observed picture.
   The application fills a scene-wide field of level 4 (cells of 16 x 16 pixels) once by this very scheme, with as many
   levels as it takes to reach one cell, and hands every tile its part of it; see `coarse_field`.
5. Push, l = levels-1 .. 0: missing cells of level l take the bilinear upsample by 2 of level l+1 (half-pixel centres,
   clamped at the edges: weights 3/4 and 1/4 along each axis), then SWEEPS = 6 Jacobi sweeps: every missing cell becomes
   the mean of its 4 neighbours of the previous sweep, edges replicated; known cells never change.
6. base = (1 - w) * observed + w * prefill, w = t * t * (3 - 2 t), t = clip((p_thick - 0.3) / 0.4, 0, 1).
"""
from __future__ import annotations

import torch
import torch.nn.functional as F

SWEEPS = 6
CLEAR_LIMIT = 0.3
THICK_FROM, THICK_SPAN = 0.3, 0.4
APP_LEVELS = 4


def clear_weight(probabilities: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
    """[N,4,H,W] probabilities (clear thin thick shadow), optional [N,1,H,W] 0/1 validity, to [N,1,H,W] of 0/1."""
    clear = (probabilities[:, 1:4].sum(1, keepdim=True) < CLEAR_LIMIT).float()
    return clear if valid is None else clear * valid


def pull(values: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One level down: [N,C,H,W] and [N,1,H,W] to halves of both sides."""
    total = F.avg_pool2d(weight, 2) * 4
    summed = F.avg_pool2d(values * weight, 2) * 4
    return torch.where(total > 0, summed / total.clamp(min=1), torch.zeros_like(summed)), total.clamp(max=1)


def push(fine: torch.Tensor, weight: torch.Tensor, coarse: torch.Tensor, sweeps: int = SWEEPS) -> torch.Tensor:
    """Fill the missing cells of `fine` from the full `coarse` field of half its sides."""
    missing = weight == 0
    filled = torch.where(missing, F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False), fine)
    for _ in range(sweeps):
        p = F.pad(filled, (1, 1, 1, 1), mode="replicate")
        mean = (p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:]) * 0.25
        filled = torch.where(missing, mean, filled)
    return filled


def prefill(observed: torch.Tensor, weight: torch.Tensor, levels: int = APP_LEVELS,
            coarse: torch.Tensor | None = None) -> torch.Tensor:
    """Observed [N,C,H,W] and clear weight [N,1,H,W] to the filled picture [N,C,H,W]; clear pixels are unchanged."""
    pyramid = [(observed * weight, weight)]
    for _ in range(levels):
        pyramid.append(pull(*pyramid[-1]))
    top, known = pyramid[-1]
    anything = weight.amax((2, 3), keepdim=True) > 0
    if coarse is None:
        count = known.sum((2, 3), keepdim=True)
        coarse = (top.sum((2, 3), keepdim=True) / count.clamp(min=1)).expand_as(top)
    else:
        anything = torch.ones_like(anything)
    field = torch.where(known > 0, top, coarse)
    for values, known in reversed(pyramid[:-1]):
        field = push(values, known, field)
    return torch.where(anything, field, observed)


def coarse_field(observed: torch.Tensor, weight: torch.Tensor, levels: int = APP_LEVELS) -> torch.Tensor:
    """The scene-wide field of level `levels`, filled by the same scheme down to one cell.

    A grid whose sides are no power of two is padded at its right and lower edge with missing cells. Where nothing at all is
    known the field is zero and means nothing: thick cloud cannot be filled then.
    """
    values, known = observed * weight, weight
    for _ in range(levels):
        values, known = pull(values, known)
    height, width = known.shape[2:]
    depth = max(height - 1, width - 1, 0).bit_length()
    pad = (0, (1 << depth) - width, 0, (1 << depth) - height)
    return prefill(F.pad(values, pad), F.pad(known, pad), depth)[..., :height, :width]


def thick_blend(p_thick: torch.Tensor) -> torch.Tensor:
    """Share of the pre-fill in the base, from the probability of thick cloud."""
    t = ((p_thick - THICK_FROM) / THICK_SPAN).clamp(0, 1)
    return t * t * (3 - 2 * t)


def make_base(observed: torch.Tensor, probabilities: torch.Tensor, levels: int = APP_LEVELS,
              coarse: torch.Tensor | None = None, valid: torch.Tensor | None = None) -> torch.Tensor:
    """Observed [N,6,H,W] and probabilities [N,4,H,W] to the generator's base [N,6,H,W]."""
    filled = prefill(observed, clear_weight(probabilities, valid), levels, coarse)
    w = thick_blend(probabilities[:, 2:3])
    return (1 - w) * observed + w * filled
