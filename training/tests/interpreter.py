"""A small interpreter of the exported graphs: reads model.json and weights.bin alone and computes with torch, NHWC."""
import base64
import json

import numpy as np
import torch
import torch.nn.functional as F


def read_weights(model, data):
    values, offset = {}, 0
    for w in model["weightsManifest"][0]["weights"]:
        half = w.get("quantization", {}).get("dtype") == "float16"
        kind = np.dtype("<f2") if half else np.dtype("<i4") if w["dtype"] == "int32" else np.dtype("<f4")
        count = int(np.prod(w["shape"])) if w["shape"] else 1
        array = np.frombuffer(data, kind, count, offset).reshape(w["shape"])
        offset += count * kind.itemsize
        values[w["name"]] = torch.from_numpy(array.astype(np.int32 if w["dtype"] == "int32" else np.float32))
    assert offset == len(data)
    return values


def run(folder, x, output):
    model = json.loads((folder / "model.json").read_text())
    values = read_weights(model, (folder / "weights.bin").read_bytes())

    def text(attr):
        return base64.b64decode(attr["s"]).decode()

    for node in model["modelTopology"]["node"]:
        name, op, attr = node["name"], node["op"], node["attr"]
        if op == "Const":
            assert [int(d["size"]) for d in attr["value"]["tensor"]["tensorShape"]["dim"]] == list(values[name].shape)
            continue
        if op == "Placeholder":
            values[name] = x
            continue
        i = [values[k] for k in node["input"]]
        if op == "_FusedConv2D":
            stride = int(attr["strides"]["list"]["i"][1])
            kernel = i[1].permute(3, 2, 0, 1)
            pad = 0 if text(attr["padding"]) == "VALID" else kernel.shape[2] // 2
            y = F.conv2d(i[0].permute(0, 3, 1, 2), kernel, i[2], stride, pad).permute(0, 2, 3, 1)
            if base64.b64encode(b"Relu").decode() in attr["fused_ops"]["list"]["s"]:
                y = y.relu()
        elif op == "DepthToSpace":
            n, h, w, c = i[0].shape
            b = int(attr["block_size"]["i"])
            y = i[0].reshape(n, h, w, b, b, c // b // b).permute(0, 1, 3, 2, 4, 5).reshape(n, h * b, w * b, c // b // b)
        elif op == "Slice":
            begin, size = i[1].tolist(), i[2].tolist()
            y = i[0][tuple(slice(a, None if s < 0 else a + s) for a, s in zip(begin, size))]
        elif op == "ConcatV2":
            y = torch.cat(i[:-1], int(i[-1]))
        else:
            y = {"Mul": lambda: i[0] * i[1], "AddV2": lambda: i[0] + i[1], "Relu": lambda: i[0].relu(),
                 "Tanh": lambda: i[0].tanh(), "Sigmoid": lambda: i[0].sigmoid(), "Sub": lambda: i[0] - i[1], "Exp": lambda: i[0].exp(), "Softplus": lambda: F.softplus(i[0]),
                 "Softmax": lambda: i[0].softmax(-1)}[op]()
        values[name] = y
    return values[output]
