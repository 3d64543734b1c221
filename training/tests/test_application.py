"""What is measured here is what the application does unless told otherwise."""
import re

from unclouded_training.bands import PROJECT_ROOT
from unclouded_training.tables import APP_BUFFER, APP_CLOUD, APP_SHADOW


def test_masks_are_made_as_in_the_application():
    settings = (PROJECT_ROOT / "src/pipeline/events.ts").read_text().split("DEFAULT_SETTINGS")[1]
    default = {name: float(re.search(rf"{name}: ([\d.]+)", settings)[1]) for name in ("cloudThreshold", "shadowThreshold", "bufferPixels")}
    assert default == {"cloudThreshold": APP_CLOUD, "shadowThreshold": APP_SHADOW, "bufferPixels": APP_BUFFER}
