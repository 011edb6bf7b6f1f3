"""The reports of every command in Chromium, where there is one: one start looks at all of them at two widths."""

from __future__ import annotations

import json
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Klcli

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--virtual-time-budget=10000", "--dump-dom"),
)
WIDTHS = (360, 1100)
"""Of a phone and of a desktop."""

ATTACK = "parent.attacked=1"
MODEL = f"""import torch

def kl(mu, logvar):
    z = mu + torch.exp(logvar) * torch.randn_like(mu)  # </pre><script>{ATTACK}</script>
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()), z  # "' onclick='{ATTACK}' <svg onload={ATTACK}>
"""
EVIL = f"<img src=x onerror={ATTACK}>&amp;'"

LOOK = """
function looked(frame) {
  const page = frame.contentDocument, root = page.documentElement;
  const drawn = [...page.querySelectorAll('svg')].map(svg => {
    const box = svg.viewBox.baseVal;
    const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBBox()]);
    const meets = (a, b) => Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1
      && Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 4;
    return {
      width: svg.getBoundingClientRect().width,
      outside: texts.filter(([, one]) => one.x < 0 || one.x + one.width > box.width
        || one.y < 0 || one.y + one.height > box.height + 1).map(([text]) => text),
      overlapping: texts.flatMap(([text, one], index) => texts.slice(index + 1)
        .filter(([, other]) => meets(one, other)).map(([other]) => [text, other])),
    };
  });
  return {
    name: frame.name, wide: root.scrollWidth, room: root.clientWidth, drawn,
    foreign: page.querySelectorAll('script,img,iframe,object,embed,link,base,form').length,
    lost: [...page.querySelectorAll('a')].filter(a => !page.querySelector(a.getAttribute('href'))).length,
    text: page.body.textContent.length,
  };
}
onload = () => {
  const found = [...document.querySelectorAll('iframe')].map(looked);
  document.body.textContent = JSON.stringify({attacked: window.attacked || 0, found});
};
"""


def reports(klcli: Klcli, folder: Path) -> dict[str, str]:
    """A report of each command, with texts that would attack who opens it."""
    (folder / f"{EVIL}.py").write_text(MODEL)
    rows = "".join(f"{k % 7 / 7},{k % 5 / 5}\n" for k in range(200))
    (folder / f"{EVIL}.csv").write_text(f"log_q,log_p\n{rows}")
    compute = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "20000")
    commands: dict[str, tuple[str, ...]] = {
        "compute": (*compute, "--compare-estimators"),
        "bits": (*compute, "--unit", "bits", "--prior", "0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"),
        "verify": ("verify", "-0.5*(1 + s - mu^2 - e^(2s))"),
        "compare": ("compare", "--param", "var", "--samples", "1000", "--full", "--all"),
        "lint": ("lint", f"{EVIL}.py", "--show-terms", "--notes"),
        "estimate": ("estimate", f"{EVIL}.csv", "--independent"),
        "derive": ("derive", "--param", "logvar"),
        "weight": ("weight", "--recon", "mse", "--recon-reduction", "mean", "--size", "3,64,64"),
        "explain": ("explain", "KL201"),
        "list": ("explain",),
    }
    found = {}
    for name, command in commands.items():
        assert klcli(*command, "--output", f"{name}.html").err == ""
        found[name] = (folder / f"{name}.html").read_text(encoding="utf-8")
    return found


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")
def test_the_reports_can_be_read(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frames = "".join(
        f'<iframe name="{name}" style="width:{width}px;height:600px" srcdoc="{escape(page)}"></iframe>'
        for name, page in reports(klcli, tmp_path).items()
        for width in WIDTHS
    )
    (tmp_path / "all.html").write_text(
        f"<!DOCTYPE html><body>{frames}<script>{LOOK}</script>", encoding="utf-8"
    )
    done = subprocess.run(
        [str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"file://{tmp_path / 'all.html'}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    seen: Any = json.loads(unescape(done.stdout.partition("<body>")[2].partition("</body>")[0]))
    assert seen["attacked"] == 0
    assert len(seen["found"]) == 10 * len(WIDTHS)
    for page in seen["found"]:
        assert page["wide"] <= page["room"], page["name"]
        assert (page["foreign"], page["lost"]) == (0, 0), page["name"]
        assert page["text"] > 100, page["name"]
        for figure in page["drawn"]:
            assert not figure["outside"], page["name"]
            assert not figure["overlapping"], page["name"]
            assert figure["width"] > 300, page["name"]
    pictured = {page["name"] for page in seen["found"] if page["drawn"]}
    assert pictured == {"compute", "bits", "verify", "compare", "lint", "estimate", "explain"}
