"""The three networks. Inside PyTorch everything is NCHW; the exported graphs are NHWC.

Detector and generator share one body: a U of four scales with residual blocks, 2x2 stride-2 convolutions down, a 1x1
convolution and nearest-neighbour resize up, and summed skips. No normalisation layer and no pooling: a pixel's result
depends on its receptive field alone, so tiles meet without seams. Sides must be multiples of 8.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from .inpaint import blend_base


class Residual(nn.Module):
    """x + conv(relu(conv(x))), 3x3, zero padding."""

    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.normal_(self.second.weight, std=0.1 / math.sqrt(9 * width))
        nn.init.zeros_(self.second.bias)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


class Body(nn.Module):
    """`inputs` channels to `widths[0]` features at full resolution."""

    def __init__(self, inputs: int, widths: tuple[int, ...], middle: int):
        super().__init__()
        self.entry = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.encode = nn.ModuleList(Residual(w) for w in widths[:-1])
        self.down = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in zip(widths, widths[1:]))
        self.middle = nn.ModuleList(Residual(widths[-1]) for _ in range(middle))
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in zip(widths, widths[1:]))
        self.decode = nn.ModuleList(Residual(w) for w in widths[:-1])

    def forward(self, x):
        x = F.relu(self.entry(x))
        skips = []
        for block, down in zip(self.encode, self.down):
            x = block(x)
            skips.append(x)
            x = F.relu(down(x))
        for block in self.middle:
            x = block(x)
        for level in reversed(range(len(self.up))):
            x = F.interpolate(self.up[level](x), scale_factor=2, mode="nearest") + skips[level]
            x = self.decode[level](x)
        return F.relu(x)


DETECTOR_CHANNELS, DETECTOR_MIDDLE = 14, 2


class Detector(nn.Module):
    """[N,14,H,W] to class logits [N,4,H,W]: clear, thin, thick, shadow.

    Input: 6 bands in reflectance, 6 presence planes, the cirrus band (1.38 micrometres) and its presence.
    """

    def __init__(self, widths=(12, 24, 48, 96), middle: int = DETECTOR_MIDDLE):
        super().__init__()
        self.register_buffer("scale", torch.cat([torch.full((6,), 4.0), torch.ones(6), torch.tensor([10.0, 1.0])]).view(1, DETECTOR_CHANNELS, 1, 1))
        self.body = Body(DETECTOR_CHANNELS, tuple(widths), middle)
        self.head = nn.Conv2d(widths[0], 4, 1)

    def forward(self, x):
        return self.head(self.body(x * self.scale)).float()


GENERATOR_CHANNELS, GENERATOR_MIDDLE = 22, 3
#: Where these lie among the inputs of a generator.
OBSERVED, THICK, FILLED = slice(0, 6), slice(13, 14), slice(15, 21)
FULL_WIDTHS, LIGHT_WIDTHS = (16, 32, 64, 128), (12, 24, 48, 96)


class Generator(nn.Module):
    """[N,22,H,W] to [N,7,H,W]: 6 repaired bands and scale b.

    Input: 6 bands as observed, 6 presence planes, thin, thick, shadow, 6 pre-filled bands, and 1 where the pre-fill was observed on
    another date. Step 6 of the pre-fill makes the base of them, which the body is given in place of what was observed; with
    `observed` it is given both, for much of what counts as thick cloud lets some light through. The head first mixes base and
    pre-fill, then undoes a cloud layer or a shadow, which act on each band as gain and offset:
    `mixed = base + sigmoid(m - 4) (prefill - base)`, `out = mixed * exp(1.5 tanh(g)) + 0.6 tanh(o)`.
    With `physics` off the head adds a correction to the mix instead: `out = mixed + 0.6 tanh(o)` (for the ablation).
    The last channel gives `b = softplus(s) + 1e-3` (reflectance), the scale of a Laplace distribution shared by all bands.
    """

    GAIN, OFFSET, MIX, MIN_SCALE = 1.5, 0.6, -4.0, 1e-3

    def __init__(self, widths=FULL_WIDTHS, middle: int = GENERATOR_MIDDLE, physics: bool = True, observed: bool = False):
        super().__init__()
        self.physics, self.observed = physics, observed
        inputs = GENERATOR_CHANNELS + 6 * observed
        scale = torch.ones(1, inputs, 1, 1)
        scale[:, OBSERVED] = scale[:, FILLED] = scale[:, GENERATOR_CHANNELS:] = 4
        self.register_buffer("scale", scale)
        self.body = Body(inputs, tuple(widths), middle)
        self.head = nn.Conv2d(widths[0], 14, 3, padding=1)
        nn.init.normal_(self.head.weight, std=1e-3)
        nn.init.zeros_(self.head.bias)
        with torch.no_grad():
            self.head.bias[12] = -3.5

    def forward(self, x):
        observed, filled = x[:, OBSERVED], x[:, FILLED]
        base = blend_base(observed, filled, x[:, THICK])
        h = self.head(self.body(torch.cat([base, x[:, OBSERVED.stop:], *([observed] if self.observed else [])], 1) * self.scale)).float()
        mixed = base + torch.sigmoid(h[:, 13:] + self.MIX) * (filled - base)
        gained = mixed * torch.exp(self.GAIN * torch.tanh(h[:, :6])) if self.physics else mixed
        repaired = gained + self.OFFSET * torch.tanh(h[:, 6:12])
        return torch.cat([repaired, F.softplus(h[:, 12:13]) + self.MIN_SCALE], 1)


class PatchDiscriminator(nn.Module):
    """PatchGAN with spectral norm: [N,9,H,W] (6 composite bands, thin, thick, shadow) to patch scores; field 70 pixels."""

    def __init__(self, widths=(24, 48, 96)):
        super().__init__()
        a, b, c = widths
        self.layers = nn.ModuleList([
            spectral_norm(nn.Conv2d(9, a, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(a, b, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(b, c, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(c, c, 4, stride=1, padding=1)),
        ])
        self.score = spectral_norm(nn.Conv2d(c, 1, 3, padding=1))
        self.register_buffer("scale", torch.cat([torch.full((6,), 4.0), torch.ones(3)]).view(1, 9, 1, 1))

    def forward(self, x):
        x = x * self.scale
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        return self.score(x).float()


def middle_blocks(weights: dict) -> int:
    """Residual blocks at the lowest scale of the detector or generator whose state `weights` is."""
    return sum(key.startswith("body.middle.") and key.endswith("first.weight") for key in weights)


def parameter_count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def mac_per_pixel(net: nn.Module, channels: int, size: int = 64) -> float:
    """Multiply-accumulates of the convolutions per input pixel, counted by running the network once."""
    total = 0
    hooks = []

    def count(module, _, out):
        nonlocal total
        k = module.kernel_size
        total += out.shape[2] * out.shape[3] * module.out_channels * module.in_channels * k[0] * k[1] // module.groups

    for m in net.modules():
        if isinstance(m, nn.Conv2d):
            hooks.append(m.register_forward_hook(count))
    with torch.no_grad():
        net(torch.zeros(1, channels, size, size))
    for h in hooks:
        h.remove()
    return total / size**2


def receptive_field(widths, middle: int, head: int) -> int:
    """Side in pixels of the square of input that one output pixel can depend on (`head` = kernel of the last layer)."""
    levels = len(widths) - 1
    radius = 1.0
    for level in range(levels):
        radius += 2 * 2**level + 2**level
    radius += middle * 2 * 2**levels
    for level in range(levels):
        radius += 2 * 2**level + 2**level
    return int(2 * (radius + head // 2) + 1)
