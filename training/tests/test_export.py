import hashlib
import json
from functools import partial

import numpy as np
import pytest
import torch
from interpreter import run

from unclouded_training.export import export, halved, shipped
from unclouded_training.networks import Detector, Generator


@pytest.mark.parametrize("kind, make, output", [("detector", Detector, "probabilities"), ("generator", Generator, "output"),
                                                ("generator", partial(Generator, observed=True), "output")])
def test_exported_graph_computes_what_the_module_does(tmp_path, kind, make, output):
    torch.manual_seed(4)
    net = make()
    if kind == "generator":
        torch.nn.init.normal_(net.head.weight, std=0.05)
    card = export(kind, net, tmp_path / kind, {})
    reread = shipped(kind, tmp_path)
    tmp_path = tmp_path / kind
    golden = np.frombuffer((tmp_path / "golden.bin").read_bytes(), "<f4")
    shape, out_shape = card["golden"]["shape"], card["golden"]["outputShape"]
    x = torch.from_numpy(golden[:np.prod(shape)].copy()).view(shape)
    expected = torch.from_numpy(golden[np.prod(shape):].copy()).view(out_shape)
    with torch.no_grad():
        assert torch.allclose(run(tmp_path, x, output), expected, atol=1e-5)
        other = torch.rand(1, 24, 40, shape[3])
        y = halved(net)(other.permute(0, 3, 1, 2))
        y = (y.softmax(1) if kind == "detector" else y).permute(0, 2, 3, 1)
        assert torch.allclose(run(tmp_path, other, output), y, atol=1e-5)
    for a, b in zip(reread.parameters(), halved(net).parameters()):
        assert torch.allclose(a, b, atol=4e-3)


def test_card_names_the_files_by_their_hash(tmp_path):
    card = export("detector", Detector(), tmp_path, {"seed": 1})
    assert json.loads((tmp_path / "card.json").read_text()) == card
    for name, entry in card["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == entry["sha256"]
    assert len(card["inputChannels"]) == 14 and card["outputChannels"] == ["clear", "thin", "thick", "shadow"]
