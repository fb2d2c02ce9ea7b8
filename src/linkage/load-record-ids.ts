import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { ID_BYTES, ID_LENGTH, readIdBytes } from "../exchange/record-ids.ts";
import type { WordPlaces } from "../exchange/word-places.ts";
import type { LinkKernel } from "../kernel/link-kernel.ts";
import { DIGITS_BYTES } from "./join-columns.ts";
import { LOAD_BLOCK } from "./load-columns.ts";
import type { Loading } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** Bytes of a record id in shared memory. */
export const PACKED_ID = ID_LENGTH / 2;

/** Room in which the ids of one file after the other are looked at; addresses in shared memory. */
interface IdRoom {
  readonly texts: number;
  readonly keys: number;
  readonly sorted: number;
  readonly order: number;
  readonly sortedScratch: number;
  readonly orderScratch: number;
  readonly digits: number;
}

/** Record ids to be packed by another thread. */
export interface RecordIdsTask {
  readonly load: "ids";
  readonly files: readonly { readonly places: WordPlaces; readonly rows: number; readonly ids: number }[];
  readonly room: IdRoom;
}

/**
 * Record ids of some files, PACKED_ID bytes each, in shared memory. What is reserved besides is given back when they are there; nothing may be reserved meanwhile.
 * @throws SaltlinkError (input) where they are not such as saltlink makes
 */
export async function loadRecordIds(files: readonly HashedFile[], { memory, kernel, pool }: Loading): Promise<number[]> {
  const packed = files.map(({ header }) => memory.reserve(header.rows * PACKED_ID));
  const mark = memory.mark();
  const room = reserveIdRoom(memory, Math.max(...files.map(({ header }) => header.rows)));
  const inFiles = files.flatMap(({ places, header: { rows } }, f) => (places === undefined ? [] : [{ places, rows, ids: packed[f]! }]));
  // one task for all of them: this thread is busy meanwhile, and could not hand out a second
  const outcome = inFiles.length === 0 ? 1 : await pool.run({ load: "ids", files: inFiles, room });
  for (const [f, file] of files.entries()) {
    if (file.places !== undefined && outcome === 1) continue;
    const texts = await file.readRecordIds(); // says what is wrong with them, if anything is
    for (let row = 0; row < file.header.rows; row += LOAD_BLOCK) {
      const count = Math.min(LOAD_BLOCK, file.header.rows - row);
      memory.u8(room.texts, count * ID_LENGTH).set(texts.subarray(row * ID_LENGTH, (row + count) * ID_LENGTH));
      kernel.packIds(room.texts, count, ID_LENGTH, packed[f]! + row * PACKED_ID, 0);
    }
  }
  memory.release(mark);
  return packed;
}

function reserveIdRoom(memory: SharedMemory, rows: number): IdRoom {
  const [texts, keys, sorted, order, sortedScratch, orderScratch, digits] = [LOAD_BLOCK * ID_BYTES, rows * 8, rows * 8, rows * 4, rows * 8, rows * 4, DIGITS_BYTES].map((bytes) => memory.reserve(bytes)) as [number, number, number, number, number, number, number];
  return { texts, keys, sorted, order, sortedScratch, orderScratch, digits };
}

/** @returns 1, or 0 where ids could not be read or are to be looked at more closely: they are no ids, or two begin alike */
export function packRecordIds(kernel: LinkKernel, memory: WebAssembly.Memory, { files, room }: RecordIdsTask): number {
  for (const { places, rows, ids } of files) {
    for (let row = 0; row < rows; row += LOAD_BLOCK) {
      const count = Math.min(LOAD_BLOCK, rows - row);
      try {
        readIdBytes(places, row, new Uint8Array(memory.buffer, room.texts, count * ID_BYTES));
      } catch {
        return 0;
      }
      if (kernel.packIds(room.texts + ID_BYTES - ID_LENGTH, count, ID_BYTES, ids + row * PACKED_ID, room.keys + row * 8) === 0) return 0;
    }
    kernel.sortByKey(room.keys, rows, -1n, room.sorted, room.order, room.sortedScratch, room.orderScratch, room.digits);
    if (kernel.findBlocks(room.sorted, rows, room.sorted, rows, 1, 0) > 0) return 0;
  }
  return 1;
}
