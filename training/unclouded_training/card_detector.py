"""The detector's model card."""
from __future__ import annotations

from .bars import mask_bars
from .card_head import head
from .tables import APP_BUFFER, APP_CLOUD, APP_SHADOW, ground_table, growth_table, limit_table, mask_tiling


def detector_card(card: dict, result: dict) -> str:
    lines = ["| picture, bands | class | F1 | IoU | balanced accuracy | precision | recall |", "|---|---|---|---|---|---|---|"]
    for name, classes in result["masks"].items():
        for kind, s in classes.items():
            lines.append(f"| {name} | {kind} | {s['f1']:.3f} | {s['iou']:.3f} | {s['balancedAccuracy']:.3f} | {s['precision']:.3f} | {s['recall']:.3f} |")
    return head(card, "Says for every pixel how likely it is clear, under thin cloud, under thick cloud, or in a cloud's shadow.") + f"""
## Masks on real clouds
None of these pictures was trained on. Cloud: p_thin + p_thick >= {APP_CLOUD}; shadow: p_shadow >= {APP_SHADOW} outside of cloud; grown: by {APP_BUFFER} pixels. Made by
`python -m unclouded_training.evaluate --parts masks`.

{chr(10).join(lines)}

The bars that this project set itself:

{mask_bars(result['masks'])}

F1 for cloud by the pixels by which the mask is grown. It tells how wide the labels are: those of l5 and Gulf follow the clouds, those of adwp lie 2 to 3 pixels
around them, the Fmask of Chiapas 5 to 8.

{growth_table(result['growth'])}

Both limits were chosen by simulated clouds on validation scenes (`--parts limits`; F1 by the probability from which a pixel counts):

{limit_table(result['limits'])}

Clear ground of validation scenes that is called cloud / shadow, as it is and as training changes it (brighter, darker, of another tint, without texture,
with rivers, lakes and coasts, stretched for display); `--parts ground`:

{ground_table(result['ground'])}

For comparison, rules tuned on labelled patches reach F1 0.90 / 0.83 / 0.90 for cloud and 0.87 / 0.79 / 0.82 for shadow (Sentinel-2, Landsat 7, Landsat 5;
other patches). The Fmask of the Chiapas scene and the QA band of the Gulf scene are algorithms' masks, widened on purpose, not truth.

## Where it fails
- A picture that lies in shadow as a whole, or under an even veil: little in it tells. Of the `rois2017 winter` scene, all of it in shadow, most is
  masked, and repairing it brings it no nearer to the other date (see the generator's card).
- **RGB pictures of bare sand or under an even veil (RICE): a part of them is called thick cloud**, and a dull picture cannot be told from one under a
  light veil. Supply a mask, or use the near infrared.
- On the Chiapas scene it finds the clouds themselves, two fifths of the area that Fmask, widened, marks; grown as wide, it agrees with Fmask (table above).
- Between the cumuli of the Gulf scene it marks the veil of cirrus as well, which the QA band leaves out.
- Calm, turbid or bright water without texture can pass for thick cloud, dark water and forest for shadow; more so in RGB.
- Thin cloud with an opacity under about 0.1 is called clear by definition. The border between thin and thick (opacity 0.6) is a convention.
- Snow was rare in training; expect false cloud there without SWIR bands.
- Every figure here rests on a few scenes.

## How it was chosen
From version 1.4 on, with three more blocks at the lowest scale (they change nothing at first) and crops of 192 pixels: `configs/detector-context.json`, 6,864 steps in 92
minutes beside other work. Shipped is the mean of the weights before and after (`configs/detector-context-average.json`; Wortsman et al. 2022): with its masks simulated clouds
on validation scenes are repaired better than with those of 1.4 by all generators, in six bands and in RGB (all masked, dB: six bands 23.97 for 23.91, any bands 23.58 for 23.37,
light 23.51 for 23.30; RGB 26.50 for 26.30, light 26.43 for 25.87). The run itself does better in some rows (light generator, six bands: 23.52) and worse in others (RGB: 26.19), and
finds more of the real clouds (F1 0.811 on adwp, 0.772 on Gulf, 0.594 on Chiapas). An earlier run of the same shape (`configs/detector-deeper.json`, 7,256 steps at a higher rate) was worse
in RGB (25.06).

It sees farther than the application shows it (32 pixels around a tile of 256). Pixels of real pictures that two tilings call differently (`evaluate --parts tiling`): {mask_tiling(result['tiling']['masks'])}; with version 1.4 l5-labelled 2.0%, s2-labelled-adwp 2.2%. Figures of other weights are those of
`export detector --weights runs/NAME/ema.pt --out DIR`, or of the files in the history of `public/models`, and `evaluate --models DIR`.

What would help: much more training (`configs/detector-gpu.json`), on all bands alike. The labels of Chiapas and adwp are wide around the clouds, those of l5 are not: no one mask agrees with
all three.
"""
