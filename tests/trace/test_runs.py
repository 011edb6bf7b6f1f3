"""Runs of other kinds: mixed precision, several losses, what never reaches one, what is not followed."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest

import klcli
from klcli.errors import KlcliError
from klcli.judge.acceptance import ACCEPTABLE
from klcli.trace.recording import read_recording
from klcli.trace.run_summary import watched
from tests.trace.losses import DECODER, LATENTS, B, F, N, X, heads, noise, torch
from tests.trace.recordings import document, leaf, node

Recorder = pytest.importorskip("klcli.trace.recorders.pytorch").Recorder


def kl_of(mu: Any, logvar: Any) -> Any:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()


def codes(seen: Any) -> list[str]:
    return [finding.mistake.code for finding in seen.findings]


def test_the_scale_of_mixed_precision_is_no_weight() -> None:
    scaler = torch.amp.GradScaler("cpu")
    with klcli.watch() as seen:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mu, logvar = heads()
            loss = F.mse_loss(DECODER(mu).float(), X) + kl_of(mu, logvar)
        scaler.scale(loss).backward()
    (one,) = seen.losses
    assert one.loss.value == pytest.approx(loss.item())
    assert [term.weight for term in one.terms] == [pytest.approx(1), pytest.approx(1)]
    assert [term.kind for term in one.terms] == ["likelihood", "kl"]


def test_two_losses_of_a_step() -> None:
    critic, generator = torch.nn.Linear(12, 1), torch.nn.Linear(4, 12)
    with klcli.watch() as seen:
        F.binary_cross_entropy_with_logits(critic(X), torch.ones(B, 1)).backward()
        F.binary_cross_entropy_with_logits(critic(generator(torch.randn(B, 4))), torch.ones(B, 1)).backward()
    assert [[term.kind for term in one.terms] for one in seen.losses] == [["likelihood"]] * 2
    assert len({one.loss.place for one in seen.losses}) == 2


def test_a_pass_from_several_tensors_is_one_from_their_sum() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        error = F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X, reduction="sum")
        torch.autograd.backward([error, kl_of(mu, logvar)], [torch.tensor(1.0), torch.tensor(0.25)])
    (one,) = seen.losses
    assert [(term.kind, term.weight) for term in one.terms] == [
        ("likelihood", pytest.approx(1)),
        ("kl", pytest.approx(0.25)),
    ]
    assert not seen.findings


def test_weights_that_a_backward_pass_is_given_are_weights() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        entries = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
        entries.backward(torch.full((B,), 1 / B))
    (term,) = seen.terms
    assert (term.verdict, term.weight) == ("exact", pytest.approx(1 / B))
    assert seen.losses[0].loss.value == pytest.approx(entries.mean().item())


def test_two_passes_of_one_step_are_both_watched() -> None:
    passes: list[bool] = []
    recorder = Recorder(lambda *, is_step=True: passes.append(is_step))
    with recorder:
        mu, logvar = heads()
        F.mse_loss(DECODER(mu), X).backward(retain_graph=True)
        kl_of(mu, logvar).backward(retain_graph=True)
    assert passes == [False, True]


@pytest.mark.parametrize(
    "hook", [lambda slope: None, lambda slope: slope.norm() and None, lambda slope: slope]
)
def test_hooks_that_only_look_change_nothing(hook: Any) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        logvar.register_hook(hook)
        (F.mse_loss(DECODER(mu), X) + kl_of(mu, logvar)).backward()
    assert not seen.findings
    assert not any("not noted" in text for text in seen.watched.warnings)


def test_a_hook_that_changes_the_gradient_is_seen() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        logvar.register_hook(lambda slope: 0.1 * slope)
        (F.mse_loss(DECODER(mu), X) + kl_of(mu, logvar)).backward()
    assert codes(seen) == ["KL134"]


def test_a_hook_that_fails_is_no_failure_of_the_program() -> None:
    def fails(slope: Any) -> None:
        raise KeyError("not in my log")

    with klcli.watch() as seen:
        mu, logvar = heads()
        loss = F.mse_loss(DECODER(mu), X) + kl_of(mu, logvar)
        held = logvar.register_hook(fails)
        with pytest.raises(KeyError):
            loss.backward()
        held.remove()
    assert [term.verdict for term in seen.terms if term.kind == "kl"] == ["exact"]
    assert any("not noted: 'not in my log'" in text for text in seen.watched.warnings)


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.randn(B, LATENTS, requires_grad=True),
        lambda: torch.zeros(B, LATENTS, requires_grad=True),
        lambda: torch.randn(B, LATENTS).requires_grad_(),
    ],
)
def test_what_is_trained_is_no_noise_and_no_constant(made: Any) -> None:
    with klcli.watch() as seen:
        mu, logvar = made(), made()
        kl_of(mu, logvar).backward()
    (term,) = seen.terms
    assert (term.kind, term.verdict) == ("kl", "exact")


def test_a_kl_that_is_added_without_a_gradient() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        with torch.no_grad():
            kl = kl_of(mu, logvar)
        (F.mse_loss(DECODER(mu), X) + kl).backward()
    assert codes(seen) == ["KL134"]
    with klcli.watch() as seen:
        mu, logvar = heads()
        error = F.mse_loss(DECODER(mu), X)
        (error / error.detach() + kl_of(mu, logvar) + error.detach()).backward()
    assert not seen.findings


def test_two_losses_of_one_line() -> None:
    """By two calls, by a loop over them, and by the one line of a trainer; their passes are of two losses."""

    def both() -> tuple[Any, Any]:
        mu, logvar = heads()
        return 0.5 * kl_of(mu, logvar), F.mse_loss(DECODER(heads()[0]), X)

    def trained(loss: Any) -> None:
        loss.backward()

    with klcli.watch() as by_calls:
        kl, mse = both()
        kl.backward(), mse.backward()
    with klcli.watch() as by_loop:
        for one in both():
            one.backward()
    with klcli.watch() as by_trainer:
        for _ in range(2):
            kl, mse = both()
            trained(kl)
            trained(mse / 4)
    for seen, passes in ((by_calls, [0, 1]), (by_loop, [0, 1]), (by_trainer, [0, 1, 0, 1])):
        assert [[term.kind for term in one.terms] for one in seen.losses] == [["kl"], ["likelihood"]]
        assert [loss for loss, _ in seen.watched.steps] == passes


def test_a_kl_that_reaches_no_loss() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = kl_of(mu, logvar)
        F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X).backward()
    assert codes(seen) == ["KL205"]
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = kl_of(mu, logvar)
        (F.mse_loss(DECODER(mu), X) + kl.item()).backward()
    assert codes(seen) == ["KL134"]


def test_a_kl_that_another_loss_may_be_made_of() -> None:
    """That of the other player of a GAN, which trains none of what this loss does, or of a kept graph."""
    critic = torch.nn.Linear(12, 1)
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = kl_of(mu, logvar)
        drawn = DECODER(mu + noise(mu) * (logvar / 2).exp()).detach()
        F.binary_cross_entropy_with_logits(critic(drawn), torch.zeros(B, 1)).backward()
    assert codes(seen) == []
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = kl_of(mu, logvar)
        F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X).backward(retain_graph=True)
    assert codes(seen) == []
    del kl


def test_a_mean_over_the_latents_times_their_number_is_the_sum() -> None:
    """d times the mean over d latents is their sum; with another factor it is the mean that it says."""
    for factor, found in ((LATENTS, []), (LATENTS / 2, ["KL206"])):
        with klcli.watch() as seen:
            mu, logvar = heads()
            kl = (-0.5 * (1 + logvar - mu**2 - logvar.exp())).mean()
            (F.mse_loss(DECODER(mu), X) * N + factor * kl).backward()
        assert codes(seen) == found


def test_clips_that_do_not_bind_and_a_capacity() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl_of(mu, torch.clamp(logvar, -10, 10)).backward()
    (term,) = seen.terms
    assert (term.verdict, [one.passes for one in term.conditions]) == ("exact", [True])
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
        (kl - 5.0).abs().mean().backward()
    (term,) = seen.terms
    assert term.verdict == "other"
    assert "capacity" in term.what
    assert not seen.watched.holds(ACCEPTABLE)
    assert "is no KL, and no word of --accept passes it" in str(seen)


def test_what_is_not_followed_is_not_condemned() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        q = torch.distributions.LowRankMultivariateNormal(mu, mu.unsqueeze(2), logvar.exp())
        p = torch.distributions.MultivariateNormal(torch.zeros(4), torch.eye(4))
        torch.distributions.kl_divergence(q, p).mean().backward()
    assert {term.kind for term in seen.terms} == {"other"}
    assert codes(seen) == []


def test_a_head_behind_a_function_that_is_not_followed() -> None:
    """The KL is that of the symbol; a symbol beside what it is made of is not judged."""
    with klcli.watch() as seen:
        mu, raw = heads()
        kl_of(mu, torch.tanh(raw)).backward()
    assert [term.verdict for term in seen.terms] == ["exact"]
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = -0.5 * torch.sum(1 + logvar - mu**2 - torch.special.erf(logvar), 1).mean()
        kl.backward()
    assert codes(seen) == []


def test_views_that_change_behind_ones_back() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        var = logvar.exp().clone()
        var[:, 0] = 1.0
        (-0.5 * torch.sum(1 + logvar - mu**2 - var, 1)).mean().backward()
    assert all(term.verdict != "exact" for term in seen.terms)


def test_the_same_part_taken_twice_is_one_symbol() -> None:
    encoder = torch.nn.Linear(12, 8)
    with klcli.watch() as seen:
        h = encoder(X)
        z = h[:, :4] + noise(h[:, :4]) * torch.exp(h[:, 4:])
        kl = -0.5 * torch.sum(1 + h[:, 4:] - h[:, :4] ** 2 - h[:, 4:].exp(), 1).mean()
        (F.mse_loss(DECODER(z), X) + kl).backward()
    assert codes(seen) == ["KL201"]


def test_without_a_backward_pass_the_last_number_is_the_loss() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        loss = kl_of(mu, logvar)
    assert [term.verdict for term in seen.terms] == ["exact"]
    assert seen.losses[0].loss.value == pytest.approx(loss.item())
    with klcli.watch() as seen:
        pass
    assert seen.losses == ()
    assert "no loss was seen" in str(seen)


def test_nothing_is_known_before_the_end() -> None:
    with klcli.watch() as seen, pytest.raises(KlcliError, match="before the with statement ends"):
        print(seen)


def test_functional_transforms_run_as_they_would() -> None:
    mu, logvar = torch.randn(3, 2), torch.randn(3, 2)
    with klcli.watch():
        found = torch.func.vmap(lambda m, s: (m**2 + s.exp()).sum())(mu, logvar)
        slope = torch.func.grad(lambda m: (m**2).sum())(mu)
    assert torch.allclose(found, (mu**2 + logvar.exp()).sum(1))
    assert torch.allclose(slope, 2 * mu)


def test_no_tensor_is_kept_alive() -> None:
    with klcli.watch():
        x = torch.randn(100, requires_grad=True)
        inner = x.exp()
        held = weakref.ref(inner)
        y = inner.sum()
        del inner, y
        gc.collect()
        is_alive = held() is not None
    assert not is_alive


def test_what_a_program_knows_of_its_own_locals_stays() -> None:
    with klcli.watch():
        x = torch.randn(100, requires_grad=True)
        own = locals()
        (x * 2).sum()
    assert own["x"] is x


def test_what_leads_to_nothing_is_forgotten() -> None:
    """A running average over a whole training stays a short chain."""

    with Recorder() as recorder:
        average = torch.zeros(())
        for _ in range(5000):
            average = 0.9 * average + 0.1 * torch.ones(())
        assert len(recorder.table.alive()) < 10
    node = recorder.table.get(average)
    assert node is not None
    assert node.depth <= 2001


def test_square_shapes_are_ambiguous_and_said_to_be() -> None:
    encoder = torch.nn.Linear(12, 12)
    with klcli.watch() as seen:
        mu, logvar = encoder(X).chunk(2, 1)
        (kl_of(mu, logvar) / 1).backward()
    (term,) = seen.terms
    assert any("B = d = 6" in one.text for one in term.conditions)


def test_a_recording_is_a_document_of_json() -> None:

    with Recorder() as recorder:
        mu, logvar = heads()
        kl_of(mu, logvar).backward()
    document = json.loads(json.dumps(recorder.document()))
    assert document["schema"] == "klcli.recording/1"
    assert read_recording(document).losses[0].value is not None
    for broken in ({}, {**document, "nodes": 3}, {**document, "losses": [{"node": 10**6, "value": 1}]}):
        with pytest.raises(KlcliError):
            read_recording(broken)


def test_parameters_that_are_filled_by_their_data() -> None:
    """``.data`` changes a tensor that does not know of it; its values are those of its last use."""
    with klcli.watch() as seen:
        mu, rho = (torch.nn.Parameter(torch.empty(3, 5)) for _ in range(2))
        mu.data.uniform_(-1, 1)
        rho.data.fill_(-1.0)
        sigma = torch.log1p(torch.exp(rho))
        (0.5 * (sigma**2 + mu**2 - 1) - torch.log(sigma)).sum().backward()
    (term,) = seen.terms
    assert term.verdict == "exact"
    assert term.agreement is not None
    assert term.agreement.agrees
    assert seen.watched.warnings == ()


def test_numbers_that_disagree_are_said_and_condemn_nothing() -> None:
    with Recorder() as recorder:
        mu, logvar = heads()
        kl_of(mu, logvar).backward()
    document = json.loads(json.dumps(recorder.document()))
    leaf = next(node for node in document["nodes"] if node["op"] == "part" and "values" in node)
    leaf["values"] = [value + 1 for value in leaf["values"]]
    found = watched(read_recording(document))
    assert found.findings == ()
    assert any("something in it was not followed" in text for text in found.warnings)


def test_a_loss_of_many_steps_that_is_added_up_one_by_one() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        loss = kl_of(mu, logvar)
        for _ in range(40):
            loss = loss + kl_of(*heads())
        loss.backward()
    assert [(term.verdict, term.weight) for term in seen.terms] == [("exact", pytest.approx(1))] * 41
    with klcli.watch() as seen:
        x = torch.randn(3, requires_grad=True)
        state = x
        for _ in range(1100):
            state = 0.9 * state + 0.1 * x.exp()
        loss = state.sum()
        for _ in range(1100):
            loss = loss + x.sum()
        loss.backward()
    assert seen.findings == ()
    assert any("not followed" in text for text in seen.watched.warnings)


def test_a_buffer_that_is_filled_with_noise_through_its_data() -> None:
    class Layer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mu, self.rho = (torch.nn.Parameter(torch.randn(3, 5)) for _ in range(2))
            self.register_buffer("eps", torch.empty(3, 5))

        def forward(self) -> Any:
            self.eps.data.normal_()
            sigma = torch.log1p(torch.exp(self.rho))
            w = self.mu + sigma * self.eps
            q, p = torch.distributions.Normal(self.mu, sigma), torch.distributions.Normal(0.0, 1.0)
            return (q.log_prob(w) - p.log_prob(w)).sum()

    with klcli.watch() as seen:
        Layer()().backward()
    (term,) = seen.terms
    assert (term.verdict, term.parameterization.name) == ("exact", "softplus")


def test_a_kl_from_a_sample_passes_by_its_word() -> None:
    normal = torch.distributions.Normal
    with klcli.watch() as seen:
        mu, logvar = heads()
        sigma = torch.exp(0.5 * logvar)
        z = mu + sigma * noise(mu)
        (normal(mu, sigma).log_prob(z) - normal(0, 1).log_prob(z)).sum(-1).mean().backward()
    assert [term.kernel.is_sampled for term in seen.terms] == [True]
    assert not seen.watched.holds()
    assert seen.watched.holds(["estimator"])


@pytest.mark.parametrize("size", [(820, 5), (4001, 5)])  # beyond 4096 and 20,000 entries
def test_gradients_of_large_arrays_are_not_taken_for_stopped_ones(size: tuple[int, int]) -> None:
    mu, logvar = (torch.randn(size, requires_grad=True) for _ in "ms")
    with klcli.watch() as seen:
        kl = (-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum(-1)
        kl.mean().backward()
    assert (codes(seen), [term.kind for term in seen.losses[0].terms]) == ([], ["kl"])


def test_a_covariance_for_all_examples_and_half_a_determinant() -> None:
    """Readings whose shapes do not fit together are left out."""
    mu, lower = torch.randn(6, 3, requires_grad=True), torch.eye(3, requires_grad=True)
    with klcli.watch() as seen:
        covariance = lower @ lower.T
        kl = 0.5 * (covariance.trace() + (mu**2).sum(-1) - 3 - covariance.logdet() / 2)
        kl.mean().backward()
    assert not seen.watched.holds()


def test_of_a_matrix_that_is_held_before_it_is_said_that_gradients_are_not_judged() -> None:
    mu, factor = torch.randn(6, 3, requires_grad=True), torch.eye(3) + 0.1 * torch.ones(3, 3).tril()
    lower = factor.requires_grad_()
    posterior = torch.distributions.MultivariateNormal(mu, scale_tril=lower.detach())
    prior = torch.distributions.MultivariateNormal(torch.zeros(3), torch.eye(3))
    with klcli.watch() as seen:
        torch.distributions.kl_divergence(posterior, prior).mean().backward()
    (term,) = seen.losses[0].terms
    said = [condition.text for condition in term.conditions]
    assert "its values were tried; whether its gradients are those of the KL is not judged" in said


@pytest.mark.parametrize(("names", "is_said"), [(("mu", "s"), False), (("mu", "s", "beta"), True)])
def test_arguments_that_may_be_no_arrays_are_told_where_no_kl_is_found(
    names: tuple[str, ...], is_said: bool
) -> None:
    given = {name: {"shape": [2], "values": [0.5, 1.5]} for name in names}
    called = {"name": "kl_loss", "given": given, "shape": [], "values": [1.0]}
    told = document(leaf("mu", (2,)), node("sort", 0, shape=(2,)), node("sum", 1, axes=None), called=called)
    warnings = " ".join(watched(read_recording(told)).warnings)
    assert ("mu, s, beta were given as arrays; --arg beta=1" in warnings) is is_said
