"""The pipeline as a Python stack: rasterio reads and writes the whole scene, PyTorch computes on the CPU.

    python bench/end_to_end.py IN.tif OUT.tif --models public/models --threads 2 [--skip-clear]

The networks are the exported ones (model.json, weights.bin), on the same tiles of which the inner 256 pixels are
kept; mask, pre-fill, feathering and compositing follow the same definitions, on the whole scene in memory. Prints a JSON
line with seconds by part and the shares.
"""
import argparse
import base64
import json
import resource
import time
from pathlib import Path

import numpy as np
import rasterio
import torch
import torch.nn.functional as F
from scipy import ndimage

CORE, DETECT_HALO, GENERATE_HALO = 256, 48, 48
SCALE = 1e-4
BUFFER, FEATHER = 3, 3
CLEAR_LIMIT = 0.3
SWEEPS = 6


class Network:
    """A TensorFlow.js graph model, run by PyTorch on NCHW tensors."""

    def __init__(self, folder: Path):
        card = json.loads((folder / "card.json").read_text())
        model = json.loads((folder / "model.json").read_text())
        self.folder, self.golden = folder, card["golden"]
        self.channels = card["inputChannels"]
        self.input, self.output = card["inputNames"][0], card["outputNames"][0]
        self.constants = read_constants(model, (folder / "weights.bin").read_bytes())
        self.nodes = [n for n in model["modelTopology"]["node"] if n["op"] not in ("Placeholder", "Const")]
        for n in self.nodes:
            if n["op"] == "_FusedConv2D":
                self.constants[n["input"][1]] = self.constants[n["input"][1]].permute(3, 2, 0, 1).contiguous(
                    memory_format=torch.channels_last)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        values = {self.input: x.contiguous(memory_format=torch.channels_last)}
        for n in self.nodes:
            values[n["name"]] = self.compute(n, [self.value(name, values) for name in n["input"]])
        return values[self.output]

    def value(self, name: str, values: dict):
        if name in values:
            return values[name]
        constant = self.constants[name]
        return constant.view(1, -1, 1, 1) if constant.dim() == 1 and constant.dtype == torch.float32 else constant

    def compute(self, n: dict, v: list):
        match n["op"]:
            case "_FusedConv2D":
                fused = [base64.b64decode(s).decode() for s in n["attr"]["fused_ops"]["list"]["s"]]
                stride = int(n["attr"]["strides"]["list"]["i"][1])
                same = base64.b64decode(n["attr"]["padding"]["s"]) == b"SAME"
                y = F.conv2d(v[0], v[1], v[2].flatten(), stride, v[1].shape[2] // 2 if same else 0)
                return y.relu_() if "Relu" in fused else y
            case "Mul":
                return v[0] * v[1]
            case "AddV2":
                return v[0] + v[1]
            case "Sub":
                return v[0] - v[1]
            case "Relu":
                return v[0].relu()
            case "Tanh":
                return v[0].tanh()
            case "Exp":
                return v[0].exp()
            case "Sigmoid":
                return v[0].sigmoid()
            case "Softplus":
                return F.softplus(v[0])
            case "Softmax":
                return v[0].softmax(1)
            case "ConcatV2":
                return torch.cat(v[:-1], 1)
            case "Slice":
                begin, size = int(v[1].flatten()[3]), int(v[2].flatten()[3])
                return v[0][:, begin:] if size < 0 else v[0][:, begin:begin + size]
            case "DepthToSpace":
                b = int(n["attr"]["block_size"]["i"])
                count, c, h, w = v[0].shape
                blocks = v[0].view(count, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
                return blocks.reshape(count, c // (b * b), h * b, w * b).contiguous(memory_format=torch.channels_last)
        raise ValueError(f"the operation {n['op']} of {n['name']} is not known here")


def read_constants(model: dict, data: bytes) -> dict:
    constants, at = {}, 0
    for entry in (w for group in model["weightsManifest"] for w in group["weights"]):
        half = entry.get("quantization", {}).get("dtype") == "float16"
        kind = np.dtype("<f2" if half else "<i4" if entry["dtype"] == "int32" else "<f4")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(data, kind, count, at).reshape(entry["shape"])
        at += count * kind.itemsize
        constants[entry["name"]] = torch.from_numpy(values.astype(np.int32 if kind.kind == "i" else np.float32))
    return constants


def cores(height: int, width: int):
    return [(y, x) for y in range(0, height, CORE) for x in range(0, width, CORE)]


def in_tiles(planes: torch.Tensor, network: Network, halo: int, where, out: torch.Tensor) -> None:
    """Runs a network over `planes` [C,H,W] and keeps the inner part of each tile in `out`; edges are mirrored."""
    h, w = out.shape[1:]
    padded = F.pad(planes[None], (halo, halo + -w % CORE, halo, halo + -h % CORE), mode="reflect")[0]
    side = CORE + 2 * halo
    for y, x in where:
        tile = network(padded[None, :, y:y + side, x:x + side])[0, :, halo:-halo, halo:-halo]
        out[:, y:y + CORE, x:x + CORE] = tile[:, :h - y, :w - x]


def prefill(image: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Smooth inpainting of [C,H,W] where `known` [1,H,W] is 0, from coarse to fine; see src/pipeline/generate/prefill.ts."""
    c, h, w = image.shape
    if min(h, w) < 2:
        mean = (image * known).sum((1, 2)) / known.sum().clamp(min=1)
        return torch.where(known > 0, image, mean.view(c, 1, 1))
    even = F.pad(torch.cat([image * known, known])[None], (0, w % 2, 0, h % 2))
    pooled = F.avg_pool2d(even, 2)[0]
    share = pooled[-1:]
    coarse = prefill(pooled[:-1] / share.clamp(min=1e-6), (share > 0).float())
    up = F.interpolate(coarse[None], scale_factor=2, mode="bilinear")[0, :, :h, :w]
    filled = torch.where(known > 0, image, up)
    for _ in range(SWEEPS):
        p = F.pad(filled[None], (1, 1, 1, 1), mode="replicate")[0]
        mean = (p[:, :-2, 1:-1] + p[:, 2:, 1:-1] + p[:, 1:-1, :-2] + p[:, 1:-1, 2:]) / 4
        filled = torch.where(known > 0, image, mean)
    return filled


def bands_and_presence(names, bands) -> dict:
    return dict(zip(names, bands)) | {f"has_{name}": torch.ones_like(bands[0]) for name in names}


def generator_planes(names, observed, probabilities, filled) -> dict:
    planes = bands_and_presence(names, observed)
    planes |= {"thin": probabilities[1], "thick": probabilities[2], "shadow": probabilities[3]}
    return planes | {f"prefill_{name}": filled[i] for i, name in enumerate(names)}


def stacked(channels, planes: dict) -> torch.Tensor:
    """A network's input [C,H,W], channel by channel by its name; 0 where the scene has nothing (cirrus, other dates)."""
    zero = torch.zeros_like(next(iter(planes.values())))
    return torch.stack([planes.get(channel, zero) for channel in channels])


def process(source: Path, target: Path, detector: Network, generator: Network, threads: int, skip_clear: bool) -> dict:
    seconds, since = {}, time.perf_counter()

    def lap(part: str) -> None:
        nonlocal since
        now = time.perf_counter()
        seconds[part], since = now - since, now

    with rasterio.open(source) as file:
        samples, profile = file.read(), file.profile
        tags, names = file.tags(), file.descriptions
    lap("read")

    observed = torch.from_numpy(samples.astype(np.float32)) * SCALE
    height, width = samples.shape[1:]
    bands = detector.channels[:len(samples)]
    observed = observed.clamp(0, 1.5)
    probabilities = torch.empty(4, height, width)
    seen = stacked(detector.channels, bands_and_presence(bands, observed))
    in_tiles(seen, detector, DETECT_HALO, cores(height, width), probabilities)
    lap("detect")

    thin, thick, shadow = probabilities[1:]
    known = (probabilities[1:].sum(0, keepdim=True) < CLEAR_LIMIT).float()
    filled = prefill(observed, known)
    found = ((thin + thick >= 0.4) | (shadow >= 0.4)).numpy()
    mask = ndimage.distance_transform_edt(~found) <= BUFFER
    alpha = torch.from_numpy(np.minimum(1, ndimage.distance_transform_edt(mask) / (FEATHER + 1)).astype(np.float32))
    lap("mask and pre-fill")

    where = [(y, x) for y, x in cores(height, width) if not skip_clear or mask[y:y + CORE, x:x + CORE].any()]
    output = torch.zeros(len(bands) + 1, height, width)
    planes = stacked(generator.channels, generator_planes(bands, observed, probabilities, filled))
    in_tiles(planes, generator, GENERATE_HALO, where, output)
    lap("generate")

    repaired = torch.lerp(observed, output[:-1], alpha)
    numbers = (repaired / SCALE).round().clamp(0, 65_535).numpy().astype(samples.dtype)
    result = np.where(mask, numbers, samples)
    lap("composite")

    cog = dict(driver="COG", compress="deflate", predictor=2, blocksize=512, overviews="auto", num_threads=threads)
    kept = {key: profile[key] for key in ("width", "height", "count", "dtype", "crs", "transform", "nodata")}
    with rasterio.open(target, "w", **kept, **cog) as file:
        file.write(result)
        file.update_tags(**tags)
        file.descriptions = names
    lap("write")
    return {"seconds": sum(seconds.values()), "parts": seconds, "masked": float(mask.mean()),
            "tiles": {"total": len(cores(height, width)), "repaired": len(where)}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skip-clear", action="store_true", help="leave tiles without mask out of the generator")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    started = time.perf_counter()
    with torch.inference_mode():
        networks = [Network(arguments.models / name) for name in ("detector", "generator-six")]
        for network in networks:
            check(network)
        loaded = time.perf_counter() - started
        report = process(arguments.source, arguments.target, *networks, arguments.threads, arguments.skip_clear)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**report, "loadSeconds": loaded, "cpuSeconds": time.process_time(), "peakMemoryBytes": peak, "torch": torch.__version__}))


def check(network: Network) -> None:
    """The graph computes here what it computed when it was exported."""
    golden = network.golden
    values = np.frombuffer((network.folder / golden["file"]).read_bytes(), "<f4")
    count = int(np.prod(golden["shape"]))
    nchw = lambda part, shape: torch.from_numpy(part.reshape(shape).copy()).permute(0, 3, 1, 2)
    output = network(nchw(values[:count], golden["shape"]))
    difference = float((output - nchw(values[count:], golden["outputShape"])).abs().max())
    if not difference <= golden["tolerance"]:
        raise SystemExit(f"{network.folder.name} is off by {difference} on its golden tile")


if __name__ == "__main__":
    main()
