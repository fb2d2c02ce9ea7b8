import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeAddress, normalizeTown } from "../../src/custodian/normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "../../src/custodian/normalize/codes.ts";
import { type DateOrder, normalizeDate, parseDate, settleOrder } from "../../src/custodian/normalize/date.ts";
import { letters } from "../../src/custodian/normalize/letters.ts";
import { splitFullName, takePart } from "../../src/custodian/normalize/full-name.ts";
import { normalizeForename, normalizeSurname } from "../../src/custodian/normalize/name.ts";
import { normalizePostcode } from "../../src/custodian/normalize/postcode.ts";

const forename = (text: string): string | undefined => normalizeForename(text).views?.["exact"];
const surname = (text: string): string | undefined => normalizeSurname(text).views?.["exact"];

describe("letters", () => {
  it.each([
    ["zoë", "ZOE"],
    ["François", "FRANCOIS"],
    ["Łukasz", "LUKASZ"],
    ["Søren Ærø", "SOREN AERO"],
    ["Þóra", "THORA"],
    ["Straße", "STRASSE"],
    ["Nguyễn", "NGUYEN"],
    ["Dvořák", "DVORAK"],
    ["ﬁona", "FIONA"],
    ["O’Neill", "ONEILL"],
    ["O'Neill", "ONEILL"],
    ["Oʻahu", "OAHU"],
    ["D´Angelo", "DANGELO"],
    ["N´Golo", "NGOLO"],
    ["O\u2032Brien", "OBRIEN"],
    ["Sa\u02beid", "SAID"],
    ["\u02bdAli", "ALI"],
    ["Kɔfi", "KOFI"],
    ["Ɓello", "BELLO"],
    ["Ɗanƙɛ", "DANKE"],
    ["  a\t b  ", "A B"],
    ["İstanbul", "ISTANBUL"],
    ["محمّد", "محمد"],
    ["Σοφία", "ΣΟΦΙΑ"],
    ["मोहन", "मोहन"],
    ["王小明", "王小明"],
  ])("turns %s into %s", (text, expected) => {
    expect(letters(text)).toBe(expected.normalize("NFKD").toUpperCase());
  });

  it("gives the same for composed and decomposed letters", () => {
    expect(letters("Siân".normalize("NFC"))).toBe(letters("Siân".normalize("NFD")));
  });
});

describe("forenames", () => {
  it.each([
    ["Anne-Marie", "ANNE"],
    ["ANNE MARIE", "ANNE"],
    ["Mr John", "JOHN"],
    ["Dr. Siobhán Máire", "SIOBHAN"],
    ["D'Arcy", "DARCY"],
    ["Md Rafiq", "MOHAMMED"],
    ["Wm.", "WILLIAM"],
    ["J", "J"],
    ["J. Paul", "J"],
    ["Angharad", "ANGHARAD"],
    ["Xiǎomíng", "XIAOMING"],
    ["Priya Lakshmi", "PRIYA"],
    ["Òrla", "ORLA"],
    ["Nan Li", "NAN"],
    ["Nil", "NIL"],
    ["Boy", "BOY"],
    ["X Ann", "X"],
  ])("%s -> %s", (text, expected) => {
    expect(forename(text)).toBe(expected);
  });

  it.each(["UNKNOWN", "Baby", "baby boy", "Twin 1", "Not known", "xx", "TEST", "Unknown Male", "Baby girl of Ann", "X"])("drops the placeholder %s", (text) => {
    expect(normalizeForename(text)).toEqual({ problem: "placeholder" });
  });

  it.each(["", "   ", "-", "?", "Mr", "..."])("takes %o as missing", (text) => {
    expect(normalizeForename(text)).toEqual({});
  });

  it("gives short forms the sound of the full name", () => {
    const sound = (text: string): string | undefined => normalizeForename(text).views?.["phonetic"];
    expect(sound("Bill")).toBe(sound("William"));
    expect(sound("Mohammed")).toBe(sound("MUHAMMAD"));
    expect(sound("Kathryn")).toBe(sound("Catherine"));
    expect(sound("Siân")).toBe(sound("SIAN"));
    expect(sound("William")).not.toBe(sound("Robert"));
  });

  it("gives names that scanners confuse one shape", () => {
    const shape = (text: string): string | undefined => normalizeForename(text).views?.["shape"];
    expect(shape("Lily")).toBe(shape("IIIY"));
    expect(shape("Emma")).not.toBe(shape("Anna"));
  });
});

describe("surnames", () => {
  it.each([
    ["O'Neill", "ONEILL"],
    ["O Neill", "ONEILL"],
    ["ONEILL", "ONEILL"],
    ["MacDonald", "MACDONALD"],
    ["Mac Donald", "MACDONALD"],
    ["van der Berg", "VANDERBERG"],
    ["Vanderberg", "VANDERBERG"],
    ["de la Cruz", "DELACRUZ"],
    ["Smith-Jones", "SMITHJONES"],
    ["Smith Jones", "SMITHJONES"],
    ["Smith Jr", "SMITH"],
    ["St. John", "STJOHN"],
    ["Müller", "MULLER"],
    ["Ó Súilleabháin", "OSUILLEABHAIN"],
    ["ap Rhys", "APRHYS"],
    ["Al-Sayed", "ALSAYED"],
    ["Begum", "BEGUM"],
    ["NG", "NG"],
    ["王", "王"],
    ["Null", "NULL"],
    ["Male", "MALE"],
    ["Boy", "BOY"],
    ["None", "NONE"],
    ["Test", "TEST"],
    ["Unknown", undefined],
  ])("%s -> %s", (text, expected) => {
    expect(surname(text)).toBe(expected);
  });

  it("keeps the first letters of a double-barrelled name as its start", () => {
    expect(normalizeSurname("Smith-Jones").views?.["start"]).toBe(normalizeSurname("Smith").views?.["start"]);
  });
});

describe("full names", () => {
  it.each([
    ["SMITH, John Paul", "John Paul", "SMITH"],
    ["John Paul Smith", "John Paul", "Smith"],
    ["Dr Anna van der Berg", "Anna", "van der Berg"],
    ["Mr James Smith Jr", "James", "Smith"],
    ["Rhodri ap Rhys", "Rhodri", "ap Rhys"],
    ["Cher", "", "Cher"],
    ["John Smith, Jr", "John", "Smith"],
    ["Mary van Dyke, PhD, OBE", "Mary", "van Dyke"],
    ["Smith, Junior", "Junior", "Smith"],
    ["De Souza, Junior", "Junior", "De Souza"],
    ["Rahman, Md", "Md", "Rahman"],
    ["DUPONT Jean Luc", "Jean Luc", "DUPONT"],
    ["Jean LE GALL", "Jean", "LE GALL"],
    ["JP Smith", "JP", "Smith"],
    ["JOHN SMITH", "JOHN", "SMITH"],
    ["Mary E Jones", "Mary E", "Jones"],
    ["王小明", "小明", "王"],
    ["欧阳娜娜", "娜娜", "欧阳"],
    ["山田 太郎", "太郎", "山田"],
  ])("%s", (text, first, last) => {
    const split = splitFullName(text);
    expect([split.forename.trim(), split.surname.trim()]).toEqual([first, last]);
  });
});

describe("names whose column says how they are written", () => {
  it.each([
    ["Kovács Anna Mária", "surname first", "Anna Mária", "Kovács"],
    ["von der Heide Anna", "surname first", "Anna", "von der Heide"],
    ["Nguyễn Thị Lan", "given name last", "Lan", "Nguyễn"],
    ["María Pérez García", "two surnames", "María", "Pérez"],
    ["Ana María de la Cruz Pérez", "two surnames", "Ana María", "de la Cruz"],
    ["José Ortega y Gasset", "two surnames", "José", "Ortega"],
    ["Ana Pérez", "two surnames", "Ana", "Pérez"],
  ] as const)("%s, %s", (text, written, forename, surname) => {
    expect(splitFullName(text, written)).toEqual({ forename, surname });
  });

  it.each([
    ["Pérez García", "first surname", "Pérez"],
    ["de la Cruz Pérez", "first surname", "de la Cruz"],
    ["Silva dos Santos", "last surname", "dos Santos"],
    ["Silva", "last surname", "Silva"],
    ["", "first surname", ""],
  ] as const)("of %s the %s", (text, part, expected) => {
    expect(takePart(text, part)).toBe(expected);
  });
});

describe("dates", () => {
  const read = (text: string, order: DateOrder = "dmy"): string | undefined => normalizeDate(parseDate(text, order, 2026), 2026).views?.["exact"];

  it.each([
    ["1985-07-12", "dmy"],
    ["12/07/1985", "dmy"],
    ["12.7.1985", "dmy"],
    ["12-07-85", "dmy"],
    ["07/12/1985", "mdy"],
    ["19850712", "ymd"],
    ["12071985", "dmy"],
    ["12 Jul 1985", "mdy"],
    ["12th July 1985", "mdy"],
    ["July 12, 1985", "dmy"],
    ["1985-07-12T00:00:00", "dmy"],
    ["1985-07-12 00:00:00.000", "dmy"],
    ["12/07/1985 12:30", "dmy"],
    ["1985/7/12", "mdy"],
    ["19850712", "dmy"],
    ["12 de julio de 1985", "mdy"],
    ["12 juillet 1985", "mdy"],
    ["12. Juli 1985", "mdy"],
    ["12 lipca 1985", "mdy"],
    ["12 temmuz 1985", "mdy"],
    ["12 июля 1985 г.", "mdy"],
    ["1985年7月12日", "dmy"],
    ["1985. július 12.", "dmy"],
    ["12 Jully 1985", "mdy"],
  ] as const)("reads %s (%s)", (text, order) => {
    expect(read(text, order)).toBe("19850712");
  });

  it.each([
    ["12 Febuary 1980", "19800212"],
    ["12 Septmber 1980", "19800912"],
    ["Januray 12, 1980", "19800112"],
    ["12 Marhc 1980", "19800312"],
    ["12 Ocotber 1980", undefined],
    ["12 Juilet 1980", undefined],
    ["12 marraskuta 1980", undefined],
    ["12 Cervnec 1980", undefined],
    ["12 феврвля 1980", undefined],
  ])("reads a misspelt month by its first letters where they are one month's: %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each(["1985-13-45", "45/07/1985", "hello", "1985", "12/07", "30/30/1985", "12/07/2985", "01/01/1700"])("finds %s unusable", (text) => {
    expect(normalizeDate(parseDate(text, "dmy", 2026), 2026)).toEqual({ problem: "unusable" });
  });

  it("keeps the parts of an impossible date but no date", () => {
    expect(normalizeDate({ day: 31, month: 2, year: 1980 }, 2026)).toEqual({ views: { day: "31", month: "2", year: "1980" }, problem: "unusable" });
  });

  it("drops the usual placeholder and keeps New Year's Day of a plausible year", () => {
    expect(normalizeDate(parseDate("01/01/1900", "dmy", 2026), 2026)).toEqual({ problem: "placeholder" });
    expect(read("01/01/1980")).toBe("19800101");
  });

  it("takes two-digit years as the past", () => {
    expect(read("01/02/26")).toBe("20260201");
    expect(read("01/02/27")).toBe("19270201");
  });

  it.each([
    [["01/02/1980", "25/12/1980"], "dmy"],
    [["01/02/1980", "12/25/1980"], "mdy"],
    [["01/02/1980", "03/04/1980"], "ambiguous"],
    [["13/02/1980", "02/13/1980"], "mixed"],
    [["1980-02-13"], "ymd"],
    [["19800213", "19801231", "29800101"], "ymd"],
    [["13021980", "25121980"], "dmy"],
    [["1 Feb 1980"], "ymd"],
    [[], "ymd"],
    [["1990-04-05", ...Array.from({ length: 199 }, () => "01/02/1980")], "ambiguous"],
    [["1990-04-05", "1990-04-06", "25/12/1980"], "dmy"],
    [["19800213", "01/02/1980"], "ambiguous"],
    [["01021980"], "ambiguous"],
    [["00/00/0000", "1990-04-05"], "ymd"],
    [["80/01/02"], "ymd"],
  ] as const)("settles the order of %j as %s", (cells, expected) => {
    expect(settleOrder(cells)).toBe(expected);
  });
});

describe("postcodes", () => {
  it.each([
    ["sw1a 1aa", "SW1A1AA", "SW1A1"],
    ["SW1A1AA", "SW1A1AA", "SW1A1"],
    ["M1 1AE", "M11AE", "M11"],
    ["CR2 6XH", "CR26XH", "CR26"],
    ["B33 8TH", "B338TH", "B338"],
    ["EC1A 1BB", "EC1A1BB", "EC1A1"],
    ["NW472LQ", "NW472LQ", "NW472"],
    ["SW1A OAA", "SW1A0AA", "SW1A0"],
    ["M1 1A0", "M11AO", "M11"],
    ["0X1 1AA", "OX11AA", "OX11"],
    ["SWIA 1AA", "SW1A1AA", "SW1A1"],
    ["S014 3AB", "SO143AB", "SO143"],
    ["E1I 2AB", "E112AB", "E112"],
    ["SO14 3AB", "SO143AB", "SO143"],
    ["K1A 0B1", "K1A0B1", "K1A0"],
    ["M5V 2T1", "M5V2T1", "M5V2"],
    ["1012 AB", "1012AB", "1012"],
    ["2222", "2222", "222"],
    ["3333", "3333", "333"],
    ["5555", "5555", "555"],
    ["4223", "4223", "422"],
    ["11788-1234", "11788", "1178"],
    ["02139", "2139", "213"],
    ["2139.0", "2139", "213"],
    ["D-10115", "10115", "1011"],
    ["SE-114 55", "11455", "1145"],
  ])("%s", (text, exact, sector) => {
    expect(normalizePostcode(text).views).toMatchObject({ exact, sector });
  });

  it.each(["ZZ99 3WZ", "zz993vz", "XX1 1XX".replace("1 1", ""), "NFA", "0000", "9999", "AAAA", "UNKNOWN"])("drops the placeholder %s", (text) => {
    expect(normalizePostcode(text)).toEqual({ problem: "placeholder" });
  });

  it("takes from an outward code the district alone", () => {
    expect(normalizePostcode("SK14").views).toEqual({ district: "SK14" });
  });
});

describe("addresses", () => {
  it("come to the same whether a house number begins the line, where streets are kept, or a blank does, where the whole line is read", () => {
    const word = fc.oneof(
      fc.constantFrom("12", "7b", "3A", "12-14", "1/2", "Flat", "unit", "No", "no.", "PO Box", "Manor", "mc donald", "Rd", "St", "HILL", "Way", "B1 1BB", "PL1 5YY", "2nd", "Große", "É", "'", ",", "-", "ﬁ", "İ", "Unknown", "X", ""),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), fc.constantFrom(" ", "  ", ""), (words, blank) => {
        const line = words.join(blank === "" ? " " : blank);
        expect(normalizeAddress(line)).toEqual(normalizeAddress(` ${line}`));
        expect(normalizeAddress(`12 ${line}`)).toEqual(normalizeAddress(` 12 ${line}`));
        expect(normalizeAddress(`7c Old${blank}${line}`)).toEqual(normalizeAddress(` 7c Old${blank}${line}`));
      }),
      { seed: 4, numRuns: 3000 },
    );
  });

  it.each([
    ["37 MANOR ROAD", "37 MANORROAD"],
    ["37 Manor Rd", "37 MANORROAD"],
    ["37, Manor Rd., Leeds, LS1 1AA", "37 MANORROAD"],
    ["Flat 2, 37 Manor Road", "37 MANORROAD"],
    ["37A High Street", "37A HIGHSTREET"],
    ["No 5 St Johns Close", "5 STJOHNSCLOSE"],
    ["12 Hill Rd", "12 HILLROAD"],
    ["The Old Rectory", "THEOLDRECTORY"],
    ["8 stanley street", "8 STANLEYSTREET"],
    ["7 Park Avenue North", "7 PARKAVENUE"],
    ["Unit A1 2nd Avenue", "2NDAVENUE"],
    ["Flat C2 5th Street", "5THSTREET"],
    ["12-14 High Street", "12 HIGHSTREET"],
    ["Flat 2 - 37 Manor Road", "37 MANORROAD"],
  ])("%s -> %s", (text, expected) => {
    expect(normalizeAddress(text).views?.["exact"]).toBe(expected);
  });

  it.each([
    ["Hauptstr. 5", "5 HAUPTSTRASSE"],
    ["Hauptstraße 5 b", "5 HAUPTSTRASSE"],
    ["Kerkstraat 12 A", "12 KERKSTRAAT"],
    ["Calle Mayor, 27", "27 CALLEMAYOR"],
    ["C/ Mayor 27, 3º B", "27 CALLEMAYOR"],
    ["12 bis bd Victor Hugo", "12 BOULEVARDVICTORHUGO"],
    ["Rua 7 de Setembro, 120", "120 RUA7DESETEMBRO"],
    ["Av. Paulista, 1578 apto 12", "1578 AVENUEPAULISTA"],
    ["ul. Mickiewicza 5/7", "5 MICKIEWICZA"],
    ["Mickiewicza 5", "5 MICKIEWICZA"],
    ["бул. Ленина, д. 48", "48 БУЛЬВАРЛЕНИНА"],
    ["C/O Smith 12 High Street", "12 HIGHSTREET"],
    ["Rose Cottage 12 The Butts", "12 THEBUTTS"],
    ["Vestergade 5 A, st. th.", "5 VESTERGADE"],
    ["Pº de Gracia, 12", "12 PASEODEGRACIA"],
  ])("of other countries: %s -> %s", (text, expected) => {
    expect(normalizeAddress(text).views?.["exact"]).toBe(expected);
  });

  it.each([
    ["Eastgate 12 High Street", "12 HIGHSTREET"],
    ["St James Gate, 4 Mill Road", "4 MILLROAD"],
    ["The Spring 4 Mill Road", "4 MILLROAD"],
    ["Place Farm 12 High Street", "12 HIGHSTREET"],
    ["Square House, 3 Church Lane", "3 CHURCHLANE"],
    ["Plaza Apartments, 12 Mill Road, Leeds", "12 MILLROAD"],
  ])("with a house's name that has the look of a street: %s -> %s", (text, expected) => {
    expect(normalizeAddress(text).views?.["exact"]).toBe(expected);
  });

  it.each([
    ["PO BOX 12", "12 POBOX"],
    ["P.O. Box 12, Leeds", "12 POBOX"],
    ["PO Box 12, High Street", "12 HIGHSTREET"],
    ["12 PO Box", "12 POBOX"],
  ])("take a PO box for no paseo: %s -> %s", (text, expected) => {
    expect(normalizeAddress(text).views?.["exact"]).toBe(expected);
  });

  it("drops no fixed abode", () => {
    expect(normalizeAddress("No Fixed Abode")).toEqual({ problem: "placeholder" });
  });

  it("reads towns", () => {
    expect(normalizeTown("St. Albans").views?.["exact"]).toBe("SAINTALBANS");
  });
});

describe("codes", () => {
  it.each([
    ["M", "M"],
    ["female", "F"],
    ["1", "M"],
    ["2", "F"],
    ["Woman", "F"],
    ["x", "X"],
    ["weiblich", "F"],
    ["Männlich", "M"],
    ["Hombre", "M"],
    ["H", "H"],
    ["v", "V"],
    ["K", "F"],
    ["divers", "X"],
    ["Mme", "F"],
    ["мужской", "M"],
    ["女", "F"],
    ["Žena", "F"],
  ])("reads the sex %s", (text, expected) => {
    expect(normalizeSex(text).views?.["exact"]).toBe(expected);
  });

  it.each(["", "U", "9", "not known"])("takes the sex %o as missing", (text) => {
    expect(normalizeSex(text)).toEqual({});
  });

  it.each([
    ["+44 20 7946 0958", "2079460958"],
    ["020 7946 0958", "2079460958"],
    ["0044 (0)20 7946 0958", "2079460958"],
    ["+33 6 12 34 56 78", "612345678"],
    ["06 12 34 56 78", "612345678"],
    ["+7 912 345-67-89", "9123456789"],
    ["8 (912) 345-67-89", "9123456789"],
    ["+351 912 345 678", "912345678"],
    ["5551234567.0", "5551234567"],
    [" +447700900123.00 ", "7700900123"],
    ["01.42.68.53.00", "142685300"],
    ["07700 900.000", "7700900000"],
  ])("reads the phone number %s", (text, expected) => {
    expect(normalizePhone(text).views?.["exact"]).toBe(expected);
  });

  it("checks the digit of health numbers", () => {
    expect(normalizeHealthNumber("943 476 5919").views?.["exact"]).toBe("9434765919");
    expect(normalizeHealthNumber("943 476 5918")).toEqual({ problem: "unusable" });
    expect(normalizeHealthNumber("0000000000")).toEqual({ problem: "placeholder" });
  });

  it("reads e-mail addresses", () => {
    expect(normalizeEmail(" Jo.Bloggs@Example.ORG ").views?.["exact"]).toBe("jo.bloggs@example.org");
    expect(normalizeEmail("none")).toEqual({ problem: "placeholder" });
    expect(normalizeEmail("nobody")).toEqual({ problem: "unusable" });
  });
});
