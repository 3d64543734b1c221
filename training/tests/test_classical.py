import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from unclouded_training import classical

rng = np.random.default_rng(3)
RELIEF = np.stack([gaussian_filter(rng.random((96, 96)), 1.5) for _ in range(4)])
GROUND = 0.02 + 1.5 * (RELIEF - RELIEF.min()) * np.array([0.3, 0.5, 0.7, 1.5])[:, None, None]
GROUND[0] = 0.02 + 0.4 * (GROUND[2] - 0.02)
VEIL = 0.45 * gaussian_filter((np.arange(96)[None] > 48) * np.ones((96, 1)), 6)
HAZY = (1 - VEIL) * GROUND + VEIL * 0.9


def error(a, b):
    return np.abs(a - b).mean()


def test_dark_channel_prior_takes_an_even_veil_away():
    even = 0.5 * GROUND + 0.5 * 0.9
    even[:, :24, :24] = 0.9
    rest = np.s_[:, 32:, 32:]
    assert error(classical.dark_channel(even)[rest], GROUND[rest]) < 0.5 * error(even[rest], GROUND[rest])


def test_haze_optimised_transformation_corrects_the_hazy_half_and_leaves_the_clear_one():
    clear, hazy = VEIL < 0.01, VEIL > 0.05
    corrected = classical.haze_optimised(HAZY, clear, hazy)
    assert error(corrected[:, hazy], GROUND[:, hazy]) < 0.4 * error(HAZY[:, hazy], GROUND[:, hazy])
    assert np.array_equal(corrected[:, clear], HAZY[:, clear])
    assert np.array_equal(classical.haze_optimised(HAZY, np.zeros_like(clear), hazy), HAZY)


def test_guided_filter_of_a_picture_by_itself_keeps_its_edges():
    step = np.repeat((np.arange(96) > 48)[None], 96, 0) * 1.0
    assert classical.guided_filter(step, step, 8, 1e-4) == pytest.approx(step, abs=0.01)
