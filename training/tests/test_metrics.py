import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from unclouded_training import metrics
from unclouded_training.tables import Table, picture_table

rng = np.random.default_rng(0)
A = np.stack([gaussian_filter(rng.random((48, 56)), 2) for _ in range(3)])
B = A + 0.02 * rng.standard_normal(A.shape)


def test_psnr_matches_scikit_image():
    assert metrics.psnr(metrics.mse(A, B)) == pytest.approx(peak_signal_noise_ratio(A, B, data_range=1))


def test_ssim_matches_scikit_image():
    _, full = structural_similarity(A, B, channel_axis=0, data_range=1, gaussian_weights=True, sigma=1.5,
                                    use_sample_covariance=False, full=True)
    assert np.allclose(metrics.ssim_map(A, B), full, atol=1e-6)


def test_spectral_angle():
    x = np.array([1.0, 0, 0])[:, None, None]
    y = np.array([1.0, 1, 0])[:, None, None]
    assert metrics.spectral_angle(x, y)[0, 0] == pytest.approx(45)
    assert metrics.spectral_angle(A, 2 * A).max() < 1e-5
    assert metrics.spectral_angle(0 * x, y)[0, 0] == 0


def test_mask_scores():
    said, truth = rng.random((30, 30)) > 0.6, rng.random((30, 30)) > 0.5
    s = metrics.mask_scores(said, truth)
    assert s["f1"] == pytest.approx(2 * (said & truth).sum() / (said.sum() + truth.sum()))
    assert metrics.mask_scores(truth, truth)["balancedAccuracy"] == 1


def test_harmonic_fill_solves_the_laplace_equation():
    yy, xx = np.mgrid[0:20, 0:24].astype(float)
    linear = (0.1 + 0.02 * xx - 0.01 * yy)[None]
    known = np.ones((20, 24), bool)
    known[5:14, 6:20] = False
    assert np.allclose(metrics.harmonic_fill(np.where(known, linear, 9), known), linear, atol=1e-9)


def test_gradient_similarity_is_one_for_equal_pictures_and_falls_with_noise():
    assert metrics.gradient_similarity(A, A) == pytest.approx(1)
    a, b = metrics.gradient_similarity(A, B).std(), metrics.gradient_similarity(A, A + 4 * (B - A)).std()
    assert 0 < a < b


def test_gradient_similarity_sees_the_mean_of_two_by_two_pixels():
    checks = np.indices((48, 56)).sum(0) % 2 * 0.1 - 0.05
    assert metrics.gradient_similarity(A, A + checks) == pytest.approx(1)


def test_ndvi():
    x = np.zeros((4, 1, 2))
    x[2], x[3] = [[0.1, 0.2]], [[0.3, 0.2]]
    assert metrics.ndvi(x)[0] == pytest.approx([0.5, 0])


def test_border_steps_counts_the_pairs_across_and_inside():
    picture, hole = np.zeros((1, 6, 6)), np.zeros((6, 6), bool)
    hole[2:4, 2:4] = True
    picture[:, hole] = 1
    assert metrics.border_steps(picture, hole) == (8, 8, 0, 4)


def test_one_bad_picture_decides_the_pooled_figure_but_not_the_mean_of_pictures():
    table, truth, everywhere = Table(), np.full((1, 32, 32), 0.3), np.ones((32, 32), bool)
    for error in (0.01, 0.01, 0.01, 0.5):
        table.add("row", truth + error, truth, {"all": everywhere, "few": np.arange(1024).reshape(32, 32) < 100})
    measured = table.result()["row"]
    assert measured["all"]["psnr"] == pytest.approx(-10 * np.log10(0.25 / 4), abs=0.01)
    assert measured["all"]["byPicture"]["psnr"] == pytest.approx((3 * 40 + 6.02) / 4, abs=0.01)
    assert measured["all"]["byPicture"]["pictures"] == 4 and measured["few"]["byPicture"] == {"pictures": 0}
    assert "31.51 / 16.21" in picture_table(table.result(), ("all",)) and "| - |" in picture_table(table.result(), ("few",))
