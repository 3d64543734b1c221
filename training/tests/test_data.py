import json

import numpy as np
import pytest

from unclouded_training import data, pack
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


def test_a_pack_holds_scenes_of_every_place_and_comes_back(tmp_path):
    rng = np.random.default_rng(0)
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    pictures = {}
    for folder, count in (("train", 6), ("val", 2)):
        index, offset = [], 0
        with open(there / f"{folder}.u16", "wb") as out:
            for n in range(count):
                picture = np.zeros((6, 40, 50), np.uint16)
                picture[:4] = rng.integers(0, 15000, (4, 40, 50))
                out.write(picture.tobytes())
                name = f"{folder}/{n}"
                pictures[name] = picture
                index.append({"file": name, "place": str(n % 3), "offset": offset, "height": 40, "width": 50, "presence": [1, 1, 1, 1, 0, 0]})
                offset += picture.size
        (there / f"{folder}.json").write_text(json.dumps(index))
    packed = pack.pack(tmp_path / "pack.bin", 10, there)
    pack.unpack(packed, back)
    for folder, count in (("train", 6), ("val", 2)):
        index = json.loads((back / f"{folder}.json").read_text())
        pixels = np.fromfile(back / f"{folder}.u16", np.uint16)
        assert len(index) == count
        for scene in index:
            picture = pixels[scene["offset"]:scene["offset"] + 12000].reshape(6, 40, 50)
            assert np.abs(picture.astype(int) - pictures[scene["file"]]).max() <= pack.PACK_STEP / 2
    assert {s["place"] for s in pack.place_by_place([{"place": p} for p in "aabbbcccc"])[:6]} == set("abc")


def test_a_pack_keeps_to_its_limit(tmp_path):
    index = [{"file": str(n), "place": str(n), "offset": n * 12000, "height": 40, "width": 50, "presence": [1] * 6} for n in range(60)]
    noise = np.random.default_rng(1).integers(0, 15000, 60 * 12000).astype(np.uint16)
    for folder in ("train", "val"):
        noise.tofile(tmp_path / f"{folder}.u16")
        (tmp_path / f"{folder}.json").write_text(json.dumps(index))
    packed = pack.pack(tmp_path / "pack.bin", 1, tmp_path)
    assert 0.3 * 2**20 < packed.stat().st_size <= 2**20


def test_six_bands_are_drawn_from_scenes_that_have_them(tmp_path):
    index = [{"file": str(n), "place": str(n), "offset": n * 6 * 32 * 32, "height": 32, "width": 32, "presence": [1, 1, 1, 1, n, n]} for n in (0, 1)]
    np.full(2 * 6 * 32 * 32, 1000, np.uint16).tofile(tmp_path / "train.u16")
    (tmp_path / "train.json").write_text(json.dumps(index))
    drawn = {six: data.Crops(tmp_path, six=six).draw(20, 16)[1].sum(1) for six in (False, True)}
    assert set(drawn[False]) == {4, 6} and set(drawn[True]) == {6}
