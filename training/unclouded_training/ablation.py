"""What each part of the generator is worth: `python -m unclouded_training.ablation [CONFIG.json] [--data DIR]`.

Trains the variants of `configs/ablation.json`, each for the same number of steps from the same seed, and measures them on
simulated clouds over the validation scenes with true masks, and so the shipped generator. Writes `ablation.json` into `public/models/`, from which the card
of the generator is made. The networks are smaller and trained for far less time than the shipped one: the table
compares parts, it does not say how well the shipped network does.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .bands import CONFIGS, DEFAULT_DATA, RGB, RUNS, SIX
from .chain import masked, repair
from .errors import command
from .evaluate import evaluate_dates
from .export import MODELS, shipped
from .tables import Coverage, Table
from .runs import make_network
from .train import train_generator
from .validation import simulated_tiles

REGIONS = ("thin", "thick", "shadow")


def measure(data: Path, generator: torch.nn.Module) -> dict:
    """Regions of the six-band, the RGB and the two-date table, and the coverage of the 90 % interval."""
    result = {}
    for name, presence in (("six", SIX), ("rgb", RGB)):
        table, coverage = Table(), Coverage()
        for sample in simulated_tiles(data, presence, per_scene=2):
            have = sample.presence[0].numpy() > 0
            truth, observed = sample.clear[0].numpy()[have], sample.cloudy[0].numpy()[have]
            label = sample.probabilities.argmax(1)[0].numpy()
            raw, scale, *_ = repair(generator, sample.cloudy, sample.presence, sample.probabilities)
            picture = np.where(masked(sample.probabilities), raw[have], observed)
            table.add("row", picture, truth, {region: label == k + 1 for k, region in enumerate(REGIONS)})
            coverage.add(raw[have], truth, scale, {"all masked": label > 0})
        result[name] = {**table.result()["row"], "coverage90": coverage.result()["all masked"]}
    result["dates"] = evaluate_dates(data, {"generator": generator})["rows"]["generator, two dates"]
    return result


def table(result: dict) -> str:
    """Markdown: PSNR per region and set, GMSD under thick cloud, coverage."""
    lines = ["| variant | six bands: thin / thick / shadow | RGB: thin / thick / shadow | two dates: thick | GMSD, thick, six bands | interval held |",
             "|---" * 6 + "|"]
    for name, r in result["variants"].items():
        six, rgb = (" / ".join(f"{r[key][region]['psnr']:.2f}" for region in REGIONS) for key in ("six", "rgb"))
        lines.append(f"| {name} | {six} | {rgb} | {r['dates']['thick']['psnr']:.2f} | {r['six']['thick']['gmsd']:.4f} | {r['six']['coverage90']:.2f} |")
    return "\n".join(lines)


def write(result: dict, out: Path) -> None:
    (out / "ablation.json").write_text(json.dumps(result, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, nargs="?", default=CONFIGS / "ablation.json")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--out", type=Path, default=MODELS)
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text())
    variants = config.pop("variants")
    torch.set_num_threads(1)
    minutes = config["reconstructMinutes"] + config["adversarialMinutes"]
    result = {"steps": round(minutes * config["stepsPerMinute"]), "variants": {}}
    for n, (name, changes) in enumerate(variants.items()):
        variant = {**config, **changes, "name": f"{config['name']}-{n}"}
        train_generator(variant)
        net = make_network(variant)
        net.load_state_dict(torch.load(RUNS / variant["name"] / "ema.pt")["weights"])
        result["variants"][name] = measure(arguments.data, net.eval())
        write(result, arguments.out)
    result["variants"]["the shipped generator"] = measure(arguments.data, shipped("generator"))
    write(result, arguments.out)
    print(table(result))


if __name__ == "__main__":
    command(main)
