"""A network as a TensorFlow.js graph model.

The graph is NHWC with free height and width. Convolution weights are stored as float16; the few constants are float32
or int32. Nearest-neighbour resize by 2 after a 1x1 convolution is written as that convolution with every output
repeated four times and DepthToSpace: the same values, and no operation needs to know the size of the picture.
"""
from __future__ import annotations

import base64

import numpy as np
import torch

from .inpaint import THICK_FROM, THICK_SPAN
from .networks import DETECTOR_CHANNELS, FILLED, GENERATOR_CHANNELS, OBSERVED, THICK, Body, Detector, Generator

GENERATED_BY = "unclouded_training.export"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Graph:
    """GraphDef nodes and the weights that belong to its constants; names are given in the order of building."""

    def __init__(self):
        self.nodes: list[dict] = []
        self.weights: list[dict] = []
        self.data: list[bytes] = []

    def node(self, name: str, op: str, inputs: list[str], **attr) -> str:
        self.nodes.append({"name": name, "op": op, "input": inputs, "attr": {"T": {"type": "DT_FLOAT"}, **attr}})
        return name

    def placeholder(self, name: str, channels: int) -> str:
        dims = [{"size": str(s)} for s in (-1, -1, -1, channels)]
        self.nodes.append({"name": name, "op": "Placeholder", "input": [],
                           "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": dims}}}})
        return name

    def const(self, name: str, value: np.ndarray, half: bool = False) -> str:
        integer = value.dtype == np.int32
        kind = "DT_INT32" if integer else "DT_FLOAT"
        shape = [int(s) for s in value.shape]
        tensor = {"dtype": kind, "tensorShape": {"dim": [{"size": str(s)} for s in shape]}}
        self.nodes.append({"name": name, "op": "Const", "input": [],
                           "attr": {"dtype": {"type": kind}, "value": {"tensor": tensor}}})
        entry = {"name": name, "shape": shape, "dtype": "int32" if integer else "float32"}
        if half:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        self.weights.append(entry)
        self.data.append(np.ascontiguousarray(value.astype("<i4" if integer else "<f2" if half else "<f4")).tobytes())
        return name

    def conv(self, name: str, x: str, weight: torch.Tensor, bias: torch.Tensor, stride: int = 1, relu: bool = False) -> str:
        """Convolution with bias; 3x3 and 1x1 are SAME (zero padding), 2x2 with stride 2 is VALID."""
        w = self.const(name + "/weights", weight.detach().permute(2, 3, 1, 0).numpy(), half=True)
        b = self.const(name + "/bias", bias.detach().numpy(), half=True)
        fused = [b64("BiasAdd")] + ([b64("Relu")] if relu else [])
        return self.node(
            name, "_FusedConv2D", [x, w, b], fused_ops={"list": {"s": fused}}, num_args={"i": "1"}, epsilon={"f": 0.0},
            strides={"list": {"i": ["1", str(stride), str(stride), "1"]}}, dilations={"list": {"i": ["1", "1", "1", "1"]}},
            padding={"s": b64("VALID" if stride > 1 else "SAME")}, data_format={"s": b64("NHWC")},
            explicit_paddings={"list": {}}, use_cudnn_on_gpu={"b": True})

    def scaled(self, name: str, x: str, factor) -> str:
        return self.node(name, "Mul", [x, self.const(name + "/factor", np.asarray(factor, np.float32))])

    def thick_blend(self, p: str) -> str:
        """`inpaint.thick_blend`; what is clipped to 0..1 is relu(u) - relu(u - 1)."""
        def shifted(name, x, factor, add):
            return self.node(name, "AddV2", [self.scaled(name + "/scaled", x, factor), self.const(name + "/added", np.float32(add))])

        u = shifted("blend/line", p, 1 / THICK_SPAN, -THICK_FROM / THICK_SPAN)
        over = self.node("blend/over/relu", "Relu", [shifted("blend/over", u, 1, -1)])
        t = self.node("blend/clipped", "Sub", [self.node("blend/line/relu", "Relu", [u]), over])
        return self.node("blend", "Mul", [self.node("blend/square", "Mul", [t, t]), shifted("blend/rest", t, -2, 3)])

    def body(self, body: Body, x: str) -> str:
        def residual(name, x, block, relu_after=False):
            h = self.conv(name + "/first", x, block.first.weight, block.first.bias, relu=True)
            h = self.conv(name + "/second", h, block.second.weight, block.second.bias)
            y = self.node(name, "AddV2", [x, h])
            return self.node(name + "/relu", "Relu", [y]) if relu_after else y

        x = self.conv("entry", x, body.entry.weight, body.entry.bias, relu=True)
        skips = []
        for level, (block, down) in enumerate(zip(body.encode, body.down)):
            x = residual(f"encode{level}", x, block)
            skips.append(x)
            x = self.conv(f"down{level}", x, down.weight, down.bias, stride=2, relu=True)
        for n, block in enumerate(body.middle):
            x = residual(f"middle{n}", x, block)
        for level in reversed(range(len(body.up))):
            up = body.up[level]
            x = self.conv(f"up{level}/wide", x, up.weight.repeat(4, 1, 1, 1), up.bias.repeat(4))
            x = self.node(f"up{level}", "DepthToSpace", [x], block_size={"i": "2"}, data_format={"s": b64("NHWC")})
            x = self.node(f"join{level}", "AddV2", [x, skips[level]])
            x = residual(f"decode{level}", x, body.decode[level], relu_after=level == 0)
        return x

    def model(self) -> tuple[dict, bytes]:
        """(model.json, weights.bin)."""
        return {
            "format": "graph-model", "generatedBy": GENERATED_BY, "convertedBy": GENERATED_BY,
            "modelTopology": {"node": self.nodes, "versions": {}},
            "weightsManifest": [{"paths": ["weights.bin"], "weights": self.weights}],
        }, b"".join(self.data)


def detector_graph(net: Detector) -> Graph:
    g = Graph()
    x = g.scaled("scaled", g.placeholder("input", DETECTOR_CHANNELS), net.scale.flatten().numpy())
    x = g.conv("logits", g.body(net.body, x), net.head.weight, net.head.bias)
    g.node("probabilities", "Softmax", [x])
    return g


def generator_graph(net: Generator) -> Graph:
    g = Graph()
    entry = g.placeholder("input", GENERATOR_CHANNELS)

    def planes(name: str, which: slice) -> str:
        begin, size = (g.const(f"{name}/{what}", np.array(value, np.int32)) for what, value in
                       (("begin", [0, 0, 0, which.start]), ("size", [-1, -1, -1, which.stop - which.start])))
        return g.node(name, "Slice", [entry, begin, size], Index={"type": "DT_INT32"})

    def joined(name: str, parts: list[str]) -> str:
        axis = g.const(name + "/axis", np.asarray(3, np.int32))
        return g.node(name, "ConcatV2", [*parts, axis], N={"i": str(len(parts))}, Tidx={"type": "DT_INT32"})

    def moved(name: str, start: str, end: str, share: str) -> str:
        """From `start` so much of the way to `end`."""
        return g.node(name, "AddV2", [start, g.node(name + "/step", "Mul", [share, g.node(name + "/difference", "Sub", [end, start])])])

    observed, rest, thick, filled = (planes(name, which) for name, which in (
        ("observed", OBSERVED), ("rest", slice(OBSERVED.stop, GENERATOR_CHANNELS)), ("thick", THICK), ("filled", FILLED)))
    base = moved("base", observed, filled, g.thick_blend(thick))
    given = joined("given", [base, rest, *([observed] if net.observed else [])])
    x = g.body(net.body, g.scaled("scaled", given, net.scale.flatten().numpy()))
    w, b = net.head.weight, net.head.bias
    gain = g.node("gain/tanh", "Tanh", [g.conv("gain/conv", x, w[:6], b[:6])])
    gain = g.node("gain", "Exp", [g.scaled("gain/scaled", gain, net.GAIN)])
    offset = g.node("offset/tanh", "Tanh", [g.conv("offset/conv", x, w[6:12], b[6:12])])
    offset = g.scaled("offset", offset, net.OFFSET)
    mix = g.node("mix", "Sigmoid", [g.conv("mix/conv", x, w[13:], b[13:] + net.MIX)])
    mixed = moved("mixed", base, filled, mix)
    repaired = g.node("repaired", "AddV2", [g.node("amplified", "Mul", [mixed, gain]), offset])
    scale = g.node("scale/softplus", "Softplus", [g.conv("scale/conv", x, w[12:13], b[12:13])])
    scale = g.node("scale", "AddV2", [scale, g.const("scale/least", np.float32(net.MIN_SCALE))])
    joined("output", [repaired, scale])
    return g
