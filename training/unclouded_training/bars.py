"""What the networks should reach, and what the evaluation says of it."""
from __future__ import annotations

#: What a measure is printed with, and whether more of it is better.
MEASURES = {"psnr": (2, 1), "ssim": (3, 1), "mae": (4, -1)}


def verdicts(rows: dict, ours: str, smooth: str) -> list[str]:
    """The bars, region by region, at the precision of the tables: thin and shadow must be better than doing nothing and
    than smooth inpainting in PSNR, SSIM and MAE, thick no worse than smooth inpainting."""
    lines = []
    for region in ("thin", "shadow", "thick"):
        words = []
        for name in ("do nothing", smooth):
            least = 0 if region == "thick" and name == smooth else 1
            fails = [measure.upper() for measure, (digits, sign) in MEASURES.items()
                     if round(sign * (round(rows[ours][region][measure], digits) - round(rows[name][region][measure], digits)) * 10**digits) < least]
            bar = "better" if least else "no worse"
            words.append(f"{name}: " + (f"{bar} in all three" if not fails else f"**not {bar} in " + ", ".join(fails) + "**"))
        lines.append(f"- {region}, against " + "; ".join(words))
    return lines


def bar_table(rows: list[tuple[str, float, str, float, int]]) -> str:
    """Markdown: what is measured, the value, whether it shall be at least or at most what, and by how much it is missed."""
    lines = ["| measure | value | bar | |", "|---|---|---|---|"]
    for name, value, sense, bar, digits in rows:
        short = bar - value if sense == "at least" else value - bar
        lines.append(f"| {name} | {value:.{digits}f} | {sense} {bar:.{digits}f} | {'reached' if short <= 0 else f'**missed by {short:.{digits}f}**'} |")
    return "\n".join(lines)


#: Picture, bands and bar of the masks; of a scene's other bands at most 0.05 less is asked.
MASK_BARS = (("l5-labelled", "six bands", 0.93), ("s2-labelled-adwp", "RGB + NIR", 0.90),
             ("l8-gulf-cloudy (QA: cloud or cirrus)", "six bands and cirrus", 0.88), ("l7-chiapas-real (Fmask)", "six bands", 0.88))


def mask_bars(masks: dict) -> str:
    rows = []
    for picture, bands, bar in MASK_BARS:
        full = masks[f"{picture}, {bands}"]["cloud"]["f1"]
        rows.append((f"F1 cloud, {picture}, {bands}", full, "at least", bar, 3))
        rows.append((f"the same, RGB against {bands}", masks[f"{picture}, RGB"]["cloud"]["f1"] - full, "at least", -0.05, 3))
    rows.append(("F1 shadow, l5-labelled, six bands", masks["l5-labelled, six bands"]["shadow"]["f1"], "at least", 0.82, 3))
    return bar_table(rows)


#: Rows of the tables that repair from one date without a network.
CLASSICAL = ("do nothing", "smooth inpainting", "dark channel prior", "HOT correction")


def generator_bars(result: dict) -> str:
    six, dates, tiling = result["simulatedSix"], result["dates"]["rows"], result["tiling"]
    ours, rows = six["rows"]["generator, true mask"], []
    for region in ("thin", "shadow"):
        best = max(six["rows"][name][region]["psnr"] for name in CLASSICAL)
        rows.append((f"{region}: PSNR over the best of doing nothing and the classical methods, dB", ours[region]["psnr"] - best, "at least", 6, 2))
        rows.append((f"{region}: SAM, degrees", ours[region]["sam"], "at most", 3, 1))
    smooth = six["rows"]["smooth inpainting"]["thick"]
    rows.append(("thick: PSNR over smooth inpainting, dB", ours["thick"]["psnr"] - smooth["psnr"], "at least", 1, 2))
    rows.append(("thick: GMSD over smooth inpainting", ours["thick"]["gmsd"] - smooth["gmsd"], "at most", 0, 3))
    two, cloned = dates["generator, two dates"]["thick"], dates["regression and cloning"]["thick"]
    rows.append(("two dates, thick: PSNR over regression and cloning, dB", two["psnr"] - cloned["psnr"], "at least", 0, 2))
    rows.append(("two dates, thick: SAM over regression and cloning, degrees", two["sam"] - cloned["sam"], "at most", 0, 2))
    for name, bar in (("rice1", 29.9), ("rice2", 27.7)):
        rows.append((f"{name}, textured, zero-shot, whole chain, dB", result["rice"][name]["ours"]["texturedPsnr"], "at least", bar, 1))
    for region, held in six["coverage90"]["generator, true mask"].items():
        rows.append((f"90 % interval, {region}, true mask: least", held, "at least", 0.85, 4))
        rows.append((f"90 % interval, {region}, true mask: most", held, "at most", 0.95, 4))
    rows.append(("tiling: 99th percentile of the difference, reflectance", tiling["p99"], "at most", 0.001, 4))
    rows.append(("tiling: steps across the tiles' borders over those inside", tiling["seamToInside"], "at most", 1.05, 3))
    rows.append(("steps across the border of the mask over those inside", six["borderRatio"]["against the inside"], "at most", 1.05, 2))
    return bar_table(rows)
