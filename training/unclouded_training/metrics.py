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
