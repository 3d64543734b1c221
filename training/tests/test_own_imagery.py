"""A folder of imagery that is not this project's: what is left out, what is refused, and what a command says then."""
import json

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from unclouded_training import cards, curves, data, evaluate, evaluate_tiling, manifest, runs, shapes
from unclouded_training.bands import FINAL_RUN
from unclouded_training.errors import InputError, command
from unclouded_training.export import MODELS, export, load, run_name
from unclouded_training.networks import Detector, Generator

rng = np.random.default_rng(8)


def write(path, pixels, roles=(), scale=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", driver="GTiff", dtype=pixels.dtype, count=len(pixels), height=pixels.shape[1], width=pixels.shape[2],
                       crs="EPSG:32633", transform=from_origin(500000, 5000000, 10, 10)) as out:
        out.write(pixels)
        for n, role in enumerate(roles, 1):
            out.set_band_description(n, role)
        if scale:
            out.scales = [scale] * len(pixels)


def picture(side=120, count=4):
    return rng.integers(200, 4000, (count, side, side)).astype(np.uint16)


ROLES = ("blue", "green", "red", "nir")


@pytest.fixture
def mine(tmp_path):
    """Two good scenes, and one of every fault."""
    folder = tmp_path / "mine"
    good = picture()
    write(folder / "train/good.tif", good, ROLES, 1e-4)
    write(folder / "val/apart.tif", picture(), ROLES, 1e-4)
    write(folder / "train/blank.tif", 0 * good, ROLES, 1e-4)
    write(folder / "train/small.tif", picture(40), ROLES, 1e-4)
    write(folder / "train/unsaid.tif", picture(), (), 1e-4)
    write(folder / "train/unscaled.tif", picture(), ROLES)
    write(folder / "train/photo.tif", picture(count=3).astype(np.uint8))
    (folder / "train/corrupt.tif").write_bytes((folder / "train/good.tif").read_bytes()[:90])
    return folder


def described(folder, **options):
    rows, left = manifest.describe_folder(folder, options.get("bands"), options.get("scale"), "")
    (folder / "manifest.json").write_text(json.dumps(rows))
    return {row["file"]: row for row in rows}, left


def test_a_manifest_names_what_it_leaves_out_and_why(mine):
    rows, left = described(mine)
    assert set(rows) == {"train/good.tif", "val/apart.tif", "train/blank.tif", "train/small.tif", "train/photo.tif"}
    assert rows["train/good.tif"] | {"place": 0} == {"file": "train/good.tif", "sensor": "", "gsd_m": 10, "place": 0, "date": None, "bands": list(ROLES), "width": 120,
                                                   "height": 120, "dtype": "uint16", "scale": 1e-4, "georeferenced": True, "note": ""}
    assert rows["train/photo.tif"]["bands"] == ["red", "green", "blue"]
    assert [sentence.split()[0] for sentence in left] == ["train/corrupt.tif", "train/unsaid.tif", "train/unscaled.tif"]
    assert described(mine, bands=list(ROLES), scale=1e-3)[0]["train/unscaled.tif"]["scale"] == 1e-3


def test_a_cache_leaves_out_what_cannot_be_used(mine, tmp_path, capsys):
    described(mine)
    rows = json.loads((mine / "manifest.json").read_text())
    extra = [{**rows[0], "file": f"train/{name}.tif"} for name in ("corrupt", "absent")]
    (mine / "manifest.json").write_text(json.dumps([*rows, *extra, {**rows[0], "file": "train/../val/apart.tif"}]))
    data.build_cache(mine, tmp_path / "cache")
    index = json.loads((tmp_path / "cache/train.json").read_text())
    assert {scene["file"] for scene in index} == {"train/good.tif", "train/photo.tif"}
    said = capsys.readouterr().out
    assert all(f"left out: train/{name}.tif" in said for name in ("blank", "small", "corrupt", "absent"))
    crops, presence, _, _ = data.Crops(tmp_path / "cache").draw(6, 96)
    assert (crops[presence > 0] > 0).mean() > 0.9


def test_pixels_and_places_that_are_kept_apart_are_not_trained_on(mine, tmp_path):
    (mine / "train/renamed.tif").write_bytes((mine / "val/apart.tif").read_bytes())
    rows, _ = described(mine)
    data.build_cache(mine, tmp_path / "cache", known=data.build_cache(mine, tmp_path / "cache", "val"))
    assert "renamed" not in (tmp_path / "cache/train.json").read_text()
    with pytest.raises(InputError, match="s2-pisa"):
        data.refuse_shared_places([{"file": "train/s2-pisa-20150704.tif"}, {"file": "val/s2-pisa-20180211.tif"}])


def test_a_cache_that_fails_leaves_the_earlier_one(mine, tmp_path):
    described(mine)
    data.build_cache(mine, tmp_path)
    before = (tmp_path / "train.u16").read_bytes()
    (mine / "manifest.json").write_text("[]")
    with pytest.raises(InputError, match="no usable scene"):
        data.build_cache(mine, tmp_path)
    assert (tmp_path / "train.u16").read_bytes() == before and not (tmp_path / "train.u16.tmp").exists()


def test_integers_without_a_scale_are_refused_and_what_is_no_number_is_nothing():
    with pytest.raises(InputError, match="scale"):
        data.to_canonical(np.ones((1, 2, 2), np.uint16), ["blue"], None)
    image, _ = data.to_canonical(np.array([[[np.nan, 0.2]]], np.float32), ["blue"], None)
    assert image[0].tolist() == [[0, pytest.approx(0.2)]]


def test_numbered_tiles_are_no_dates_of_one_place():
    assert data.place_of("train/tile1_1.tif") != data.place_of("train/tile2_1.tif")
    assert data.place_of("train/s2-killick0_1.tif") == data.place_of("train/s2-killick0_2.tif") != data.place_of("train/s2-killick1_1.tif")


def test_a_crop_that_fits_no_scene_is_told(mine, tmp_path):
    described(mine)
    data.build_cache(mine, tmp_path)
    with pytest.raises(InputError, match="`crop` in the config to 192"):
        data.Crops(tmp_path).draw(1, 256)
    with pytest.raises(InputError, match="six bands"):
        data.Crops(tmp_path, six=True)


def test_what_is_missing_is_told_with_the_command_that_makes_it(tmp_path):
    for what, words in ((lambda: data.read_manifest(tmp_path), "unclouded_training.manifest"), (lambda: data.Crops(tmp_path), "unclouded_training.data"),
                        (lambda: shapes.load_bank(tmp_path), "unclouded_training.shapes"), (lambda: load("detector", tmp_path / "ema.pt"), "--weights")):
        with pytest.raises(InputError, match=words):
            what()
    with pytest.raises(SystemExit, match="error: .*manifest.json"):
        command(lambda: data.read_manifest(tmp_path))


def test_without_real_cloud_pictures_the_shapes_are_fractal(tmp_path):
    shapes.build_bank(tmp_path, tmp_path / "cache", procedural=2)
    assert shapes.load_bank(tmp_path / "cache").shape == (2, shapes.FIELD, shapes.FIELD)


@pytest.mark.parametrize("changes, words", [({"rate": None}, "lacks rate"), ({"name": "other"}, "called other"), ({"kind": "critic"}, "kind"),
                                            ({"tailMinutes": 0}, "tailMinutes"), ({"crop": 100}, "multiple of 16")])
def test_a_config_that_cannot_work_is_told_before_anything_is_made(tmp_path, changes, words):
    config = {"name": "mine", "kind": "detector", "seed": 1, "threads": 1, "batch": 2, "minutes": 1, "tailMinutes": 1, "rate": 0.001}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(config))
    assert runs.read_config(path) == config
    path.write_text(json.dumps({k: v for k, v in {**config, **changes}.items() if v is not None}))
    with pytest.raises(InputError, match=words):
        runs.read_config(path)


def test_every_config_of_the_project_can_be_read():
    for path in runs.RUNS.parent.joinpath("configs").glob("*.json"):
        if path.stem != "ablation":
            runs.read_config(path)


def test_a_killed_run_logs_no_step_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    config = {"name": "mine", "kind": "detector", "seed": 1, "stepsPerMinute": 60}
    run, net = runs.Run(config), torch.nn.Conv2d(1, 1, 1)
    for run.step in (20, 40):
        run.log(loss=1)
    run.save({"net": net}, net)
    run.step = 60
    run.log(loss=1)
    log = tmp_path / "mine/log.jsonl"
    log.write_text(log.read_text() + '{"step": 80, "lo')
    again = runs.Run(config)
    assert again.resume({"net": net}) and again.step == 40
    assert [json.loads(line)["step"] for line in log.read_text().splitlines()] == [20, 40]
    (tmp_path / "mine/state.pt").unlink()
    assert not runs.Run(config).resume({"net": net}) and log.read_text() == ""


def test_loading_is_not_counted_as_training(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    run = runs.Run({"name": "mine", "kind": "detector", "seed": 1})
    run.before, run.started = 30.0, run.started - 600
    run.begin()
    assert run.elapsed == pytest.approx(30, abs=1)


def test_curves_of_a_run_that_has_logged_nothing_yet_are_not_drawn(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(curves, "RUNS", tmp_path)
    (tmp_path / "detector").mkdir()
    (tmp_path / "detector/log.jsonl").write_text("")
    curves.plot("detector", "detector", tmp_path / "training.png")
    assert "no log" in capsys.readouterr().out
    (tmp_path / "detector/log.jsonl").write_text('{"step": 20, "seconds": 3.0, "loss": 1.0}\n')
    curves.plot("detector", "detector", tmp_path / "training.png")
    assert (tmp_path / "training.png").exists()


@pytest.mark.parametrize("kind", FINAL_RUN)
def test_a_card_names_the_run_whose_weights_it_describes(kind):
    card = json.loads((MODELS / kind / "card.json").read_text())
    assert run_name({"commands": card["command"].split(" && ")[:-1]}) == card["run"]


def test_weights_of_another_size_or_without_numbers_are_not_exported(tmp_path):
    torch.save({"weights": Generator((4, 4, 4, 4), 1).state_dict(), "trained": {}}, tmp_path / "ema.pt")
    with pytest.raises(InputError, match="other sizes"):
        load("generator", tmp_path / "ema.pt")
    net = Detector()
    torch.nn.init.constant_(net.head.bias, 1e6)
    with pytest.raises(InputError, match="diverged"):
        export("detector", net, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()


def test_two_dates_are_not_measured_where_there_are_none(mine, monkeypatch):
    described(mine)
    for module in (evaluate, evaluate_tiling):
        monkeypatch.setattr(module, "load_bank", lambda: torch.from_numpy(shapes.procedural_fields(1, 1)))
    with pytest.raises(InputError, match="two dates"):
        evaluate.evaluate_dates(mine, {})
    with pytest.raises(InputError, match="512 x 512"):
        evaluate_tiling.evaluate_tiling(mine, None)


def test_cards_refuse_figures_of_other_weights():
    weights = {"detector": "a", "generator": "b"}
    cards.refuse_other_weights({"weights": {"six": weights}}, dict(weights))
    for result in ({}, {"weights": {"six": weights, "rice": {**weights, "detector": "c"}}}):
        with pytest.raises(InputError, match="other weights"):
            cards.refuse_other_weights(result, weights)
