import { describe, expect, it } from "vitest";
import { recognizeColumns } from "../../src/custodian/recognize-columns.ts";

const recognize = (header: string, ...rows: string[]): ReturnType<typeof recognizeColumns> => recognizeColumns(header.split("|"), rows.map((row) => row.split("|")));

describe("recognising columns", () => {
  it("reads a census with a date in three columns and an address that has its number", () => {
    const { fields, id, leftOut } = recognize("record_id|forename|surname|sex|dob_day|dob_mon|dob_year|house_number|street|address|postcode", "C1|Ann|Lee|F|1|2|1980|3|High Road|3 High Road|AB1 2CD", "C2|Bo|Ray|M|9|12|1990|4|Low Road|4 Low Road|AB1 2CE");
    expect(id).toBe("record_id");
    expect(fields).toEqual({
      forename: { columns: ["forename"] },
      surname: { columns: ["surname"] },
      date_of_birth: { day: "dob_day", month: "dob_mon", year: "dob_year" },
      sex: { columns: ["sex"] },
      address: { columns: ["address"] },
      postcode: { columns: ["postcode"] },
    });
    expect(leftOut.map(({ column }) => column)).toEqual(["record_id", "house_number", "street"]);
  });

  it("joins a house number to an address without one, and reads packed dates", () => {
    const { fields } = recognize("rec_id|given_name|surname|street_number|address_1|suburb|postcode|date_of_birth|soc_sec_id", "r1|ann|lee|3|high street|ashton|4000|19801231|123", "r2|bo|ray|4|low street|denton|4001|19900102|124");
    expect(fields["address"]).toEqual({ columns: ["street_number", "address_1"] });
    expect(fields["date_of_birth"]).toEqual({ columns: ["date_of_birth"], order: "ymd" });
    expect(fields["town"]).toEqual({ columns: ["suburb"] });
  });

  it("splits a full name", () => {
    const { fields } = recognize("id|full_name|dob", "1|LEE, Ann|31/12/1980");
    expect(fields["forename"]).toEqual({ columns: ["full_name"], take: "forename" });
    expect(fields["surname"]).toEqual({ columns: ["full_name"], take: "surname" });
    expect(fields["date_of_birth"]).toEqual({ columns: ["dob"], order: "dmy" });
  });

  it("leaves the order of dates open when no row settles it", () => {
    expect(recognize("id|surname|dob", "1|Lee|01/02/1980").fields["date_of_birth"]).toEqual({ columns: ["dob"] });
  });

  it.each(["soc_sec_id", "nino", "cluster", "blocking_number", "age", "state", "middle_name", "maiden_name", "favourite_colour", "upn"])("leaves out %s and says why", (column) => {
    const { fields, leftOut } = recognize(`key|surname|${column}`, "1|Lee|77", "2|Ray|78");
    expect(Object.keys(fields)).toEqual(["surname"]);
    expect(leftOut.find((entry) => entry.column === column)?.reason).toBeTruthy();
  });

  it.each([
    ["FirstName", "forename"],
    ["given name", "forename"],
    ["FAMILY_NAME", "surname"],
    ["lname", "surname"],
    ["DateOfBirth", "date_of_birth"],
    ["patient_dob", "date_of_birth"],
    ["Gender", "sex"],
    ["post code", "postcode"],
    ["zip", "postcode"],
    ["AddressLine1", "address"],
    ["city", "town"],
    ["Mobile Number", "phone"],
    ["e-mail", "email"],
  ])("knows %s as %s", (column, field) => {
    expect(recognizeColumns([column], []).fields).toHaveProperty(field);
  });

  it.each([
    ["German", "Vorname|Nachname|Geburtsdatum|Geschlecht|Straße|PLZ|Ort"],
    ["French", "Prénom|Nom|Date de naissance|Sexe|Adresse|Code postal|Commune"],
    ["Dutch", "voornaam|achternaam|geboortedatum|geslacht|adres|postcode|woonplaats"],
    ["Spanish", "Nombre|Primer apellido|Fecha de nacimiento|Sexo|Dirección|Código postal|Municipio"],
    ["Portuguese", "primeiro_nome|apelido|data_nascimento|sexo|morada|codigo_postal|concelho"],
    ["Italian", "nome proprio|Cognome|DataDiNascita|sesso|indirizzo|CAP|comune"],
    ["Polish", "imię|nazwisko|data urodzenia|płeć|ulica|kod_pocztowy|miejscowość"],
    ["Swedish", "Förnamn|Efternamn|Födelsedatum|Kön|Adress|Postnummer|Kommun"],
    ["Danish", "fornavn|efternavn|fødselsdato|køn|adresse|postnr|by_navn"],
    ["Czech", "Jméno|Příjmení|Datum narození|Pohlaví|Ulice|PSČ|Obec"],
    ["Hungarian", "Keresztnév|Vezetéknév|Születési dátum|Neme|Lakcím|Irányítószám|Település"],
    ["Turkish", "ADI|SOYADI|DOĞUM TARİHİ|CİNSİYET|ADRES|POSTA KODU|İLÇE"],
    ["Russian", "Имя|Фамилия|Дата рождения|Пол|Адрес|Почтовый индекс|Город"],
    ["Chinese", "名|姓|出生日期|性别|地址|邮编|城市"],
  ])("reads %s column names", (_, header) => {
    expect(Object.keys(recognizeColumns(header.split("|"), []).fields)).toEqual(["forename", "surname", "date_of_birth", "sex", "address", "town", "postcode"]);
  });

  it.each([
    ["ChildFirstName", "forename"],
    ["PatLast", "surname"],
    ["inmate_dob", "date_of_birth"],
    ["D.O.B.", "date_of_birth"],
    ["SubjectDoB", "date_of_birth"],
    ["birth_yyyy", "date_of_birth"],
    ["Né(e) le", "date_of_birth"],
    ["geb.", "date_of_birth"],
    ["Gender (M/F)", "sex"],
    ["M/V", "sex"],
    ["last_nm", "surname"],
    ["postal_cd", "postcode"],
    ["Last Known Postcode", "postcode"],
    ["res_street_address", "address"],
    ["City/Town", "town"],
    ["Commune de résidence", "town"],
    ["Phone #", "phone"],
    ["full_phone_number", "phone"],
    ["E-mail Address", "email"],
  ])("knows %s as %s, whoever it is of and however it is written", (column, field) => {
    expect(recognizeColumns([column], []).fields).toHaveProperty(field);
  });

  it.each(["mother_first_name", "school_name", "gp_postcode", "contact_name", "place_of_birth", "admission_date", "next_of_kin_phone", "username"])("takes %s for nobody's own", (column) => {
    expect(recognizeColumns([column], []).fields).toEqual({});
  });

  it("takes a name for what has no column of its own", () => {
    expect(recognize("Name|Vorname", "Lee|Ann").fields).toEqual({ forename: { columns: ["Vorname"] }, surname: { columns: ["Name"] } });
    expect(recognize("nome|cognome", "Ann|Lee").fields).toEqual({ forename: { columns: ["nome"] }, surname: { columns: ["cognome"] } });
    expect(recognize("navn|adresse", "Ann Lee|Vej 1").fields["surname"]).toEqual({ columns: ["navn"], take: "surname" });
  });

  it("knows how full names and two surnames are written", () => {
    expect(recognize("Nom et prénom", "Lee Ann").fields["forename"]).toEqual({ columns: ["Nom et prénom"], take: "forename", written: "surname first" });
    expect(recognize("Họ và tên", "Lê Thị An").fields["forename"]).toMatchObject({ take: "forename", written: "given name last" });
    expect(recognize("Nombre|Apellidos", "Ana|Pérez García").fields["surname"]).toEqual({ columns: ["Apellidos"], take: "first surname" });
    expect(recognize("nome|sobrenome", "Ana|Silva Santos").fields["surname"]).toEqual({ columns: ["sobrenome"], take: "last surname" });
    expect(recognize("voornaam|tussenvoegsel|achternaam", "An|van der|Berg").fields["surname"]).toEqual({ columns: ["tussenvoegsel", "achternaam"] });
  });

  it("tells by its values what else a name can mean", () => {
    expect(recognize("Navn|By", "Ann Lee|Odense").fields["town"]).toEqual({ columns: ["By"] });
    expect(recognize("vorname|nachname|geburtstag|geburtsmonat|geburtsjahr", "Ann|Lee|3|4|1980").fields["date_of_birth"]).toEqual({ day: "geburtstag", month: "geburtsmonat", year: "geburtsjahr" });
    expect(recognize("vorname|nachname|geburtstag", "Ann|Lee|31.4.1980").fields["date_of_birth"]).toEqual({ columns: ["geburtstag"], order: "dmy" });
  });

  it.each([
    ["Sexo", ["H", "M"], { H: "M", M: "F" }],
    ["Sexe", ["H", "F"], { H: "M" }],
    ["sexo", ["V", "M"], { V: "M", M: "F" }],
    ["geslacht", ["V", "M"], { V: "F" }],
    ["neme", ["F", "N"], { F: "M", N: "F" }],
    ["sex", ["F", "M"], undefined],
    ["sex", ["M", "F", "N"], undefined],
    ["sex", [...Array.from({ length: 9 }, () => "F"), "N"], undefined],
    ["Nem", ["N", "F"], { F: "M", N: "F" }],
  ])("reads the codes of %s by what stands beside them: %j", (column, values, codes) => {
    expect(recognize(column, ...values).fields["sex"]).toEqual({ columns: [column], ...(codes === undefined ? {} : { codes }) });
  });

  it("takes for an id, where no name says so, what numbers the records", () => {
    const rows = (value: (i: number) => string): string[] => Array.from({ length: 30 }, (_, i) => `${value(i)}|Lee`);
    expect(recognize("Fallkennzeichen|surname", ...rows((i) => `F-${i}`)).id).toBe("Fallkennzeichen");
    expect(recognize("Fallkennzeichen|surname", ...rows((i) => `F-${i % 29}`)).id).toBeNull();
    expect(recognize("remark|surname", ...rows((i) => `nothing ${i}`)).id).toBeNull();
  });

  it("does not believe a name that the values belie", () => {
    const { fields, leftOut } = recognize("id|surname|postcode", "1|Lee|yes", "2|Ray|no");
    expect(fields["postcode"]).toBeUndefined();
    expect(leftOut).toContainEqual({ column: "postcode", reason: "its name says postcode, its values do not" });
  });

  it("takes a health number by its check digits", () => {
    expect(recognize("id|nhs_number", "1|9434765919", "2|943 476 5870").fields["health_number"]).toEqual({ columns: ["nhs_number"] });
    expect(recognize("id|nhs_number", "1|1234567890", "2|1234567891").fields["health_number"]).toBeUndefined();
  });

  it("takes no repeated column for an id", () => {
    expect(recognize("person_id|surname", "1|Lee", "1|Lee").id).toBeNull();
  });
});
