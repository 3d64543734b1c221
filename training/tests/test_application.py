"""What is measured here is what the application does unless told otherwise."""
import math
import re

from unclouded_training.bands import PROJECT_ROOT
from unclouded_training.darkness import LEAST_SHADOW, WEIGHTS
from unclouded_training.tables import APP_BUFFER, APP_CLOUD, APP_SHADOW


def test_masks_are_made_as_in_the_application():
    settings = (PROJECT_ROOT / "src/pipeline/events.ts").read_text().split("DEFAULT_SETTINGS")[1]
    default = {name: float(re.search(rf"{name}: ([\d.]+)", settings)[1]) for name in ("cloudThreshold", "shadowThreshold", "bufferPixels")}
    assert default == {"cloudThreshold": APP_CLOUD, "shadowThreshold": APP_SHADOW, "bufferPixels": APP_BUFFER}


def test_shadow_is_weighed_as_in_the_application():
    source = (PROJECT_ROOT / "src/pipeline/detect/darkness.ts").read_text()
    for bands, numbers in WEIGHTS.items():
        assert [float(v) for v in re.search(rf"{bands}: \[(.*)\]", source)[1].split(",")] == list(numbers)
    assert int(re.search(r"LEAST_SHADOW = (\d+)", source)[1]) == math.ceil(255 * LEAST_SHADOW)
