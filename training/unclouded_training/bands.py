"""The canonical bands, shared by every module and by the application.

Reflectance runs from 0 to 1 and is clipped to [0, 1.5]; an 8-bit file is DN / 255, a file with a scale is DN * scale.
A missing band is zero everywhere and its presence is 0.
"""
import json
from pathlib import Path

BANDS = ("blue", "green", "red", "nir", "swir16", "swir22")
#: Centre wavelengths in micrometres (Sentinel-2 MSI B2, B3, B4, B8, B11, B12).
WAVELENGTH = (0.492, 0.560, 0.665, 0.833, 1.610, 2.190)
CLASSES = ("clear", "thin", "thick", "shadow")
REFLECTANCE_MAX = 1.5
#: Slots that an RGB, an RGB + NIR and a six-band file fill.
RGB = (1, 1, 1, 0, 0, 0)
RGBN = (1, 1, 1, 1, 0, 0)
SIX = (1, 1, 1, 1, 1, 1)

TRAINING_ROOT = Path(__file__).resolve().parents[1]
PROJECT_ROOT = TRAINING_ROOT.parent
#: Where the imagery lies unless `--data` says otherwise.
DEFAULT_DATA = PROJECT_ROOT.parent / "shared" / "data"
CACHE = TRAINING_ROOT / "cache"
RUNS = TRAINING_ROOT / "runs"
CONFIGS = TRAINING_ROOT / "configs"
#: The last of the runs that made the shipped weights.
FINAL_RUN = {"detector": "detector-tops-longer-average", "generator": "generator-tops", "generator-six": "generator-six-parallax", "generator-light": "generator-light-tops"}


def run_chain(name: str) -> list[dict]:
    """The configs that led to a run, the first one first: a run may `start` from the weights of another."""
    config = json.loads((CONFIGS / f"{name}.json").read_text())
    return [*(run_chain(config["start"]) if config.get("start") else []), config]
