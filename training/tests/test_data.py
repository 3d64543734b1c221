import numpy as np
import pytest

from unclouded_training.bands import DEFAULT_DATA
from unclouded_training.data import place_of, read_manifest, read_scene, to_canonical


def test_bands_find_their_slots_and_scales():
    raw = np.stack([np.full((2, 2), v, np.uint8) for v in (255, 51, 102)])
    image, have = to_canonical(raw, ["red", "nir", "coastal"], None)
    assert have.tolist() == [0, 0, 1, 1, 0, 0]
    assert image[2, 0, 0] == 1 and image[3, 0, 0] == pytest.approx(0.2) and image[0].max() == 0
    image, _ = to_canonical(np.full((1, 2, 2), 20000, np.uint16), ["blue"], 0.0001)
    assert image[0, 0, 0] == 1.5


def test_dates_of_one_place_share_a_name():
    assert place_of("train/s2-pisa-20150704.tif") == place_of("train/s2-pisa-20180211.tif") == "s2-pisa"
    assert place_of("train/naip/chico_2018_3.tif") == "naip"


def test_validation_scenes_are_no_training_scenes():
    if not (DEFAULT_DATA / "manifest.json").exists():
        pytest.skip("the shared imagery is not here")
    rows = read_manifest(DEFAULT_DATA)
    names = {folder: {place_of(r["file"]) for r in rows if r["file"].startswith(folder)} for folder in ("train/", "val/")}
    assert not names["train/"] & names["val/"]
    scene = read_scene(DEFAULT_DATA, next(r for r in rows if r["file"] == "val/l7-olinda.tif"))
    assert scene.image.shape[0] == 6 and scene.presence.sum() == 6 and scene.image.max() <= 1
