const MOST_KEPT = 50_000;

/** Keeps what a function gave for a text; the bound keeps memory flat on files of noise. */
export function remembered<T>(f: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined && !known.has(text)) {
      if (known.size > MOST_KEPT) known.clear();
      // a part of a string holds on to the whole of it, which may be a quarter of a megabyte of the file
      const own = Buffer.from(text).toString();
      known.set(own, (value = f(own)));
    }
    return value as T;
  };
}
