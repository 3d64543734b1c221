"""How weights follow their gradients: AdamW, or Muon for the convolutions and AdamW for the rest."""
from __future__ import annotations

import torch
from torch import nn
from torch.optim import AdamW, Muon, Optimizer


class ConvolutionMuon(Muon):
    """Muon (Jordan et al. 2024) for kernels [O,I,K,K] in channels-last memory, each taken as the matrix [O, K*K*I] that it is there.

    Steps are as large as AdamW's (Liu et al. 2025), so that both take one rate.
    """

    def __init__(self, kernels: list[nn.Parameter], lr: float, weight_decay: float):
        self.kernels = kernels
        self.matrices = [nn.Parameter(k.detach().permute(0, 2, 3, 1).flatten(1)) for k in kernels]
        super().__init__(self.matrices, lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
        for kernel, matrix in zip(kernels, self.matrices):
            assert kernel.data_ptr() == matrix.data_ptr(), "kernels must lie in channels-last memory"

    def zero_grad(self, set_to_none: bool = True) -> None:
        for kernel in self.kernels:
            kernel.grad = None

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for kernel, matrix in zip(self.kernels, self.matrices):
            matrix.grad = None if kernel.grad is None else kernel.grad.permute(0, 2, 3, 1).flatten(1)
        super().step()


def optimisers(net: nn.Module, muon: bool, rate: float, betas: tuple[float, float] = (0.9, 0.999)) -> list[Optimizer]:
    """What trains a network: AdamW alone, or with `muon` that for all but the convolutions' kernels."""
    kernels = [p for p in net.parameters() if muon and p.dim() == 4]
    others = [p for p in net.parameters() if not (muon and p.dim() == 4)]
    found: list[Optimizer] = [AdamW(others, lr=rate, betas=betas, weight_decay=1e-4)]
    return [*found, ConvolutionMuon(kernels, rate, 1e-4)] if muon else found


def optimiser_parts(found: list[Optimizer]) -> dict[str, Optimizer]:
    """The optimisers by the names under which a run's state keeps them."""
    return dict(zip(("optimiser", "muon"), found))


def set_rate(found: list[Optimizer], rate: float) -> None:
    for group in (group for optimiser in found for group in optimiser.param_groups):
        group["lr"] = rate


def follow(found: list[Optimizer], net: nn.Module, loss: torch.Tensor, norm: float) -> None:
    """One step down the gradient of `loss`, which is cut to `norm`."""
    for optimiser in found:
        optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), norm)
    for optimiser in found:
        optimiser.step()
