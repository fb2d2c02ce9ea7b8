import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Text or an attribute's value, whatever it holds; a figure stays beside its unit. */
export function escaped(text: string): string {
  return text.replaceAll(/(?<=\d) (?=%|bits|points)/g, "\u00a0").replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A script or style that stands in the page, and what the page's policy knows it by. */
export interface Inline {
  readonly text: string;
  readonly hash: string;
}

export function inline(text: string): Inline {
  return { text, hash: `'sha256-${createHash("sha256").update(text).digest("base64")}'` };
}

/** Data for a script; no text in it can end the element that it stands in. */
export function inlineData(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll("<", String.raw`\u003c`)}</script>`;
}

/** What draws in the page, from the packages as installed: nothing is fetched. In the order in which they need each other. */
export function pageScripts(): Inline[] {
  return [bundled("vega"), bundled("vega-lite"), interpreter(), bundled("vega-embed"), readFileSync(liveScript, "utf8")].map((text) => inline(withoutMap(text)));
}

const require = createRequire(import.meta.url);
const liveScript = new URL(`${import.meta.url.endsWith(".js") ? "../../report-page" : "../../dist/report-page"}/live.js`, import.meta.url);

function bundled(name: string): string {
  return readFileSync(join(dirname(require.resolve(name)), `${name}.min.js`), "utf8");
}

/** The one that comes as a module only: its import is of what vega has too, its export is added to vega. */
function interpreter(): string {
  const text = readFileSync(require.resolve("vega-interpreter"), "utf8");
  const [, imported] = /^import \{([^}]+)\} from 'vega-util';/.exec(text) ?? [];
  const [, exported] = /export \{ (\w+) as expressionInterpreter \};/.exec(text) ?? [];
  if (imported === undefined || exported === undefined) throw new Error("vega-interpreter has another shape than expected");
  const body = text.replace(/^import .*;$/m, "").replace(/^export .*;$/m, "");
  return `(()=>{const {${imported}}=vega;${body}\nvega.expressionInterpreter=${exported};})();`;
}

function withoutMap(text: string): string {
  return text.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, "").replaceAll("\r", "").replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3c`);
}

/** Licences of the packages that the page carries. */
export function pageLicences(): string {
  return ["vega", "vega-lite", "vega-embed", "vega-interpreter"].map((name) => `${name}\n${readFileSync(join(dirname(require.resolve(name)), "..", "LICENSE"), "utf8")}`).join("\n").replaceAll("--", "- -");
}
