"""Write a network as a TensorFlow.js graph model, with its card and a golden tile.

`python -m unclouded_training.export detector|generator|generator-six|generator-light|all [--weights FILE] [--out DIR]`
"""
from __future__ import annotations

import argparse
import copy
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import torch

from .bands import BANDS, CLASSES, FINAL_RUN, PROJECT_ROOT, RUNS
from .errors import InputError, command
from .graph import detector_graph, generator_graph
from .networks import DETECTOR_CHANNELS, FULL_WIDTHS, GENERATOR_CHANNELS, LIGHT_WIDTHS, Detector, Generator, mac_per_pixel, middle_blocks, parameter_count, receptive_field

VERSION = "1.15.0"
MODELS = PROJECT_ROOT / "public" / "models"


def network(kind: str, middle: int, inputs: int) -> torch.nn.Module:
    """A new network of one of the kinds that are shipped (the keys of FINAL_RUN), with `middle` blocks at the lowest scale and a body of so many inputs."""
    if kind == "detector":
        return Detector(middle=middle)
    return Generator(LIGHT_WIDTHS if kind == "generator-light" else FULL_WIDTHS, middle, observed=inputs > GENERATOR_CHANNELS)


def shipped(kind: str, folder: Path = MODELS) -> torch.nn.Module:
    """The network as `export` wrote it into `folder/<kind>/`."""
    model = json.loads((folder / kind / "model.json").read_text())
    data, values, offset = (folder / kind / "weights.bin").read_bytes(), {}, 0
    for entry in model["weightsManifest"][0]["weights"]:
        form = np.dtype("<f2" if "quantization" in entry else "<i4" if entry["dtype"] == "int32" else "<f4")
        count = int(np.prod(entry["shape"]))
        values[entry["name"]] = torch.from_numpy(np.frombuffer(data, form, count, offset).reshape(entry["shape"]).astype(np.float32))
        offset += count * form.itemsize
    net = network(kind, sum(name.startswith("middle") and name.endswith("first/weights") for name in values), values["entry/weights"].shape[2])

    def read(module: torch.nn.Conv2d, *names: str) -> None:
        """Fill a convolution from one node, or from the nodes that share it; the four copies of an upsampling are one."""
        weight = torch.cat([values[n + "/weights"].permute(3, 2, 0, 1) for n in names])
        bias = torch.cat([values[n + "/bias"] for n in names])
        module.weight.copy_(weight[:len(module.weight)])
        module.bias.copy_(bias[:len(module.bias)])

    with torch.no_grad():
        body = net.body
        read(body.entry, "entry")
        for name, blocks in (("encode", body.encode), ("middle", body.middle), ("decode", body.decode)):
            for n, block in enumerate(blocks):
                read(block.first, f"{name}{n}/first")
                read(block.second, f"{name}{n}/second")
        for n, (down, up) in enumerate(zip(body.down, body.up)):
            read(down, f"down{n}")
            read(up, f"up{n}/wide")
        if kind == "detector":
            read(net.head, "logits")
        else:
            read(net.head, "gain/conv", "offset/conv", "scale/conv", "mix/conv")
            net.head.bias[13:] -= net.MIX
    return net.eval()


def halved(net: torch.nn.Module) -> torch.nn.Module:
    """A copy whose parameters are rounded to float16, as the file holds them."""
    copied = copy.deepcopy(net).eval().float()
    with torch.no_grad():
        for p in copied.parameters():
            p.copy_(p.half().float())
    return copied


def synthetic_ground(size: int, seed: int) -> np.ndarray:
    """Made-up ground [6,S,S] in reflectance: fractal fields, no picture of any place."""
    from .shapes import noise_field

    rng = np.random.default_rng(seed)
    relief, wet, fine = (noise_field(rng, size, beta) for beta in (1.8, 1.4, 0.7))
    level = np.array([0.10, 0.11, 0.12, 0.26, 0.22, 0.15])[:, None, None]
    slope = np.array([0.010, 0.015, 0.025, 0.05, 0.05, 0.04])[:, None, None]
    green = np.array([-0.01, 0.005, -0.02, 0.08, -0.03, -0.04])[:, None, None]
    return np.clip(level + slope * relief + green * np.tanh(wet) + 0.006 * fine, 0.005, 1.5).astype(np.float32)


def golden_input(kind: str, size: int = 64, seed: int = 5) -> torch.Tensor:
    """[1,C,64,64]: simulated cloud over made-up ground, all six bands."""
    from .inpaint import clear_weight, prefill
    from .inputs import detector_view, generator_input
    from .shapes import procedural_fields
    from .simulate import Simulator

    simulator = Simulator(torch.from_numpy(procedural_fields(4, seed)), seed)
    row = {"eightBit": False, "sensor": "S2", "gsd": 10}
    sample = simulator(synthetic_ground(size, seed)[None], np.ones((1, 6), np.float32), [row],
                       cover=torch.tensor([0.45]), dropout=False)
    if kind == "detector":
        return detector_view(sample)
    filled = prefill(sample.cloudy, clear_weight(sample.probabilities), 6)
    return generator_input(sample.cloudy, sample.presence, sample.probabilities, filled)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def weights_of(kind: str, folder: Path = MODELS) -> str:
    """The SHA-256 by which a network that `export` wrote is known."""
    return sha256((folder / kind / "weights.bin").read_bytes())


def export(kind: str, net: torch.nn.Module, out: Path, facts: dict) -> dict:
    """Write model.json, weights.bin, golden.bin and card.json into `out`; `facts` are added to the card.

    Raises InputError where a parameter is no finite number as float16.
    """
    net = halved(net)
    if not all(p.isfinite().all() for p in net.parameters()):
        raise InputError("the weights hold what is no finite number as float16: the run diverged, train it again with a lower rate")
    out.mkdir(parents=True, exist_ok=True)
    graph = detector_graph(net) if kind == "detector" else generator_graph(net)
    topology, weights = graph.model()
    text = json.dumps(topology, separators=(",", ":")).encode()
    x = golden_input(kind)
    with torch.no_grad():
        y = net(x)
        y = y.softmax(1) if kind == "detector" else y
    nhwc = [t.permute(0, 2, 3, 1).contiguous().numpy().astype("<f4") for t in (x, y)]
    golden = b"".join(t.tobytes() for t in nhwc)
    (out / "model.json").write_bytes(text)
    (out / "weights.bin").write_bytes(weights)
    (out / "golden.bin").write_bytes(golden)
    channels, head = (DETECTOR_CHANNELS, 1) if kind == "detector" else (GENERATOR_CHANNELS, 3)
    planes = [f"has_{b}" for b in BANDS]
    card = {
        "name": f"unclouded-{kind}", "version": VERSION, "licence": "Apache-2.0",
        "files": {"model.json": {"sha256": sha256(text), "bytes": len(text)},
                  "weights.bin": {"sha256": sha256(weights), "bytes": len(weights)},
                  "golden.bin": {"sha256": sha256(golden), "bytes": len(golden)}},
        "canonicalBands": list(BANDS),
        "inputNames": ["input"], "outputNames": ["probabilities" if kind == "detector" else "output"],
        "inputChannels": [*BANDS, *planes] + (["cirrus", "has_cirrus"] if kind == "detector" else [
            *CLASSES[1:], *(f"prefill_{b}" for b in BANDS), "other_date"]),
        "outputChannels": list(CLASSES) if kind == "detector" else [*BANDS, "laplace_scale"],
        "multipleOf": 8, "parameters": parameter_count(net), "macPerPixel": round(mac_per_pixel(net, channels)),
        "receptiveField": receptive_field(FULL_WIDTHS, len(net.body.middle), head),
        "golden": {"file": "golden.bin", "shape": list(nhwc[0].shape), "outputShape": list(nhwc[1].shape), "tolerance": 1e-3},
        **facts,
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    return card


def run_name(trained: dict) -> str:
    """The run whose weights these are, from the last command of its history."""
    found = re.fullmatch(r"python -m unclouded_training\.train configs/(.+)\.json", trained["commands"][-1])
    if not found:
        raise InputError(f"the history of the weights ends with no training: {trained['commands'][-1]}")
    return found[1]


def load(kind: str, path: Path) -> tuple[torch.nn.Module, dict]:
    """The network of a run's averaged weights, and how they came about. Raises InputError where they are none of this kind."""
    if not path.exists():
        raise InputError(f"{path} is missing: train that run first, or name the weights of another by --weights")
    state = torch.load(path, map_location="cpu")
    net = network(kind, middle_blocks(state["weights"]), state["weights"]["body.entry.weight"].shape[1])
    try:
        net.load_state_dict(state["weights"])
    except RuntimeError:
        raise InputError(f"{path} holds no {kind}: its layers have other sizes. The application takes generators with the widths "
                         f"{list(FULL_WIDTHS)} (generator, generator-six) and {list(LIGHT_WIDTHS)} (generator-light)") from None
    return net, state["trained"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=[*FINAL_RUN, "all"])
    parser.add_argument("--weights", type=Path, help="averaged weights of a run; default those of the final run")
    parser.add_argument("--out", type=Path, default=MODELS)
    arguments = parser.parse_args()
    if arguments.weights and arguments.kind == "all":
        raise InputError("--weights are those of one network: say which one instead of all")
    torch.set_num_threads(1)
    for kind in FINAL_RUN if arguments.kind == "all" else (arguments.kind,):
        net, trained = load(kind, arguments.weights or RUNS / FINAL_RUN[kind] / "ema.pt")
        run = run_name(trained)
        facts = {
            "trainedOn": "Clear Sentinel-2, Landsat 5/7/8 and NAIP scenes with simulated clouds and shadows; see README.md"
            if run == FINAL_RUN[kind] else "Clear scenes with simulated clouds and shadows",
            "run": run, "seeds": trained["seeds"], "steps": trained["steps"], "minutes": round(trained["minutes"], 1),
            "command": " && ".join([*trained["commands"], f"python -m unclouded_training.export {kind}" + (
                "" if run == FINAL_RUN[kind] else f" --weights runs/{run}/ema.pt")]),
        }
        card = export(kind, net, arguments.out / kind, facts)
        print(kind, card["parameters"], card["macPerPixel"], card["receptiveField"], card["files"]["weights.bin"]["bytes"])


if __name__ == "__main__":
    command(main)
