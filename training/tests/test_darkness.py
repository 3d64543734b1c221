"""Shadow beside the clear ground."""
import math

import numpy as np
import pytest
import torch

from unclouded_training.bands import SIX
from unclouded_training.darkness import at_limit, clear_ground, regression, terms, weigh_shadow
from unclouded_training.tables import APP_SHADOW

PRESENCE = torch.tensor([SIX], dtype=torch.float32)


def test_the_ground_is_that_of_clear_pixels_around():
    picture = torch.full((1, 1, 64, 160), 0.2)
    picture[..., 80:] = 0.4
    clear = torch.ones(1, 1, 64, 160)
    clear[..., 64:96] = 0
    picture[..., 64:96] = 1.2
    ground = clear_ground(picture, clear)[0, 0].exp() - 0.01
    assert ground.shape == (64, 160)
    assert ground.min() > 0.2 - 1e-3 and ground.max() < 0.4 + 1e-3
    assert ground[30, 5] < 0.25 and ground[30, 155] > 0.35
    assert clear_ground(picture, torch.zeros_like(clear)) is None


def test_what_is_dark_beside_the_ground_is_likelier_shadow():
    picture = torch.full((1, 6, 64, 64), 0.2)
    picture[..., 10:20, 10:20], picture[..., 40:50, 40:50] = 0.06, 0.3
    p = torch.zeros(1, 4, 64, 64)
    p[:, 0] = 1
    for at in (slice(10, 20), slice(40, 50)):
        p[0, 0, at, at], p[0, 3, at, at] = 0.6, 0.4
    weighed = weigh_shadow(p, picture, PRESENCE)
    assert torch.allclose(weighed.sum(1), torch.ones(1, 64, 64))
    assert weighed[0, 3, 15, 15] > 0.45 and weighed[0, 3, 45, 45] < 0.3
    assert (weighed[0, 3, 30, 30], weighed[0, 1:3].abs().max()) == (0, 0)


def test_the_fit_finds_what_made_the_samples():
    generator = torch.Generator().manual_seed(3)
    p = torch.rand(1, 4, 100, 100, generator=generator)
    p = p / p.sum(1, keepdim=True)
    d = torch.randn(100, 100, generator=generator).clamp(-2, 2)
    x = terms(p, d).flatten(1).double()
    truth = torch.sigmoid(torch.tensor([0.3, 0.8, -1.2, 0.1], dtype=torch.float64) @ x)
    assert [round(v, 2) for v in regression(torch.cat([x, truth[None]]))] == [0.3, 0.8, -1.2, 0.1]


def test_the_best_limit_becomes_that_of_the_application():
    probability = np.linspace(0, 1, 1001)
    truth = (probability >= 0.25).astype(float)
    moved = at_limit((0.3, 0.8, -1.2, 0.1), probability, truth)
    assert moved[1:] == (0.8, -1.2, 0.1)
    assert 1 / (1 + math.exp(math.log(1 / 0.25 - 1) - (moved[0] - 0.3))) == pytest.approx(APP_SHADOW, abs=1e-3)
