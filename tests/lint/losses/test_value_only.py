"""Losses that add the value of a KL alone."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes

STEP = """
import torch
import torch.nn.functional as F

def kl_of(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp())

def train(model, data, optimizer, beta, shown):
    for x in data:
        out, mu, logvar = model(x)
        {before}
        loss = {loss}
        loss.backward()
        shown.append({shown})
"""
KL = "kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp())"
ERROR = "F.mse_loss(out, x, reduction='sum')"


@pytest.mark.parametrize("shown", ["loss.item()", "kl.item()", "(kl.data, beta)"])
@pytest.mark.parametrize("taken", ["kl.item()", "kl.detach()", "kl.data"])
def test_the_value_of_a_kl_in_the_loss_is_told_whatever_is_printed(taken: str, shown: str) -> None:
    assert "KL134" in codes(STEP.format(before=KL, loss=f"{ERROR} + beta * {taken}", shown=shown))
    assert "KL134" not in codes(STEP.format(before=KL, loss=f"{ERROR} + beta * kl", shown=shown))


@pytest.mark.parametrize(
    ("before", "loss"),
    [
        ("kl = kl_of(mu, logvar).detach()", f"{ERROR} + kl"),
        (f"with torch.no_grad():\n            {KL}", f"{ERROR} + kl"),
        (f"{KL}\n        value = kl.item()", f"({ERROR} + value) / 8"),
        (f"{KL}\n        value = float(kl)", f"{ERROR} + beta * value"),
        (KL, f"{ERROR} + kl.cpu().numpy()"),
        (KL, f"{ERROR} + (1 - beta) * kl.detach()"),
        (f"{KL}\n        both = {ERROR} + kl.detach()", "both + model.penalty()"),
    ],
)
def test_ways_to_take_the_value(before: str, loss: str) -> None:
    assert "KL134" in codes(STEP.format(before=before, loss=loss, shown="loss.item()"))


@pytest.mark.parametrize(
    ("before", "loss"),
    [
        (KL, f"{ERROR} + beta * kl + 0.1 * kl.detach()"),
        (KL, f"{ERROR} + kl * ({ERROR}.detach() / kl.detach())"),
        (f"{KL}\n        weight = model.log_weight.exp()", "weight * (8 - kl.detach())"),
        (f"{KL}\n        (kl * beta).backward()", f"{ERROR} + kl.detach()"),
        (f"with torch.no_grad():\n            shown.append({KL[5:]})", f"{ERROR} + kl_of(mu, logvar)"),
    ],
    ids=["trained besides", "balanced", "fitted weight", "another loss", "printed"],
)
def test_values_that_are_meant(before: str, loss: str) -> None:
    assert "KL134" not in codes(STEP.format(before=before, loss=loss, shown="loss.item()"))


@pytest.mark.parametrize(("taken", "is_found"), [("kl.item()", True), ("kl", False)])
def test_the_loss_among_named_results(taken: str, is_found: bool) -> None:
    source = f"""
class Model:
    def shared(self, x):
        out, mu, logvar = self(x)
        {KL}
        loss = {ERROR} + self.beta * {taken}
        return {{"loss": loss, "kl": kl.item()}}
"""
    assert ("KL134" in codes(source)) == is_found


def test_a_loss_that_is_a_value_as_a_whole_trains_nothing_by_intention() -> None:
    source = f"""
def test_loss(model, x, beta):
    out, mu, logvar = model(x)
    {KL}
    return {ERROR}.item() + beta * kl.item()
"""
    assert "KL134" not in codes(source)


def test_a_reward_is_made_of_values() -> None:
    for score in ("shown[0]", "model.score"):
        before = f"{KL}\n        reward = {score} - beta * kl.detach()"
        assert "KL134" not in codes(
            STEP.format(before=before, loss="-(reward * model.logp).mean()", shown="reward")
        )
    for loss in ("-reward * model.log_prob(x)", "-(reward * model.log_prob(x)).mean()"):
        assert "KL134" not in codes(STEP.format(before=before, loss=loss, shown="reward"))


def test_a_loss_without_gradients_is_one_to_be_compared() -> None:
    source = f"""
def val_loss(model, x):
    with torch.no_grad():
        out, mu, logvar = model(x)
        {KL}
        return {ERROR} + kl
"""
    assert "KL134" not in codes(source)


@pytest.mark.parametrize("error", [f"{ERROR}.item()", f"{ERROR}.detach()", f"{ERROR}"])
@pytest.mark.parametrize("taken", ["kl.item()", "kl.detach()", "kl.detach().cpu().numpy()"])
def test_of_an_error_that_is_a_value_too_nothing_is_trained(error: str, taken: str) -> None:
    source = f"""
def validation_step(model, x):
    out, mu, logvar = model(x)
    error = {error}
    {KL}
    kl = {taken}
    return {{"loss": error + kl, "kl": kl}}
"""
    assert ("KL134" in codes(source)) is (error == ERROR)


@pytest.mark.parametrize("decorator", ["", "@torch.no_grad()"])
def test_the_value_of_a_kl_by_a_function_without_gradients(decorator: str) -> None:
    source = STEP.replace("def kl_of", f"{decorator}\ndef kl_of")
    found = codes(source.format(before="kl = kl_of(mu, logvar)", loss=f"{ERROR} + kl", shown="loss.item()"))
    assert ("KL134" in found) is bool(decorator)
