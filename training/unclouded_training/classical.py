"""Classical corrections of thin cloud, the peers of the tables. Pictures are numpy [C,H,W], blue first, in reflectance."""
from __future__ import annotations

import numpy as np
from scipy.ndimage import minimum_filter, uniform_filter


def guided_filter(guide: np.ndarray, picture: np.ndarray, radius: int = 20, epsilon: float = 1e-3) -> np.ndarray:
    """Edge-keeping smoothing of `picture` [H,W] along `guide` [H,W] (He, Sun and Tang 2013)."""
    def mean(x):
        return uniform_filter(x, 2 * radius + 1, mode="reflect")

    centre, level = mean(guide), mean(picture)
    slope = (mean(guide * picture) - centre * level) / (mean(guide * guide) - centre * centre + epsilon)
    return mean(slope) * guide + mean(level - slope * centre)


def dark_channel(picture: np.ndarray, side: int = 15, omega: float = 0.95, least: float = 0.1) -> np.ndarray:
    """Dark channel prior (He, Sun and Tang 2009), on the visible bands' dark channel, applied to all bands.

    The light of the air is the mean of the 0.1 % of pixels with the brightest dark channel, the transmission
    `1 - omega dark(picture / light)`, refined by a guided filter and kept above `least`.
    """
    visible = picture[:3]
    dark = minimum_filter(visible.min(0), side, mode="reflect")
    brightest = np.argsort(dark, axis=None)[-max(1, dark.size // 1000):]
    light = picture.reshape(len(picture), -1)[:, brightest].mean(1)[:, None, None].clip(1e-3)
    through = 1 - omega * minimum_filter((visible / light[:3]).min(0), side, mode="reflect")
    through = guided_filter(visible.mean(0), through).clip(least, 1)
    return (picture - light) / through + light


def haze_optimised(picture: np.ndarray, clear: np.ndarray, hazy: np.ndarray, bins: int = 24, dark: float = 5.0) -> np.ndarray:
    """Haze optimised transformation (Zhang, Guindon and Cihlar 2002) and dark-object subtraction by its levels.

    The clear line is the regression of red on blue over `clear` [H,W]; HOT is the distance from it. The `hazy` pixels are
    put in order of HOT into `bins` groups; of each band the difference between the group's `dark` percentile and that of
    the clear pixels is taken away. Where too few pixels are clear (50) the picture returns.
    """
    if clear.sum() < 50 or not hazy.any():
        return picture.copy()
    blue, red = picture[0], picture[2]
    slope = np.polyfit(blue[clear], red[clear], 1)[0] if blue[clear].std() > 1e-6 else 1.0
    angle = np.arctan(slope)
    level = blue * np.sin(angle) - red * np.cos(angle)
    ground = np.percentile(picture[:, clear], dark, axis=1)
    corrected = picture.copy()
    values = level[hazy]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
    group = np.digitize(values, edges[1:-1])
    spectra = picture[:, hazy]
    for g in np.unique(group):
        member = group == g
        spectra[:, member] -= (np.percentile(spectra[:, member], dark, axis=1) - ground).clip(0)[:, None]
    corrected[:, hazy] = spectra.clip(0)
    return corrected
