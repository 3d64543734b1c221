"""What a run is: its config, and the clock, log and weights in its folder `runs/<name>/`; where that is missing, the weights that were exported from it."""
from __future__ import annotations

import json
import time
from pathlib import Path

import torch

from .bands import FINAL_RUN, RUNS
from .errors import InputError
from .export import MODELS, shipped
from .inputs import CHANNELS_LAST
from .networks import DETECTOR_MIDDLE, FULL_WIDTHS, GENERATOR_MIDDLE, Detector, Generator, middle_blocks

#: What a config must say, by kind.
REQUIRED = {
    "detector": ("name", "seed", "threads", "batch", "minutes", "tailMinutes", "rate"),
    "generator": ("name", "seed", "threads", "allThreadsAfterMinutes", "batch", "dates", "reconstructMinutes", "adversarialMinutes", "tailMinutes", "rate",
                  "adversarialRate", "criticRate", "lambdaAdversarial", "thickWeight", "detector"),
}


def read_config(path: Path) -> dict:
    """The config of a file. Raises InputError where it lacks something, or where the file is not called as the run."""
    try:
        config = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}") from None
    if config.get("kind") not in REQUIRED:
        raise InputError(f"{path}: `kind` must be detector or generator")
    required = ("name", "start") if "averageWith" in config else REQUIRED[config["kind"]]
    lacking = [key for key in required if key not in config]
    if lacking:
        raise InputError(f"{path} lacks {', '.join(lacking)}")
    if config["name"] != path.stem:
        raise InputError(f"{path}: the run is called {config['name']}: give both one name, since cards and curves find a run's config by it")
    if config.get("tailMinutes", 1) <= 0:
        raise InputError(f"{path}: `tailMinutes` must be more than 0")
    if config.get("crop", 32) % 16:
        raise InputError(f"{path}: `crop` must be a multiple of 16")
    return config


class Run:
    """Clock, log and saved state of one run."""

    def __init__(self, config: dict):
        self.config = config
        self.folder = RUNS / config["name"]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.step, self.before = 0, 0.0
        self.started = time.monotonic()
        self.saved = self.started
        self.earlier = history(config["start"]) if config.get("start") else {"seeds": [], "steps": 0, "minutes": 0.0, "commands": []}

    def begin(self) -> None:
        """Start the clock: loading scenes and shapes is no training."""
        self.started = self.saved = time.monotonic()

    @property
    def trained(self) -> dict:
        """How the weights came about, from the first run on: seeds, steps, minutes, commands."""
        return {"seeds": [*self.earlier["seeds"], self.config["seed"]], "steps": self.earlier["steps"] + self.step,
                "minutes": self.earlier["minutes"] + self.elapsed / 60, "commands": [*self.earlier["commands"], train_command(self.config)]}

    @property
    def elapsed(self) -> float:
        """Seconds trained, over all resumptions; counted in steps where the config gives `stepsPerMinute`."""
        if "stepsPerMinute" in self.config:
            return self.step * 60 / self.config["stepsPerMinute"]
        return self.before + time.monotonic() - self.started

    def log(self, **values) -> None:
        row = {"step": self.step, "seconds": round(self.elapsed, 1), **{k: round(float(v.detach() if torch.is_tensor(v) else v), 6) for k, v in values.items()}}
        with open(self.folder / "log.jsonl", "a") as f:
            f.write(json.dumps(row) + "\n")

    def save(self, parts: dict, average: torch.nn.Module) -> None:
        state = {k: v.state_dict() for k, v in parts.items()}
        temporary = self.folder / "state.tmp"
        torch.save({"step": self.step, "elapsed": self.elapsed, "parts": state}, temporary)
        temporary.replace(self.folder / "state.pt")
        self.save_average(average, "ema.pt")
        self.saved = time.monotonic()

    def save_average(self, average: torch.nn.Module, name: str) -> None:
        temporary = self.folder / (name + ".tmp")
        torch.save({"weights": average.state_dict(), "trained": self.trained}, temporary)
        temporary.replace(self.folder / name)

    def resume(self, parts: dict) -> bool:
        """Go on from the last save; what was logged after it is forgotten, as it will be done again."""
        path = self.folder / "state.pt"
        if not path.exists():
            self.forget()
            return False
        state = torch.load(path, map_location=torch.get_default_device())
        for name, part in parts.items():
            part.load_state_dict(state["parts"][name])
        self.step, self.before = state["step"], state["elapsed"]
        self.forget()
        return True

    def forget(self) -> None:
        path = self.folder / "log.jsonl"
        if not path.exists():
            return
        # The line that a killed run was writing has no end.
        lines = [line for line in path.read_text().splitlines() if line.endswith("}")]
        kept = [line for line in lines if json.loads(line)["step"] <= self.step]
        path.write_text("".join(line + "\n" for line in kept))


def train_command(config: dict) -> str:
    return f"python -m unclouded_training.train configs/{config['name']}.json"


def shipped_as(name: str) -> str | None:
    """The folder of public/models/ that holds the weights of a run, or None."""
    cards = {kind: MODELS / kind / "card.json" for kind in FINAL_RUN}
    return next((kind for kind, card in cards.items() if card.exists() and json.loads(card.read_text())["run"] == name), None)


def missing(name: str) -> FileNotFoundError:
    return FileNotFoundError(f"{RUNS / name} is missing, and public/models/ holds other runs: train {name} first")


def averaged(name: str) -> dict | None:
    """Averaged weights of a run; where its folder is missing, those of the network that was exported from it; None before a
    run's first save."""
    path = RUNS / name / "ema.pt"
    if path.exists():
        return torch.load(path, map_location=torch.get_default_device())["weights"]
    kind = shipped_as(name)
    return kind and shipped(kind).state_dict()


def history(name: str) -> dict:
    """`Run.trained` of an earlier run, or of the network that was exported from it."""
    path = RUNS / name / "ema.pt"
    if path.exists():
        return torch.load(path, map_location="cpu")["trained"]
    kind = shipped_as(name)
    if kind is None:
        raise missing(name)
    card = json.loads((MODELS / kind / "card.json").read_text())
    return {**{key: card[key] for key in ("seeds", "steps", "minutes")}, "commands": card["command"].split(" && ")[:-1]}


def start_from(name: str, parts: dict) -> None:
    """Begin with the averaged weights of an earlier run, and with its critic if its folder is here.

    Of a layer of another size the part that both share is taken: inputs and residual blocks that are new count for nothing at
    first, and a narrower network begins with the first channels of a wider one.
    """
    weights = averaged(name)
    if weights is None:
        raise missing(name)
    for part in ("net", "average"):
        own = parts[part].state_dict()
        for key in own.keys() - weights.keys():
            if ".second." in key:
                own[key] = torch.zeros_like(own[key])
        for key, value in weights.items():
            if key == "scale":
                continue
            grown = value.dim() == 4 and value.shape[1] < own[key].shape[1]
            taken = torch.zeros_like(own[key]) if grown else own[key].clone()
            shared = tuple(slice(min(a, b)) for a, b in zip(value.shape, taken.shape))
            taken[shared] = value[shared]
            own[key] = taken
        parts[part].load_state_dict(own)
    state = RUNS / name / "state.pt"
    if "critic" in parts and state.exists():
        parts["critic"].load_state_dict(torch.load(state, map_location=torch.get_default_device())["parts"]["critic"])


def make_network(config: dict) -> Detector | Generator:
    """The network of a config: `middle` blocks at its lowest scale; of a generator also the `widths` of its scales, `physics` of its head, and whether it is given what was `observed`."""
    if config["kind"] == "detector":
        return Detector(middle=config.get("middle", DETECTOR_MIDDLE))
    return Generator(tuple(config.get("widths", FULL_WIDTHS)), config.get("middle", GENERATOR_MIDDLE), config.get("physics", True), config.get("observed", False))


def average_runs(config: dict) -> None:
    """Make the averaged weights of a run from those of two others, half of each (Wortsman et al. 2022, model soups)."""
    net = make_network(config)
    found: dict[str, list[torch.Tensor]] = {key: [] for key, _ in net.named_parameters()}
    for name in (config["start"], config["averageWith"]):
        start_from(name, {"net": net, "average": net})
        known = averaged(name)
        for key, p in net.named_parameters():
            # Of a residual block that one of the two lacks, what it adds is halved, and the rest is the other's.
            if key in known or ".second." in key:
                found[key].append(p.detach().clone())
    with torch.no_grad():
        for key, p in net.named_parameters():
            p.copy_(torch.stack(found[key]).mean(0))
    folder = RUNS / config["name"]
    folder.mkdir(parents=True, exist_ok=True)
    trained = history(config["start"])
    torch.save({"weights": net.state_dict(), "trained": {**trained, "commands": [*trained["commands"], train_command(config)]}}, folder / "ema.pt")


def load_detector(name: str) -> Detector | None:
    """The averaged detector of a run, or None before its first save."""
    weights = averaged(name)
    if weights is None:
        return None
    net = Detector(middle=middle_blocks(weights))
    net.load_state_dict(weights)
    return net.eval().to(memory_format=CHANNELS_LAST)
