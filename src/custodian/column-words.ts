import type { FieldKindName } from "../schema/field-kinds.ts";

/** What a word of a language can say of a column: a field, or what `column-names.ts` makes of it. */
export type Meaning = FieldKindName | "name" | "full name" | "full name, surname first" | "full name, given name last" | "full name, two surnames" | "surnames, first counts" | "surnames, last counts" | "particle" | "day" | "month" | "year" | "house number" | "street" | "id" | "reference number" | "further name" | "former name";

/**
 * Column names of other languages than English, as departments and their software write them: lower case, without accents, words joined by `_` (see `plainName`). One word may mean two things; whoever asks
 * looks at the values as well.
 */
export const COLUMN_WORDS: Readonly<Record<string, Partial<Readonly<Record<Meaning, string>>>>> = {
  German: {
    forename: "vorname vornamen rufname vorn vname", surname: "nachname familienname zuname famname nname nachn famn", "full name": "voller_name vor_und_nachname", "full name, surname first": "name_vorname nachname_vorname zuname_vorname",
    "further name": "zweiter_vorname weitere_vornamen", "former name": "geburtsname", date_of_birth: "geburtsdatum geb_datum gebdatum geburtstag gebdat geb_dat geb geboren geboren_am geb_am", year: "geburtsjahr geb_jahr gebjahr", month: "geburtsmonat geb_monat", day: "geburtstag geburtstag_nr geburtstag_im_monat",
    sex: "geschlecht geschl anrede", postcode: "plz postleitzahl wohn_plz", "house number": "hausnr hausnummer haus_nr haus_nummer hnr", street: "strasse wohnstrasse strassenname", address: "anschrift adresse wohnanschrift wohnadresse postanschrift strasse_hausnummer strasse_und_hausnummer strasse_nr strasse_hausnr",
    town: "ort wohnort stadt gemeinde wohngemeinde", phone: "telefon telefonnr telefonnummer telefon_nr telefon_nummer tel_nr handy handynr handynummer handy_nr handy_nummer mobil mobilnummer mobiltelefon rufnummer", email: "e_mail_adresse mailadresse",
    id: "kennung personenid personen_id lfd_nr laufende_nummer datensatz_id datensatznr fallnr fall_nr nr", "reference number": "steuerid steuer_id steuernummer steuer_nr steuer_nummer svnr sv_nummer ahv ahv_nr ahvnr versichertennummer rentenversicherungsnummer", particle: "namenszusatz vorsatzwort namensvorsatz",
  },
  French: {
    forename: "prenom prenoms prenom_1 prenom1 premier_prenom prenom_usuel", surname: "nom_de_famille nom_usage nom_d_usage nomusage nom_usuel nom_patronymique patronyme", name: "nom", "full name": "nom_complet prenom_nom prenom_et_nom", "full name, surname first": "nom_et_prenom nom_prenom nom_prenoms nom_et_prenoms noms_et_prenoms",
    "further name": "deuxieme_prenom autres_prenoms prenom_2 prenom2", "former name": "nom_de_naissance nom_naissance nom_de_jeune_fille", date_of_birth: "date_de_naissance date_naissance datnais date_nais datenais date_naiss date_de_naiss naissance ne_le nee_le ddn dnaiss dt_naissance", year: "annee_de_naissance annee_naissance annais", month: "mois_de_naissance mois_naissance", day: "jour_de_naissance jour_naissance",
    sex: "sexe genre civilite", postcode: "code_postal codepostal cod_postal codpos cp", "house number": "numero_de_rue numero_rue numero_de_voie numero_voie num_voie no_rue", street: "rue voie libelle_voie nom_voie", address: "adresse adresse_postale adresse_1 adresse1 adresse_ligne_1", town: "commune ville localite municipalite lib_commune",
    phone: "telephone tel portable telephone_portable telephone_mobile tel_portable numero_de_telephone num_tel", email: "courriel mel adresse_mail adresse_electronique adresse_e_mail adresse_email", id: "identifiant matricule no_dossier numero_dossier num", "reference number": "nir insee numero_securite_sociale num_secu nss", particle: "particule",
  },
  Dutch: {
    forename: "voornaam voornamen roepnaam eerste_voornaam", surname: "achternaam familienaam geslachtsnaam", name: "naam", "full name": "volledige_naam", "former name": "geboortenaam meisjesnaam", date_of_birth: "geboortedatum geboorte_datum geb_datum gebdatum", year: "geboortejaar", month: "geboortemaand", day: "geboortedag",
    sex: "geslacht m_v", postcode: "postcode", "house number": "huisnr huisnummer huis_nr huis_nummer", street: "straat straatnaam", address: "adres woonadres", town: "plaats woonplaats gemeente plaatsnaam", phone: "telefoon telefoonnummer mobiel mobiele_telefoon", id: "volgnummer", "reference number": "bsn anummer", particle: "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels",
  },
  Spanish: {
    forename: "nombres primer_nombre nombre_pila nombre_de_pila nombre1 nombre_1", surname: "apellido primer_apellido apellido1 apellido_1 apellido_paterno ap_paterno paterno apellido_uno", "surnames, first counts": "apellidos", name: "nombre", "full name, two surnames": "nombre_completo nombre_y_apellidos nombre_y_apellido nombre_apellidos nombres_y_apellidos", "full name, surname first": "apellidos_y_nombre apellidos_nombre apellido_y_nombre apellidos_y_nombres",
    "further name": "segundo_nombre nombre2 nombre_2 segundo_apellido apellido2 apellido_2 apellido_materno ap_materno materno", date_of_birth: "fecha_de_nacimiento fecha_nacimiento fecha_nac fec_nac f_nac fecnac fechanac fecha_nto nacimiento fec_nacimiento f_nacimiento fnac fecha_de_nac", year: "ano_de_nacimiento ano_nacimiento anio_nacimiento", month: "mes_de_nacimiento mes_nacimiento", day: "dia_de_nacimiento dia_nacimiento",
    sex: "sexo genero", postcode: "codigo_postal cod_postal c_p codpostal cp", "house number": "numero_de_calle numero_calle numero_exterior num_ext", street: "calle via nombre_via", address: "direccion domicilio direccion_postal", town: "municipio ciudad localidad poblacion", phone: "telefono telefono_movil movil celular telefono_celular tel_movil telefono_fijo", email: "correo correo_electronico",
    id: "id_persona folio expediente", "reference number": "dni nif nie curp rfc cedula rut nss",
  },
  Portuguese: {
    forename: "primeiro_nome nome_proprio nomes_proprios prenome", "surnames, last counts": "sobrenome sobrenomes apelido apelidos ultimo_nome nome_de_familia", name: "nome", "full name": "nome_completo nome_social", date_of_birth: "data_de_nascimento data_nascimento data_nasc dt_nasc dt_nascimento dtnasc datanasc nascimento nasc", year: "ano_de_nascimento ano_nascimento", month: "mes_de_nascimento mes_nascimento", day: "dia_de_nascimento dia_nascimento",
    sex: "sexo genero", postcode: "cep codigo_postal", street: "rua logradouro", address: "morada endereco", town: "cidade municipio concelho localidade freguesia", phone: "telefone telemovel celular telefone_celular fone telefone_contato tel_celular", email: "correio_eletronico endereco_de_email", id: "id_pessoa prontuario", "reference number": "cpf nis pis rg niss cns",
  },
  Italian: {
    forename: "nome_proprio prenome", surname: "cognome", name: "nome", "full name": "nome_completo nome_e_cognome nome_cognome", "full name, surname first": "cognome_e_nome cognome_nome nominativo", date_of_birth: "data_di_nascita data_nascita datanascita nascita nato_il nato_a_il data_nasc", year: "anno_di_nascita anno_nascita", month: "mese_di_nascita mese_nascita", day: "giorno_di_nascita giorno_nascita",
    sex: "sesso genere", postcode: "cap codice_postale", "house number": "numero_civico civico n_civico num_civico", street: "via strada", address: "indirizzo", town: "comune citta localita", phone: "telefono cellulare telefono_cellulare cell", email: "posta_elettronica", "reference number": "codice_fiscale cf cod_fisc codfisc",
  },
  Polish: {
    forename: "imie imiona pierwsze_imie imie_1", surname: "nazwisko", "full name": "imie_i_nazwisko", "full name, surname first": "nazwisko_i_imie", "further name": "drugie_imie imie_2", "former name": "nazwisko_rodowe nazwisko_panienskie", date_of_birth: "data_urodzenia data_ur dataur dat_ur urodzony", year: "rok_urodzenia", month: "miesiac_urodzenia", day: "dzien_urodzenia",
    sex: "plec", postcode: "kod_pocztowy kod kod_poczt", "house number": "nr_domu numer_domu", street: "ulica", address: "adres adres_zamieszkania", town: "miejscowosc miasto gmina miejsce_zamieszkania", phone: "telefon komorka telefon_kontaktowy tel_kontaktowy nr_telefonu numer_telefonu", email: "adres_e_mail adres_email", id: "id_osoby", "reference number": "pesel",
  },
  Czech: {
    forename: "krestni_jmeno", surname: "prijmeni", name: "jmeno", "full name": "jmeno_a_prijmeni cele_jmeno", "full name, surname first": "prijmeni_a_jmeno", "former name": "rodne_prijmeni", date_of_birth: "datum_narozeni dat_nar datum_nar narozen", year: "rok_narozeni", month: "mesic_narozeni", day: "den_narozeni",
    sex: "pohlavi", postcode: "psc", "house number": "c_p cislo_popisne cislo_domu", street: "ulice", address: "adresa bydliste", town: "obec mesto", phone: "telefon mobil", "reference number": "rodne_cislo rc",
  },
  Slovak: { forename: "krstne_meno", surname: "priezvisko", name: "meno", "full name": "meno_a_priezvisko", date_of_birth: "datum_narodenia dat_nar", sex: "pohlavie", street: "ulica", address: "adresa", town: "obec mesto" },
  Hungarian: {
    forename: "keresztnev utonev", surname: "vezeteknev csaladnev", "full name, surname first": "nev teljes_nev viselt_nev", "former name": "szuletesi_nev leanykori_nev", date_of_birth: "szuletesi_datum szuletesi_ido szul_datum szul_ido szuldatum szuletett", year: "szuletesi_ev", month: "szuletesi_honap", day: "szuletesi_nap",
    sex: "nem neme", postcode: "iranyitoszam irsz", "house number": "hazszam", street: "utca", address: "cim lakcim", town: "varos telepules helyseg", phone: "telefon telefonszam mobil", "reference number": "taj taj_szam szemelyi_szam",
  },
  Romanian: { forename: "prenume", surname: "nume_de_familie", name: "nume", "full name, surname first": "nume_si_prenume nume_prenume", date_of_birth: "data_nasterii data_nastere", sex: "sex gen", postcode: "cod_postal", street: "strada", address: "adresa", town: "localitate oras comuna", phone: "telefon", "reference number": "cnp" },
  Croatian: { forename: "ime", surname: "prezime priimek", "full name": "ime_i_prezime ime_in_priimek", date_of_birth: "datum_rodenja datum_rojstva", sex: "spol pol", postcode: "postanski_broj postna_stevilka", street: "ulica", address: "adresa naslov", town: "mjesto grad kraj", phone: "telefon mobitel", "reference number": "oib jmbg emso" },
  Swedish: {
    forename: "fornamn tilltalsnamn", surname: "efternamn", name: "namn", "further name": "mellannamn", date_of_birth: "fodelsedatum fodelse_datum fodd fodelsetid", year: "fodelsear fodelse_ar", month: "fodelsemanad", day: "fodelsedag", sex: "kon", postcode: "postnr postnummer", street: "gata", address: "adress gatuadress bostadsadress postadress",
    town: "ort postort kommun stad", phone: "telefon telefonnummer mobil mobilnummer mobiltelefon", email: "e_post epost e_postadress", id: "lopnr", "reference number": "personnummer personnr pnr",
  },
  Norwegian: { forename: "fornavn", surname: "etternavn", name: "navn", "further name": "mellomnavn", date_of_birth: "fodselsdato fodt fodsels_dato", year: "fodselsar", sex: "kjonn", postcode: "postnr postnummer", street: "gate", address: "adresse gateadresse", town: "poststed kommune sted", phone: "telefon tlf mobil", email: "e_post epost e_postadresse", id: "lopenummer lopenr", "reference number": "fodselsnummer fnr" },
  Danish: { forename: "fornavn", surname: "efternavn", name: "navn", "further name": "mellemnavn", date_of_birth: "fodselsdato fodselsdag fodt", year: "fodselsar", sex: "kon", postcode: "postnr postnummer", "house number": "husnr husnummer", street: "gade vej", address: "adresse", town: "by bynavn by_navn kommune postdistrikt", phone: "telefon tlf mobil", "reference number": "cpr cprnr cpr_nr" },
  Finnish: { forename: "etunimi etunimet kutsumanimi", surname: "sukunimi", "full name, surname first": "nimi", date_of_birth: "syntymaaika syntymapaiva", year: "syntymavuosi", sex: "sukupuoli", postcode: "postinumero", address: "osoite lahiosoite katuosoite", town: "postitoimipaikka kunta kaupunki paikkakunta", phone: "puhelin puhelinnumero", email: "sahkoposti", "reference number": "henkilotunnus hetu" },
  Turkish: {
    forename: "ad adi isim", surname: "soyad soyadi soyisim", "full name": "ad_soyad adi_soyadi adi_ve_soyadi isim_soyisim ad_ve_soyad", date_of_birth: "dogum_tarihi dogum_tar dogumtarihi", year: "dogum_yili", month: "dogum_ayi", day: "dogum_gunu",
    sex: "cinsiyet cinsiyeti", postcode: "posta_kodu", address: "adres adresi", town: "ilce sehir il ilcesi", phone: "telefon tel_no cep_telefonu cep gsm telefon_no", email: "e_posta eposta", id: "sira_no", "reference number": "tc_kimlik_no tc_no tckn kimlik_no",
  },
  Greek: { forename: "onoma ονομα", surname: "eponymo επωνυμο επιθετο", "full name, surname first": "ονοματεπωνυμο onomateponymo", date_of_birth: "ημερομηνια_γεννησης ημ_γεννησης ημνια_γεννησης", year: "ετος_γεννησης", sex: "φυλο fylo", postcode: "τκ τ_κ ταχυδρομικος_κωδικας", address: "διευθυνση", street: "οδος", town: "πολη δημος", phone: "τηλεφωνο κινητο", "reference number": "αφμ αμκα afm amka" },
  Russian: {
    forename: "имя", surname: "фамилия", "full name, surname first": "фио ф_и_о фамилия_имя_отчество", "further name": "отчество", "former name": "девичья_фамилия", date_of_birth: "дата_рождения дата_рожд др д_р", year: "год_рождения", month: "месяц_рождения", day: "день_рождения", sex: "пол",
    postcode: "индекс почтовыи_индекс", "house number": "дом", street: "улица", address: "адрес адрес_проживания", town: "город населенныи_пункт", phone: "телефон тел мобильныи мобильныи_телефон номер_телефона", email: "электронная_почта почта эл_почта", "reference number": "снилс инн паспорт",
  },
  Ukrainian: { forename: "імя", surname: "прізвище", "full name, surname first": "піб п_і_б", "further name": "по_батькові", date_of_birth: "дата_народження", sex: "стать", postcode: "поштовии_індекс індекс", street: "вулиця", address: "адреса", town: "місто населении_пункт", phone: "телефон", "reference number": "рнокпп" },
  Vietnamese: { surname: "ho", forename: "ten", "full name, given name last": "ho_va_ten ho_ten hoten ho_va_ten_dem", date_of_birth: "ngay_sinh ngaysinh ngay_thang_nam_sinh", year: "nam_sinh", sex: "gioi_tinh gioitinh phai", address: "dia_chi diachi", town: "tinh tinh_tp tinh_thanh thanh_pho quan_huyen", phone: "dien_thoai so_dien_thoai sdt dtdd", id: "stt", "reference number": "cmnd cccd so_cmnd so_cccd" },
  Chinese: { forename: "名 名字", surname: "姓 姓氏", "full name, surname first": "姓名", date_of_birth: "出生日期 出生年月 出生年月日 生日", year: "出生年 出生年份", sex: "性别 性別", postcode: "邮编 邮政编码 郵遞區號", address: "地址 住址 家庭住址", town: "城市 市 区县", phone: "电话 手机 手机号 手机号码 电话号码 联系电话 電話", email: "邮箱 电子邮箱 电子邮件", id: "编号 序号 病历号", "reference number": "身份证 身份证号 身份证号码" },
  Japanese: { forename: "名", surname: "姓 氏", "full name, surname first": "氏名 名前 お名前", date_of_birth: "生年月日", year: "生年", sex: "性別", postcode: "郵便番号", address: "住所", town: "市区町村", phone: "電話 電話番号 携帯電話 携帯番号", email: "メールアトレス メール", id: "番号" },
  Arabic: { forename: "الاسم_الاول", surname: "اللقب اسم_العائلة العائلة", "full name": "الاسم الاسم_الكامل", date_of_birth: "تاريخ_الميلاد", sex: "الجنس", address: "العنوان", town: "المدينة", phone: "الهاتف الجوال رقم_الهاتف رقم_الجوال", email: "البريد_الالكتروني" },
};
