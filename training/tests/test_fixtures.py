"""The figures that the application's tests are held against are those that training and the libraries give today."""
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from unclouded_training.bands import PROJECT_ROOT

SCRIPTS = sorted((PROJECT_ROOT / "src").glob("pipeline/*/fixtures/make-*.py"))


def leaves(value, path=""):
    """(place, numbers or text) of all that a JSON document holds."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}")
    elif isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value):
        for number, part in enumerate(value):
            yield from leaves(part, f"{path}[{number}]")
    else:
        yield path, value


def last_place(values) -> float:
    """One unit of the last decimal place that the values were rounded to, at least 1e-6."""
    return 10.0 ** -min(6, max((len(repr(v).partition(".")[2]) for v in np.ravel(values).tolist()), default=0))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_writes_is_what_is_kept(script, tmp_path):
    copy = shutil.copy(script, tmp_path)
    env = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT / "training"), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, copy], check=True, env=env, cwd=tmp_path, timeout=120)
    (written,) = tmp_path.glob("*.json")
    ours, kept = (dict(leaves(json.loads(path.read_text()))) for path in (written, script.with_name(written.name)))
    assert ours.keys() == kept.keys()
    for place, value in kept.items():
        if isinstance(value, str):
            assert ours[place] == value, place
        elif value is None:
            assert ours[place] is None, place
        else:
            np.testing.assert_allclose(ours[place], value, rtol=1e-5, atol=1.1 * last_place(value), err_msg=place)
