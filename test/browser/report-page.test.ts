import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportText } from "../../src/report/report-formats.ts";
import { reportOf } from "../../src/report/report.ts";
import { exampleRun } from "../report/example-run.ts";
import { temporaryDirectory } from "../temporary.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
if (executablePath === undefined) process.stderr.write("no Chromium in /usr/bin: the report is not tried in a browser (apt-get install chromium)\n");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const home = temporaryDirectory();
const pages: Record<string, string> = {};
let browser: Browser;

/** A page of the report, and everything that went wrong or out while it opened. */
async function open(name: string, options: BrowserContextOptions = {}): Promise<{ page: Page; trouble: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== pages[name] && !request.url().startsWith("data:")) trouble.push(`request: ${request.url()}`);
  });
  await page.goto(pages[name]!);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-live=yes]");
  return { page, trouble };
}

describe.skipIf(executablePath === undefined)("the report in a browser", () => {
  beforeAll(async () => {
    const other = reportOf(exampleRun(({ estimated }) => (estimated.missedLinks = 400)));
    for (const [name, html] of [
      ["whole", await reportText("html", reportOf(exampleRun()), other)],
      ["full", await reportText("html", reportOf(exampleRun(), { full: true }))],
      ["empty", await reportText("html", reportOf(exampleRun((statistics) => Object.assign(statistics, { links: { count: 0, tied: 0 }, histogram: [], thresholds: [], subgroups: [] }) && Object.assign(statistics.estimated, { wrongLinks: 0, missedLinks: 0, matches: 0 }))))],
    ] as const) {
      pages[name] = pathToFileURL(home.write(`${name}.html`, html)).href;
    }
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  it.each(["whole", "full", "empty"])("opens a %s one from disk without a complaint or a request, and draws every chart", async (name) => {
    const { page, trouble } = await open(name);
    const drawn = await page.locator("[data-chart].plot.wide").evaluateAll((plots) => plots.map((plot) => plot.querySelectorAll("svg").length));
    expect(drawn.length).toBeGreaterThanOrEqual(7);
    expect(new Set(drawn)).toEqual(new Set([1]));
    expect(trouble).toEqual([]);
  });

  it("moves every figure and the charts with the slider, by keyboard too", async () => {
    const { page, trouble } = await open("whole");
    const slider = page.locator("#threshold-slider");
    const figures = (): Promise<string[]> => page.locator("#threshold-control .figures dd").allTextContents();
    const ruleAt = (): Promise<string | null> => page.locator('[data-chart="thresholds wide"] .mark-rule line').last().getAttribute("transform");
    const [before, rule] = [await figures(), await ruleAt()];
    await slider.focus();
    await page.keyboard.press("End");
    await expect.poll(ruleAt).not.toBe(rule);
    const after = await figures();
    for (const [i, text] of before.entries()) expect(after[i]).not.toBe(text);
    expect(await page.locator("#at-threshold").textContent()).toBe("0.99");
    expect(await slider.getAttribute("aria-valuetext")).toBe("0.99");
    await page.keyboard.press("Home");
    expect(await page.locator("#at-links").textContent()).toBe("8,300");
    expect(trouble).toEqual([]);
  });

  it("reads with scripts off: pictures, tables and all sections, no slider", async () => {
    const { page, trouble } = await open("whole", { javaScriptEnabled: false });
    expect(await page.locator(".plot.wide svg").count()).toBe(await page.locator("figure").count());
    expect(await page.locator("#threshold-control").isVisible()).toBe(false);
    expect(await page.locator("h2").allTextContents()).toEqual(expect.arrayContaining(["Checks", "1. The provided files", "4. Blocking rules", "8. Quality by subgroup", "9. Comparison with another run", "10. To reproduce it"]));
    await page.locator("#threshold summary").click();
    expect(await page.locator("#threshold table").innerText()).toContain("by this run");
    expect(trouble).toEqual([]);
  });

  it.each([
    [1280, "light"],
    [1280, "dark"],
    [390, "light"],
    [390, "dark"],
  ] as const)("has nothing for axe to find, and no sideways scrolling, at %i pixels in %s", async (width, colorScheme) => {
    const { page, trouble } = await open("whole", { viewport: { width, height: 900 }, colorScheme });
    await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await page.locator(`.plot.${width === 390 ? "narrow" : "wide"}`).first().isVisible()).toBe(true);
    const { violations, passes } = await page.evaluate<Record<"violations" | "passes", { id: string; nodes: { html: string }[] }[]>>(`${axe}; axe.run()`);
    expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(["color-contrast", "svg-img-alt", "scrollable-region-focusable", "label", "landmark-one-main"]));
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it("prints light on A4 with every table shown", async () => {
    const { page } = await open("whole", { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await page.locator("#threshold table").isVisible()).toBe(true);
    const pdf = await page.pdf({ format: "A4", printBackground: true });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    expect(sheets).toBeGreaterThan(3);
    expect(sheets).toBeLessThan(20);
  });
});
