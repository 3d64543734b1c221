"""Loss terms. Pictures are [N,6,H,W] reflectance, weights [N,1,H,W], presence [N,6]; every term is a scalar."""
from __future__ import annotations

import torch
import torch.nn.functional as F


def weighted_mean(values: torch.Tensor, weight: torch.Tensor, presence: torch.Tensor) -> torch.Tensor:
    """Mean of `values` [N,6,H,W] over present bands, weighted per pixel."""
    w = weight * presence[:, :, None, None]
    return (values * w).sum() / w.sum().clamp(min=1)


def class_weight(probabilities: torch.Tensor, thick: float = 1.0) -> torch.Tensor:
    """Weight of the reconstruction loss: thin 2, thick `thick`, shadow 2, clear 0."""
    return 2 * probabilities[:, 1:2] + thick * probabilities[:, 2:3] + 2 * probabilities[:, 3:4]


def ssim_map(a: torch.Tensor, b: torch.Tensor, peak: float = 0.5, window: int = 7, stride: int = 2) -> torch.Tensor:
    """Local structural similarity with a uniform window at every `stride`-th pixel (as a loss; `metrics.ssim` is the measure)."""
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    ma, mb, aa, bb, ab = F.avg_pool2d(torch.cat([a, b, a * a, b * b, a * b], 1), window, stride).chunk(5, 1)
    va, vb, cov = aa - ma * ma, bb - mb * mb, ab - ma * mb
    return (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va.clamp(min=0) + vb.clamp(min=0) + c2))


def ssim_loss(a, b, weight, presence, window: int = 7, stride: int = 2):
    margin = window // 2
    inner = weight[..., margin:-margin:stride, margin:-margin:stride]
    return weighted_mean(1 - ssim_map(a, b, window=window, stride=stride), inner, presence)


def gradient_loss(a, b, weight, presence):
    """L1 between the horizontal and vertical differences."""
    e = a - b
    dx, dy = (e[..., 1:] - e[..., :-1]).abs(), (e[..., 1:, :] - e[..., :-1, :]).abs()
    return weighted_mean(dx, weight[..., 1:], presence) + weighted_mean(dy, weight[..., 1:, :], presence)


def spectral_angle_loss(a, b, weight):
    """Mean spectral angle in radians; missing bands are zero in both pictures."""
    dot = (a * b).sum(1)
    cos = (dot + 1e-6) / ((a * a).sum(1) * (b * b).sum(1) + 1e-6).sqrt().clamp(min=1e-6)
    angle = torch.acos(cos.clamp(-1, 1 - 1e-5))
    w = weight[:, 0]
    return (angle * w).sum() / w.sum().clamp(min=1)


def laplace_nll(scale, repaired, target, weight, presence):
    """Negative log-likelihood of a Laplace law of scale b [N,1,H,W]; the repaired bands are detached."""
    e = (repaired.detach() - target).abs()
    return weighted_mean(e / scale + torch.log(2 * scale), weight, presence)


def hinge_discriminator(real, fake, weight):
    """Hinge loss over patch scores, weighted by the share of repaired pixels under each patch."""
    w = F.adaptive_avg_pool2d(weight, real.shape[2:])
    total = w.sum().clamp(min=1)
    return ((F.relu(1 - real) + F.relu(1 + fake)) * w).sum() / total


def hinge_generator(fake, weight):
    w = F.adaptive_avg_pool2d(weight, fake.shape[2:])
    return -(fake * w).sum() / w.sum().clamp(min=1)


def detector_loss(logits, target, class_weights=(1.0, 1.5, 1.2, 2.0)):
    """Soft-label cross-entropy plus soft dice over the three masked classes."""
    weights = torch.tensor(class_weights).view(1, 4, 1, 1)
    entropy = -(weights * target * F.log_softmax(logits, 1)).sum(1).mean()
    p = logits.softmax(1)
    inter = (p * target).sum((0, 2, 3))
    dice = 1 - (2 * inter + 50) / ((p * p).sum((0, 2, 3)) + (target * target).sum((0, 2, 3)) + 50)
    return entropy + 0.5 * dice[1:].mean()
