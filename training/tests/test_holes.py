import torch

from unclouded_training.holes import MOST_PIXELS, bright_holes, fill_bright_holes

SIX = torch.ones(1, 6)


def cloud_with_hole(brightness, side=8, around=True):
    """A cloud of brightness 0.5 over dark ground with a square hole in its middle."""
    size = side + 32
    cloud = torch.zeros(size, size, dtype=torch.bool)
    cloud[8:-8, 8:-8] = True
    hole = torch.zeros_like(cloud)
    hole[16:-16, 16:-16] = True
    if not around:
        cloud[:, 18:] = False
    picture = torch.where(hole, brightness, torch.where(cloud, 0.5, 0.1)).expand(1, 6, -1, -1)
    thick = (cloud & ~hole) * 0.8
    p = torch.stack([0.9 - thick, 0.1 + 0 * thick, thick, 0 * thick])[None]
    return p, picture, hole


def test_a_hole_as_bright_as_the_cloud_is_cloud_and_a_gap_is_none():
    p, picture, hole = cloud_with_hole(0.6)
    assert torch.equal(torch.from_numpy(bright_holes(p, picture, SIX)), hole)
    filled = fill_bright_holes(p, picture, SIX)
    assert (filled[0, 2][hole] == 1).all() and (filled[0, [0, 1, 3]][:, hole] == 0).all()
    assert torch.equal(filled[..., ~hole], p[..., ~hole])
    p, picture, _ = cloud_with_hole(0.2)
    assert torch.equal(fill_bright_holes(p, picture, SIX), p)


def test_bright_ground_beside_a_cloud_stays():
    assert not bright_holes(*cloud_with_hole(0.6, around=False)[:2], SIX).any()


def test_what_is_larger_than_tiles_see_stays():
    assert bright_holes(*cloud_with_hole(0.6, MOST_PIXELS)[:2], SIX).any()
    assert not bright_holes(*cloud_with_hole(0.6, MOST_PIXELS + 1)[:2], SIX).any()


def test_only_bands_that_are_there_count():
    p, picture, hole = cloud_with_hole(0.6)
    picture = picture.clone()
    picture[:, :2] = 0
    assert bright_holes(p, picture, torch.tensor([[0.0, 0, 1, 1, 1, 1]])).sum() == hole.sum()
    assert not bright_holes(p, picture, torch.tensor([[0.0, 0, 0, 1, 1, 1]])).any()
