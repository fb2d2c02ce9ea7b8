/** The report's style sheet: light, dark and on paper; one column on a phone, contents beside it on a desk. */
export const pageStyle = `
:root{color-scheme:light dark;--paper:#fff;--raised:#f5f7f9;--ink:#1b2126;--muted:#56616b;--faint:#8a949d;--line:#dfe4e8;--blue:#0072b2;--orange:#d55e00;--link:#005a8c;
--green-bg:#0b6e4f;--green-ink:#fff;--amber-bg:#ffc94d;--amber-ink:#2f2300;--red-bg:#b3261e;--red-ink:#fff;--none-bg:#e3e7eb;--none-ink:#39424a}
@media (prefers-color-scheme:dark){:root{--paper:#14181c;--raised:#1d2328;--ink:#e7ebee;--muted:#a9b4bd;--faint:#7c8790;--line:#323a41;--blue:#5fb0ea;--orange:#f0974f;--link:#8cc8f2;
--green-bg:#3fb68b;--green-ink:#06251a;--amber-bg:#e8b23a;--red-bg:#f2837b;--red-ink:#3a0704;--none-bg:#39424a;--none-ink:#dbe1e6}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
.page{max-width:1120px;margin:0 auto;padding:2.5rem 1.5rem 4rem;display:grid;grid-template-columns:13.5rem minmax(0,1fr);column-gap:3.5rem}
.page>header,.page>footer{grid-column:1/-1}
.page>header{margin-bottom:2.25rem}
main{min-width:0;max-width:760px}
.kicker{margin:0 0 .5rem;color:var(--muted);font-size:.9rem}
h1{font-size:clamp(1.6rem,1.2rem + 1.8vw,2.35rem);line-height:1.18;letter-spacing:-.015em;margin:0 0 .75rem;max-width:26em;font-weight:680;text-wrap:balance}
h2{font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .6rem;font-weight:650}
h3{font-size:1.02rem;margin:1.75rem 0 .5rem;font-weight:620}
section{margin:0 0 3.25rem}
p{margin:0 0 .9rem;max-width:68ch}
.lede{font-size:1.08rem;color:var(--ink);max-width:62ch}
.stamp{display:inline-block;margin:0 0 1rem;padding:.15rem .6rem;border-radius:4px;font-size:.85rem;font-weight:600;background:var(--none-bg);color:var(--none-ink)}
.stamp.restricted{background:var(--red-bg);color:var(--red-ink)}
.cards{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:1rem;margin:1.75rem 0 1rem;padding:0}
.card{background:var(--raised);border-radius:10px;padding:1.1rem 1.2rem 1rem}
.card dt{color:var(--muted);font-size:.92rem;margin:0}
.card dd{margin:0}
.card .big{font-size:2rem;line-height:1.2;font-weight:680;letter-spacing:-.02em;margin:.1rem 0 .35rem}
.card .big small{font-size:1rem;font-weight:500;color:var(--muted);letter-spacing:0}
.card .more{font-size:.92rem;line-height:1.45}
.card .range{color:var(--muted);font-size:.88rem;margin-top:.35rem}
.note{color:var(--muted);font-size:.9rem;max-width:75ch}
nav{font-size:.9rem}
nav h2{font-size:.82rem;color:var(--muted);font-weight:600;letter-spacing:0;margin:0 0 .5rem}
nav ol{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.24rem 0;color:var(--ink);text-decoration:none}
nav a:hover{text-decoration:underline}
@media (min-width:900px){nav>div{position:sticky;top:1.5rem}}
.checks{list-style:none;margin:0;padding:0;border-top:1px solid var(--line)}
.checks li{display:grid;grid-template-columns:7.2rem minmax(0,1fr);gap:.2rem 1.1rem;padding:.85rem 0;border-bottom:1px solid var(--line)}
.checks h3{margin:0;font-size:1rem}
.checks p{margin:.1rem 0 0;font-size:.95rem}
.checks .advice{color:var(--muted)}
.badge{justify-self:start;align-self:start;display:inline-flex;align-items:center;gap:.4rem;padding:.14rem .6rem;border-radius:99px;font-size:.85rem;font-weight:650;line-height:1.5;white-space:nowrap}
.badge.green{background:var(--green-bg);color:var(--green-ink)}.badge.amber{background:var(--amber-bg);color:var(--amber-ink)}.badge.red{background:var(--red-bg);color:var(--red-ink)}.badge.none{background:var(--none-bg);color:var(--none-ink)}
.verdict{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem;margin:0 0 1rem;font-weight:600}
figure{margin:1.5rem 0 1rem}
figcaption{font-weight:620;margin:0 0 .6rem}
.plot svg{display:block;max-width:100%;height:auto;overflow:visible}
.plot.narrow{display:none}
.scroll{overflow-x:auto;margin:.25rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4}
caption{text-align:left;font-weight:620;padding:0 0 .5rem}
details caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.4rem .7rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left;padding-left:0}
th:last-child,td:last-child{padding-right:0}
td.text{text-align:left;overflow-wrap:anywhere}
th.text{text-align:left}
thead th{color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500;overflow-wrap:break-word;min-width:8rem}
td small{display:block;color:var(--muted);font-size:.9em;white-space:nowrap}
td.figure{white-space:nowrap}
.withheld{color:var(--muted)}
.code td.text,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
details{margin:.25rem 0 1rem}
summary{cursor:pointer;color:var(--link);font-size:.92rem;padding:.25rem 0;width:fit-content}
.slider{background:var(--raised);border-radius:10px;padding:1.1rem 1.2rem;margin:1.25rem 0}
.slider label{font-weight:620}
.slider output{font-weight:680;margin-left:.4rem}
.slider input{width:100%;margin:.6rem 0 .2rem;accent-color:var(--blue);display:block;height:1.6rem}
.slider .ends{display:flex;justify-content:space-between;color:var(--muted);font-size:.85rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.8rem 1.2rem;margin:1rem 0 0}
.figures dt{color:var(--muted);font-size:.88rem}
.figures dd{margin:0;font-size:1.15rem;font-weight:640}
.figures dd small{display:block;font-weight:400;font-size:.85rem;color:var(--muted)}
footer{border-top:1px solid var(--line);padding-top:1.25rem;margin-top:1rem;color:var(--muted);font-size:.9rem}
#vg-tooltip-element{position:fixed;z-index:10;visibility:hidden;background:var(--paper);color:var(--ink);border:1px solid var(--line);border-radius:6px;padding:.4rem .6rem;font-size:.85rem;box-shadow:0 2px 10px rgb(0 0 0/.18);pointer-events:none}
#vg-tooltip-element.visible{visibility:visible}
#vg-tooltip-element table{width:auto}#vg-tooltip-element td{border:0;padding:.05rem .3rem;text-align:left}#vg-tooltip-element td.key{color:var(--muted)}
@media (max-width:899px){.page{display:block;padding:1.75rem 1.1rem 3rem}main{max-width:none}nav{margin:0 0 2.25rem}nav ol{columns:2;column-gap:1.5rem}nav a{padding:.3rem 0}}
@media (max-width:699px){.cards{grid-template-columns:1fr}.plot.wide{display:none}.plot.narrow{display:block}.checks li{grid-template-columns:1fr}.card .big{font-size:1.75rem}section{margin-bottom:2.5rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{@page{size:A4;margin:16mm 15mm}
:root{color-scheme:light;--paper:#fff;--raised:#f3f5f7;--ink:#111;--muted:#444;--faint:#777;--line:#ccc;--blue:#0072b2;--orange:#d55e00;--link:#111;--green-bg:#0b6e4f;--green-ink:#fff;--amber-bg:#ffc94d;--amber-ink:#2f2300;--red-bg:#b3261e;--red-ink:#fff;--none-bg:#e3e7eb;--none-ink:#222}
body{font-size:10pt;line-height:1.45}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.page{display:block;padding:0;max-width:none}main{max-width:none}nav,.skip,.slider{display:none}.plot.wide{display:block}.plot.narrow{display:none}.cards{grid-template-columns:repeat(3,minmax(0,1fr))}.checks li{grid-template-columns:6rem minmax(0,1fr);break-inside:avoid}
section{margin-bottom:1.6rem}h2,h3,figcaption,caption{break-after:avoid}figure,.card,tr{break-inside:avoid}.scroll{overflow:visible}table{font-size:8.5pt}td.figure,td small{white-space:normal}
summary{display:none}details::details-content{content-visibility:visible;display:block;block-size:auto;opacity:1}}
`;
