import copy

import torch

from unclouded_training.inputs import CHANNELS_LAST
from unclouded_training.networks import Detector
from unclouded_training.optimisers import follow, optimiser_parts, optimisers, set_rate


def test_muon_moves_the_kernels_of_the_network_itself_by_even_steps():
    torch.manual_seed(0)
    net = Detector(widths=(8, 16)).to(memory_format=CHANNELS_LAST)
    before = copy.deepcopy(net)
    found = optimisers(net, muon=True, rate=1e-2)
    follow(found, net, net(torch.rand(2, 14, 16, 16)).square().mean(), 1.0)
    for (name, p), old in zip(net.named_parameters(), before.parameters()):
        if p.dim() == 4 and p.grad.abs().sum() > 0:
            step = (p - old).detach().permute(0, 2, 3, 1).flatten(1) / 1e-2
            values = torch.linalg.svdvals(step) / (0.2 * max(step.shape) ** 0.5)
            assert 0.6 < values.max() < 1.4, name
        assert not torch.equal(p, old) or p.grad.abs().sum() == 0, name


def test_a_saved_muon_goes_on_as_if_it_had_not_been_saved():
    def train(net, found, steps):
        for n in steps:
            follow(found, net, (net(torch.full((1, 14, 8, 8), 0.1 * n)) - 1).square().mean(), 1.0)

    torch.manual_seed(0)
    through = Detector(widths=(8, 16)).to(memory_format=CHANNELS_LAST)
    halfway = copy.deepcopy(through)
    whole, first = optimisers(through, True, 1e-2), optimisers(halfway, True, 1e-2)
    train(through, whole, range(6))
    train(halfway, first, range(3))
    again = Detector(widths=(8, 16)).to(memory_format=CHANNELS_LAST)
    second = optimisers(again, True, 5e-1)
    again.load_state_dict(halfway.state_dict())
    for name, optimiser in optimiser_parts(second).items():
        optimiser.load_state_dict(copy.deepcopy(optimiser_parts(first)[name].state_dict()))
    set_rate(second, 1e-2)
    train(again, second, range(3, 6))
    for a, b in zip(through.parameters(), again.parameters()):
        assert torch.allclose(a, b, atol=1e-6)
