import type { FieldKindName } from "../schema/field-kinds.ts";

/** What a column's name says of it. */
export type Role =
  | { kind: FieldKindName }
  | { part: "day" | "month" | "year" }
  | { role: "full name" | "house number" | "street" | "id" }
  | { leaveOut: string };

const whole = (names: string): RegExp => new RegExp(`^(?:${names})$`);

/** Column names, lower case with single underscores, and what they mean; the first that fits counts. */
const NAMES: readonly [RegExp, Role][] = [
  [whole("(?:nhs|chi|hc|h_c|health)_?(?:number|num|no|id)|nhs|nhsno|health_and_care_number"), { kind: "health_number" }],
  [whole("(?:.*_)?(?:rec|record|row|unique|person|voter_?reg|registration|client|customer|pupil|student|patient|case|local|source|system|entity|study|link)_?(?:id|identifier|key|ref|reference|no|num|number)|id|ids|uid|uuid|guid|key|recid|index|idx|upn|pupilref|urn|ref|reference"), { role: "id" }],
  [whole("(?:.*_)?(?:nino|ni_?number|national_insurance.*|ssn|soc_sec_id|social_security.*|passport.*|driving_licence.*|tax_ref.*|utr)"), { leaveOut: "looks like a personal reference number: link on it only if every department agrees" }],
  [whole("cluster(?:_?id)?|true_?id|truth|label|ground_truth|match_?id|blocking_number|block"), { leaveOut: "looks like a record key or an answer" }],
  [whole("full_?name|name|person_?name|complete_?name|patient_?name|pupil_?name|customer_?name"), { role: "full name" }],
  [whole("(?:legal_|first_|person_|pupil_|student_|patient_)?(?:first_?name|forename|given_?name|christian_?name|fore_?name)s?(?:_?1)?|first|fname|fname_c1|fore|given|forenames"), { kind: "forename" }],
  [whole("(?:middle|second|other|preferred|former|known_as).*(?:name|forename|initial)s?|middle|mname|fname_c2|(?:forename|given_?name|first_?name)_?[2-9]"), { leaveOut: "departments differ in how they record further names" }],
  [whole("(?:maiden|former|previous|birth|mothers?_maiden|alias).*(?:name|surname)|lname_c2|surname_?[2-9]|previous_.*|alias.*"), { leaveOut: "a former name" }],
  [whole("(?:legal_|person_|pupil_|student_|patient_)?(?:sur_?name|last_?name|family_?name|second_?name)(?:_?1)?|last|lname|lname_c1|sname|surnames|family"), { kind: "surname" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?d(?:ay)?|day_?of_?birth|birth_?day_of_month|bd|b_?day|dobd|dob_dd|day"), { part: "day" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:m|mon|month)|month_?of_?birth|bm|b_?month|dobm|dob_mm|month"), { part: "month" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:y|yr|year)|year_?of_?birth|yob|by|b_?year|doby|dob_yyyy|year"), { part: "year" }],
  [whole("(?:.*_)?(?:dob|d_o_b|date_?of_?birth|birth_?date|birthdate|dateofbirth|birthday|born|birth_?dt|birth_dob|date_born|birth)"), { kind: "date_of_birth" }],
  [whole("(?:.*_)?(?:sex|gender)(?:_?(?:code|cd|desc))?"), { kind: "sex" }],
  [whole("(?:home_|current_|address_|addr_|resident_)?(?:post_?code|zip|zip_?code|postal_?code|pcode|pcd|pcds|pc)"), { kind: "postcode" }],
  [whole("(?:house|street|building|property|door)_?(?:number|no|num|nr)|house|number"), { role: "house number" }],
  [whole("(?:home_|current_|residential_|street_|postal_|full_)?(?:address|addr)(?:_?(?:line)?_?1)?|address_line|line_?1"), { kind: "address" }],
  [whole("street(?:_?name)?|road|thoroughfare"), { role: "street" }],
  [whole("(?:.*_)?(?:address|addr)_?(?:line)?_?[2-9]|line_?[2-9]|flat|locality_2"), { leaveOut: "a further line of the address, recorded differently everywhere" }],
  [whole("(?:home_|post_?|address_|res_|residence_)?(?:town|city|suburb|municipality|village|place|town_?city|locality)(?:_?(?:name|desc))?"), { kind: "town" }],
  [whole("state|county|region|country|nation|province|la|local_authority|lad.*|lsoa.*|msoa.*|ward.*|ethnic.*|religion|language"), { leaveOut: "many people share it" }],
  [whole("(?:home_|mobile_|contact_|work_)?(?:phone|telephone|tel|mobile|cell)(?:_?(?:number|no|num))?"), { kind: "phone" }],
  [whole("(?:.*_)?e_?mail(?:_?(?:address|addr))?"), { kind: "email" }],
  [whole("age|age_.*"), { leaveOut: "changes every year; the date of birth says it" }],
  // German, French, Dutch, Spanish, Portuguese, Italian, Polish, Swedish, Norwegian and Danish; without accents (plainName)
  [whole("(?:.*_)?kennung|personen_?id|lfd_?nr|laufende_?nummer|datensatz_?(?:id|nr)|identifiant|id_?(?:persona|pessoa|osoby)|lopnr|lopenummer|volgnummer"), { role: "id" }],
  [whole("(?:personnummer|fodselsnummer|cpr(?:_?nr)?|bsn|pesel|dni|nif|nie|cpf|codice_fiscale|nir|steuer_?(?:id|nr|nummer)|insee)"), { leaveOut: "looks like a personal reference number: link on it only if every department agrees" }],
  [whole("nom_complet|nom_et_prenom|nombre_completo|nome_completo|nombre_y_apellidos?|voller_name|imie_i_nazwisko|volledige_naam"), { role: "full name" }],
  [whole("vornamen?|rufname|prenoms?(?:_?1)?|voornaam|voornamen|(?:primer_)?nombres?|nombre_(?:de_)?pila|primeiro_nome|nome_proprio|imie|imiona|fornamn|fornavn"), { kind: "forename" }],
  [whole("nachname|familienname|zuname|nom(?:_de_famille)?|achternaam|familienaam|(?:primer_)?apellidos?|apellido_?1|sobrenome|apelido|cognome|nazwisko|efternamn|etternavn|efternavn"), { kind: "surname" }],
  [whole("segundo_(?:nombre|apellido)|apellido_?2|(?:zweiter|weitere)_vornamen?|deuxieme_prenom|drugie_imie|mellannamn|mellemnavn|mellomnavn"), { leaveOut: "departments differ in how they record further names" }],
  [whole("geburtsname|nom_de_(?:naissance|jeune_fille)|geboortenaam|meisjesnaam|nazwisko_(?:rodowe|panienskie)"), { leaveOut: "a former name" }],
  [whole("geburtstag|geburts_?datum|geb_?datum|date_(?:de_)?naissance|naissance|geboorte_?datum|fecha_(?:de_)?nac(?:imiento)?|(?:fec|f)_nac(?:imiento)?|nacimiento|data_(?:de_)?nascimento|nascimento|data_(?:di_)?nascita|nascita|data_urodzenia|fodelse_?datum|fodsels?_?dato?"), { kind: "date_of_birth" }],
  [whole("geburtsjahr|geb_?jahr|annee_(?:de_)?naissance|geboortejaar|ano_(?:de_)?(?:nacimiento|nascimento)|anno_(?:di_)?nascita|rok_urodzenia|fodelsear|fodselsar"), { part: "year" }],
  [whole("geburtsmonat|mois_(?:de_)?naissance|geboortemaand|mes_(?:de_)?(?:nacimiento|nascimento)|mese_(?:di_)?nascita|miesiac_urodzenia"), { part: "month" }],
  [whole("geburts_?tag_(?:im_monat|nr)|jour_(?:de_)?naissance|geboortedag|dia_(?:de_)?(?:nacimiento|nascimento)|giorno_(?:di_)?nascita|dzien_urodzenia"), { part: "day" }],
  [whole("geschl(?:echt)?|sexe|geslacht|sexo|genero|sesso|plec|kon|kjonn"), { kind: "sex" }],
  [whole("plz|postleitzahl|code_?postal|cp|codigo_?postal|cod_?postal|c_p|cep|cap|codice_postale|kod_pocztowy|postnummer|postnr"), { kind: "postcode" }],
  [whole("haus_?(?:nr|nummer)|numero_(?:de_)?(?:rue|voie|calle)|huis_?(?:nr|nummer)|nr_domu|numero_civico|husnummer|husnr"), { role: "house number" }],
  [whole("strasse|rue|voie|straat(?:naam)?|calle|rua|ulica|gata|gade|gateadresse"), { role: "street" }],
  [whole("(?:wohn|post)?(?:anschrift|adresse)|adres|direccion|domicilio|morada|endereco|indirizzo|adress"), { kind: "address" }],
  [whole("(?:wohn)?ort|stadt|gemeinde|commune|ville|(?:woon)?plaats|gemeente|municipio|ciudad|localidad|poblacion|cidade|concelho|comune|citta|miejscowosc|miasto|gmina|kommune?|poststed|stad|by_?navn"), { kind: "town" }],
  [whole("telefon(?:_?(?:nr|nummer))?|telefono|telefone|telefoon(?:nummer)?|handy(?:_?(?:nr|nummer))?|mobil(?:e|nummer|telefon)?|portable|movil|telemovel|cellulare|komorka"), { kind: "phone" }],
  [whole("courriel|correo(?:_electronico)?|adres_e_?mail|e_?post(?:adresse?)?"), { kind: "email" }],
];

/** What a column's name says; undefined where it is no name that departments use. */
export function roleOf(column: string): Role | undefined {
  const name = plainName(column);
  return NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether a first row is a header rather than somebody's record: at least two of its cells are column names that departments use. */
export function looksLikeHeader(cells: readonly string[]): boolean {
  return cells.filter((cell) => roleOf(cell) !== undefined).length >= 2;
}

function plainName(column: string): string {
  return unaccented(column.trim().replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2").toLowerCase()).replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
}

function unaccented(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").replaceAll("ł", "l").replaceAll("ø", "o").replaceAll("æ", "ae");
}
