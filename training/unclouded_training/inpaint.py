"""The pre-fill: smooth inpainting of cloudy pixels from clear ones. The application repeats this in TypeScript.

Definition (all in float32; y and x run over an H x W grid, padded with missing cells where sides cannot be halved):

1. Clear weight `c` of a pixel: 1 if p_thin + p_thick + p_shadow < 0.3 and the pixel is not nodata, else 0.
2. Level 0 holds the observed values where c = 1. A cell with weight 1 is *known*, one with weight 0 is *missing*.
3. Pull, l = 0, 1, ..: a cell of level l+1 covers the 2x2 cells (2y..2y+1, 2x..2x+1) of level l.
   sum W of their weights; value = (sum of value * weight) / W where W > 0; weight = min(128, W).
   A weight is therefore the number of clear pixels that a cell rests on, counted up to 128.
4. Trust t of a cell: 1 if its weight is over 0 on levels 0 to 3 (cells of at most 8 x 8 pixels), else 0; from level 4 on
   weight / 128, so that a few pixels do not speak for a large cell (pull-push with weights; Gortler et al. 1996).
5. Push, from the coarsest level down: the coarsest is one cell. On every finer level, u = bilinear upsample by 2 of level
   l+1 (half-pixel centres, clamped at the edges: weights 3/4 and 1/4 along each axis); value = t * value + (1 - t) * u; then
   SWEEPS = 6 Jacobi sweeps: value = t * own + (1 - t) * m, m the mean of the 4 neighbours of the previous sweep, edges
   replicated, own the pulled value. Cells with t = 1 never change.
   The application pushes the whole scene down to level 4 (cells of 16 x 16 pixels) once and hands every tile its
   part of that coarse field; see `coarse_field`. In a scene where no pixel is clear, those below 0.5 take their place in
   step 1; where there are none of them either, there is no pre-fill.
6. base = (1 - w) * observed + w * prefill, w = t * t * (3 - 2 t), t = clip((p_thick - 0.3) / 0.4, 0, 1).

With a second date the pre-fill is seamless cloning: the reference R, brought to the target's radiometry by `harmonise`,
plus the pre-fill of what the target differs from it, `R + prefill(observed - R)`. The correction is harmonic inside the
gap, which makes the sum the solution of Poisson's equation with the reference's gradients (Perez et al. 2003).
"""
from __future__ import annotations

import torch
import torch.nn.functional as F

SWEEPS = 6
FULL_WEIGHT = 128
CLEAR_LIMIT, DOUBTFUL_LIMIT = 0.3, 0.5
THICK_FROM, THICK_SPAN = 0.3, 0.4
APP_LEVELS = 4


def clear_weight(probabilities: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
    """[N,4,H,W] probabilities (clear thin thick shadow), optional [N,1,H,W] 0/1 validity, to [N,1,H,W] of 0/1."""
    clear = (probabilities[:, 1:4].sum(1, keepdim=True) < CLEAR_LIMIT).float()
    return clear if valid is None else clear * valid


def scene_clear_weight(probabilities: torch.Tensor) -> torch.Tensor:
    """The clear weight of a whole scene [1,4,H,W]: that of its likelier clear pixels where none is clear beyond doubt."""
    clear = clear_weight(probabilities)
    return clear if clear.any() else (probabilities[:, 1:4].sum(1, keepdim=True) < DOUBTFUL_LIMIT).float()


def pull(values: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One level down: [N,C,H,W] and [N,1,H,W] to halves of both sides."""
    total = F.avg_pool2d(weight, 2) * 4
    summed = F.avg_pool2d(values * weight, 2) * 4
    return torch.where(total > 0, summed / total.clamp(min=1), torch.zeros_like(summed)), total.clamp(max=FULL_WEIGHT)


def trust(weight: torch.Tensor, level: int) -> torch.Tensor:
    return (weight > 0).float() if level < APP_LEVELS else weight / FULL_WEIGHT


def push(own: torch.Tensor, t: torch.Tensor, coarse: torch.Tensor, sweeps: int = SWEEPS) -> torch.Tensor:
    """Complete the cells `own`, trusted by `t`, from the full `coarse` field of half their sides."""
    known = own * t
    filled = known + (1 - t) * F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    for _ in range(sweeps):
        p = F.pad(filled, (1, 1, 1, 1), mode="replicate")
        mean = (p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:]) * 0.25
        filled = known + (1 - t) * mean
    return filled


def prefill(observed: torch.Tensor, weight: torch.Tensor, levels: int = APP_LEVELS,
            coarse: torch.Tensor | None = None, start: int = 0) -> torch.Tensor:
    """Cells [N,C,H,W] of level `start` and their weights [N,1,H,W] to the filled cells; clear pixels are unchanged.

    `coarse` is the full field of level `start + levels`; without one the mean of that level's known cells is taken.
    """
    pyramid = [(torch.where(weight > 0, observed, torch.zeros_like(observed)), weight)]
    for _ in range(levels):
        pyramid.append(pull(*pyramid[-1]))
    anything = weight.amax((2, 3), keepdim=True) > 0
    if coarse is None:
        top, known = pyramid[-1]
        mean = (top * known).sum((2, 3), keepdim=True) / known.sum((2, 3), keepdim=True).clamp(min=1)
        field = torch.where(known > 0, top, mean)
    else:
        field, anything = coarse, torch.ones_like(anything)
    for level in reversed(range(levels)):
        values, known = pyramid[level]
        field = push(values, trust(known, start + level), field)
    return torch.where(anything, field, observed)


def coarse_field(observed: torch.Tensor, weight: torch.Tensor, levels: int = APP_LEVELS) -> torch.Tensor:
    """The scene-wide field of level `levels`, filled by the same scheme down to one cell.

    A grid whose sides are no power of two is padded at its right and lower edge with missing cells. Where nothing at all is
    known the field is zero and means nothing: thick cloud cannot be filled then.
    """
    values, known = torch.where(weight > 0, observed, torch.zeros_like(observed)), weight
    for _ in range(levels):
        values, known = pull(values, known)
    height, width = known.shape[2:]
    depth = max(height - 1, width - 1, 0).bit_length()
    pad = (0, (1 << depth) - width, 0, (1 << depth) - height)
    return prefill(F.pad(values, pad), F.pad(known, pad), depth, start=levels)[..., :height, :width]


def thick_blend(p_thick: torch.Tensor) -> torch.Tensor:
    """Share of the pre-fill in the base, from the probability of thick cloud."""
    t = ((p_thick - THICK_FROM) / THICK_SPAN).clamp(0, 1)
    return t * t * (3 - 2 * t)


def blend_base(observed: torch.Tensor, filled: torch.Tensor, p_thick: torch.Tensor) -> torch.Tensor:
    """Step 6: the pre-fill where the cloud is thick, by its probability [N,1,H,W]; the observed picture elsewhere."""
    w = thick_blend(p_thick)
    return (1 - w) * observed + w * filled


def harmonise(reference: torch.Tensor, observed: torch.Tensor, weight: torch.Tensor, ridge: float = 1e-4) -> torch.Tensor:
    """The reference date [N,6,H,W] in the target's radiometry.

    Multi-band linear regression of the observed bands on the reference's (and a constant) over the pixels of `weight`
    [N,1,H,W], with a ridge towards the identity, `ridge` per pixel, which rules where few pixels are known. Missing bands
    are zero in both and stay zero.
    """
    n, c, h, w = reference.shape
    x = torch.cat([reference, torch.ones_like(reference[:, :1])], 1).flatten(2).double()
    y, k = observed.flatten(2).double(), weight.flatten(2).double()
    strength = ridge * k.sum(2, keepdim=True) + 1
    identity = torch.eye(c + 1, dtype=torch.float64, device=x.device)
    gram = (x * k) @ x.transpose(1, 2) + strength * identity
    slopes = torch.linalg.solve(gram, (x * k) @ y.transpose(1, 2) + strength * identity[:, :c])
    return (slopes.transpose(1, 2) @ x).view(n, c, h, w).float()


def clone(observed: torch.Tensor, weight: torch.Tensor, reference: torch.Tensor, levels: int = APP_LEVELS,
          coarse: torch.Tensor | None = None) -> torch.Tensor:
    """The pre-fill from a harmonised reference [N,6,H,W]; `coarse` is the coarse field of `observed - reference`."""
    return reference + prefill(observed - reference, weight, levels, coarse)
