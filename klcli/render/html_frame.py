"""What stands around a document in a page of HTML: its head, its style, its end."""

from __future__ import annotations

from html import escape

from klcli.render.svg import STYLE as PLOTS

_STYLE = """\
:root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--muted:#57606a;--line:#d5d9de;--block:#f4f6f8;
--good:#12692f;--bad:#b3261e;--warn:#8a5a00;--link:#0b57a4}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:52rem;background:var(--ground);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",Helvetica,Arial,sans-serif;
overflow-wrap:break-word;-webkit-text-size-adjust:100%}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 1rem}
h2{font-size:1.1rem;line-height:1.3;margin:2rem 0 .5rem}
h3{font-size:1rem;line-height:1.3;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:44rem}
a{color:var(--link)}
.good{color:var(--good)}.bad{color:var(--bad)}.muted{color:var(--muted)}.strong,.label{font-weight:600}
.math,code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:.9em}
.note{border-left:.25rem solid var(--line);padding:.1rem 0 .1rem .75rem}
.note.error{border-color:var(--bad)}.note.warning{border-color:var(--warn)}
.item{margin:1rem 0;display:grid;grid-template-columns:minmax(1.25rem,max-content) 1fr;gap:0 .75rem}
.item p{margin:.1rem 0}
.scroll,pre{overflow-x:auto}
table{border-collapse:collapse;margin:.75rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.25rem 1rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;vertical-align:bottom}
.n{text-align:right}
dl{margin:.75rem 0;display:grid;grid-template-columns:fit-content(14rem) 1fr;gap:.25rem 1.25rem}
dt{color:var(--muted)}
dd{margin:0}
dd .remark{display:block;color:var(--muted)}
ol{padding-left:1.75rem}
li{margin:.5rem 0}
.step{display:block;overflow-x:auto;padding:.15rem 0}
pre{background:var(--block);padding:.75rem;margin:.75rem 0;border-radius:.375rem;line-height:1.4}
pre .gutter,pre .other-mark{color:var(--muted)}pre .help{color:var(--good)}
pre .mark{color:var(--warn);font-weight:700}.error pre .mark{color:var(--bad)}
figure{margin:1.25rem 0;max-width:34rem}
figure svg{display:block;width:100%;height:auto}
.pages{border-top:1px solid var(--line);margin-top:3rem}
@media (max-width:36rem){dl{display:block}dt{margin-top:.5rem}}
@media screen and (prefers-color-scheme:dark){:root{--ground:#16191d;--text:#e6e9ec;--muted:#a5adb5;
--line:#3a4149;--block:#20252b;--good:#5fd08a;--bad:#ff8a80;--warn:#f0b860;--link:#7cb8ff}}
@media print{body{max-width:none;padding:0;font-size:10pt}.scroll,pre,.step{overflow:visible}
pre,.step{white-space:pre-wrap}h1,h2,h3{break-after:avoid}figure,pre,tr,dd{break-inside:avoid}
a{color:inherit}}
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is fetched and nothing runs, whatever the page holds."""


def whole(title: str, body: str) -> str:
    """A page with a body that is HTML, and a title that is a text."""
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="generator" content="klcli"/>
<title>{escape(title)}</title>
<style>
{_STYLE}{PLOTS}
</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""
