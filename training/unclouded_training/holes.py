"""Bright holes in clouds: tops that the detector calls clear. The application repeats this in TypeScript (`src/pipeline/detect/holes.ts`).

The brightest tops of clouds can pass for bright ground, and the fill of a whole cloud then starts from them. A gap through which the ground is seen is
darker than the cloud around it; what is as bright as the cloud and enclosed by it is cloud, however clear it looks by itself. This is the filling of
holes of mathematical morphology (Soille 2003), for holes that are bright.

Definition:

1. Cloud: p_thin + p_thick >= 0.4. Bright: the mean over blue, green and red, as far as the picture has them, is at least 0.7 of the (lower) median of the
   pixels with p_thick >= 0.5; with fewer than 50 of these nothing is done.
2. Holes are the groups (4 neighbours) of bright pixels that are not cloud, of at most 48 pixels in width and in height: tiles show the detector more
   around what is kept of them.
3. A hole counts as thick cloud, p_thick = 1, if at least half of the pixels around it (8 neighbours) are cloud.
"""
from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import binary_dilation, find_objects, label

CLOUD, THICK = 0.4, 0.5
LEAST_THICK = 50
BRIGHT = 0.7
MOST_PIXELS = 48
ENCLOSED = 0.5


def bright_holes(p: torch.Tensor, picture: torch.Tensor, presence: torch.Tensor) -> np.ndarray:
    """Pixels [H,W] that lie in bright holes: by probabilities [1,4,H,W], the picture [1,6,H,W] in reflectance and its bands [1,6]."""
    holes = np.zeros(p.shape[2:], bool)
    light = picture[0, :3][presence[0, :3] > 0]
    thick = p[0, 2] >= THICK
    if len(light) == 0 or thick.sum() < LEAST_THICK:
        return holes
    brightness = light.mean(0)
    cloud = (p[0, 1] + p[0, 2] >= CLOUD).cpu().numpy()
    groups, _ = label(~cloud & (brightness >= BRIGHT * brightness[thick].median()).cpu().numpy())
    for number, place in enumerate(find_objects(groups), 1):
        if max(side.stop - side.start for side in place) > MOST_PIXELS:
            continue
        around = tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in place)
        group = groups[around] == number
        rim = binary_dilation(group, np.ones((3, 3))) & ~group
        if rim.any() and cloud[around][rim].mean() >= ENCLOSED:
            holes[around] |= group
    return holes


def fill_bright_holes(p: torch.Tensor, pictures: torch.Tensor, presence: torch.Tensor) -> torch.Tensor:
    """The probabilities [N,4,H,W] with bright holes as thick cloud; `pictures` [N,6,H,W] in reflectance and their bands [N,6]."""
    holes = np.stack([bright_holes(*(of[i:i + 1] for of in (p, pictures, presence))) for i in range(len(p))])
    thick = torch.tensor([0.0, 0, 1, 0])[None, :, None, None]
    return torch.where(torch.from_numpy(holes).to(p.device)[:, None], thick, p)
