"""Training by the clock: `python -m unclouded_training.train CONFIG.json`, resumed by the same command.

A config says what is trained (`kind`: detector or generator), for how many minutes, and with which rates. The run's state,
its log (`log.jsonl`) and the averaged weights (`ema.pt`) lie in `runs/<name>/`. `device` names the PyTorch device (default `cpu`): networks,
simulator and pre-fill all compute there.

The generator is first trained on reconstruction alone (`reconstructMinutes`), then against the PatchGAN for
`adversarialMinutes`; the averaged weights of the moment between the two stay in `before-adversarial.pt`. In these, the share
`detectorShare` of the steps (in quarters) takes its masks from the `detector`, the others from the truth, disturbed. With `six`
it sees pictures with all six bands only.
"""
from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import torch

from . import losses
from .bands import FINAL_RUN, RUNS
from .data import Crops
from .errors import InputError, command as run_command
from .export import MODELS, shipped
from .inpaint import blend_base
from .inputs import CHANNELS_LAST, detector_view, generator_input, perturb, training_fill
from .networks import (
    DETECTOR_MIDDLE, FULL_WIDTHS, GENERATOR_MIDDLE, Detector, Generator, PatchDiscriminator, middle_blocks, parameter_count)
from .physics import ramp
from .shapes import load_bank
from .simulate import Sample, Simulator


@torch.no_grad()
def update_average(average: torch.nn.Module, net: torch.nn.Module, step: int, decay: float = 0.999) -> None:
    d = min(decay, (1 + step) / (10 + step))
    for a, b in zip(average.parameters(), net.parameters()):
        a.lerp_(b, 1 - d)


def rate_factor(elapsed: float, total: float, tail: float) -> float:
    """Warm start over 20 s, constant, then a cosine to 2 % over the last `tail` seconds."""
    warm = min(1.0, 0.05 + elapsed / 20)
    left = (total - elapsed) / tail
    return warm * (1 if left >= 1 else 0.02 + 0.98 * 0.5 * (1 - math.cos(math.pi * max(left, 0))))


def scheduled(steps: list[list[float]], elapsed: float) -> float:
    """Value of a stepwise schedule [[minute, value], ...] after `elapsed` seconds."""
    return [value for minute, value in steps if elapsed >= minute * 60][-1]


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
                "minutes": self.earlier["minutes"] + self.elapsed / 60, "commands": [*self.earlier["commands"], command(self.config)]}

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


def command(config: dict) -> str:
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
    """The network of a config: `middle` blocks at its lowest scale; of a generator also the `widths` of its scales and `physics` of its head."""
    if config["kind"] == "detector":
        return Detector(middle=config.get("middle", DETECTOR_MIDDLE))
    return Generator(tuple(config.get("widths", FULL_WIDTHS)), config.get("middle", GENERATOR_MIDDLE), config.get("physics", True))


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
    torch.save({"weights": net.state_dict(), "trained": {**trained, "commands": [*trained["commands"], command(config)]}}, folder / "ema.pt")


def load_detector(name: str) -> Detector | None:
    """The averaged detector of a run, or None before its first save."""
    weights = averaged(name)
    if weights is None:
        return None
    net = Detector(middle=middle_blocks(weights))
    net.load_state_dict(weights)
    return net.eval().to(memory_format=CHANNELS_LAST)


def validation_set(seed: int, count: int = 48, size: int = 128, six: bool = False) -> Sample:
    """A fixed set of simulated crops of the validation scenes; with `six`, all with six bands."""
    return Simulator(load_bank(), seed)(*Crops(seed=seed, folder="val", six=six).draw(count, size), band_dropout=not six)


def train_detector(config: dict) -> None:
    run = Run(config)
    torch.manual_seed(config["seed"])
    net = make_network(config).to(memory_format=CHANNELS_LAST)
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config["rate"], weight_decay=1e-4)
    parts = {"net": net, "average": average, "optimiser": optimiser}
    if not run.resume(parts) and config.get("start"):
        start_from(config["start"], parts)
    crops = Crops(seed=config["seed"] + run.step)
    simulator = Simulator(load_bank(), config["seed"] + run.step)
    check = validation_set(77)
    total = config["minutes"] * 60
    run.begin()
    while run.elapsed < total:
        size = config.get("crop") or (192 if run.step % 6 == 5 else 128)
        sample = simulator(*crops.draw(config["batch"] // 2 if size == 192 else config["batch"], size))
        for group in optimiser.param_groups:
            group["lr"] = config["rate"] * rate_factor(run.elapsed, total, config["tailMinutes"] * 60)
        with torch.autocast(torch.get_default_device().type, torch.bfloat16):
            logits = net(detector_view(sample))
        loss = losses.detector_loss(logits.float(), sample.probabilities)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        run.step += 1
        update_average(average, net, run.step)
        if run.step % 20 == 0:
            run.log(loss=loss)
        if time.monotonic() - run.saved > 90:
            with torch.no_grad():
                p = average(detector_view(check)).softmax(1)
                hit, truth = p.argmax(1), check.probabilities.argmax(1)
                iou = [((hit == k) & (truth == k)).sum() / ((hit == k) | (truth == k)).sum().clamp(min=1) for k in range(4)]
            run.log(iouClear=iou[0], iouThin=iou[1], iouThick=iou[2], iouShadow=iou[3])
            run.save(parts, average)
    run.save(parts, average)


def reconstruction(out: torch.Tensor, sample: Sample, probabilities: torch.Tensor,
                   thick: float = 1.0, square: float = 0.0) -> dict[str, torch.Tensor]:
    """All losses against the truth; `probabilities` are those that the generator was given.

    `square` weighs the squared error, which remains of cloud in the picture raise most.
    """
    out = out.contiguous()
    repaired, scale = out[:, :6], out[:, 6:7]
    have, truth = sample.presence, sample.probabilities
    w = losses.class_weight(truth, thick)
    claimed = ramp(1 - probabilities[:, :1], (0.1, 0.4))
    clear = truth[:, :1] * (0.25 + 0.75 * claimed)
    error = (repaired - sample.clear).abs()
    touched = torch.maximum(1 - truth[:, :1], claimed)
    composite = sample.clear + touched * (repaired - sample.clear)
    return {
        "l1": losses.weighted_mean(error, w, have),
        "square": square * losses.weighted_mean(error.square(), w, have),
        "clear": losses.weighted_mean(error, clear, have),
        "ssim": 0.2 * losses.ssim_loss(composite, sample.clear, touched, have),
        "gradient": 0.1 * losses.gradient_loss(repaired, sample.clear, w, have),
        "sam": 0.05 * losses.spectral_angle_loss(composite * have[:, :, None, None], sample.clear, touched),
        "nll": 0.005 * losses.laplace_nll(scale, repaired, sample.clear, w + clear, have),
    }


def discriminator_input(picture: torch.Tensor, sample: Sample, probabilities: torch.Tensor, touched: torch.Tensor):
    """Composite of `picture` inside the mask and of the truth outside, and the mask, [N,9,H,W]."""
    composite = (sample.clear + touched * (picture - sample.clear)) * sample.presence[:, :, None, None]
    return torch.cat([composite, probabilities[:, 1:4]], 1).contiguous(memory_format=CHANNELS_LAST)


def train_generator(config: dict) -> None:
    run = Run(config)
    torch.manual_seed(config["seed"])
    net = make_network(config).to(memory_format=CHANNELS_LAST)
    critic = PatchDiscriminator().to(memory_format=CHANNELS_LAST)
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config["rate"], betas=(0.9, 0.99), weight_decay=1e-4)
    critic_optimiser = torch.optim.AdamW(critic.parameters(), lr=config["criticRate"], betas=(0.5, 0.95), weight_decay=1e-4)
    parts = {"net": net, "critic": critic, "average": average, "optimiser": optimiser, "criticOptimiser": critic_optimiser}
    if not run.resume(parts) and config.get("start"):
        start_from(config["start"], parts)
    six = config.get("six", False)
    crops = Crops(seed=config["seed"] + run.step, six=six)
    simulator = Simulator(load_bank(), config["seed"] + run.step)
    check = validation_set(78, six=six)
    check_fill = training_fill(check, check.probabilities, torch.Generator(torch.get_default_device()).manual_seed(1))
    check_base = blend_base(check.cloudy, check_fill, check.probabilities)
    detector, detector_read = None, -1e9
    first = config["reconstructMinutes"] * 60
    total = first + config["adversarialMinutes"] * 60
    if run.elapsed < first:
        (run.folder / "before-adversarial.pt").unlink(missing_ok=True)
    if averaged(config["detector"]) is None:
        print(f"the detector {config['detector']} has no weights yet: until then all masks are the true ones, disturbed")
    run.begin()
    while run.elapsed < total:
        now = run.elapsed
        adversarial = now >= first
        if adversarial and not (run.folder / "before-adversarial.pt").exists():
            run.save_average(average, "before-adversarial.pt")
        torch.set_num_threads(config["threads"] if now > config["allThreadsAfterMinutes"] * 60 else 1)
        if detector is None or now - detector_read > 120:
            detector, detector_read = load_detector(config["detector"]), now

        size = config.get("crop") or (192 if run.step % 6 == 5 else 128)
        with torch.no_grad():
            drawn = crops.draw(config["batch"] // 2 if size == 192 else config["batch"], size, config["dates"])
            sample = simulator(*drawn, band_dropout=config.get("bandDropout", not six), veils=config.get("veils", True))
            if detector is not None and adversarial and run.step % 4 < 4 * config.get("detectorShare", 0.5):
                with torch.autocast(torch.get_default_device().type, torch.bfloat16):
                    p = detector(detector_view(sample)).float().softmax(1)
            else:
                p = perturb(sample.probabilities, simulator)
            filled = training_fill(sample, p, simulator.generator)
            base = blend_base(sample.cloudy, filled, p)
        rate = config["rate"] if not adversarial else config["adversarialRate"]
        factor = rate_factor(now, total, config["tailMinutes"] * 60)
        for group in optimiser.param_groups:
            group["lr"] = rate * factor
        for group in critic_optimiser.param_groups:
            group["lr"] = config["criticRate"] * factor

        with torch.autocast(torch.get_default_device().type, torch.bfloat16):
            out = net(generator_input(base, sample.presence, p, filled, sample.reference_valid))
        terms = reconstruction(out, sample, p, scheduled(config["thickWeight"], now), config.get("squareWeight", 0.0))
        if not config.get("uncertainty", True):
            del terms["nll"]
        loss = sum(terms.values())
        values = {k: v.detach() for k, v in terms.items()}
        if adversarial:
            touched = torch.maximum(1 - sample.probabilities[:, :1], ramp(1 - p[:, :1], (0.1, 0.4)))
            real = discriminator_input(sample.clear, sample, p, touched)
            fake = discriminator_input(out[:, :6], sample, p, touched)
            with torch.autocast(torch.get_default_device().type, torch.bfloat16):
                scores = critic(torch.cat([real, fake.detach()]).contiguous(memory_format=CHANNELS_LAST))
            score_real, score_fake = scores.chunk(2)
            critic_loss = losses.hinge_discriminator(score_real, score_fake, touched)
            critic_optimiser.zero_grad(set_to_none=True)
            critic_loss.backward()
            critic_optimiser.step()
            for q in critic.parameters():
                q.requires_grad_(False)
            with torch.autocast(torch.get_default_device().type, torch.bfloat16):
                score = critic(fake)
            for q in critic.parameters():
                q.requires_grad_(True)
            ease = min(1.0, (now - first) / 300)
            adversarial_loss = losses.hinge_generator(score, touched)
            loss = loss + scheduled(config["lambdaAdversarial"], now) * ease * adversarial_loss
            values |= {"critic": critic_loss.detach(), "adversarial": adversarial_loss.detach(),
                       "scoreReal": score_real.detach().mean(), "scoreFake": score_fake.detach().mean()}
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        run.step += 1
        update_average(average, net, run.step)
        if run.step % 20 == 0:
            run.log(loss=loss, **values)
        if time.monotonic() - run.saved > 150:
            with torch.no_grad():
                out = average(generator_input(check_base, check.presence, check.probabilities, check_fill))
                masks = check.probabilities
                e, zero = (out[:, :6] - check.clear).abs(), (check_base - check.clear).abs()
                mae = {f"mae{n}": losses.weighted_mean(e, masks[:, k:k + 1], check.presence)
                       for k, n in ((1, "Thin"), (2, "Thick"), (3, "Shadow"), (0, "Clear"))}
                mae |= {f"base{n}": losses.weighted_mean(zero, masks[:, k:k + 1], check.presence)
                        for k, n in ((1, "Thin"), (2, "Thick"), (3, "Shadow"))}
            run.log(**mae)
            run.save(parts, average)
    run.save(parts, average)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    config = read_config(parser.parse_args().config)
    if "averageWith" in config:
        return average_runs(config)
    torch.set_default_device(config.get("device", "cpu"))
    torch.set_num_threads(1 if config["kind"] == "generator" else config["threads"])
    print(config["name"], "parameters", parameter_count(make_network(config)))
    (train_detector if config["kind"] == "detector" else train_generator)(config)


if __name__ == "__main__":
    run_command(main)
