"""Shadow beside the clear ground."""
import torch

from unclouded_training.bands import SIX
from unclouded_training.darkness import clear_ground, fit_weights, terms, weigh_shadow

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
    assert weighed[0, 3, 15, 15] > 0.45 and weighed[0, 3, 45, 45] < 0.2
    assert (weighed[0, 3, 30, 30], weighed[0, 1:3].abs().max()) == (0, 0)


def test_the_fit_finds_what_made_the_samples():
    generator = torch.Generator().manual_seed(3)
    p = torch.rand(1, 4, 100, 100, generator=generator)
    p = p / p.sum(1, keepdim=True)
    d = torch.randn(100, 100, generator=generator).clamp(-2, 2)
    x = terms(p, d).flatten(1).double()
    truth = torch.sigmoid(torch.tensor([0.3, 0.8, -1.2, 0.1], dtype=torch.float64) @ x)
    fitted = fit_weights(torch.cat([x, truth[None], torch.ones(1, 10000, dtype=torch.float64)]))
    assert [round(v, 2) for v in fitted[1:]] == [0.8, -1.2, 0.1]
