"""What the networks are given, and how training disturbs it."""
from __future__ import annotations

import torch
import torch.nn.functional as F

from .inpaint import APP_LEVELS, clear_weight, clone, coarse_field, harmonise, prefill
from .physics import blur
from .simulate import Sample, Simulator

CHANNELS_LAST = torch.channels_last


def detector_input(pictures: torch.Tensor, presence: torch.Tensor, cirrus: torch.Tensor | None = None,
                   cirrus_presence: torch.Tensor | None = None) -> torch.Tensor:
    """[N,6,H,W] and [N,6], and where there is a cirrus band [N,1,H,W] and [N,1], to [N,14,H,W]."""
    n, _, h, w = pictures.shape
    if cirrus is None or cirrus_presence is None:
        cirrus, cirrus_presence = torch.zeros_like(pictures[:, :1]), torch.zeros_like(presence[:, :1])
    planes = [pictures, presence[:, :, None, None].expand(n, 6, h, w), cirrus, cirrus_presence[:, :, None, None].expand(n, 1, h, w)]
    return torch.cat(planes, 1).contiguous(memory_format=CHANNELS_LAST)


def detector_view(sample: Sample) -> torch.Tensor:
    """What the detector sees of a sample."""
    return detector_input(sample.cloudy, sample.presence, sample.cirrus, sample.cirrus_presence)


def generator_input(observed: torch.Tensor, presence: torch.Tensor, probabilities: torch.Tensor, filled: torch.Tensor,
                    other_date: torch.Tensor | None = None) -> torch.Tensor:
    """What was observed and the pre-fill [N,6,H,W], presence [N,6], probabilities [N,4,H,W], other date [N,1,H,W] to [N,22,H,W].

    `other_date` is 1 where the pre-fill was observed on another date.
    """
    n, _, h, w = observed.shape
    planes = presence[:, :, None, None].expand(n, 6, h, w)
    other = torch.zeros_like(observed[:, :1]) if other_date is None else other_date
    return torch.cat([observed, planes, probabilities[:, 1:4], filled, other], 1).contiguous(memory_format=CHANNELS_LAST)


def training_fill(sample: Sample, probabilities: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """The pre-fill as the application makes it; a crop with nothing clear takes a disturbed mean as its coarse field.

    Where a sample has a reference date, that is harmonised and cloned; its own gaps are filled smoothly first.
    """
    clear = clear_weight(probabilities)
    coarse = coarse_field(sample.cloudy, clear, APP_LEVELS)
    empty = clear.amax((2, 3), keepdim=True) == 0
    n = len(clear)
    far = sample.clear.mean((2, 3), keepdim=True) * (1 + 0.15 * torch.randn(n, 6, 1, 1, generator=generator)).clamp(0.5, 1.6)
    filled = prefill(sample.cloudy, clear, APP_LEVELS, torch.where(empty, far, coarse))
    dated = torch.nonzero(sample.reference_valid.amax((1, 2, 3)) > 0)[:, 0]
    if len(dated):
        valid, reference, observed, known = (t[dated] for t in (sample.reference_valid, sample.reference, sample.cloudy, clear))
        reference = harmonise(reference, observed, known * valid)
        gap = prefill(reference, valid, APP_LEVELS, coarse_field(reference, valid, APP_LEVELS))
        both = known * valid
        filled[dated] = clone(observed, both, gap, APP_LEVELS, coarse_field(observed - gap, both, APP_LEVELS))
    return filled


def perturb(p: torch.Tensor, simulator: Simulator) -> torch.Tensor:
    """Soft labels [N,4,H,W] with the faults of a detector: blurred, grown or shrunk, over- and underconfident, noisy."""
    n, _, h, w = p.shape
    kind = simulator.uniform(n)[:, None, None, None]
    grown = F.max_pool2d(p[:, 1:], 3, 1, 1)
    shrunk = -F.max_pool2d(-p[:, 1:], 3, 1, 1)
    q = torch.where(kind < 0.35, grown, torch.where(kind > 0.85, shrunk, p[:, 1:]))
    q = torch.where(simulator.uniform(n)[:, None, None, None] < 0.6, blur(q, 2), q)
    low = F.interpolate(simulator.normal(n, 3, h // 16, w // 16), (h, w), mode="bilinear", align_corners=False)
    q = q * (1 + 0.15 * low) + 0.02 * low
    q = q.clamp(0, 1) ** simulator.log_uniform(n, 0.7, 1.4)[:, None, None, None]
    q = q / q.sum(1, keepdim=True).clamp(min=1)
    return torch.cat([1 - q.sum(1, keepdim=True), q], 1)
