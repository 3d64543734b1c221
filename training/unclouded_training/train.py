"""Training by the clock: `python -m unclouded_training.train CONFIG.json`, resumed by the same command.

A config says what is trained (`kind`: detector or generator), for how many minutes, and with which rates. The run's state,
its log (`log.jsonl`) and the averaged weights (`ema.pt`) lie in `runs/<name>/`. `device` names the PyTorch device (default `cpu`): networks,
simulator and pre-fill all compute there. With `muon` the convolutions follow Muon instead of AdamW.

The generator is first trained on reconstruction alone (`reconstructMinutes`), then against the PatchGAN for
`adversarialMinutes`; the averaged weights of the moment between the two stay in `before-adversarial.pt`. In these, the share
`detectorShare` of the steps (in quarters) takes its masks from the `detector`, the others from the truth, disturbed. With `six`
it sees pictures with all six bands only.
"""
from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import torch

from . import losses
from .data import Crops
from .errors import command
from .holes import fill_bright_holes
from .inpaint import blend_base
from .inputs import CHANNELS_LAST, detector_view, generator_input, perturb, training_fill
from .networks import PatchDiscriminator, parameter_count
from .optimisers import follow, optimiser_parts, optimisers, set_rate
from .physics import ramp
from .runs import Run, average_runs, averaged, load_detector, make_network, read_config, start_from
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


def validation_set(seed: int, count: int = 48, size: int = 128, six: bool = False) -> Sample:
    """A fixed set of simulated crops of the validation scenes; with `six`, all with six bands."""
    return Simulator(load_bank(), seed)(*Crops(seed=seed, folder="val", six=six).draw(count, size), band_dropout=not six)


def train_detector(config: dict) -> None:
    run = Run(config)
    torch.manual_seed(config["seed"])
    net = make_network(config).to(memory_format=CHANNELS_LAST)
    average = copy.deepcopy(net)
    steppers = optimisers(net, config.get("muon", False), config["rate"])
    parts = {"net": net, "average": average, **optimiser_parts(steppers)}
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
        set_rate(steppers, config["rate"] * rate_factor(run.elapsed, total, config["tailMinutes"] * 60))
        with torch.autocast(torch.get_default_device().type, torch.bfloat16):
            logits = net(detector_view(sample))
        loss = losses.detector_loss(logits.float(), sample.probabilities)
        follow(steppers, net, loss, 5.0)
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
    steppers = optimisers(net, config.get("muon", False), config["rate"], (0.9, 0.99))
    critic_optimiser = torch.optim.AdamW(critic.parameters(), lr=config["criticRate"], betas=(0.5, 0.95), weight_decay=1e-4)
    parts = {"net": net, "critic": critic, "average": average, "criticOptimiser": critic_optimiser, **optimiser_parts(steppers)}
    if not run.resume(parts) and config.get("start"):
        start_from(config["start"], parts)
    six = config.get("six", False)
    crops = Crops(seed=config["seed"] + run.step, six=six)
    simulator = Simulator(load_bank(), config["seed"] + run.step)
    check = validation_set(78, six=six)
    check_fill = training_fill(check, check.probabilities, torch.Generator(torch.get_default_device()).manual_seed(1))
    check_base = blend_base(check.cloudy, check_fill, check.probabilities[:, 2:3])
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
                p = fill_bright_holes(p, sample.cloudy, sample.presence)
            else:
                p = perturb(sample.probabilities, simulator)
            filled = training_fill(sample, p, simulator.generator)
        rate = config["rate"] if not adversarial else config["adversarialRate"]
        factor = rate_factor(now, total, config["tailMinutes"] * 60)
        set_rate(steppers, rate * factor)
        set_rate([critic_optimiser], config["criticRate"] * factor)

        with torch.autocast(torch.get_default_device().type, torch.bfloat16):
            out = net(generator_input(sample.cloudy, sample.presence, p, filled, sample.reference_valid))
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
        follow(steppers, net, loss, 1.0)
        run.step += 1
        update_average(average, net, run.step)
        if run.step % 20 == 0:
            run.log(loss=loss, **values)
        if time.monotonic() - run.saved > 150:
            with torch.no_grad():
                out = average(generator_input(check.cloudy, check.presence, check.probabilities, check_fill))
                masks = check.probabilities
                e, zero = (out[:, :6] - check.clear).abs(), (check_base - check.clear).abs()
                mae = {f"mae{n}": losses.weighted_mean(e, masks[:, k:k + 1], check.presence)
                       for k, n in ((1, "Thin"), (2, "Thick"), (3, "Shadow"), (0, "Clear"))}
                mae |= {f"base{n}": losses.weighted_mean(zero, masks[:, k:k + 1], check.presence)
                        for k, n in ((1, "Thin"), (2, "Thick"), (3, "Shadow"))}
            run.log(**mae)
            run.save(parts, average)
    run.save(parts, average)


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
    command(main)
