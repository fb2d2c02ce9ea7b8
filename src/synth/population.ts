import { type Random, randomAt, seedOf } from "../random.ts";
import { districtWeights, forenameWeights, surnameWeights } from "./frequencies.ts";
import { WeightedNames } from "./weighted-names.ts";

/** An invented person as they truly are. */
export interface Person {
  readonly forename: string;
  readonly surname: string;
  readonly sex: "M" | "F";
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly address: Address;
}

export interface Address {
  readonly number: number;
  readonly street: string;
  readonly town: string;
  readonly postcode: string;
}

export type Ages = "all" | "children";

const THIS_YEAR = 2026; // fixed, so that the same seed makes the same people in any year
const HOUSEHOLDS_PER_POSTCODE = 15;
const UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ";
const STREETS = "High Station Church Park Victoria London Green Manor Kings Queens New Grange Mill North South West East Albert Springfield School Chapel Windsor York George Hill Main Broad Priory Meadow Orchard Castle Bridge Water Cross Oak Elm Ash Beech Cedar Chestnut Hawthorn Holly Laurel Lime Maple Rowan Sycamore Willow Birch Abbey Alexandra Clarence Cromwell Derby Devonshire Gloucester Grove Hamilton Highfield Lancaster Milton Nelson Norfolk Oxford Richmond Salisbury Stanley Warwick Wellington".split(" ");
const STREET_KINDS = "Road:40,Street:25,Avenue:10,Close:8,Lane:7,Drive:5,Gardens:3,Terrace:2".split(",").map((entry) => entry.split(":") as [string, string]);
const STEMS = "Ash Bark Beck Birk Brad Bram Brough Burn Cald Carl Chad Clay Copp Craven Dal Den Dor Dun East Eger Fair Farn Fen Gar Gran Hal Ham Hart Hazel Hep Hol Horn Hux Kel Kirk Lang Lind Lock Mar Mel Mid Nether New Nor Oak Ock Pem Pick Rad Raven Red Rom Roth Rud Sax Sed Shel Stan Stock Sut Tad Thorn Til Wad Wal Wark Wet Whit Win Wolver Wood Wy York".split(" ");
const ENDINGS = "beck bourne bridge bury by combe cott croft dale den field ford gate grave ham head hill holm hurst land leigh ley low man march mere mond more ridge shaw side stead ston thorpe ton tree wade wall water wick wood worth yard".split(" ");

/**
 * An invented population with the traits that make linkage hard: households that share surname and address, couples with two names, siblings, twins, names by birth cohort, a long tail of rare surnames. Any person can be drawn at any
 * time from the seed and a number, so that millions need no memory but one offset per household.
 */
export class Population {
  readonly size: number;
  readonly #seed: number;
  readonly #ages: Ages;
  /** First person of each household, and the end. */
  readonly #starts: Uint32Array;
  readonly #surnames = new WeightedNames(surnameWeights);
  readonly #districts = new WeightedNames(districtWeights);
  readonly #forenames: ReadonlyMap<string, WeightedNames>;

  constructor(size: number, seed: string, ages: Ages) {
    this.size = size;
    this.#ages = ages;
    this.#seed = seedOf(`population ${seed}`);
    this.#forenames = new Map(Object.entries(forenameWeights).map(([cohort, packed]) => [cohort, new WeightedNames(packed)]));
    const starts: number[] = [0];
    for (let people = 0; people < size; ) starts.push((people += this.#composition(starts.length - 1).people));
    starts[starts.length - 1] = size;
    this.#starts = Uint32Array.from(starts);
  }

  get households(): number {
    return this.#starts.length - 1;
  }

  householdOf(person: number): number {
    let low = 0;
    let high = this.households - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= person) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #composition(household: number): { adults: number; people: number; sharers: boolean } {
    const next = randomAt(this.#seed, household * 4 + 1);
    const kind = next();
    const children = 1 + Math.floor(next() * next() * 4.5);
    if (this.#ages === "children") return { adults: 0, people: children, sharers: false };
    if (kind < 0.3) return { adults: 1, people: 1, sharers: false };
    if (kind < 0.56) return { adults: 2, people: 2, sharers: false };
    if (kind < 0.62) return { adults: 3, people: 3, sharers: true };
    const adults = kind < 0.72 ? 1 : 2;
    return { adults, people: adults + children, sharers: false };
  }

  address(household: number): Address {
    const postcode = Math.floor(household / HOUSEHOLDS_PER_POSTCODE);
    const next = randomAt(this.#seed, postcode * 4 + 2);
    const district = this.#districts.draw(next);
    const letter = (): string => UNIT_LETTERS[Math.floor(next() * UNIT_LETTERS.length)]!;
    const code = `${district} ${Math.floor(next() * 10)}${letter()}${letter()}`;
    const street = `${STREETS[Math.floor(next() * STREETS.length)]} ${drawKind(next)}`;
    const first = 1 + Math.floor(next() * 80);
    return { number: first + 2 * (household % HOUSEHOLDS_PER_POSTCODE), street, town: this.town(district), postcode: code };
  }

  /** A district's town: invented, the same for all its postcodes. */
  town(district: string): string {
    const next = randomAt(this.#seed, seedOf(district) | 3);
    return STEMS[Math.floor(next() * STEMS.length)]! + ENDINGS[Math.floor(next() * ENDINGS.length)]!;
  }

  surname(next: Random): string {
    const kind = next();
    if (kind < 0.12) return STEMS[Math.floor(next() * STEMS.length)]! + ENDINGS[Math.floor(next() * ENDINGS.length)]!;
    if (kind < 0.145) return `${this.#surnames.draw(next)}-${this.#surnames.draw(next)}`;
    return this.#surnames.draw(next);
  }

  forename(sex: "M" | "F", year: number, next: Random): string {
    const cohort = year >= 1996 ? Math.min(2020, 2000 + Math.floor((year - 1996) / 5) * 5) : Math.min(1994, Math.max(1904, 1904 + Math.round((year - 1904) / 10) * 10));
    return this.#forenames.get(`${sex}${cohort}`)!.draw(next);
  }

  person(index: number): Person {
    const household = this.householdOf(index);
    const place = index - this.#starts[household]!;
    const { adults, people, sharers } = this.#composition(household);
    const home = randomAt(this.#seed, household * 4 + 3);
    const name = this.surname(home);
    const eldest = adults === 0 ? 0 : 20 + Math.floor(home() * (people > adults ? 40 : 72));
    const next = randomAt(this.#seed ^ 0x5bd1e995, index);
    const sex = next() < 0.5 ? "M" : "F";

    let born = { year: THIS_YEAR - 1 - eldest, month: 0, day: 0 };
    let surname = name;
    if (place < adults) {
      born.year = THIS_YEAR - 1 - Math.max(18, Math.round(eldest + (place === 0 ? 0 : (next() - 0.5) * 12)));
      if (sharers || (place > 0 && next() < 0.2)) surname = this.surname(next);
    } else {
      born = this.#birth(household, place, adults === 0 ? undefined : eldest);
    }
    if (born.month === 0) {
      const date = new Date(Date.UTC(born.year, 0, 1 + Math.floor(next() * 365)));
      born = { year: born.year, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    }
    return { forename: this.forename(sex, born.year, next), surname, sex, ...born, address: this.address(household) };
  }

  /** Birth of the child at a place: one birth in seventy is of twins, who then have the birth of the child before. */
  #birth(household: number, place: number, parentAge: number | undefined): { year: number; month: number; day: number } {
    const next = randomAt(this.#seed ^ 0x27d4eb2f, household * 16 + place);
    if (next() < 0.014 && place > (parentAge === undefined ? 0 : 1)) return this.#birth(household, place - 1, parentAge);
    const oldest = parentAge === undefined ? 17 : Math.min(30, Math.max(0, parentAge - 20));
    const date = new Date(Date.UTC(THIS_YEAR - 1 - Math.floor(next() * (oldest + 1)), 0, 1 + Math.floor(next() * 365)));
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
}

function drawKind(next: Random): string {
  let at = next() * 100;
  for (const [kind, weight] of STREET_KINDS) if ((at -= Number(weight)) < 0) return kind;
  return "Road";
}
