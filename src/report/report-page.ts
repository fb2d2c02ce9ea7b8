import { type Check, NOTHING, verdictOf } from "./checks.ts";
import { type Chart, chartsOf } from "./charts.ts";
import type { Comparison } from "./comparison.ts";
import { cellText, countText, countWords, rangeText, shareText } from "./figure-text.ts";
import { type Inline, escaped, inline, inlineData, pageLicences, pageScripts } from "./page-parts.ts";
import { pageStyle } from "./page-style.ts";
import type { QualityFigures } from "./quality-figures.ts";
import { renderChart } from "./render-chart.ts";
import type { Report } from "./report.ts";
import { type Cell, type Section, type Table, headline } from "./sections.ts";
import { confidentiality, statusWords, verdictWords } from "./wording.ts";

/** A report as one page that needs nothing besides itself: charts as pictures and, where scripts run, drawn anew so that they answer. */
export async function reportPage(report: Report, sections: readonly Section[], comparison?: Comparison): Promise<string> {
  const scripts = pageScripts();
  const style = inline(pageStyle);
  const charts = { wide: chartsOf(report, comparison, "wide"), narrow: chartsOf(report, comparison, "narrow") };
  const pictures = new Map<string, string>();
  for (const width of ["wide", "narrow"] as const) for (const { name, spec } of charts[width]) pictures.set(`${name} ${width}`, await renderChart(spec));
  const specs = Object.fromEntries((["wide", "narrow"] as const).flatMap((width) => charts[width].map(({ name, spec }) => [`${name} ${width}`, spec])));
  const title = report.files.map(({ dataset }) => dataset).join(" and ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Linkage of ${escaped(title)}: saltlink report</title>
<link rel="icon" href="data:,">
<style>${style.text}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
<header>
<p class="kicker">Linkage report · project ${escaped(report.project)}</p>
<h1>${escaped(headline(report))}</h1>
<p class="stamp${report.restricted ? " restricted" : ""}">${report.restricted ? "Restricted: stays in the linkage unit" : "Disclosure-controlled"}</p>
${summary(report)}
</header>
<nav aria-label="Contents"><div><h2>Contents</h2><ol>
<li><a href="#checks">Checks</a></li>
${sections.map(({ id, title }, i) => `<li><a href="#${id}">${i + 1}. ${escaped(title)}</a></li>`).join("\n")}
</ol></div></nav>
<main id="main" tabindex="-1">
${checks(report.checks)}
${sections.map((section, i) => sectionHtml(section, i + 1, report, charts.wide, pictures)).join("\n")}
</main>
<footer>
<p>${escaped(confidentiality(report))}</p>
<p>Estimates are made without knowing the truth, from the hashed files alone. Made with ${escaped(report.tool)}; charts by Vega-Lite. This page loads nothing and sends nothing.</p>
</footer>
</div>
${inlineData("charts-data", specs)}
${inlineData("thresholds-data", report.thresholds.map((row) => ({ threshold: row.threshold, texts: { threshold: `${row.threshold}`, ...thresholdTexts(row) } })))}
${scripts.map(({ text }) => `<script>${text}</script>`).join("\n")}
<!--
${pageLicences()}
-->
</body>
</html>
`;
}

/** Nothing but what stands in the page: no request, no eval, no frame, no form. */
function policy(style: Inline, scripts: readonly Inline[]): string {
  return `default-src 'none'; script-src ${scripts.map(({ hash }) => hash).join(" ")}; style-src ${style.hash}; img-src data:; base-uri 'none'; form-action 'none'`;
}

function summary({ quality, files, mode }: Report): string {
  const { links, precision, precisionInterval, recall, recallInterval, wrongLinks, wrongLinksInterval, missedLinks, missedLinksInterval, matches } = quality;
  const rates = files.filter(({ linkRate }) => linkRate !== null).map(({ dataset, linkRate }) => `${shareText(linkRate)} of ${dataset}`);
  const card = (name: string, big: string, more: string, range?: string): string => `<div class="card"><dt>${name}</dt><dd class="big">${big}</dd><dd class="more">${escaped(more)}</dd>${range === undefined ? "" : `<dd class="range">${escaped(range)}</dd>`}</div>`;
  const noLinks = precision === null;
  return `<dl class="cards">
${card(mode === "dedupe" ? "Linked pairs" : "Links", escaped(countText(links)), rates.length === 0 ? `from ${files.map(({ dataset, records }) => `${countText(records)} records of ${dataset}`).join(" and ")}` : rates.join(", "))}
${card("Of the links, right", escaped(shareText(precision)), noLinks ? "too few links to tell" : `${countWords(wrongLinks, "about ")} of the ${countText(links)} links are thought to be wrong`, noLinks ? undefined : `95 % interval ${rangeText(precisionInterval, shareText)} (${rangeText(wrongLinksInterval, countText)} wrong)`)}
${card("Of the matches, found", escaped(shareText(recall)), recall === null ? "too few matches to tell" : `${countWords(missedLinks, "about ")} of ${countWords(matches)} matches are thought to be missing`, recall === null ? undefined : `95 % interval ${rangeText(recallInterval, shareText)} (${rangeText(missedLinksInterval, countText)} missing)`)}
</dl>
<p class="note">A match is two records of one person; a link is this tool’s claim that they are. Precision and recall are estimates made without knowing the truth; the intervals hold as far as the model does.</p>`;
}

const ICONS: Record<Check["status"], string> = { green: "✓", amber: "!", red: "✕", none: "–" };

function badge(status: Check["status"]): string {
  const text = statusWords[status];
  return `<span class="badge ${status}"><span aria-hidden="true">${ICONS[status]}</span>${text.charAt(0).toUpperCase()}${text.slice(1)}</span>`;
}

function checks(list: readonly Check[]): string {
  const verdict = verdictOf(list);
  return `<section id="checks" aria-labelledby="h-checks"><h2 id="h-checks">Checks</h2>
<p class="verdict">${badge(verdict)} ${verdictWords[verdict]}</p>
<ul class="checks">
${list.map(({ name, status, finding, advice }) => `<li>${badge(status)}<div><h3>${escaped(name)}</h3><p>${escaped(finding)}</p>${status === "green" && advice === NOTHING ? "" : `<p class="advice">${escaped(advice)}</p>`}</div></li>`).join("\n")}
</ul></section>`;
}

function sectionHtml({ id, title, words, tables }: Section, number: number, report: Report, charts: readonly Chart[], pictures: ReadonlyMap<string, string>): string {
  return `<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${number}. ${escaped(title)}</h2>
${words.map((text) => `<p>${escaped(text)}</p>`).join("\n")}
${id === "threshold" ? thresholdControl(report) : ""}
${tables.map((table) => (table.chart !== undefined ? figureHtml(table, table.chart, charts, pictures) : table.rows.length > LONG ? folded(table.caption, table) : tableHtml(table))).join("\n")}
</section>`;
}

function figureHtml(table: Table, name: string, charts: readonly Chart[], pictures: ReadonlyMap<string, string>): string {
  const { spec } = charts.find((chart) => chart.name === name)!;
  const plot = (width: "wide" | "narrow"): string => `<div class="plot ${width}" data-chart="${escaped(name)} ${width}">${pictures.get(`${name} ${width}`)!}</div>`;
  return `<figure><figcaption>${escaped(String(spec.description))}</figcaption>
${plot("wide")}
${plot("narrow")}
</figure>
${folded("The same figures as a table", table)}`;
}

/** Rows from which on a table is shown when asked for. */
const LONG = 12;

function folded(summary: string, table: Table): string {
  return `<details><summary>${escaped(summary)}</summary>
${tableHtml(table)}
</details>`;
}

function tableHtml({ name, caption, columns, rows }: Table): string {
  const isText = (c: number): boolean => c > 0 && rows.every((row) => typeof row[c] === "string");
  return `<div class="scroll${name.startsWith("settings") ? " code" : ""}" role="region" tabindex="0" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption>
<thead><tr>${columns.map((column, c) => `<th scope="col"${isText(c) ? ' class="text"' : ""}>${escaped(column)}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell, c) => (c === 0 ? `<th scope="row">${escaped(cellText(cell).text)}</th>` : cellHtml(cell))).join("")}</tr>`).join("\n")}
</tbody></table></div>`;
}

function cellHtml(cell: Cell): string {
  const { text, interval } = cellText(cell);
  if (typeof cell === "string") return `<td class="text${text.length < 12 ? " figure" : ""}">${escaped(text)}</td>`;
  return `<td class="figure${cell.told === null ? " withheld" : ""}">${escaped(text)}${interval === undefined ? "" : `<small>${escaped(interval)}</small>`}</td>`;
}

/** Figures of one threshold as texts, by the name of their place in the page. */
function thresholdTexts(row: QualityFigures): Record<string, string> {
  return {
    links: countText(row.links),
    precision: shareText(row.precision),
    "precision-range": rangeText(row.precisionInterval, shareText),
    recall: shareText(row.recall),
    "recall-range": rangeText(row.recallInterval, shareText),
    wrong: countText(row.wrongLinks),
    "wrong-range": rangeText(row.wrongLinksInterval, countText),
    missed: countText(row.missedLinks),
    "missed-range": rangeText(row.missedLinksInterval, countText),
  };
}

/** The slider shows itself only where the script that moves it runs. */
function thresholdControl({ thresholds }: Report): string {
  const at = thresholds.findIndex(({ chosen }) => chosen);
  const texts = thresholdTexts(thresholds[at]!);
  const figure = (name: string, label: string): string => `<div><dt>${label}</dt><dd><span id="at-${name}">${escaped(texts[name]!)}</span>${texts[`${name}-range`] === undefined ? "" : `<small id="at-${name}-range">${escaped(texts[`${name}-range`]!)}</small>`}</dd></div>`;
  return `<div class="slider" id="threshold-control" hidden>
<label for="threshold-slider">Threshold</label><output id="at-threshold" for="threshold-slider">${thresholds[at]!.threshold}</output>
<input type="range" id="threshold-slider" min="0" max="${thresholds.length - 1}" step="1" value="${at}">
<div class="ends"><span>more links</span><span>fewer wrong</span></div>
<dl class="figures">${figure("links", "links")}${figure("precision", "precision")}${figure("recall", "recall")}${figure("wrong", "wrong links")}${figure("missed", "missed links")}</dl>
</div>`;
}
