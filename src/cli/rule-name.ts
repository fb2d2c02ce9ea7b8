/** A blocking rule as tables and sentences name it. */
export function ruleName({ kind, parts }: { readonly kind: "key" | "bucket"; readonly parts: readonly string[] }): string {
  return `${kind === "bucket" ? "bucket: " : ""}${parts.join(" + ")}`;
}
