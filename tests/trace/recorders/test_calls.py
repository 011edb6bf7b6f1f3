"""Every call that is followed: its program has the value that it computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from klcli.formula.value.evaluation import evaluate_arrays
from klcli.trace.programs import Builder
from klcli.trace.recording import read_recording

torch = pytest.importorskip("torch")
F = torch.nn.functional

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "add with alpha": lambda x, y: torch.add(x, y, alpha=3),
    "sub with alpha": lambda x, y: torch.sub(x, y, alpha=0.5),
    "rsub": lambda x, y: torch.rsub(x, y, alpha=2),
    "number minus": lambda x, y: 1 - x,
    "number over": lambda x, y: 2 / y,
    "number to the power": lambda x, y: 2**x,
    "power": lambda x, y: torch.pow(y, x),
    "square": lambda x, y: x.square(),
    "reciprocal": lambda x, y: y.reciprocal(),
    "rsqrt": lambda x, y: y.rsqrt(),
    "logarithms": lambda x, y: y.log2() + y.log10() + y.log1p(),
    "exponentials": lambda x, y: x.exp2() + x.expm1(),
    "sigmoids": lambda x, y: torch.sigmoid(x) + F.logsigmoid(x) + F.softplus(x),
    "in place": lambda x, y: x.clone().exp_().mul_(2).add_(y).sub_(1).div_(3).pow_(2).neg_(),
    "augmented": lambda x, y: _augmented(x.clone(), y),
    "addcmul": lambda x, y: torch.addcmul(x, x, y, value=0.5),
    "addcdiv": lambda x, y: torch.addcdiv(x, x, y, value=0.5),
    "clips": lambda x, y: x.clamp(-0.5, 0.5) + x.clamp(min=0.1) + torch.clamp(x, max=0.2) + F.relu(x),
    "clip_max": lambda x, y: x.clamp_max(0.3) + x.clamp_min(-0.2),
    "sum": lambda x, y: (x * y).sum(),
    "sum over an axis": lambda x, y: (x * y).sum(0),
    "sum that keeps": lambda x, y: x * (x * y).sum(-1, keepdim=True),
    "mean over axes": lambda x, y: (x * y).mean(dim=(0, 1)),
    "sum put back": lambda x, y: x * y.sum(1).unsqueeze(1),
    "kept taken away": lambda x, y: y.sum(1, keepdim=True).squeeze(1),
    "flattened": lambda x, y: (x * y).view(-1).mean(),
    "stopped": lambda x, y: x.detach() * y,
    "cast": lambda x, y: x.double() * y.to(torch.float64),
    "broadcast": lambda x, y: torch.broadcast_tensors(x, y)[0] + y.expand(3, 4),
    "constants": lambda x, y: (
        torch.ones_like(x) + torch.full((3, 4), 2.0) * y - torch.zeros(4) + torch.tensor(0.5)
    ),
    "to integers": lambda x, y: (10 * y).int() + x,
    "a sum of ones": lambda x, y: x.sum() + torch.ones(3, 4).sum(),
}


def _augmented(x: Any, y: Any) -> Any:
    x += y
    x *= 2
    x -= 1
    x /= 3
    return x


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_program_of_a_call_has_its_value(call: Callable[[Any, Any], Any]) -> None:
    from klcli.trace.recorders.pytorch import Recorder

    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 4, dtype=torch.double, generator=generator, requires_grad=True)
    y = torch.rand(3, 4, dtype=torch.double, generator=generator).add(0.1).requires_grad_()
    with Recorder() as recorder:
        out = call(x, y)
        recorder.note_loss(out)
    recording = read_recording(recorder.document())
    builder = Builder(recording)
    tree = builder.tree(recording.losses[0].node)
    arrays = builder.arrays(list(builder.symbols))
    assert arrays is not None
    assert {recording.steps[index].more["made_by"] for index in builder.symbols.values()} == {"an input"}
    found = evaluate_arrays(tree, arrays)
    assert list(found.values) == pytest.approx(out.detach().reshape(-1).tolist(), rel=1e-12)
