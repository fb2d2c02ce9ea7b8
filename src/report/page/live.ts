/** Runs in the report's page: draws the charts anew so that they answer to a pointer, and moves the figures with the threshold. Without it the page shows the same, at rest. */

interface View {
  signal(name: string, value: number): View;
  runAsync(): Promise<unknown>;
}

declare const vega: { readonly expressionInterpreter: unknown; readonly Error: number };
declare function vegaEmbed(place: Element, spec: unknown, options: object): Promise<{ readonly view: View }>;

/** What a threshold gives, as texts by the name of their place. */
type ThresholdTexts = { readonly threshold: number } & { readonly texts: Readonly<Record<string, string>> };

async function live(): Promise<void> {
  const specs = dataOf("charts-data") as Record<string, unknown>;
  const moving: View[] = [];
  for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    const name = place.dataset["chart"]!;
    // the interpreter needs no eval, so that the page's policy can forbid it
    const { view } = await vegaEmbed(place, specs[name], { mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, ast: true, expr: vega.expressionInterpreter, logLevel: vega.Error, tooltip: { disableDefaultStyle: true } });
    if (name.startsWith("thresholds")) moving.push(view);
  }
  slide(moving);
  document.documentElement.dataset["live"] = "yes";
}

function slide(charts: readonly View[]): void {
  const rows = dataOf("thresholds-data") as readonly ThresholdTexts[];
  const slider = document.querySelector<HTMLInputElement>("#threshold-slider");
  if (slider === null) return;
  const show = (): void => {
    const { threshold, texts } = rows[Number(slider.value)]!;
    slider.setAttribute("aria-valuetext", `${threshold}`);
    for (const [name, text] of Object.entries(texts)) document.querySelector(`#at-${name}`)!.textContent = text;
    for (const chart of charts) void chart.signal("at", threshold).runAsync();
  };
  slider.addEventListener("input", show);
  document.querySelector<HTMLElement>("#threshold-control")!.hidden = false;
  show();
}

function dataOf(id: string): unknown {
  return JSON.parse(document.querySelector(`#${id}`)!.textContent);
}

void live();
