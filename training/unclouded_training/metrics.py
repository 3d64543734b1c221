"""Measures. Pictures are numpy [C,H,W] in reflectance or 0..1; `region` [H,W] bool picks the pixels that count."""
from __future__ import annotations

import numpy as np
from scipy.ndimage import correlate1d
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.linalg import splu


def mse(a: np.ndarray, b: np.ndarray, region: np.ndarray | None = None) -> float:
    e = (a - b) ** 2
    return float(e.mean() if region is None else e[:, region].mean())


def mae(a: np.ndarray, b: np.ndarray, region: np.ndarray | None = None) -> float:
    e = np.abs(a - b)
    return float(e.mean() if region is None else e[:, region].mean())


def psnr(error: float, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio in dB from a mean squared error."""
    return float(10 * np.log10(peak**2 / max(error, 1e-12)))


def gaussian_window(size: int = 11, sigma: float = 1.5) -> np.ndarray:
    x = np.arange(size) - size // 2
    w = np.exp(-(x**2) / (2 * sigma**2))
    return w / w.sum()


def ssim_map(a: np.ndarray, b: np.ndarray, peak: float = 1.0) -> np.ndarray:
    """Structural similarity [C,H,W]: 11x11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, edges mirrored."""
    w = gaussian_window()

    def mean(x):
        return correlate1d(correlate1d(x, w, 1, mode="reflect"), w, 2, mode="reflect")

    a, b = a.astype(np.float64), b.astype(np.float64)
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    return (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))


def spectral_angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle between the spectra [H,W] in degrees; 0 where either is black."""
    dot, na, nb = (a * b).sum(0), np.sqrt((a * a).sum(0)), np.sqrt((b * b).sum(0))
    cos = np.divide(dot, na * nb, out=np.ones_like(dot), where=na * nb > 0)
    return np.degrees(np.arccos(np.clip(cos, -1, 1)))


def gradient_similarity(a: np.ndarray, b: np.ndarray, peak: float = 0.5) -> np.ndarray:
    """Gradient magnitude similarity [H//2,W//2] of the bands' mean; its standard deviation, GMSD, is a perceptual distance
    (Xue et al. 2014): Prewitt gradients after a mean over 2x2 pixels, constant 170 for a peak of 255."""
    def magnitude(x):
        grey = x.mean(0)
        h, w = (s // 2 * 2 for s in grey.shape)
        half = grey[:h, :w].reshape(h // 2, 2, w // 2, 2).mean((1, 3)).astype(np.float64)
        box, slope = np.ones(3) / 3, np.array([1.0, 0, -1])
        return np.hypot(*(correlate1d(correlate1d(half, slope, i, mode="nearest"), box, 1 - i, mode="nearest") for i in (0, 1)))

    constant = 170 / 255**2 * peak**2
    ma, mb = magnitude(a), magnitude(b)
    return (2 * ma * mb + constant) / (ma * ma + mb * mb + constant)


def ndvi(picture: np.ndarray) -> np.ndarray:
    """Normalised difference vegetation index [H,W] in -1..1 of a picture whose bands 2 and 3 are red and near infrared."""
    red, nir = picture[2].clip(0), picture[3].clip(0)
    return (nir - red) / np.maximum(nir + red, 1e-4)


def border_steps(picture: np.ndarray, hole: np.ndarray) -> tuple[float, int, float, int]:
    """Steps between neighbours: (sum over pairs across the border of `hole` [H,W], their number, sum inside, number)."""
    across = inside = 0.0
    crossing = within = 0
    for axis in (1, 2):
        step = np.abs(np.diff(picture, axis=axis)).mean(0)
        a, b = (hole[:-1], hole[1:]) if axis == 1 else (hole[:, :-1], hole[:, 1:])
        across, crossing = across + step[a != b].sum(), crossing + int((a != b).sum())
        inside, within = inside + step[a & b].sum(), within + int((a & b).sum())
    return float(across), crossing, float(inside), within


def mask_scores(predicted: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """F1, IoU and balanced accuracy of boolean masks, with the share of true pixels."""
    tp, fp = np.sum(predicted & truth), np.sum(predicted & ~truth)
    fn, tn = np.sum(~predicted & truth), np.sum(~predicted & ~truth)
    recall, specificity = tp / max(tp + fn, 1), tn / max(tn + fp, 1)
    return {"f1": float(2 * tp / max(2 * tp + fp + fn, 1)), "iou": float(tp / max(tp + fp + fn, 1)),
            "balancedAccuracy": float((recall + specificity) / 2), "precision": float(tp / max(tp + fp, 1)),
            "recall": float(recall), "share": float(truth.mean())}


def harmonic_fill(picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Smooth (Laplace) inpainting: unknown pixels solve the discrete Laplace equation with the known ones as boundary.

    At the picture's edge the missing neighbour is left out (zero normal derivative). With nothing known the picture returns.
    """
    if known.all() or not known.any():
        return picture.copy()
    h, w = known.shape
    number = -np.ones((h, w), int)
    unknown = np.argwhere(~known)
    number[~known] = np.arange(len(unknown))
    rows, cols, values = [], [], []
    rhs = np.zeros((len(unknown), picture.shape[0]))
    degree = np.zeros(len(unknown))
    me = number[unknown[:, 0], unknown[:, 1]]
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        y, x = unknown[:, 0] + dy, unknown[:, 1] + dx
        inside = (y >= 0) & (y < h) & (x >= 0) & (x < w)
        i, y, x = me[inside], y[inside], x[inside]
        degree[i] += 1
        other = number[y, x]
        free = other >= 0
        rows.append(i[free])
        cols.append(other[free])
        values.append(-np.ones(free.sum()))
        np.add.at(rhs, i[~free], picture[:, y[~free], x[~free]].T)
    rows.append(me)
    cols.append(me)
    values.append(degree)
    matrix: csr_matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))).tocsc()
    filled = picture.copy()
    filled[:, unknown[:, 0], unknown[:, 1]] = splu(matrix).solve(rhs).T
    return filled
