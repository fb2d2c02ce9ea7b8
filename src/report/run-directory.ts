import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { SaltlinkError, fileError } from "../errors.ts";
import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { Cardinality } from "../linkage/solve.ts";
import { PartialFile, claimPartial, commitPartial, discardPartial } from "../output/partial-file.ts";
import { toolName } from "../version.ts";
import { type LinkRows, writeLinksCsv } from "./links-file.ts";
import type { Statistics } from "./statistics.ts";

/**
 * What `link` leaves behind: a directory, 0700, with `links.csv` (or `.parquet`), `statistics.json` and `manifest.json`. Exact and row-level, hence for the linkage unit alone. It takes its name only when it
 * is whole.
 */
export interface Manifest {
  readonly format: "saltlink-run-1";
  readonly tool: string;
  /** Hashed files in order, by path relative to the run directory and by digest. */
  readonly inputs: readonly { path: string; dataset: string; records: number; contentDigest: string }[];
  readonly project: string;
  readonly schemaDigest: string;
  readonly mode: Cardinality | "dedupe";
  readonly threshold: number;
  readonly blockCap: number;
  readonly links: "links.csv" | "links.parquet";
}

/** A link as it stands in the links file. */
export interface Link {
  readonly recordIdA: string;
  readonly recordIdB: string;
  /** Only in a run with `--dedupe`: records of one person have one cluster. */
  readonly cluster?: string;
}

export interface RunContents {
  readonly statistics: Statistics;
  readonly files: readonly HashedFile[];
  readonly manifest: Omit<Manifest, "inputs" | "format" | "tool">;
}

/** Takes the name for a run before any work is done. */
export function claimRun(path: string, force: boolean): string {
  return claimDirectory(path, force, (name) => RUN_FILES.includes(name));
}

/** Claims a directory; `force` replaces one in which every file is `ours`. */
export function claimDirectory(path: string, force: boolean, ours: (name: string) => boolean): string {
  const partial = claimPartial(path, force);
  const stranger = existsSync(path) ? (statSync(path).isDirectory() ? readdirSync(path).find((name) => !ours(name)) : basename(path)) : undefined;
  if (stranger !== undefined) throw new SaltlinkError("usage", `${path} holds what this command did not write (${stranger}); name another output`);
  rmSync(partial, { recursive: true, force: true });
  try {
    mkdirSync(partial, { mode: 0o700 });
  } catch (error) {
    throw fileError(error, "write", path);
  }
  return partial;
}

export const RUN_FILES = ["links.csv", "links.parquet", "statistics.json", "manifest.json"];

/** Writes the links of a run into its directory. */
export async function writeLinks(partial: string, name: Manifest["links"], rows: LinkRows): Promise<void> {
  const path = join(partial, name);
  if (name === "links.csv") await writeLinksCsv(path, rows);
  else (await import("./links-parquet.ts")).writeLinksParquet(path, rows);
}

/** Writes all the rest and gives the directory its name. */
export function writeRun(partial: string, path: string, force: boolean, { manifest, files, statistics }: RunContents): void {
  try {
    const write = (name: string, bytes: string | Uint8Array): void => {
      const file = new PartialFile(join(partial, name));
      file.write(bytes);
      file.commit();
    };
    write("statistics.json", `${JSON.stringify(statistics, null, 2)}\n`);
    const inputs = files.map((file) => ({ path: relative(resolve(path), resolve(file.path)).replaceAll("\\", "/"), dataset: file.header.dataset, records: file.header.rows, contentDigest: file.header.contentDigest }));
    const whole: Manifest = { format: "saltlink-run-1", tool: toolName, inputs, ...manifest };
    write("manifest.json", `${JSON.stringify(whole, null, 2)}\n`);
    commitPartial(partial, path, force);
  } catch (error) {
    discardPartial(partial);
    throw error;
  }
}

/** Reads a run's manifest. @throws SaltlinkError when it is none. */
export function readManifest(run: string): Manifest {
  const path = join(run, "manifest.json");
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch (error) {
    if (error instanceof SyntaxError) throw new SaltlinkError("input", `${path} is damaged; link again`);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new SaltlinkError("usage", `${run} is not a run of saltlink link (it has no manifest.json)`);
    throw fileError(error, "read", path);
  }
  if (manifest.format !== "saltlink-run-1" || !Array.isArray(manifest.inputs)) throw new SaltlinkError("input", `${path} is not of this version of saltlink; link again`);
  return manifest;
}

export function readStatistics(run: string): Statistics {
  const path = join(run, "statistics.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Statistics;
  } catch (error) {
    if (error instanceof SyntaxError) throw new SaltlinkError("input", `${path} is damaged; link again`);
    throw fileError(error, "read", path);
  }
}

/** Reads the links of a run. What reads CSV and Parquet is loaded here: who writes a run needs neither. */
export async function readLinks(run: string, manifest: Manifest): Promise<Link[]> {
  const path = join(run, manifest.links);
  if (manifest.links === "links.parquet") {
    const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: manifest.mode === "dedupe" ? ["record_id_a", "record_id_b", "cluster"] : ["record_id_a", "record_id_b"] });
    return rows.map((row) => ({ recordIdA: row["record_id_a"] as string, recordIdB: row["record_id_b"] as string, ...(manifest.mode === "dedupe" ? { cluster: String(row["cluster"]) } : {}) }));
  }
  const { parseFile } = await import("fast-csv");
  return new Promise((resolveLinks, reject) => {
    const links: Link[] = [];
    parseFile<Record<string, string>, Record<string, string>>(path, { headers: true })
      .on("headers", (columns: string[]) => {
        if (columns[0] !== "record_id_a" || columns[1] !== "record_id_b") reject(new SaltlinkError("input", `${path} is damaged or was not written by link; link again`));
      })
      .on("data", (row: Record<string, string>) => links.push({ recordIdA: row["record_id_a"]!, recordIdB: row["record_id_b"]!, ...(row["cluster"] === undefined ? {} : { cluster: row["cluster"] }) }))
      .on("error", () => reject(new SaltlinkError("input", `${path} is damaged; link again`)))
      .on("end", () => resolveLinks(links));
  });
}
