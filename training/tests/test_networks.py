import json

import pytest
import torch

from unclouded_training import losses, runs as training_runs
from unclouded_training.bands import CONFIGS, FINAL_RUN
from unclouded_training.export import MODELS, network, shipped
from unclouded_training.inpaint import blend_base
from unclouded_training.networks import (Detector, Generator, PatchDiscriminator, mac_per_pixel, middle_blocks, parameter_count,
                                         receptive_field)
from unclouded_training.runs import start_from


def test_shapes_and_sizes():
    detector, generator = Detector(), Generator()
    assert detector(torch.zeros(2, 14, 32, 40)).shape == (2, 4, 32, 40)
    assert generator(torch.zeros(1, 22, 40, 32)).shape == (1, 7, 40, 32)
    assert parameter_count(detector) < 0.6e6 and mac_per_pixel(detector, 14) < 25e3
    assert 1e6 < parameter_count(generator) < 1.5e6 and 40e3 < mac_per_pixel(generator, 22) < 50e3


def test_mac_count_of_one_convolution():
    assert mac_per_pixel(torch.nn.Conv2d(3, 8, 3, padding=1), 3) == 9 * 3 * 8


def test_generator_starts_as_identity_on_the_base():
    torch.manual_seed(0)
    x = torch.rand(1, 22, 32, 32)
    base = blend_base(x[:, :6], x[:, 15:21], x[:, 13:14])
    for observed in (False, True):
        out = Generator(observed=observed)(x)
        assert (out[:, :6] - base).abs().max() < 0.08
        assert (out[:, 6] > 0).all()


def test_what_is_observed_beneath_thick_cloud_is_seen_by_a_generator_that_is_given_it_alone():
    torch.manual_seed(0)
    x = torch.rand(1, 22, 32, 32)
    x[:, 13] = 1
    other = x.clone()
    other[:, :6] += 0.1
    blind, seeing = Generator(), Generator(observed=True)
    assert torch.equal(blind(x), blind(other))
    assert (seeing(x) - seeing(other)).abs().max() > 1e-4


@pytest.mark.parametrize("net, channels, head, middle", [(Detector(), 14, 1, 2), (Generator(), 22, 3, 3)])
def test_nothing_outside_of_the_receptive_field_is_seen(net, channels, head, middle):
    for p in net.parameters():
        torch.nn.init.uniform_(p, 0.01, 0.02) if p.dim() > 1 else torch.nn.init.zeros_(p)
    x = torch.rand(1, channels, 256, 256, requires_grad=True)
    net(x)[0, 0, 128, 128].backward()
    seen = (x.grad.abs().sum((0, 1)) > 0).nonzero()
    reach = max((128 - seen.min()).item(), (seen.max() - 128).item())
    assert 2 * reach + 1 <= receptive_field((1, 1, 1, 1), middle, head) + 8


def test_discriminator_scores_patches_and_the_critic_pulls_the_right_way():
    scores = PatchDiscriminator()(torch.rand(2, 9, 64, 64))
    assert scores.shape[:2] == (2, 1) and scores.shape[2] > 4
    w = torch.ones(2, 1, 64, 64)
    good = losses.hinge_discriminator(torch.full_like(scores, 2), torch.full_like(scores, -2), w)
    bad = losses.hinge_discriminator(torch.full_like(scores, -2), torch.full_like(scores, 2), w)
    assert good.item() == 0 and bad.item() == 6


def test_losses_vanish_on_the_truth():
    x, w, have = torch.rand(1, 6, 32, 32), torch.ones(1, 1, 32, 32), torch.ones(1, 6)
    assert losses.ssim_loss(x, x, w, have).abs() < 1e-5
    assert losses.gradient_loss(x, x, w, have) == 0
    assert losses.spectral_angle_loss(x, x, w) < 0.006
    assert losses.laplace_nll(torch.full_like(w, 0.05), x + 0.05, x, w, have) < losses.laplace_nll(
        torch.full_like(w, 0.5), x + 0.05, x, w, have)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setattr(training_runs, "RUNS", tmp_path)
    (tmp_path / "earlier").mkdir()
    return tmp_path


def test_a_narrower_network_begins_with_the_first_channels_of_a_wider_one(runs):
    wide, narrow = Generator((8, 8, 8, 8), 1), Generator((4, 4, 4, 4), 1)
    torch.save({"weights": wide.state_dict()}, runs / "earlier/ema.pt")
    start_from("earlier", {"net": narrow, "average": Generator((4, 4, 4, 4), 1)})
    assert torch.equal(narrow.body.entry.weight, wide.body.entry.weight[:4])
    assert torch.equal(narrow.body.encode[0].first.weight, wide.body.encode[0].first.weight[:4, :4])


def test_blocks_that_are_new_change_nothing_at_first(runs):
    short, longer = Generator((4, 4, 4, 4), 1), Generator((4, 4, 4, 4), 3)
    torch.save({"weights": short.state_dict()}, runs / "earlier/ema.pt")
    start_from("earlier", {"net": longer, "average": Generator((4, 4, 4, 4), 3)})
    assert middle_blocks(short.state_dict()) == 1 and middle_blocks(longer.state_dict()) == 3
    x = torch.rand(1, 22, 32, 32)
    assert torch.equal(short(x), longer(x))


def test_in_the_mean_of_two_runs_a_block_that_one_lacks_adds_half(runs):
    trained = {"seeds": [1], "steps": 2, "minutes": 3.0, "commands": ["train"]}
    deep, short = Detector(middle=3), Detector(middle=2)
    for name, net in (("deep", deep), ("short", short)):
        (runs / name).mkdir()
        torch.save({"weights": net.state_dict(), "trained": trained}, runs / name / "ema.pt")
    training_runs.average_runs({"name": "mean", "kind": "detector", "middle": 3, "start": "deep", "averageWith": "short"})
    mean = torch.load(runs / "mean/ema.pt")
    weights, ours, theirs = mean["weights"], deep.state_dict(), short.state_dict()
    assert torch.allclose(weights["body.entry.weight"], (ours["body.entry.weight"] + theirs["body.entry.weight"]) / 2)
    assert torch.equal(weights["body.middle.2.first.weight"], ours["body.middle.2.first.weight"])
    assert torch.allclose(weights["body.middle.2.second.weight"], ours["body.middle.2.second.weight"] / 2)
    assert mean["trained"]["steps"] == 2 and mean["trained"]["commands"][0] == "train"


def test_an_input_that_is_new_counts_for_nothing_at_first(runs):
    weights = Detector().state_dict()
    old = {**weights, "body.entry.weight": weights["body.entry.weight"][:, :12]}
    torch.save({"weights": old}, runs / "earlier/ema.pt")
    net = Detector()
    start_from("earlier", {"net": net, "average": Detector()})
    assert net.body.entry.weight[:, 12:].abs().max() == 0
    assert torch.equal(net.body.entry.weight[:, :12], old["body.entry.weight"])


@pytest.mark.parametrize("kind", FINAL_RUN)
def test_a_run_goes_on_from_the_shipped_weights_where_the_earlier_runs_are_missing(kind, runs):
    card = json.loads((MODELS / kind / "card.json").read_text())
    body = shipped(kind).body
    net, average = (network(kind, len(body.middle), body.entry.in_channels) for _ in range(2))
    start_from(card["run"], {"net": net, "average": average})
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), shipped(kind).state_dict().values()))
    config = json.loads((CONFIGS / f"{card['run']}.json").read_text())
    run = training_runs.Run({**config, "name": "later", "seed": 7, "start": card["run"]})
    assert run.trained["seeds"] == [*card["seeds"], 7] and run.trained["steps"] == card["steps"]
    assert run.trained["commands"][-2:] == [training_runs.train_command(config), "python -m unclouded_training.train configs/later.json"]


def test_a_start_that_is_nowhere_is_named(runs):
    with pytest.raises(FileNotFoundError, match="missing-run"):
        start_from("missing-run", {"net": Detector(), "average": Detector()})
