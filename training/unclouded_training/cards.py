"""The model cards, from the evaluation, the exported cards and the configs: `python -m unclouded_training.cards`."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from .bands import FINAL_RUN, PROJECT_ROOT, run_chain
from .evaluate import REGIONS, region_table

DATA = """## Data and licences
Trained on simulated clouds over clear scenes: Sentinel-2 L1C and L2A (contains modified Copernicus Sentinel data), Landsat 5, 7 and 8 (USGS, public
domain), USDA NAIP (public domain / CC BY 4.0; 12 % of the draw). Cloud shapes: fractal noise, a global cloud picture (npm three-globe, MIT) and
Sentinel-2 cloud-probability maps (eo-learn, MIT). No real cloudy picture and no RICE picture was trained on. No imagery is shipped. The weights are Apache-2.0.
The sample scene (Olinda) is one of the validation scenes: never trained on, seen while choosing."""


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


def rice_verdict(rice: dict) -> str:
    """What the RICE rows say, set by set."""
    lines = []
    for name, rows in rice.items():
        ours, nothing = rows["ours"], rows["do nothing"]
        lines.append(f"{name}: {ours['psnr'] - nothing['psnr']:+.2f} dB against doing nothing, SSIM {ours['ssim'] - nothing['ssim']:+.3f}.")
    return " ".join(lines) + (" The detector takes bare sand and even veils in stretched RGB pictures for thick cloud, and where nothing is clear thick "
                              "cloud stays;\nSpA-GAN's public weights, trained on RICE, reach 29.9 and 25.2 dB on its test pairs.")


def head(card: dict, purpose: str) -> str:
    return f"""# {card['name']} {card['version']}

{purpose}

| | |
|---|---|
| input | `[1,H,W,{len(card['inputChannels'])}]` float32, H and W multiples of 8: {', '.join(card['inputChannels'])} |
| output | `[1,H,W,{len(card['outputChannels'])}]`: {', '.join(card['outputChannels'])} |
| size | {card['parameters']:,} parameters, {card['files']['weights.bin']['bytes'] / 1e6:.2f} MB (float16), {card['macPerPixel']:,} multiply-adds a pixel, field of {card['receptiveField']} pixels |
| trained | {card['steps']:,} steps in {card['minutes']} minutes on two shared CPU cores, seeds {', '.join(map(str, card["seeds"]))} |
| command | `{card['command']}` (in `training/`) |
| licence | {card['licence']} |

{DATA}

![loss curves](training.png)
"""


def detector_card(card: dict, runs: list[dict], result: dict) -> str:
    lines = ["| picture, bands | class | F1 | IoU | balanced accuracy | precision | recall |", "|---|---|---|---|---|---|---|"]
    for name, classes in result["masks"].items():
        for kind, s in classes.items():
            lines.append(f"| {name} | {kind} | {s['f1']:.3f} | {s['iou']:.3f} | {s['balancedAccuracy']:.3f} | {s['precision']:.3f} | {s['recall']:.3f} |")
    return head(card, "Says for every pixel how likely it is clear, under thin cloud, under thick cloud, or in a cloud's shadow.") + f"""
## Masks on real clouds
None of these pictures was trained on. Cloud: p_thin + p_thick >= 0.5; shadow: p_shadow >= 0.4 outside of cloud; grown: by 3 pixels. Made by
`python -m unclouded_training.evaluate --parts masks`.

{chr(10).join(lines)}

For comparison, rules tuned on labelled patches reach F1 0.90 / 0.83 / 0.90 for cloud and 0.87 / 0.79 / 0.82 for shadow (Sentinel-2, Landsat 7, Landsat 5;
other patches). The Fmask of the Chiapas scene and the QA band of the Gulf scene are algorithms' masks, widened on purpose, not truth.

## Where it fails
- A picture that lies in shadow as a whole, or under an even veil: little in it tells. Of the `rois2017 winter` scene, all of it in shadow, most is
  masked, and repairing it brings it no nearer to the other date (see the generator's card).
- **RGB pictures of bare sand or under an even veil (RICE): whole pictures are called thick cloud.** Supply a mask, or use the near infrared.
- On the Chiapas scene it finds the clouds themselves, about a fifth of the area that Fmask, widened, marks.
- Between the cumuli of the Gulf scene it marks the veil of cirrus as well, which the QA band leaves out.
- Calm, turbid or bright water without texture can pass for thick cloud, dark water and forest for shadow; more so in RGB.
- Thin cloud with an opacity under about 0.1 is called clear by definition. The border between thin and thick (opacity 0.6) is a convention.
- Snow was rare in training; expect false cloud there without SWIR bands.
- Every figure here rests on a few scenes.
"""


def generator_card(card: dict, runs: list[dict], result: dict) -> str:
    six, rgb = result["simulatedSix"], result["simulatedRgb"]
    adversarial, alone = (sum(r[f"{k}Minutes"] for r in runs) for k in ("adversarial", "reconstruct"))
    parts = [head(card, "Rebuilds what lies under thin cloud, thick cloud and shadow, and says how far off it may be. It works on the "
                  "*base*: the observed picture where the ground can be seen, a smooth fill from clear pixels, or another date's harmonised pixels, under thick cloud.")]
    parts.append(f"""## Simulated clouds on validation scenes
Cells: PSNR dB (peak 1, pooled over pixels and bands) / SSIM (11x11 Gaussian) / MAE (reflectance) / SAM (degrees). Made by `python -m unclouded_training.evaluate
--parts six rgb`; more rows in `../evaluation.md`. Composited: pixels under the mask limit stay as observed.
These tables also chose the weights (settings were changed during the first run, and the second made, by looking at them): they are no test.

Six bands:

{region_table(six['rows'], REGIONS)}

RGB only:

{region_table(rgb['rows'], REGIONS)}

The bars, six bands, true mask:

{chr(10).join(verdicts(six['rows'], 'generator, true mask', 'smooth inpainting'))}

Six bands, the detector's mask for both:

{chr(10).join(verdicts(six['rows'], "generator, detector's mask", "smooth inpainting, detector's mask"))}

RGB, true mask:

{chr(10).join(verdicts(rgb['rows'], 'generator, true mask', 'smooth inpainting'))}

RGB, the detector's mask for both:

{chr(10).join(verdicts(rgb['rows'], "generator, detector's mask", "smooth inpainting, detector's mask"))}

The 90 % interval (b ln 10 either way) covers {six['coverage90']['all masked']:.1%} / {rgb['coverage90']['all masked']:.1%} of the rebuilt values with the true mask (six bands / RGB) and
{six['coverage90Detector']['all masked']:.1%} / {rgb['coverage90Detector']['all masked']:.1%} with the detector's; the bar is 85 to 95 %.""")
    lines = ["| set | row | pairs | PSNR mean (median) | SSIM | textured pairs | PSNR | SSIM |", "|---|---|---|---|---|---|---|---|"]
    for name, rows in result["rice"].items():
        for row, s in rows.items():
            lines.append(f"| {name} | {row} | {s['pairs']} | {s['psnr']:.2f} ({s['medianPsnr']:.2f}) | {s['ssim']:.3f} | {s['texturedPairs']} "
                         f"| {s['texturedPsnr']:.2f} | {s['texturedSsim']:.3f} |")
    parts.append(f"""## Real pairs
RICE (8-bit RGB, peak 1, mean over pairs, SSIM as scikit-image's default), the whole chain with the detector's mask; `--parts rice`. The sets are flat: the mean
colour of the truth scores as the second row says. Networks trained on RICE itself score 33 to 35 dB; this one has never seen it.

{chr(10).join(lines)}

{rice_verdict(result['rice'])}

The cloudy date of the real Sentinel-2 pair rois2017 winter 112 lies in even shadow: {result['pair']['maskShare']:.0%} of it is masked.
PSNR / SSIM / MAE / SAM:

{region_table(result['pair']['rows'], ('whole', 'inside the mask', 'outside'))}

## Two dates
The validation places with two dates, simulated clouds on one, the other as reference: brought to the target's radiometry by multi-band regression,
cloned into the gap (its gradients, harmonic correction), and given to the generator as pre-fill. `--parts dates`; six bands, true mask.

{region_table(result['dates']['rows'], ('thin', 'thick', 'shadow', 'all masked'))}

## The critic
Generator and PatchGAN (70-pixel field, spectral norm, hinge) learned together for {adversarial} minutes after {alone} minutes of reconstruction alone. What the critic
adds was not isolated: no ablation, no perceptual distance.

## Limits and misuse
- **A generated pixel is not an observation.** Under thick cloud the network invents: smooth fill, with texture at best. Do not measure, classify or detect change on
  generated pixels; keep the provenance and uncertainty planes with the picture.
- Six canonical bands. Other bands must be derived from these; sensors beyond Sentinel-2, Landsat and aerial RGB(N) are untested.
- Thin cloud over ground with no clear pixel near: level and colour are guesses. RGB alone is weaker than six bands, see above.
- Sharp halos can stay at cloud edges that the detector misses, and cumulus fields with cirrus above keep a pattern.
- Figures rest on few scenes and on simulated clouds; b knows simulated errors only.""")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "public" / "models")
    out = parser.parse_args().out
    result = json.loads((out / "evaluation.json").read_text())
    for kind, make in (("detector", detector_card), ("generator", generator_card)):
        card = json.loads((out / kind / "card.json").read_text())
        (out / kind / "README.md").write_text(make(card, run_chain(FINAL_RUN[kind]), result))


if __name__ == "__main__":
    main()
