"""Lines of code that settle what a whole program is, each as a function of the names that it uses."""

from __future__ import annotations

import ast
import builtins

__all__ = ["DEFINITIONS", "LINES", "source_of"]

_E = "0.5 * (lv.exp() + mu**2 - 1 - lv)"

LINES: dict[str, tuple[str, ...]] = {
    "counts": (
        "-0.5*(1.0*batch_size + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))",
        "-0.5*(1.0*batch_size*latent_dim + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))",
        "-0.5*torch.sum(latent_dim + lv - mu.pow(2) - lv.exp())",
        "0.5*torch.sum(lv.exp() + mu**2 - d - lv)",
    ),
    "nested sums": (
        "-0.5*torch.sum(1 + lv - torch.sum(mu**2) - lv.exp())",
        "-0.5*torch.sum(1 + lv - torch.sum(mu**2, 1, keepdim=True) - lv.exp())",
        "0.5*(np.dot(mu, mu) + np.sum(np.exp(lv) - lv - 1))",
    ),
    "constants outside of a sum": ("-0.5*torch.mean(1 + lv.sum(1) - mu.pow(2).sum(1) - lv.exp().sum(1))",),
    "axes": (
        f"torch.mean(torch.sum({_E}, dim=0), dim=0)",
        f"torch.mean(torch.sum({_E}, dim=-2))",
        f"torch.mean({_E}, dim=-2)",
        f"torch.mean({_E}, dim=0)",
        f"torch.mean({_E}, dim=1)",
        f"torch.mean({_E})",
        f"torch.sum({_E}, dim=(0, 1))",
        f"torch.mean(torch.sum({_E}, dim=1))",
        f"torch.sum(torch.mean({_E}, dim=0))",
        f"torch.sum(torch.mean({_E}, dim=1))",
    ),
    "casts and gradients": (
        "-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp().int())",
        "-0.5*torch.sum(1 + lv.detach() - mu.pow(2) - lv.exp())",
        "-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp().detach())",
    ),
    "small numbers": (
        "0.5*torch.sum(mu**2 + v - torch.log(v + 1e-3) - 1)",
        "0.5*torch.sum(mu**2 + v - torch.log(v + 1e-8) - 1)",
        "0.5*torch.sum(mu**2 + v - torch.log(v + eps) - 1)",
        "-0.5*torch.sum(1 + lv - mu**2 - torch.exp(lv + 1e-2))",
        "torch.log((s2+1e-6)/(s1+1e-6)) + 0.5*((s1+1e-6)**2 + (mu1-mu2)**2)/(s2+1e-6)**2 - 0.5",
    ),
    "weights": (
        f"gamma*torch.abs(({_E}).sum() - C)",
        f"gamma*torch.abs(({_E}).sum() - 25)",
        "0.5*torch.sum(mask*mu**2 + lv.exp() - 1 - lv)",
        f"torch.sum(mask*{_E})",
        f"min(1, epoch/10) * ({_E}).sum()",
        f"beta*({_E}).sum()",
    ),
    "kinks": ("0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + torch.abs(lv-30)+lv-30",),
    "signs and bounds": (
        "0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())",
        "-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())",
    ),
    "two Gaussians": (
        "torch.log(s2/s1) + (s1**2 + (mu1 - mu2)**2)/(2*s2**2) - 1/2",
        "(mu1 - mu2)**2/(2*s**2)",
        "torch.log(s2/s1) + s1**2 + (mu1 - mu2)**2/(2*s2**2) - 1/2",
        "0.5*(lv2 - lv1 + (lv1.exp() + (mu1 - mu2)**2)/lv2.exp() - 1)",
    ),
    "mistakes": (
        "-0.5*torch.sum(1 + log_sigma - mu.pow(2) - torch.exp(2*log_sigma))",
        "-0.5*torch.sum(1 + 2*lv - mu.pow(2) - lv.exp())",
        "-torch.sum(1 + lv - mu.pow(2) - lv.exp())",
        "-0.5*torch.sum(1 + lv + mu.pow(2) - lv.exp())",
        "-0.5 + torch.sum(1 + lv - mu.pow(2) - lv.exp())",
        "0.5*(mu**2).sum() + 0.5*(s**2).sum() - torch.log(s).sum()",
    ),
    "other quantities": (
        "0.5*((s1**2 + (mu1-mu2)**2)/s2**2 + (s2**2 + (mu1-mu2)**2)/s1**2) - 1",
        "(mu1-mu2)**2/(4*(s1**2+s2**2)) + 0.5*torch.log((s1**2+s2**2)/(2*s1*s2))",
        "(mu1-mu2)**2 + (s1-s2)**2",
    ),
    "estimators": (
        "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1",
        "torch.exp(lp - ref_lp) - (ref_lp - lp) - 1",
        "torch.exp(lp - ref) - (ref - lp) - 1",
        "torch.exp(ref_lp - lp) - (ref_lp - lp)",
        "lp - ref_lp",
        "0.5 * (lp - ref_lp)**2",
        "(lp - ref_lp)**2",
        "beta*(torch.exp(ref_lp - lp) - (ref_lp - lp) - 1)",
        "(ratio - 1) - torch.log(ratio)",
        "(ratio - 1) - log_ratio",
        "(torch.exp(ref_lp - lp) - (ref_lp - lp) - 1).mean()",
        "((torch.exp(ref_lp - lp) - (ref_lp - lp) - 1) * mask).sum() / mask.sum()",
        "((torch.exp(ref_lp - lp) - (ref_lp - lp) - 1) * mask).sum(-1).mean()",
        "torch.clamp(torch.exp(ref_lp - lp) - (ref_lp - lp) - 1, -10, 10)",
        "torch.abs(lp - ref_lp)",
        "(lp.exp() * (lp - ref_lp)).sum(-1)",
        "torch.exp(lp - lp.detach()) * (lp - ref_lp).detach()",
    ),
}
"""By kind; the names are those of means, heads, log-probabilities and weights of shape (B, d)."""

DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("from math import log10 as log", "0.5*(s**2 + mu**2 - 1) - log(s)"),
    ("from math import log as ln", "0.5*(s**2 + mu**2 - 1) - ln(s)"),
    ("log = np.log2", "0.5*(s**2 + mu**2 - 1) - log(s)"),
    ("def sq(x):\n    return x*x", "-0.5*(1 + lv - sq(mu) - torch.exp(lv))"),
)
"""What a text defines before a line wins over the vocabulary."""

_MODULES = {"torch", "np"}


def source_of(line: str, before: str = "") -> str:
    """A module with one function that returns the value of a line.

    Args:
        line: an expression.
        before: definitions of the module.
    """
    own = {node.name for node in ast.parse(before).body if isinstance(node, ast.FunctionDef)}
    own |= {node.id for node in ast.walk(ast.parse(before)) if isinstance(node, ast.Name)}
    own |= {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(before))
        for alias in getattr(node, "names", ())
    }
    nodes = ast.walk(ast.parse(line, mode="eval"))
    names = sorted(
        {node.id for node in nodes if isinstance(node, ast.Name)} - _MODULES - own - set(dir(builtins))
    )
    head = f"import numpy as np\nimport torch\n{before}\n\n\n"
    return f"{head}def loss({', '.join(names)}):\n    kl = {line}\n    return kl\n"
