"""What `evaluate` counts up by region, and the tables that it writes."""
from __future__ import annotations

import numpy as np

from . import metrics

#: Probability from which a pixel is cloud (thin and thick together) or shadow in the application, and the pixels by which its masks grow, unless told otherwise.
APP_CLOUD, APP_SHADOW, APP_BUFFER = 0.4, 0.4, 3
#: Tiles in the application: what is kept of them, and what the detector and the generator see around that.
CORE, DETECTOR_HALO, GENERATOR_HALO = 256, 64, 64
#: Probabilities that are tried as limits.
LIMITS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
#: Pixels by which masks are grown to see how wide labels are.
GROWTH = (0, 2, 3, 5, 8, 12)
REGIONS = ("thin", "thick", "shadow", "clear", "all masked")
REGIONS_MASKED = ("thin", "thick", "shadow", "all masked")
#: Ranges of the opacity of thin cloud in the visible bands.
DEPTHS = {"opacity 0.1 to 0.25": (0.1, 0.25), "0.25 to 0.4": (0.25, 0.4), "0.4 to 0.6": (0.4, 0.6)}
#: Rows that tell from which opacity on it helps no more that the ground shines through.
DEPTH_ROWS = ("do nothing", "smooth inpainting", "HOT correction", "generator, true mask", "generator for any bands, true mask", "light generator, true mask")


#: Pixels of a region from which on a picture counts by itself.
LEAST_PIXELS = 200


class Table:
    """Pixel sums per row and region, so that every measure pools over pixels; and the PSNR of every picture by itself."""

    def __init__(self):
        self.sums: dict[str, dict[str, np.ndarray]] = {}
        self.pictures: dict[str, dict[str, list[float]]] = {}

    def add(self, row: str, picture: np.ndarray, truth: np.ndarray, regions: dict[str, np.ndarray], vegetation: bool = False) -> None:
        """`vegetation`: bands 2 and 3 are red and near infrared, so that NDVI has a meaning."""
        similarity = metrics.ssim_map(picture, truth).mean(0)
        angle = metrics.spectral_angle(picture, truth)
        square, absolute = ((picture - truth) ** 2).mean(0), np.abs(picture - truth).mean(0)
        index = np.abs(metrics.ndvi(picture) - metrics.ndvi(truth)) if vegetation else np.full(square.shape, np.nan)
        alike = metrics.gradient_similarity(picture, truth)
        for name, region in regions.items():
            half = region[:alike.shape[0] * 2:2, :alike.shape[1] * 2:2]
            sums = self.sums.setdefault(row, {}).setdefault(name, np.zeros(9))
            sums += [region.sum(), square[region].sum(), absolute[region].sum(), similarity[region].sum(), angle[region].sum(),
                     index[region].sum(), half.sum(), alike[half].sum(), (alike[half] ** 2).sum()]
            if region.sum() >= LEAST_PIXELS:
                self.pictures.setdefault(row, {}).setdefault(name, []).append(metrics.psnr(square[region].mean()))

    def result(self) -> dict:
        def measures(s: np.ndarray) -> dict:
            likeness = s[7] / max(s[6], 1)
            return {"psnr": metrics.psnr(s[1] / s[0]), "ssim": s[3] / s[0], "mae": s[2] / s[0], "rmse": float(np.sqrt(s[1] / s[0])),
                    "sam": s[4] / s[0], "ndvi": None if np.isnan(s[5]) else s[5] / s[0],
                    "gmsd": float(np.sqrt(max(s[8] / max(s[6], 1) - likeness**2, 0))), "pixels": int(s[0])}

        def by_picture(values: list[float]) -> dict:
            return {"pictures": len(values), **({"psnr": float(np.mean(values)), "lowestTenth": float(np.quantile(values, 0.1))} if values else {})}

        return {row: {name: {**measures(s), "byPicture": by_picture(self.pictures.get(row, {}).get(name, []))} for name, s in regions.items() if s[0] > 0}
                for row, regions in self.sums.items()}


class Coverage:
    """Share of values inside their 90 % interval, by region."""

    def __init__(self):
        self.counts: dict[str, np.ndarray] = {}

    def add(self, raw: np.ndarray, truth: np.ndarray, scale: np.ndarray, regions: dict[str, np.ndarray]) -> None:
        """Repaired bands and truth [C,H,W], Laplace scale [H,W]: 90 % of a Laplace law lie within ln(10) scales."""
        held = np.abs(raw - truth) <= np.log(10) * scale
        for name, region in regions.items():
            count = self.counts.setdefault(name, np.zeros(2))
            count += [held[:, region].sum(), held[:, region].size]

    def result(self) -> dict[str, float]:
        return {name: float(inside / total) for name, (inside, total) in self.counts.items() if total > 0}


def table_of(rows: dict, regions, cell) -> str:
    """Markdown: one line per row, `cell` of what was measured in each region."""
    lines = ["| row | " + " | ".join(regions) + " |", "|---" * (len(regions) + 1) + "|"]
    for name, values in rows.items():
        lines.append(f"| {name} | " + " | ".join(cell(values[r]) if r in values else "-" for r in regions) + " |")
    return "\n".join(lines)


def region_table(rows: dict, regions) -> str:
    """PSNR / SSIM / MAE / SAM."""
    return table_of(rows, regions, lambda v: f"{v['psnr']:.2f} / {v['ssim']:.3f} / {v['mae']:.4f} / {v['sam']:.1f}")


def further_table(rows: dict, regions) -> str:
    """Mean NDVI error / GMSD."""
    return table_of(rows, regions, lambda v: ("-" if v["ndvi"] is None else f"{v['ndvi']:.3f}") + f" / {v['gmsd']:.3f}")


def picture_table(rows: dict, regions) -> str:
    """PSNR of pictures, their mean / what a tenth of them is below."""
    return table_of(rows, regions, lambda v: f"{v['byPicture']['psnr']:.2f} / {v['byPicture']['lowestTenth']:.2f}" if v["byPicture"]["pictures"] else "-")


def depth_table(rows: dict) -> str:
    """Thin cloud by its opacity: PSNR / SSIM / MAE / SAM."""
    return region_table({name: rows[name] for name in DEPTH_ROWS if name in rows}, DEPTHS)


def holes_table(rows: dict) -> str:
    """Holes: PSNR / SSIM / MAE / SAM, and PSNR by pictures."""
    return region_table(rows, ["thick"]) + "\n\n" + picture_table(rows, ["thick"])


def ground_table(ground: dict) -> str:
    """Shares of clear ground that are called cloud / shadow."""
    return table_of(ground, ("six bands", "RGB + NIR", "RGB"), lambda v: f"{v['cloud']:.1%} / {v['shadow']:.1%}")


def limit_table(limits: dict) -> str:
    """F1 by the probability from which a pixel counts."""
    return table_of(limits, [str(limit) for limit in LIMITS], lambda f1: f"{f1:.3f}")


def growth_table(growth: dict) -> str:
    """F1 for cloud by the pixels by which the mask is grown."""
    return table_of(growth, [str(pixels) for pixels in GROWTH], lambda f1: f"{f1:.3f}")


def shares(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())


def coverage_list(coverage: dict[str, dict[str, float]]) -> str:
    return "\n".join(f"- {row}: {shares(values)}" for row, values in coverage.items())


def mask_tiling(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())


def markdown(result: dict) -> str:
    parts = ["# Evaluation\n\nMade by `python -m unclouded_training.evaluate` in `training/`. Cells of the region tables: PSNR dB (peak 1, pooled "
             "over pixels and bands) / SSIM (11x11 Gaussian, peak 1) / MAE (reflectance) / SAM (degrees). Second tables: mean absolute error of the "
             "NDVI / GMSD, a perceptual distance (gradient magnitude similarity deviation, Xue et al. 2014; peak 0.5; lower is nearer). Third tables: PSNR of each "
             f"picture, pooled over its pixels and bands: their mean / what a tenth of the pictures is below; those with {LEAST_PIXELS} pixels of a region and more. One picture in which "
             "no clear ground was found can decide a pooled figure."]
    for key, title in (("simulatedSix", "Simulated clouds on validation scenes, six bands"), ("simulatedRgb", "The same, RGB only")):
        if key in result:
            r = result[key]
            parts.append(f"## {title}\n\n{region_table(r['rows'], REGIONS)}\n\n{further_table(r['rows'], REGIONS)}\n\n{picture_table(r['rows'], REGIONS_MASKED)}\n\n"
                         f"Thin cloud by its opacity:\n\n{depth_table(r['rows'])}\n\n"
                         f"Thick cloud cut out with {APP_BUFFER} pixels around it, beside which all is clear, as a mask drawn by hand may be:\n\n{holes_table(r['holes'])}\n\n"
                         f"Coverage of the 90 % interval (of the detector's mask, inside it):\n\n{coverage_list(r['coverage90'])}\n\n"
                         f"Mean step between neighbours across the border of the mask (grown by {APP_BUFFER} "
                         f"pixels as in the application), ratio {shares(r['borderRatio'])}.")
    if "dates" in result:
        parts.append("## Two dates: the other date as reference (Las Vegas, Mumbai, Norcia), six bands, true mask\n\n"
                     + region_table(result["dates"]["rows"], REGIONS_MASKED) + "\n\n" + further_table(result["dates"]["rows"], REGIONS_MASKED))
    if "masks" in result:
        lines = ["| picture, bands | class | F1 | IoU | balanced accuracy | precision | recall | true share |", "|---|---|---|---|---|---|---|---|"]
        for name, classes in result["masks"].items():
            for kind, s in classes.items():
                lines.append(f"| {name} | {kind} | {s['f1']:.3f} | {s['iou']:.3f} | {s['balancedAccuracy']:.3f} | {s['precision']:.3f} "
                             f"| {s['recall']:.3f} | {s['share']:.3f} |")
        parts.append(f"## Masks on real clouds\n\nCloud: p_thin + p_thick >= {APP_CLOUD}. Shadow: p_shadow >= {APP_SHADOW} outside of cloud. Grown: by "
                     f"{APP_BUFFER} pixels.\n\n" + "\n".join(lines) + "\n\nF1 for cloud by the pixels by which the mask is grown, which tells how wide the labels are:\n\n"
                     + growth_table(result["growth"]))
    if "limits" in result:
        parts.append("## Limits of the masks\n\nF1 of the masks of simulated clouds on validation scenes by the probability from which a pixel counts; shadow outside of cloud.\n\n"
                     + limit_table(result["limits"]))
    if "ground" in result:
        parts.append("## False alarms on simulated ground\n\nValidation scenes without cloud, as they are and as training changes them: "
                     "brighter, darker, of another tint, without texture, with rivers, lakes and coasts, stretched for display (RGB). Shares called cloud / shadow.\n\n" + ground_table(result["ground"]))
    if "rice" in result:
        lines = ["| set | row | pairs | PSNR mean (median) | SSIM | textured pairs | PSNR | SSIM |", "|---|---|---|---|---|---|---|---|"]
        for name, rows in result["rice"].items():
            for row, s in rows.items():
                lines.append(f"| {name} | {row} | {s['pairs']} | {s['psnr']:.2f} ({s['medianPsnr']:.2f}) | {s['ssim']:.3f} | {s['texturedPairs']} "
                             f"| {s['texturedPsnr']:.2f} | {s['texturedSsim']:.3f} |")
        parts.append("## RICE, real pairs, RGB\n\nPeak 1, whole pictures, mean over pairs; SSIM is scikit-image's default.\n\n" + "\n".join(lines))
    if "tiling" in result:
        t = result["tiling"]
        parts.append(f"## Tiling\n\nRepairs, as shown, from tiles cut as in the application (core {CORE}, halo {GENERATOR_HALO}) and from tiles moved by half a core, six bands, "
                     f"true mask, {t['pixels']:,} masked pixels 8 and more from any border: largest difference over the bands of a pixel at most "
                     f"0.001 reflectance in {t['within']:.1%}; mean {t['mean']:.5f}, 99th percentile {t['p99']:.4f}, largest {t['max']:.4f}. Mean step between masked "
                     f"neighbours across the tiles' borders over that inside of tiles {t['seamToInside']:.3f}, over the same pairs in the other tiling {t['seamToOtherTiling']:.3f}.\n\n"
                     f"The detector's masks of real pictures (halo {DETECTOR_HALO}), pixels that the two tilings call differently: {mask_tiling(t['masks'])}.")
    if "pair" in result:
        r = result["pair"]
        parts.append(f"## Real Sentinel-2 pair (rois2017 winter 112)\n\nThe detector masks {r['maskShare']:.2f} of it.\n\n"
                     + region_table(r["rows"], ("whole", "inside the mask", "outside")))
    return "\n\n".join(parts) + "\n"
