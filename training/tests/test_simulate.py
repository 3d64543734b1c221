import math

import numpy as np
import pytest
import torch

from unclouded_training import physics, shapes, simulate
from unclouded_training.bands import REFLECTANCE_MAX
from unclouded_training.export import synthetic_ground

ROW = {"eightBit": False, "sensor": "S2", "gsd": 10}


@pytest.fixture(scope="module")
def bank():
    return torch.from_numpy(shapes.procedural_fields(4, 3))


def draw(bank, seed, cover=None, n=4, sensor="S2", **options):
    ground = np.stack([synthetic_ground(64, s) for s in range(n)])
    return simulate.Simulator(bank, seed)(ground, np.ones((n, 6), np.float32), [{**ROW, "sensor": sensor}] * n,
                                          cover=None if cover is None else torch.full((n,), cover), **options)


def test_shadow_falls_away_from_the_sun():
    dx, dy = physics.shadow_offset(1000, math.radians(45), math.radians(180), 10)
    assert (dx, dy) == (pytest.approx(0, abs=1e-9), pytest.approx(-100))
    dx, dy = physics.shadow_offset(1000, math.radians(45), math.radians(90), 20)
    assert (dx, dy) == (pytest.approx(-50), pytest.approx(0, abs=1e-9))


def test_shifted_field_is_the_field_moved_by_the_offset():
    field = torch.zeros(1, shapes.FIELD, shapes.FIELD)
    field[:, 240:272, 240:272] = 255
    here = [torch.zeros(1, 2), torch.ones(1), torch.tensor([0.7]), 128]
    a = physics.sample_field(field, *here)
    b = physics.sample_field(field, *here, torch.tensor([[12.0, -7.0]]))
    assert torch.allclose(torch.roll(a, (-7, 12), (2, 3)), b, atol=1e-3)


def test_shadow_ratios_lie_in_the_measured_ranges_and_move_together():
    low, high = (.74, .60, .47, .30, .23, .23), (.96, .88, .89, .68, .45, .45)
    ratio = physics.shadow_ratio(torch.linspace(0, 1, 11))
    assert (ratio >= torch.tensor(low)).all() and (ratio <= torch.tensor(high)).all()
    assert (ratio[1:] < ratio[:-1]).all()


def test_opacity_is_grey_for_water_and_falls_with_wavelength_for_haze():
    factor = physics.band_depth_factor(torch.tensor([0.0, 1.3]))[..., 0, 0]
    assert torch.allclose(factor[0], torch.ones(6))
    assert (factor[1, 1:] < factor[1, :-1]).all()


def test_clouds_grow_brighter_after_they_have_hidden_the_ground():
    tau, growth = torch.tensor([0.0, 0.5, 2.0, 5.0, 20.0, 500.0]), torch.tensor(0.3)
    brightness = physics.cloud_brightness(tau, growth)
    assert brightness[0] == pytest.approx(0.3, rel=1e-2) and (brightness[1:] > brightness[:-1]).all()
    # Hidden to 99 %, it sends back 60 % of the light of the deepest.
    assert brightness[3] == pytest.approx(0.6, abs=0.01) and brightness[5] == pytest.approx(1, abs=0.01)


def test_tops_that_hide_the_ground_differ_in_brightness(bank):
    s = draw(bank, 12, 0.5, n=72, dropout=False)
    spread = [float(top.std() / top.mean()) for top in (s.cloudy[i, 1][s.opacity[i, 0] > 0.98] for i in range(72)) if len(top) > 200]
    assert len(spread) > 15 and np.median(spread) > 0.15


def test_labels_are_soft_and_add_up_to_one():
    a = torch.tensor([0.0, 0.08, 0.3, 0.625, 0.9, 0.0, 0.0]).view(1, 1, 1, -1)
    d = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.5, 0.12, 0.4]).view(1, 1, 1, -1)
    p = physics.labels(a, d)[0, :, 0]
    assert torch.allclose(p.sum(0), torch.ones(7))
    expected = torch.tensor([[1, .5, 0, 0, 0, .5, 0], [0, .5, 1, .5, 0, 0, 0], [0, 0, 0, .5, 1, 0, 0], [0, 0, 0, 0, 0, .5, 1]])
    assert torch.allclose(p, expected, atol=1e-4)


def test_cover_zero_leaves_the_ground_clear_and_cover_one_hides_it(bank):
    assert draw(bank, 1, 0.0).probabilities[:, 0].min() > 0.99
    assert draw(bank, 1, 1.0).probabilities[:, 0].mean() < 0.2


def test_pictures_stay_in_range_and_a_seed_repeats(bank):
    a, b = draw(bank, 9), draw(bank, 9)
    assert torch.equal(a.cloudy, b.cloudy) and torch.equal(a.presence, b.presence)
    assert a.cloudy.min() >= 0 and a.cloudy.max() <= 1.5
    assert (a.cloudy[a.presence == 0] == 0).all() and (a.clear[a.presence == 0] == 0).all()
    assert torch.allclose(a.probabilities.sum(1), torch.ones(4, 64, 64), atol=1e-5)


def test_cloud_brightens_and_shadow_darkens(bank):
    s = draw(bank, 5, 0.4, n=8, dropout=False)
    change = (s.cloudy - s.clear).mean(1, keepdim=True)
    assert change[s.probabilities[:, 2:3] > 0.9].mean() > 0.05
    assert change[s.probabilities[:, 3:4] > 0.9].mean() < -0.01


def test_jpeg_equals_the_reference_codec_but_for_chroma():
    import io

    from PIL import Image

    grey = (synthetic_ground(64, 3)[0] * 4).clip(0, 1)
    ours = physics.jpeg(torch.from_numpy(np.stack([grey] * 3)), 75)[0].numpy()
    stream = io.BytesIO()
    Image.fromarray(np.round(grey * 255).astype(np.uint8)).save(stream, "JPEG", quality=75)
    theirs = np.asarray(Image.open(stream), np.float32) / 255
    assert np.abs(ours - theirs).mean() < 0.004
    assert np.abs(ours - grey).mean() > 0.004


def test_reference_is_the_other_date_where_it_was_clear(bank):
    ground = np.stack([synthetic_ground(64, s) for s in range(8)])
    other = ground * 1.2
    other[::2] = 0
    sample = simulate.Simulator(bank, 5)(ground, np.ones((8, 6), np.float32), [ROW] * 8, other, dropout=False)
    assert sample.reference_valid[::2].max() == 0 and sample.reference_valid[1::2].mean() > 0.5
    assert torch.equal(sample.reference, torch.from_numpy(other) * sample.reference_valid)


def test_the_other_date_of_a_false_colour_picture_shows_the_same_bands(bank, monkeypatch):
    monkeypatch.setattr(simulate, "FALSE_COLOUR_SHARE", 1.0)
    levels = 0.05 * np.arange(1, 7, dtype=np.float32)
    ground = np.tile(levels[None, :, None, None], (16, 1, 64, 64))
    sample = simulate.Simulator(bank, 8)(ground, np.ones((16, 6), np.float32), [ROW] * 16, ground)
    plain = torch.nonzero(sample.presence.sum(1) == 3)[:, 0].tolist()
    assert plain
    for i in plain:
        shown = tuple(round(float(v) / 0.05) - 1 for v in sample.reference[i, :3].amax((1, 2)))
        assert shown in simulate.FALSE_COLOURS


def test_ground_of_other_places_stays_in_range(bank):
    ground = torch.rand(64, 6, 16, 16) * 0.5
    other = simulate.Simulator(bank, 6).other_ground(ground)
    assert other.min() >= 0 and other.max() <= 0.8 + 1e-5
    assert 0.2 < (other.sub(ground).abs().amax((1, 2, 3)) > 1e-6).float().mean() < 0.8


def test_cirrus_band_sees_high_cloud_only():
    vapour = torch.full((3,), 6.0)
    low, middle, high = physics.cirrus_transmittance(torch.tensor([500.0, 4000.0, 11000.0]), vapour)
    assert low < 0.02 < middle < high and high > 0.95


def test_cirrus_is_zero_without_the_band(bank):
    sample = draw(bank, 4, n=12)
    eyes = sample.cirrus_presence[:, 0] > 0
    assert eyes.any() and not eyes.all()
    assert sample.cirrus[~eyes].abs().max() == 0 and sample.cirrus[eyes].max() > 0
    # A sensor with a cirrus band has the short-wave infrared too.
    assert (sample.presence[eyes, 4:].sum(1) > 0).all()


def test_veil_follows_koschmieder_and_counts_as_thin(bank):
    ground = torch.from_numpy(synthetic_ground(64, 1))
    hazy, opacity = simulate.Simulator(bank, 2).veil(ground, torch.zeros(1, 64, 64), True)
    p = physics.labels(opacity[None], torch.zeros(1, 1, 64, 64))
    assert p[:, 2].max() == 0 and p[:, 1].mean() > 0.8
    assert hazy[:3].std() < ground[:3].std() and hazy[:3].mean() > ground[:3].mean()


def test_water_is_dark_in_the_infrared_and_as_bright_as_it_is_turbid(bank):
    simulator = simulate.Simulator(bank, 6)
    ground = torch.full((60, 6, 64, 64), 0.3)
    wet = simulator.water(ground)
    changed = (wet != ground).any(1)
    share = changed.flatten(1).any(1).float().mean()
    assert 0.05 < share < 0.35
    deep = (wet[:, 5] < 0.02) & changed
    assert deep.any() and (wet[:, 2][deep] < 0.3).all() and (wet[:, 5] <= wet[:, 2] + 1e-6).all()


def test_saturated_pixels_of_some_pictures_hold_a_mark_over_any_reflectance(bank):
    marked = 0
    for seed in range(24):
        # Of a sensor that sees all bands at once: what is at the limit in one is thick cloud in all.
        sample = draw(bank, seed, cover=0.6, sensor="L7", dropout=False)
        at = (sample.cloudy == REFLECTANCE_MAX).any(1)
        assert (sample.probabilities[:, 2][at] > 0.99).all()
        for band in sample.cloudy.flatten(0, 1):
            at = band == REFLECTANCE_MAX
            if at.sum() > 20 and band[~at].max() < 1.01:
                marked += 1
    assert marked >= 5


def test_bands_see_clouds_along_the_track_in_the_order_of_their_times():
    times = torch.tensor([physics.BAND_TIMES["S2"]])
    shift = physics.parallax(torch.tensor([2000.0]), torch.tensor([0.0]), times, torch.tensor([10.0]))
    # Skakun et al. 2017: blue and red see clouds of this height about two pixels apart.
    assert shift[0, 2, 0] == pytest.approx(1.9, abs=0.1) and shift[0, 0].abs().max() == 0
    assert (shift[0, [0, 3, 1, 2, 4, 5], 0].diff() > 0).all() and shift[..., 1].abs().max() < 1e-6
    assert physics.parallax(torch.tensor([2000.0]), torch.tensor([0.0]), 0 * times, torch.tensor([10.0])).abs().max() == 0


def test_bands_see_a_field_where_it_was_moved_to():
    fields = torch.rand(2, 3, 32, 32)
    shift = torch.zeros(2, 6, 2)
    shift[1, 4] = torch.tensor([3.0, -5.0])
    seen = physics.seen_by_bands(fields, shift)
    assert torch.allclose(seen[:, :, 0], fields, atol=1e-5)
    assert torch.allclose(seen[1, :, 4, 5:-5, 5:-5], torch.roll(fields[1], (-5, 3), (1, 2))[:, 5:-5, 5:-5], atol=1e-4)
