"""Loss curves of the runs as small PNG files: `python -m unclouded_training.curves [--out DIR]`, those of the shipped weights' chains.

`--run NAME` draws the chain of a run of one's own into `runs/NAME/training.png` instead.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib
import numpy as np

from .bands import FINAL_RUN, PROJECT_ROOT, RUNS, run_chain
from .errors import command

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

PANELS = {
    "detector": [("training loss", ["loss"]), ("IoU on simulated validation crops", ["iouClear", "iouThin", "iouThick", "iouShadow"])],
    "generator": [("L1 inside the mask", ["l1"]), ("other terms, weighted", ["ssim", "clear", "gradient", "sam"]),
                  ("generator against critic (hinge)", ["critic", "adversarial", "scoreReal", "scoreFake"]),
                  ("validation MAE", ["maeThin", "maeThick", "maeShadow", "maeClear"])],
}
PANELS |= {kind: PANELS["generator"] for kind in ("generator-six", "generator-light")}


def smooth(values: np.ndarray, width: int) -> np.ndarray:
    width = min(width, max(1, len(values) // 4))
    return np.convolve(values, np.ones(width) / width, "valid") if width > 1 else values


def plot(kind: str, name: str, path: Path) -> None:
    """The runs of a chain whose logs are here, one after the other; dashed lines where the critic joins in and where a run begins."""
    rows, marks, offset = [], [], 0.0
    for config in run_chain(name):
        if not (RUNS / config["name"] / "log.jsonl").exists():
            continue
        log = [json.loads(line) for line in (RUNS / config["name"] / "log.jsonl").read_text().splitlines()]
        if not log:
            continue
        alone = config.get("reconstructMinutes", 0)
        marks += [start for start, drawn in ((offset / 60, offset > 0), (offset / 60 + alone, alone > 0)) if drawn]
        rows += [{**row, "seconds": row["seconds"] + offset} for row in log]
        offset = rows[-1]["seconds"]
    if not rows:
        print(f"{name}: no log of its runs is here, the picture stays as it is")
        return
    panels = PANELS[kind]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(3.6 * len(panels), 2.8), dpi=80, layout="constrained")
    for axis, (title, names) in zip(axes, panels):
        for name in names:
            points = [(r["seconds"] / 60, r[name]) for r in rows if name in r]
            if not points:
                continue
            minutes, values = np.array(points).T
            validation = name.startswith(("mae", "iou"))
            values = values if validation else smooth(values, 9)
            axis.plot(minutes[-len(values):], values, lw=1, label=name)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("minutes", fontsize=8)
        axis.tick_params(labelsize=7)
        if axis.lines:
            axis.legend(fontsize=7)
        for mark in marks:
            axis.axvline(mark, color="grey", lw=0.8, ls="--")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "public" / "models")
    parser.add_argument("--run")
    arguments = parser.parse_args()
    if arguments.run:
        plot(run_chain(arguments.run)[-1]["kind"], arguments.run, RUNS / arguments.run / "training.png")
        return
    for kind in PANELS:
        plot(kind, FINAL_RUN[kind], arguments.out / kind / "training.png")


if __name__ == "__main__":
    command(main)
