import { createHash } from "node:crypto";
import { findOwnPeople } from "../custodian/find-own-people.ts";
import type { Salt } from "../custodian/salt.ts";
import { keyCommitment } from "../custodian/sub-key.ts";
import { encodingPlan } from "../custodian/encoding.ts";
import { isSecondRecord } from "../schema/withheld.ts";
import { SaltlinkError } from "../errors.ts";
import type { Header } from "../exchange/header.ts";
import { type HashedFile, openHashedFile } from "../exchange/read-hashed-file.ts";
import { recordIdTexts } from "../exchange/record-ids.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { createEncoder } from "../kernel/encode-record.ts";
import { encodedLength } from "../kernel/encoding-plan.ts";
import { type LinkageSchema, schemaDigest } from "../schema/linkage-schema.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { type AttackedFile, attackFile } from "./attack-file.ts";
import { type Finding, findings } from "./findings.ts";
import { LANDMARK_WORK } from "./landmark-attack.ts";
import { type People, type Plaintext, encodePeople } from "./people.ts";
import { plainSchema } from "./plain-schema.ts";
import { frequenciesByColumn, readPublicFrequencies } from "./public-frequencies.ts";
import { sampledFilters } from "./sampled-filters.ts";
import { readSeenFile } from "./seen-file.ts";
import { readTruth } from "./truth.ts";
import { standingRecords } from "./standing-records.ts";
import { withholdShared } from "./withhold-shared.ts";

export interface AuditOptions extends Plaintext {
  /** The hashed file, and the lookup written with it. */
  readonly hashed: string;
  readonly lookup: string;
  readonly schema: LinkageSchema;
  readonly salt: Salt;
  /** CSV of public frequencies. */
  readonly names?: string;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

export interface AuditReport {
  readonly header: Header;
  readonly findings: readonly Finding[];
  readonly red: boolean;
  /** People in the file, in the sample of the attacks on similarity, in the control. */
  readonly people: { readonly file: number; readonly sample: number; readonly control: number };
}

const SAMPLE = 5000;
const CONTROL = 100_000;

/**
 * Attacks a hashed file with what an attacker could have: a plaintext register of the same people (the department's own input, the worst case) and some known people. He hashes the register under a salt of his own, for no attack
 * needs the department's; that one only serves to check that file and input belong together. The lookup judges the attacks.
 * @throws SaltlinkError (mismatch) when file, lookup, input, schema and salt do not belong together.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { hashed, input, schema, salt, onProgress } = options;
  const file = await openHashedFile(hashed);
  try {
    checkBelonging(file, schema, salt);
    const { header } = file;
    // the attacker finds them as the department has
    const own = schema.duplicates === true ? await findOwnPeople({ ...options, output: hashed, fields: schema.fields, onStage: onProgress }) : undefined;
    const publicly = options.names === undefined ? undefined : await readPublicFrequencies(options.names, schema, attackersSalt("register"));
    const encode = (under: LinkageSchema, label: string, atMost?: number, beyond?: Uint32Array): Promise<People> =>
      encodePeople(options, {
        schema: under,
        salt: attackersSalt(label),
        expectedRows: Math.min(header.rows, atMost ?? Infinity),
        sample: SAMPLE * 1.2,
        ...(own === undefined || under !== schema ? {} : { own }),
        strata: header.strata.map(({ name }) => name),
        ...(atMost === undefined ? {} : { atMost }),
        ...(beyond === undefined ? {} : { beyond }),
        onProgress: (done, total) => onProgress?.("reading", done, total),
      });

    const people = await encode(schema, "register", undefined, publicly?.halves);
    if (people.ownIds.length !== header.rows) throw new SaltlinkError("mismatch", `${input} has ${people.ownIds.length} usable records and ${hashed} ${header.rows}: give the CSV file that was hashed (--input)`);
    const truth = await readTruth(options.lookup, recordIdTexts(await file.readRecordIds()), people.ownIds, input);
    const recordOf = new Int32Array(people.structure.count).fill(-1);
    truth.forEach((person, row) => (recordOf[person] = row));
    const sample = people.sample.slice(0, SAMPLE);
    const seen = await readSeenFile(file, Int32Array.from(sample, ({ row }) => recordOf[row]!));
    checkContent(schema, salt, sample, seen.rows, seen.width, options);
    onProgress?.("attacking", 0, 2);
    const [records, register] = [standingRecords(seen.structure), standingRecords(people.structure)];
    const attempts = attackFile({
      seen: records.structure,
      ...(withholdsShared(schema) ? { register: withholdShared(register.structure), sent: register.structure } : { register: register.structure }),
      truth: records.rows.map((row) => register.at[truth[row]!]!),
      sample: {
        count: sample.length,
        filters: sampledFilters(schema, attackersSalt("register"), sample.map(({ atoms }) => atoms), seen.rows, seen.width),
        seenRows: Int32Array.from(sample, ({ row }) => records.at[recordOf[row]!]!),
        registerRows: Int32Array.from(sample, ({ row }) => register.at[row]!),
      },
      ...(people.beyond === undefined ? {} : { publicly: frequenciesByColumn(people.beyond, publicly!.counts) }),
    });
    onProgress?.("attacking", 1, 2);
    const control = await plainControl(plainSchema(schema), (under, label) => encode(under, label, CONTROL));
    const judged = findings(attempts, attackFile(control, LANDMARK_WORK / 5), schema);
    return { header, findings: judged, red: judged.some(({ verdict }) => verdict === "red"), people: { file: records.rows.length, sample: sample.length, control: control.seen.count } };
  } finally {
    await file.close();
  }
}

/** The same people under profile plain: once as the file, once as the attacker's register. */
async function plainControl(schema: LinkageSchema, encode: (schema: LinkageSchema, label: string) => Promise<People>): Promise<AttackedFile> {
  const seen = await encode(schema, "control");
  const register = await encode(schema, "register");
  const sample = seen.sample.slice(0, SAMPLE);
  const rows = Int32Array.from(sample, ({ row }) => row);
  const width = sample[0]?.halves.length ?? 0;
  const halves = new Uint32Array(sample.length * width);
  sample.forEach((person, i) => halves.set(person.halves, i * width));
  return {
    seen: seen.structure,
    register: register.structure,
    truth: Int32Array.from({ length: seen.structure.count }, (_, row) => row),
    sample: { count: sample.length, filters: sampledFilters(schema, attackersSalt("register"), sample.map(({ atoms }) => atoms), halves, width), seenRows: rows, registerRows: rows },
  };
}

/** A salt that is no secret: the same in every audit, so that the same file gives the same figures. */
function attackersSalt(label: string): Salt {
  return { project: "audit", secret: createHash("sha256").update(`saltlink audit ${label}`).digest() };
}

function checkBelonging({ header, path }: HashedFile, schema: LinkageSchema, salt: Salt): void {
  if (header.schemaDigest !== schemaDigest(schema)) throw new SaltlinkError("mismatch", `${path} was hashed under another schema than the one given with --schema`);
  if (header.project !== salt.project) throw new SaltlinkError("mismatch", `${path} was hashed for another project than that of the salt`);
  if (header.keyCommitment !== keyCommitment(salt)) throw new SaltlinkError("mismatch", `${path} was hashed with another salt than the one given`);
}

/** The sampled people's filters must be those in the file: else the figures would be about other people, and falsely green. */
function checkContent(schema: LinkageSchema, salt: Salt, sample: People["sample"], rows: Uint32Array, width: number, { hashed, input }: AuditOptions): void {
  const plan = encodingPlan(schema, salt);
  const encode = createEncoder(plan);
  const encoded = new Uint32Array(encodedLength(plan));
  const bucketAt = encoded.length - 2 * (schema.buckets.length + schema.tokens.length);
  const keyAt = bucketAt - 2 * schema.keys.length;
  const withheld = withholdsShared(schema);
  sample.forEach(({ atoms }, i) => {
    encode(atoms, encoded, 0);
    const row = i * width + ID_HALVES + 2;
    const differs = (half: number): boolean => encoded[half] !== rows[row + half];
    let present = 0;
    let others = 0; // keys that the file has other words for: withheld ones
    let changed = false;
    for (let half = 0; half < keyAt; half++) changed ||= differs(half);
    for (let half = keyAt; half < bucketAt; half += 2) {
      const isPresent = encoded[half] !== 0 || encoded[half + 1] !== 0;
      if (isPresent) present++;
      if (!differs(half) && !differs(half + 1)) continue;
      others++;
      changed ||= !withheld || !isPresent;
    }
    if (changed || isSecondRecord(others, present)) throw new SaltlinkError("mismatch", `${hashed} does not hold what ${input} says: records have changed since it was hashed; hash again`);
  });
}
