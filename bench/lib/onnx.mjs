/**
 * The networks as ONNX files, made from the TensorFlow.js graphs that the app loads: same operations, same weights
 * (float16 unpacked to float32), tensors turned from NHWC to NCHW.
 *
 * Field numbers follow onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3), operators opset 17.
 */
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;

/**
 * @param {{ modelTopology: { node: object[] }, weightsManifest: { weights: object[] }[] }} model model.json
 * @param {Uint8Array} weights weights.bin
 * @param {number} height @param {number} width sizes of the input, fixed in the file
 * @returns {Uint8Array} an ONNX model with input and output in NCHW
 */
export function toOnnx(model, weights, inputName, outputName, height, width) {
  const constants = readConstants(model, weights);
  const nodes = [];
  const initializers = new Map();
  const constant = (name, dims, values, type = FLOAT) => {
    initializers.set(name, tensor(name, dims, values, type));
    return name;
  };
  /** Name of an operand; a constant of one value per channel is shaped so that it spreads in NCHW. */
  const operand = (name) => {
    const held = constants.get(name);
    if (!held) return name;
    const { shape, values } = held;
    return constant(name, shape.length === 1 ? [1, shape[0], 1, 1] : shape, values);
  };

  const convert = {
    Placeholder: () => {},
    Const: () => {},
    Mul: simple('Mul'),
    AddV2: simple('Add'),
    Sub: simple('Sub'),
    Relu: simple('Relu'),
    Tanh: simple('Tanh'),
    Exp: simple('Exp'),
    Sigmoid: simple('Sigmoid'),
    Softplus: simple('Softplus'),
    Softmax: (n) => nodes.push(node('Softmax', n.input, [n.name], [intAttribute('axis', 1)])),
    DepthToSpace: (n) =>
      nodes.push(
        node(
          'DepthToSpace',
          n.input,
          [n.name],
          [intAttribute('blocksize', Number(n.attr.block_size.i)), stringAttribute('mode', 'DCR')],
        ),
      ),
    ConcatV2: (n) => nodes.push(node('Concat', n.input.slice(0, -1), [n.name], [intAttribute('axis', 1)])),
    Slice: (n) => {
      const begin = constants.get(n.input[1]).values[3];
      const size = constants.get(n.input[2]).values[3];
      const end = size < 0 ? Number.MAX_SAFE_INTEGER : begin + size;
      const inputs = [
        n.input[0],
        constant(`${n.name}/from`, [1], [begin], INT64),
        constant(`${n.name}/to`, [1], [end], INT64),
        constant(`${n.name}/axes`, [1], [1], INT64),
      ];
      nodes.push(node('Slice', inputs, [n.name]));
    },
    _FusedConv2D: (n) => {
      const kernel = constants.get(n.input[1]);
      const bias = constants.get(n.input[2]);
      const [rows, columns, from, to] = kernel.shape;
      const stride = Number(n.attr.strides.list.i[1]);
      const same = text(n.attr.padding.s) === 'SAME';
      const inputs = [
        n.input[0],
        constant(n.input[1], [to, from, rows, columns], hwioToOihw(kernel)),
        constant(n.input[2], bias.shape, bias.values),
      ];
      const before = [rows, columns].map((side) => (same ? (side - 1) >> 1 : 0));
      const after = [rows, columns].map((side) => (same ? side >> 1 : 0));
      const fused = n.attr.fused_ops.list.s.map(text);
      const relu = fused.includes('Relu');
      if (fused.some((op) => op !== 'BiasAdd' && op !== 'Relu')) throw new Error(`${n.name} fuses ${fused}`);
      const out = relu ? `${n.name}/linear` : n.name;
      nodes.push(
        node(
          'Conv',
          inputs,
          [out],
          [
            intsAttribute('kernel_shape', [rows, columns]),
            intsAttribute('strides', [stride, stride]),
            intsAttribute('pads', [...before, ...after]),
          ],
        ),
      );
      if (relu) nodes.push(node('Relu', [out], [n.name]));
    },
  };
  function simple(operator) {
    return (n) => nodes.push(node(operator, n.input.map(operand), [n.name]));
  }

  for (const n of model.modelTopology.node) {
    if (!convert[n.op]) throw new Error(`the operation ${n.op} of ${n.name} has no ONNX form here`);
    convert[n.op](n);
  }
  const input = model.modelTopology.node.find((n) => n.name === inputName);
  const channels = Number(input.attr.shape.shape.dim[3].size);
  const graph = [
    ...nodes.map((bytes) => field(1, bytes)),
    field(2, utf8('network')),
    ...[...initializers.values()].map((bytes) => field(5, bytes)),
    field(11, valueInfo(inputName, [1, channels, height, width])),
    field(12, valueInfo(outputName, null)),
  ];
  return concat([
    varintField(1, 8),
    field(2, utf8('unclouded bench')),
    field(7, concat(graph)),
    field(8, concat([field(1, utf8('')), varintField(2, OPSET)])),
  ]);
}

/** Values of the constants as float32 or int32, with their shapes. */
function readConstants(model, weights) {
  const constants = new Map();
  let at = 0;
  for (const { name, shape, dtype, quantization } of model.weightsManifest.flatMap(
    (group) => group.weights,
  )) {
    const count = shape.reduce((product, side) => product * side, 1);
    const half = quantization?.dtype === 'float16';
    const bytes = weights.slice(at, at + count * (half ? 2 : 4));
    at += bytes.length;
    let values;
    if (half) values = Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat);
    else values = dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
    constants.set(name, { shape, values });
  }
  return constants;
}

/** IEEE 754 binary16. */
function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function hwioToOihw({ shape: [rows, columns, from, to], values }) {
  const out = new Float32Array(values.length);
  let i = 0;
  for (let o = 0; o < to; o++) {
    for (let c = 0; c < from; c++) {
      for (let p = 0; p < rows * columns; p++) out[i++] = values[(p * from + c) * to + o];
    }
  }
  return out;
}

// Protocol buffers, as far as ONNX needs them.

const utf8 = (string) => new TextEncoder().encode(string);
const text = (base64) => Buffer.from(base64, 'base64').toString();

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const varintField = (number, value) => concat([varint(number << 3), varint(value)]);
const field = (number, bytes) => concat([varint((number << 3) | 2), varint(bytes.length), bytes]);

function concat(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function node(operator, inputs, outputs, attributes = []) {
  return concat([
    ...inputs.map((name) => field(1, utf8(name))),
    ...outputs.map((name) => field(2, utf8(name))),
    field(3, utf8(outputs[0])),
    field(4, utf8(operator)),
    ...attributes.map((bytes) => field(5, bytes)),
  ]);
}

const intAttribute = (name, value) =>
  concat([field(1, utf8(name)), varintField(3, value), varintField(20, 2)]);
const stringAttribute = (name, value) =>
  concat([field(1, utf8(name)), field(4, utf8(value)), varintField(20, 3)]);
const intsAttribute = (name, values) =>
  concat([field(1, utf8(name)), ...values.map((value) => varintField(8, value)), varintField(20, 7)]);

function tensor(name, dims, values, type) {
  const data = type === INT64 ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  return concat([
    ...dims.map((side) => varintField(1, side)),
    varintField(2, type),
    field(8, utf8(name)),
    field(9, new Uint8Array(data.buffer)),
  ]);
}

function valueInfo(name, dims) {
  const shape = dims ? [field(2, concat(dims.map((side) => field(1, varintField(1, side)))))] : [];
  const type = concat([varintField(1, FLOAT), ...shape]);
  return concat([field(1, utf8(name)), field(2, field(1, type))]);
}
