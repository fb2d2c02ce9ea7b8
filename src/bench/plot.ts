import { type Result, ours, spread } from "./result.ts";

const WIDTH = 720;
const HEIGHT = 440;
const LEFT = 64;
const RIGHT = 230;
const TOP = 40;
const BOTTOM = 48;
/** What a user runs; parts of it and runs with one thread stand in the table. */
const WORKS = ["hash", "link", "hash both and link"];
const COLOURS = ["#1f5fa8", "#c4541a", "#2a7f4f"];

/** Seconds against records, both logarithmic: a line for each tool and piece of work measured at two sizes or more, a colour for each piece of work, peers dashed. A straight line at 45 degrees is linear growth. */
export function plot(results: readonly Result[], caption: string): string {
  // a peer that hashes nothing has one time for both
  const tools = [...new Set(results.map(({ tool }) => tool))];
  const series = tools
    .flatMap((tool) => WORKS.filter((work) => tool === ours || work !== "hash both and link").map((work) => ({ tool, work })))
    .map(({ tool, work }) => ({
      name: `${tool}, ${work}${tool === ours ? "" : " (dashed)"}`,
      colour: COLOURS[WORKS.indexOf(work)]!,
      dashes: tool === ours ? "" : ' stroke-dasharray="6 4"',
      points: results.filter((result) => result.tool === tool && result.work === work).map(({ records, seconds }) => ({ records, seconds: spread(seconds).median })),
    }))
    .filter(({ points }) => points.length > 1);
  const decades = (values: number[]): [number, number] => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const all = series.flatMap(({ points }) => points);
  const [x0, x1] = all.length === 0 ? [4, 6] : decades(all.map(({ records }) => records));
  const [y0, y1] = all.length === 0 ? [0, 2] : decades(all.map(({ seconds }) => seconds));
  const x = (records: number): number => LEFT + ((Math.log10(records) - x0) / Math.max(1, x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const y = (seconds: number): number => HEIGHT - BOTTOM - ((Math.log10(seconds) - y0) / Math.max(1, y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const lines: string[] = [];
  for (let decade = x0; decade <= x1; decade++) {
    lines.push(`<path class="grid" d="M${x(10 ** decade)} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${x(10 ** decade)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${short(10 ** decade)}</text>`);
  }
  for (let decade = y0; decade <= y1; decade++) {
    lines.push(`<path class="grid" d="M${LEFT} ${y(10 ** decade)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y(10 ** decade) + 4}" text-anchor="end">${Number((10 ** decade).toPrecision(1))} s</text>`);
  }
  // names stand at the ends of their lines, moved apart where lines end together
  let above = -Infinity;
  const ends = series.map(({ points }, s) => ({ s, at: y(points.at(-1)!.seconds) })).sort((a, b) => a.at - b.at);
  const labelAt = new Map(ends.map(({ s, at }) => [s, (above = Math.max(at, above + 15))]));
  series.forEach(({ name, colour, dashes, points }, s) => {
    const path = points.map(({ records, seconds }, i) => `${i === 0 ? "M" : "L"}${x(records).toFixed(1)} ${y(seconds).toFixed(1)}`).join("");
    lines.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dashes}/>`);
    for (const { records, seconds } of points) lines.push(`<circle cx="${x(records).toFixed(1)}" cy="${y(seconds).toFixed(1)}" r="3.5" fill="${colour}"/>`);
    lines.push(`<text x="${WIDTH - RIGHT + 10}" y="${(labelAt.get(s)! + 4).toFixed(1)}" fill="${colour}">${escape(name)}</text>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<style>.grid{stroke:#ddd}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="20" font-size="14">Seconds against records of each file</text>
${lines.join("\n")}
<text x="${LEFT}" y="${HEIGHT - 8}" font-size="10" fill="#666">${escape(caption)}</text>
</svg>
`;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
