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
None of these pictures was trained on. Cloud: p_thin + p_thick >= {APP_CLOUD}; shadow: p_shadow >= {APP_SHADOW} outside of cloud,
weighed beside the clear ground as in the application, and as the detector sees it; grown: by {APP_BUFFER} pixels. Made by
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
- A picture that lies in shadow as a whole, or under an even veil: little in it tells. Of the `rois2017 winter` scene, all of it in shadow, two fifths are
  masked, and repairing it brings it little nearer to the other date (see the generator's card).
- **RGB pictures of bare sand or under an even veil (RICE): a part of them is called thick cloud**, and a dull picture cannot be told from one under a
  light veil. Supply a mask, or use the near infrared.
- Where sensors saturate in some bands only, the brightest tops of clouds can still be called clear where cloud does not enclose them, and dull ones thin (some are on l5).
- On the Chiapas scene it finds the clouds themselves, half of the area that Fmask, widened, marks; grown as wide, it agrees with Fmask (table above).
- Between the cumuli of the Gulf scene it marks the veil of cirrus as well, which the QA band leaves out.
- Calm, turbid or bright water without texture can pass for thick cloud, dark water and forest for shadow; more so in RGB. In RGB two thirds of the shadow on l5 are missed.
- Thin cloud with an opacity under about 0.1 is called clear by definition. The border between thin and thick (opacity 0.6) is a convention.
- Snow was rare in training; expect false cloud there without SWIR bands.
- Every figure here rests on a few scenes.

## How it was chosen
From version 1.8 on (`configs/detector-context.json`: three more blocks than before), with Muon in place of AdamW for the convolutions. The simulator was changed three times, each time after
looking at real pictures, for which the rows above are the more optimistic. Each time the mean of weights before and after was shipped (Wortsman et al. 2022), chosen by simulated clouds on validation scenes:
- `configs/detector-haze.json` (3,500 steps, ended after 46 of its 80 minutes): a fifth of the RGB pictures that are not stretched for display have dull ground, which counts as clear, and fewer lie under an even veil (12 % for 20). Before, a
  fifth of the changed clear ground of RGB pictures was called cloud.
- `configs/detector-saturation.json` (2,840 steps), 1.10: in three of ten pictures some bands alone saturate. On `l5-labelled`, where blue ends at 0.39 and green goes on to 0.8, the brightest tops of clouds had often been
  called clear, and were filled from.
- `configs/detector-tops.json` (2,490 steps; how long its rate fell was not kept), `configs/detector-tops-more.json` (4,560 steps), 1.13: clouds grow brighter long after they have hidden the ground (two-stream albedo), and the
  tops of one picture differ in light. Real tops that were dull beside others had been taken for thin cloud, of which a repair leaves much. The first of the two runs knew of rougher clouds with harder edges only, the second began so.
- `configs/detector-tops-longer.json` (12,820 steps in 82 minutes), 1.14: goes on from 1.13, the same simulator.

Of 1.13, a quarter are the last weights and three quarters those of 1.10 (`configs/detector-tops-half.json`, `configs/detector-tops-average.json`); of 1.14, three quarters are the last and a quarter those of 1.13
(`configs/detector-tops-longer-half.json`, `configs/detector-tops-longer-average.json`). Since 1.14 bright holes in clouds are filled (docs/decisions/0024-bright-holes.md), which is part of every row but the first.
By `evaluate --parts masks ground tiling`, for others than the shipped with `--models` and their files from the history of `public/models`:

| weights | F1 cloud, most bands: l5 / adwp / Gulf / Chiapas | F1 cloud, RGB: l5 / adwp / Gulf / Chiapas | F1 shadow, l5: six bands / RGB | clear ground called cloud, as it is: six bands / RGB | changed: six bands / RGB | called differently by two tilings: l5 / adwp |
|---|---|---|---|---|---|---|
| 1.13, holes not filled | 0.910 / 0.803 / 0.767 / 0.603 | 0.874 / 0.785 / 0.801 / 0.592 | 0.835 / 0.625 | 1.1% / 2.0% | 1.1% / 11.7% | 0.8% / 2.6% |
| 1.13 | 0.910 / 0.803 / 0.767 / 0.603 | 0.888 / 0.785 / 0.801 / 0.592 | 0.835 / 0.595 | 1.1% / 2.1% | 1.1% / 11.7% | 0.7% / 2.6% |
| 1.14, shipped | 0.911 / 0.795 / 0.814 / 0.649 | 0.886 / 0.757 / 0.797 / 0.698 | 0.827 / 0.469 | 1.1% / 1.3% | 1.3% / 8.8% | 1.1% / 4.2% |

It was chosen by simulated clouds repaired with its masks (PSNR, mean over tiles, as shown, with the generators of 1.13 in both: six bands 26.34 -> 26.97 dB, RGB 27.95 -> 28.70 dB, of which a tenth of the tiles was below 22.5 dB and is below 23.8 dB). Against it speak shadow in RGB on l5,
adwp in RGB, and that two tilings agree less well. With the last weights alone six bands gain 0.2 dB more, RGB and RICE1 lose, and shadow on l5 falls under its bar (0.80).

Shadow is weighed beside the clear ground of the scene before the mask is made (`python -m unclouded_training.darkness` fits the numbers on simulated clouds over training scenes, and the limit
on those over validation scenes). The numbers are those fitted for 1.13: fitted anew, they weigh darkness less and find less shadow on l5 (0.81). That the logarithm of the
reflectance in near and first short-wave infrared tells, and how far around, was chosen while looking at l5 and Chiapas, too.

It sees farther than the application shows it (64 pixels around a tile of 256; the table above is from when it was 48). Pixels of real pictures that two tilings call differently (`evaluate --parts tiling`): {mask_tiling(result['tiling']['masks'])}. Figures of other weights are those of
`export detector --weights runs/NAME/ema.pt --out DIR`, or of the files in the history of `public/models`, and `evaluate --models DIR`.

Two more runs from 1.10 with other seeds (`configs/detector-more.json`, and `configs/detector-again.json` at a higher rate; 70 minutes and 4,060 steps each), on the simulator before its clouds were changed for 1.13, brought nothing, alone or in the mean with 1.10:
F1 for cloud on l5 / adwp / Gulf / Chiapas 0.899 / 0.804 / 0.746 / 0.530 and 0.903 / 0.779 / 0.789 / 0.574.

52 minutes more from 1.14 on clouds as each band sees them (`configs/detector-parallax.json`, 7,780 steps) were not shipped: F1 for cloud 0.907 / 0.784 / 0.807 / 0.646, in RGB 0.867 / 0.717 / 0.788 / 0.647, for shadow on l5 0.80 / 0.58 (six bands / RGB;
the bar is 0.82). Simulated clouds are repaired as well with its masks in six bands and 0.3 dB better in RGB (mean over tiles), RICE1 0.2 dB better, RICE2 1.2 dB worse (`evaluate --parts masks six rgb rice`).

What would help: much more training (`configs/detector-gpu.json`), on all bands alike. The labels of Chiapas and adwp are wide around the clouds, those of l5 are not: no one mask agrees with
all three.
"""
