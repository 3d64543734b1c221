import torch

from unclouded_training import inpaint


def test_a_constant_is_reproduced():
    x = torch.full((1, 6, 64, 64), 0.3)
    known = (torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(1)) > 0.9).float()
    assert torch.allclose(inpaint.prefill(x, known), x, atol=1e-6)


def test_known_pixels_never_change():
    g = torch.Generator().manual_seed(2)
    x, known = torch.rand(2, 6, 32, 48, generator=g), (torch.rand(2, 1, 32, 48, generator=g) > 0.5).float()
    filled = inpaint.prefill(x, known)
    assert torch.equal(torch.where(known > 0, filled, x), torch.where(known > 0, x, x))


def test_the_coarse_field_rules_where_nothing_is_known():
    x, known = torch.rand(1, 6, 64, 64), torch.zeros(1, 1, 64, 64)
    coarse = torch.full((1, 6, 4, 4), 0.42)
    assert torch.allclose(inpaint.prefill(x, known, 4, coarse), torch.full_like(x, 0.42), atol=1e-6)
    assert torch.equal(inpaint.prefill(x, known, 4), x)


def test_tile_with_the_coarse_field_equals_the_whole_pyramid():
    g = torch.Generator().manual_seed(3)
    x, known = torch.rand(1, 6, 128, 128, generator=g), torch.ones(1, 1, 128, 128)
    known[..., 20:110, 30:120] = 0
    field = inpaint.coarse_field(x, known, 4)
    assert torch.allclose(inpaint.prefill(x, known, 4, field), inpaint.prefill(x, known, 7), atol=1e-6)


def test_a_linear_ramp_is_nearly_reproduced():
    x = torch.linspace(0.1, 0.5, 64).view(1, 1, 1, 64).expand(1, 6, 64, 64).contiguous()
    known = torch.ones(1, 1, 64, 64)
    known[..., 24:40, 24:40] = 0
    assert (inpaint.prefill(x, known) - x).abs().max() < 0.04


def test_base_takes_the_prefill_under_thick_cloud_alone():
    x = torch.full((1, 6, 32, 32), 0.2)
    x[..., 8:24, 8:24] = 0.8
    p = torch.zeros(1, 4, 32, 32)
    p[:, 0] = 1
    p[:, 0, 8:24, 8:24] = 0
    p[:, 2, 8:24, 8:24] = 1
    filled = inpaint.prefill(x, inpaint.clear_weight(p))
    assert torch.allclose(inpaint.blend_base(x, filled, p[:, 2:3]), torch.full_like(x, 0.2), atol=1e-6)
    assert torch.equal(inpaint.blend_base(x, filled, p[:, 1:2]), x)


def test_blend_is_a_smoothstep():
    t = inpaint.thick_blend(torch.tensor([0.0, 0.3, 0.5, 0.7, 1.0]))
    assert torch.allclose(t, torch.tensor([0, 0, 0.5, 1, 1.0]))


def test_a_lone_clear_pixel_does_not_speak_for_a_large_hole():
    x = torch.full((1, 1, 128, 128), 0.2)
    known = torch.zeros(1, 1, 128, 128)
    known[..., :32] = 1
    x[..., 100, 100], known[..., 100, 100] = 0.9, 1
    filled = inpaint.prefill(x, known, 7)
    assert filled[0, 0, 100, 100] == 0.9
    assert filled[0, 0, 60, 80] < 0.25


def test_harmonising_undoes_a_change_of_gain_and_offset_from_clear_pixels():
    g = torch.Generator().manual_seed(4)
    reference, known = torch.rand(2, 6, 32, 32, generator=g), torch.ones(2, 1, 32, 32)
    known[..., 10:20, 10:20] = 0
    target = 0.7 * reference + 0.05
    observed = torch.where(known > 0, target, torch.full_like(target, 0.9))
    assert (inpaint.harmonise(reference, observed, known) - target).abs().max() < 0.01


def test_harmonising_without_clear_pixels_changes_nothing():
    reference = torch.rand(1, 6, 16, 16)
    assert torch.allclose(inpaint.harmonise(reference, torch.zeros_like(reference), torch.zeros(1, 1, 16, 16)), reference, atol=1e-6)


def test_cloning_keeps_the_texture_of_the_reference_and_the_level_of_the_target():
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    texture = 0.05 * torch.sin(x / 3) * torch.cos(y / 4)
    reference = (0.2 + texture).expand(1, 6, 64, 64).contiguous()
    target = reference + 0.1
    known = torch.ones(1, 1, 64, 64)
    known[..., 20:44, 20:44] = 0
    assert (inpaint.clone(target * known, known, reference) - target).abs().max() < 1e-5


def test_a_scene_with_nothing_clear_is_filled_from_what_is_likelier_clear_than_not():
    p = torch.zeros(1, 4, 2, 4)
    p[:, 1, :, :3], p[:, 1, :, 3:] = 0.9, 0.4
    doubtful = torch.zeros(1, 1, 2, 4)
    doubtful[..., 3] = 1
    assert torch.equal(inpaint.scene_clear_weight(p), doubtful)
    p[:, 1, 0, 0] = 0.2
    certain = torch.zeros(1, 1, 2, 4)
    certain[0, 0, 0, 0] = 1
    assert torch.equal(inpaint.scene_clear_weight(p), certain)
    p[:] = 0.9
    assert not inpaint.scene_clear_weight(p).any()
