"""What all model cards begin with."""

DATA = """## Data and licences
Trained on simulated clouds over clear scenes: Sentinel-2 L1C and L2A (contains modified Copernicus Sentinel data), Landsat 5, 7 and 8 (USGS, public
domain), USDA NAIP (public domain / CC BY 4.0; 12 % of the draw). Cloud shapes: fractal noise, a global cloud picture (npm three-globe, MIT) and
Sentinel-2 cloud-probability maps (eo-learn, MIT). No real cloudy picture and no RICE picture was trained on. No imagery is shipped. The weights are Apache-2.0.
The sample scene (Olinda) is one of the validation scenes: never trained on, seen while choosing.
Six of the sixteen validation files (Landsat 7, south-east Australia) show the region of twenty training files, without common pixels; the others show
other places. The simulated clouds of the tables are drawn from the bank of shapes, and with the optics, of training.
The real pictures were not trained on, but they were not unseen either: the simulator's veils (depth, share, contrast of the ground beneath) were changed
after looking at RICE results in the middle of the run `detector-display`, whose minutes were raised meanwhile, and the masks of real clouds were looked at
when the detector of version 1.3 was chosen, beside simulated clouds. The figures on both are therefore optimistic; only pictures kept apart can test them.
The detector of version 1.4 goes on from it and was chosen by simulated clouds on validation scenes alone: with its masks they are repaired 0.4 dB (six
bands) and 1.1 dB (RGB) better; on real clouds it is better in some rows and worse in others, equal in the mean. So were those of versions 1.8 and 1.14. For versions
1.10 and 1.13 the simulator was changed after looking at real clouds again: see [its card](../detector/README.md#how-it-was-chosen); so it was for the generators of 1.15: repairs of Gulf and adwp
shimmered in colours, as real bands see clouds from their own angles."""


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

The curves are those of the runs whose logs were at hand when they were drawn; dashed lines tell where a run, or the critic, begins.
"""
