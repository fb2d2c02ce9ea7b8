/** Cells of one record; undefined when its quotes are broken. */
type Cells = string[] | undefined;

/**
 * Parses the text of whole records into cells, one entry per record and in step with `cutSlices`: a quote opens at the start of a cell (blanks before it aside), a doubled one stands for itself, and only blanks follow the
 * closing one. A blank line has no cells. What breaks these rules is its own record's problem.
 *
 * Not fast-csv, which reads the small files (truth, lookups, links): it takes a few odd quotes otherwise than any cutter can know, and then one person's cells could stand in another's row.
 */
export function parseRecords(text: string, delimiter: string): Cells[] {
  const blank = delimiter === "\t" ? " *" : "[ \\t]*";
  const separator = delimiter === "|" ? "\\|" : delimiter;
  // a quoted cell (1), its quote (2) and what should not follow that (3), or a plain cell (4); and the cell's end (5)
  const cell = new RegExp(`(?:${blank}"([^"]*(?:""[^"]*)*)(?:(")${blank}|$)([^${separator}\\r\\n]*)|([^${separator}\\r\\n]*))(${separator}|\\r\\n?|\\n|$)`, "y");
  const line = /([^\r\n]*)(?:\r\n?|\n|$)/y;
  const records: Cells[] = [];
  for (let at = 0; at < text.length; ) {
    line.lastIndex = at;
    const plain = line.exec(text)![1]!;
    if (!plain.includes('"')) {
      // most lines: their cells with delimiters between
      const cells = plain.split(delimiter);
      records.push(cells.length === 1 && plain.trim() === "" ? [] : cells);
      at = line.lastIndex;
      continue;
    }
    const cells: string[] = [];
    let whole = true;
    cell.lastIndex = at;
    for (let end = delimiter; end === delimiter; ) {
      const [, quoted, quote, rest, bare, found] = cell.exec(text)!;
      cells.push(bare ?? quoted!.replaceAll('""', '"'));
      whole &&= bare !== undefined || (quote !== undefined && rest === "");
      end = found!;
    }
    records.push(whole ? cells : undefined);
    at = cell.lastIndex;
  }
  return records;
}

/** The same for a text that must be whole: undefined when any record is broken. */
export function parseCsv(text: string, delimiter: string): string[][] | undefined {
  const records = parseRecords(text, delimiter);
  return records.includes(undefined) ? undefined : (records as string[][]);
}
