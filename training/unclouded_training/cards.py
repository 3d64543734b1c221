"""The model cards, from the evaluation, the exported cards and the configs: `python -m unclouded_training.cards`."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from .bands import FINAL_RUN, PROJECT_ROOT, run_chain
from .card_detector import detector_card
from .card_generators import generator_card, light_card, six_card
from .errors import InputError, command
from .export import weights_of


def refuse_other_weights(result: dict, weights: dict[str, str]) -> None:
    """Raise InputError where a part of the evaluation was not measured with these weights (SHA-256 by network)."""
    stale = sorted(part for part, measured in result.get("weights", {"all of it": {}}).items() if measured != weights)
    if stale:
        raise InputError(f"evaluation.json was measured with other weights ({', '.join(stale)}): run `python -m unclouded_training.evaluate` first")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "public" / "models")
    out = parser.parse_args().out
    result = json.loads((out / "evaluation.json").read_text())
    parts_measured = json.loads((out / "ablation.json").read_text())
    cards = {kind: json.loads((out / kind / "card.json").read_text()) for kind in FINAL_RUN}
    other = [f"{kind} ({card['run']})" for kind, card in cards.items() if card["run"] != FINAL_RUN[kind]]
    if other:
        raise InputError(f"{', '.join(other)}: the cards' words are about the shipped runs ({', '.join(FINAL_RUN.values())}) and would be wrong of others")
    refuse_other_weights(result, {kind: weights_of(kind, out) for kind in cards})
    (out / "detector/README.md").write_text(detector_card(cards["detector"], result))
    (out / "generator/README.md").write_text(generator_card(cards["generator"], run_chain(FINAL_RUN["generator"]), result, parts_measured))
    (out / "generator-six/README.md").write_text(six_card(cards["generator-six"], result))
    (out / "generator-light/README.md").write_text(light_card(cards["generator-light"], cards["generator"], result))


if __name__ == "__main__":
    command(main)
