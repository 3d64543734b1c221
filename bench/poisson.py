"""Solves the Poisson problem of poisson.mjs with SciPy's sparse direct solver."""

import sys
from pathlib import Path

import numpy as np
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import spsolve

folder, width = Path(sys.argv[1]), int(sys.argv[2])
plane = np.fromfile(folder / "plane.bin", np.float32).reshape(width, width).astype(float)
right = np.fromfile(folder / "sources.bin", np.float32).reshape(width, width)[1:-1, 1:-1].astype(float)
right[0] += plane[0, 1:-1]
right[-1] += plane[-1, 1:-1]
right[:, 0] += plane[1:-1, 0]
right[:, -1] += plane[1:-1, -1]
side = width - 2
line = diags([-np.ones(side - 1), 2 * np.ones(side), -np.ones(side - 1)], [-1, 0, 1])
matrix = (kron(line, identity(side)) + kron(identity(side), line)).tocsc()
plane[1:-1, 1:-1] = spsolve(matrix, right.ravel()).reshape(side, side)
plane.tofile(folder / "solved.bin")
