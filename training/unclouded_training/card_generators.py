"""The generators' model cards."""
from __future__ import annotations

from . import ablation
from .bars import generator_bars, verdicts
from .card_head import head
from .tables import REGIONS, REGIONS_MASKED, depth_table, further_table, picture_table, region_table

ABLATION = """Variants of one small network (widths 8 to 64 unless said), {steps} steps each from the same seed; true masks, simulated clouds on validation scenes. PSNR in dB;
`python -m unclouded_training.ablation`. Networks of this size after so few steps say which part matters, not how well the shipped network does.
They were trained and measured on the clouds of version 1.12. Trained another time (the history of `ablation.json`) the same variants differed by up to 0.6 dB: smaller differences say nothing.

{table}"""


def by_detector(rows: dict) -> dict:
    """The rows with the detector's mask."""
    return {name: values for name, values in rows.items() if name.endswith("detector's mask")}


def rice_verdict(rice: dict) -> str:
    """What the RICE rows say, set by set."""
    lines = []
    for name, rows in rice.items():
        ours, nothing = rows["ours"], rows["do nothing"]
        lines.append(f"{name}: {ours['psnr'] - nothing['psnr']:+.2f} dB against doing nothing, SSIM {ours['ssim'] - nothing['ssim']:+.3f}.")
    one, own = (rice["rice1"][f"{row} (oracle)"]["texturedPsnr"] for row in ("one gain and offset for all pictures", "gain and offset of each picture"))
    return " ".join(lines) + f""" The veil of RICE1 lies evenly over whole pictures.
Two numbers for each picture, a gain and an offset that are fitted to its truth, bring its textured pairs to {own:.1f} dB, the best two numbers for all of them together to {one:.1f} dB: what is
missing is how each picture was stretched for display, which networks trained on such pairs have learned. SpA-GAN's public weights, trained on RICE, reach 29.9 and 25.2 dB on its test pairs."""


def generator_card(card: dict, runs: list[dict], result: dict, parts_measured: dict) -> str:
    six, rgb = result["simulatedSix"], result["simulatedRgb"]
    held = {(row, name): values["coverage90"][f"generator, {row}"]["all masked"] for name, values in (("six", six), ("rgb", rgb)) for row in ("true mask", "detector's mask")}
    parts_text = ABLATION.format(steps=parts_measured["steps"], table=ablation.table(parts_measured))
    adversarial, alone = (sum(r.get(f"{k}Minutes", 0) for r in runs) for k in ("adversarial", "reconstruct"))
    parts = [head(card, "Rebuilds what lies under thin cloud, thick cloud and shadow, and says how far off it may be. It works on the "
                  "*base*: the observed picture where the ground can be seen, a smooth fill from clear pixels, or another date's harmonised pixels, under thick cloud. "
                  "What was observed beneath the fill it is given as well. "
                  "It is for pictures of any bands; those with all six are given to [weights of their own](../generator-six/README.md).")]
    parts.append(f"""## Simulated clouds on validation scenes
Cells: PSNR dB (peak 1, pooled over pixels and bands) / SSIM (11x11 Gaussian) / MAE (reflectance) / SAM (degrees). Made by `python -m unclouded_training.evaluate
--parts six rgb`; more rows in `../evaluation.md`. Composited: pixels under the mask limit stay as observed. Under thick cloud the application shows
the detail of the generator's output with the tone of what it made of the ground around (`src/pipeline/generate/detail.ts`, docs/decisions/0010-several-dates.md): *as shown*; the other rows are the generator's own. The real pairs below are measured as shown.
Six bands: *generator* is the one for six bands, which the application takes, *generator for any bands* this one.
These tables also chose the weights (settings were changed during the first run, and the second made, by looking at them): they are no test.

Six bands:

{region_table(six['rows'], REGIONS)}

RGB only:

{region_table(rgb['rows'], REGIONS)}

Mean error of the NDVI / GMSD (a perceptual distance: gradient magnitude similarity deviation, lower is nearer), six bands:

{further_table(six['rows'], REGIONS_MASKED)}

One tile in which no clear ground was found can decide a figure that is pooled over pixels. PSNR by tiles, their mean / what a tenth of them is below, six bands:

{picture_table(by_detector(six['rows']), REGIONS_MASKED)}

RGB only:

{picture_table(by_detector(rgb['rows']), REGIONS_MASKED)}

Thin cloud by its opacity in the visible bands, six bands:

{depth_table(six['rows'])}

The bars that this project set itself, six bands where nothing is said:

{generator_bars(result)}

What would help: more training (`configs/generator-gpu.json`): the networks have seen few pictures (steps above), and error is left at every opacity. Weights for RGB
alone. Texture under thick cloud needs more training, too, or another date, which is worth more than any network. RICE1 would need to be told how its pictures were made: see the two rows called oracle below.

Never worse than doing nothing or filling smoothly? Six bands, true mask:

{chr(10).join(verdicts(six['rows'], 'generator, true mask', 'smooth inpainting'))}

Six bands, the detector's mask for both:

{chr(10).join(verdicts(six['rows'], "generator, detector's mask", "smooth inpainting, detector's mask"))}

RGB, true mask:

{chr(10).join(verdicts(rgb['rows'], 'generator, true mask', 'smooth inpainting'))}

RGB, the detector's mask for both:

{chr(10).join(verdicts(rgb['rows'], "generator, detector's mask", "smooth inpainting, detector's mask"))}

The 90 % interval (b ln 10 either way) covers {held["true mask", "six"]:.1%} / {held["true mask", "rgb"]:.1%} of the rebuilt values with the true mask (six bands / RGB) and
{held["detector's mask", "six"]:.1%} / {held["detector's mask", "rgb"]:.1%} with the detector's; the bar is 85 to 95 %.""")
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
Generator and PatchGAN (70-pixel field, spectral norm, hinge) learned together for {adversarial} minutes after {alone} minutes of reconstruction alone.

What came after, each chosen by simulated clouds on validation scenes, drawn by the simulator of its day (the history of this card has the figures):

| version | goes on from the one before | what was new |
|---|---|---|
| 1.5 | `configs/generator-masks.json` (50 minutes on two shared cores) | three quarters of the masks are the detector's, as in the application; squared errors count. Before, bright cloud that the detector took for thin stayed |
| 1.10 | `configs/generator-muon.json` (1,800 steps), `configs/generator-shadow.json` (400 steps at a falling rate) | three more blocks at the lowest scale, which change nothing at first (1,138,798 parameters before), crops of 192 pixels, Muon in place of AdamW for the convolutions; dull ground, bands that saturate alone |
| 1.12 | `configs/generator-observed.json` (2,000 steps), the mean with 1.10 (`configs/generator-observed-average.json`; Wortsman et al. 2022) | what was observed under thick cloud is given as well |
| 1.13 | `configs/generator-tops.json` (1,280 steps) | simulated clouds grow brighter long after they have hidden the ground, and tops differ in light; half of the masks are from the detector that was trained on them beside it |

Version 1.12 on the clouds of 1.13 (`evaluate --models` with its files and detector 1.10, from the history of `public/models`) and 1.13 with its detector, PSNR in dB, mean over tiles, all masked: true mask 28.95 -> 29.10 (six bands) and
32.15 -> 32.36 (RGB), detector's mask 25.85 -> 25.88 and 27.65 -> 27.96; pooled, shadow with six bands and the true mask 30.58 -> 31.19, two dates 29.67 -> 29.82. Clear pixels that the detector masks by mistake lose: with six bands, which have weights of their own, 35.28 -> 34.36,
RGB 38.62 -> 38.51.

Detector 1.14, and bright holes in clouds that are filled, repair more without other weights: PSNR with the detector's mask, as shown, mean over tiles / what a tenth of them is below, RGB, 27.91 / 21.91 -> 28.70 / 23.78 dB (with the holes alone 27.95 / 22.48);
pooled 22.54 -> 21.42, by a few tiles in which nothing is called clear. RICE2 25.51 -> 25.67 (with the holes alone 25.73), its textured pairs 22.68 -> 22.32; RICE1 19.20 -> 19.16.

In scenes where nothing is clear beyond doubt the fill rests on the likelier clear pixels; before, their thick cloud stayed, which made most of the error in RGB.

## What was tried and not shipped
From 1.13, 37 minutes on clouds as each band sees them (`configs/generator-parallax.json`, 2,360 steps, masks of `detector-parallax`), with the detector of 1.14: true mask +0.1 dB (RGB) and +0.2 dB (six bands) over tiles, thin cloud
+0.3 and +0.4 dB, but with the detector's mask -0.1 and 0 dB, and RICE2 -0.4 dB (`export generator --weights runs/generator-parallax/ema.pt --out DIR`, `evaluate --models DIR --parts six rgb rice`).

From version 1.2, ninety more minutes on pictures made for display (an even veil over a fifth of the RGB pictures, full contrast beneath, false colours), with the detector of
version 1.3 (`configs/generator-display.json`, `export generator --weights runs/generator-display/ema.pt --out DIR`, `evaluate --models DIR`): RICE1 +0.2 dB,
RICE2 -0.3 dB (textured), thin cloud with the true mask -0.5 dB (six bands) and -2.1 dB (RGB): a network of this size that expects veils sees them
in dull pictures too. The mean of these weights and those of 1.2 lies between. The light generator fared alike.

## What each part is worth
{parts_text}

## Limits and misuse
- **A generated pixel is not an observation.** Under thick cloud the network invents: smooth fill, with texture at best. Do not measure, classify or detect change on
  generated pixels; keep the provenance and uncertainty planes with the picture.
- Six canonical bands. Other bands must be derived from these; sensors beyond Sentinel-2, Landsat and aerial RGB(N) are untested.
- Thin cloud over ground with no clear pixel near: level and colour are guesses. RGB alone is weaker than six bands, see above.
- Sharp halos can stay at cloud edges that the detector misses or takes for thin, and cumulus fields with cirrus above keep a pattern.
- Figures rest on few scenes and on simulated clouds; b knows simulated errors only.""")
    return "\n\n".join(parts) + "\n"


def beside(result: dict, key: str, other: str) -> dict:
    """Rows of a table in which another generator stands beside the full one, and what both are measured by."""
    peers = ("do nothing", "smooth inpainting", "regression and cloning")
    masks = ("true mask", "detector's mask", "one date", "two dates")
    wanted = {*peers, *(f"{name}, {mask}" for name in ("generator", other) for mask in masks)}
    return {name: values for name, values in result[key]["rows"].items() if name in wanted}


BESIDE = """Cells: PSNR dB / SSIM / MAE (reflectance) / SAM (degrees), simulated clouds on validation scenes; `python -m unclouded_training.evaluate --parts six rgb dates`."""


def six_card(card: dict, result: dict) -> str:
    other = "generator for any bands"
    held = {name: result["simulatedSix"]["coverage90"][f"{name}, true mask"]["all masked"] for name in ("generator", other)}
    return head(card, "The generator for pictures with all six bands: blue, green, red, near infrared, both short-wave infrared. Same inputs and outputs as the [generator for "
                "any bands](../generator/README.md). That card holds for it too: data, methods, figures, limits and misuse. The application takes it by itself.") + f"""
It goes on from the generator for any bands, on scenes that have six bands, of which none is ever left out (`six` in its config); the other has seen all six bands in a fifth of its
pictures. It was shipped because of these tables.

## Beside the generator for any bands
{BESIDE}

{region_table(beside(result, 'simulatedSix', other), REGIONS)}

Another date as reference, true mask:

{region_table(beside(result, 'dates', other), REGIONS_MASKED)}

The 90 % interval covers {held["generator"]:.1%} of the rebuilt values ({other}: {held[other]:.1%}).

## How it came about
Each version was chosen by simulated clouds on validation scenes, drawn by the simulator of its day (the history of this card has the figures):

| version | goes on from the one before | what was new |
|---|---|---|
| 1.9 | `configs/generator-six-context.json` (2,777 steps), `configs/generator-six-muon.json` (1,640 steps), `configs/generator-six-shadow.json` (420 steps at a falling rate) | three more blocks at the lowest scale, which change nothing at first (1,138,798 parameters before), crops of 192 pixels; Muon in place of AdamW for the convolutions |
| 1.12 | `configs/generator-six-observed.json` (2,100 steps), `configs/generator-six-observed-shadow.json` (500 steps), the mean of both (`configs/generator-six-observed-mean.json`; Wortsman et al. 2022), `configs/generator-six-observed-tail.json` (420 steps), and a quarter of 1.9 (`configs/generator-six-observed-half.json`, `configs/generator-six-observed-average.json`), without which tilings agree less well | what was observed under thick cloud is given as well. During the first run the head had one more output, a share of the observed picture to start from, which was taken out |
| 1.13 | `configs/generator-six-tops.json` (1,280 steps) | simulated clouds grow brighter long after they have hidden the ground, and tops differ in light; half of the masks are from the detector that was trained on them beside it |
| 1.14 | `configs/generator-six-tops-longer.json` (1,820 steps), of which a quarter, and three quarters of 1.13 (`configs/generator-six-tops-longer-half.json`, `configs/generator-six-tops-longer-average.json`) | nothing: the same, 28 minutes longer |
| 1.15 | `configs/generator-six-tops-longer.json`, all of its weights, and `configs/generator-six-parallax.json` (5,580 steps) | each band of Sentinel-2 and OLI sees clouds from its own angle; bright holes of the detector's masks are filled. Tiles show 64 pixels around their core, before 48 ([decision 25](../../../docs/decisions/0025-tiles.md)) |

Version 1.12 on the clouds of 1.13 (`evaluate --models` with its files and detector 1.10, from the history of `public/models`) and 1.13 with its detector, PSNR in dB:

| version | true mask, by tiles: thin / thick / shadow / all masked | detector's mask, by tiles: thin / thick / shadow / all masked | clear pixels, detector's mask, pooled | one date / two dates, true mask, pooled |
|---|---|---|---|---|
| 1.12 | 30.43 / 25.16 / 32.95 / 29.24 | 28.44 / 22.81 / 26.41 / 26.37 | 36.19 | 27.66 / 30.17 |
| 1.13 | 30.59 / 25.23 / 32.95 / 29.37 | 28.50 / 22.69 / 26.34 / 26.33 | 36.90 | 27.91 / 29.99 |
| 1.14, with detector 1.14 | 30.67 / 25.23 / 32.99 / 29.41 | 28.73 / 23.70 / 26.84 / 27.00 | 36.58 | 27.86 / 30.06 |

With the detector's mask the pooled figures of thick cloud are those of a few tiles in which it calls nothing clear, or tops that saturate: nothing is filled there, or from the tops.
Only a quarter of the last weights was shipped as 1.14: those alone repair thin cloud 0.4 dB better (true mask, pooled), but with 48 pixels around the core of a tile two tilings differ by 0.0022 reflectance (99th percentile; the bar is 0.0010).

The same for 1.14 (`evaluate --models` with its files from the history of `public/models`) and 1.15 on clouds as each band sees them, twice as many tiles, both with detector 1.14:

| version | true mask, by tiles: thin / thick / shadow / all masked | detector's mask, by tiles: thin / thick / shadow / all masked | clear pixels, detector's mask, pooled | one date / two dates, true mask, pooled |
|---|---|---|---|---|
| 1.14 | 29.36 / 25.06 / 33.14 / 28.09 | 27.40 / 23.42 / 27.32 / 25.93 | 34.67 | 26.54 / 29.23 |
| 1.15, shipped | 29.92 / 25.20 / 33.54 / 28.41 | 27.78 / 23.65 / 27.24 / 26.16 | 35.39 | 27.06 / 30.36 |

The real Sentinel-2 pair loses: inside the mask 22.18 -> 21.98 dB, SAM 20.3 -> 21.2 degrees (doing nothing 21.71, 23.1). On Gulf, labelled Landsat 5 and Chiapas, whose ground nobody knows, less of the clouds' relief, fewer dark outlines and specks
are left to the eye.
"""


def light_card(card: dict, full: dict, result: dict) -> str:
    other = "light generator"
    share = 1 - card["macPerPixel"] / full["macPerPixel"]
    held = [result[key]["coverage90"][f"{other}, true mask"]["all masked"] for key in ("simulatedSix", "simulatedRgb")]
    return head(card, f"The generator with {share:.0%} fewer multiply-adds a pixel, for machines without a GPU. It takes the same inputs and gives the same "
                "outputs as the [full generator](../generator/README.md), whose card holds for it too: data, methods, limits and misuse.") + f"""
## Beside the full generators
{BESIDE}

Six bands (the full generator is the [one for six bands](../generator-six/README.md)):

{region_table(beside(result, 'simulatedSix', other), REGIONS)}

RGB only:

{region_table(beside(result, 'simulatedRgb', other), REGIONS)}

Another date as reference, six bands, true mask:

{region_table(beside(result, 'dates', other), REGIONS_MASKED)}

The 90 % interval covers {held[0]:.1%} / {held[1]:.1%} of the rebuilt values (six bands / RGB).

## How it came about
Version 1.11 goes on from 1.5 as the full generators did: three more blocks at the lowest scale, which change nothing at first (641,846 parameters, 28,296 multiply-adds a pixel and 1.3 MB before), crops
of 192 pixels and Muon in place of AdamW for the convolutions: 58 minutes with three quarters of the masks from the detector (`configs/generator-light-muon.json`, 2,405 steps), then fourteen
at a falling rate with one quarter of them (`configs/generator-light-shadow.json`, 654 steps). It is the mean of the weights after both (`configs/generator-light-average.json`; Wortsman et al. 2022).

Version 1.14 (`configs/generator-light-tops.json`, 4,721 steps in 66 minutes) is given what was observed under thick cloud, as the full generators are since 1.12, by six more inputs that count for nothing at first, and was trained on the clouds of 1.13, half
of the masks from the detector of that version. PSNR, mean over tiles, all masked (`evaluate --parts six rgb dates`, for 1.12 with `--models` and the files from the history of `public/models`, the fills of today):

| version | true mask: six bands / RGB | detector 1.13's or 1.14's mask: six bands / RGB | one date / two dates, true mask, pooled |
|---|---|---|---|
| 1.12 | 28.52 / 31.91 | 25.75 / 27.70 | 27.40 / 29.50 |
| 1.14, shipped | 28.85 / 32.42 | 26.43 / 28.50 | 27.53 / 29.70 |
"""
