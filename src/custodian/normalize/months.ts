import { letters } from "./letters.ts";

/** Names of the months, January first; of languages that inflect them also as they stand in a date ("12 stycznia"). */
const NAMES = [
  "january february march april may june july august september october november december",
  "januar februar marz april mai juni juli august september oktober november dezember",
  "janner feber maerz april mai juni juli august september oktober november dezember",
  "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
  "ene feb mar abr may jun jul ago setiembre oct nov dic",
  "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
  "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
  "januari februari maart april mei juni juli augustus september oktober november december",
  "januari februari mars april maj juni juli augusti september oktober november december",
  "januar februar marts april maj juni juli august september oktober november desember",
  "styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien",
  "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
  "leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec",
  "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince",
  "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december",
  "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
  "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
  "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
  "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
  "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου",
];
const SHORTEST = 3;

/** Whole names, and their beginnings down to three letters where one month alone begins so. */
const months = new Map<string, number>();
const beginnings = new Map<string, number>();
for (const line of NAMES) {
  line.split(" ").forEach((name, index) => {
    const upper = letters(name);
    months.set(upper, index + 1);
    for (let length = SHORTEST; length < upper.length; length++) {
      const start = upper.slice(0, length);
      beginnings.set(start, (beginnings.get(start) ?? index + 1) === index + 1 ? index + 1 : 0);
    }
  });
}

/** The month that a word names, in full, cut short or misspelt behind its first letters, from 1; 0 where it names none, or more than one. */
export function monthNamed(word: string): number {
  const upper = letters(word);
  return named(upper) ?? misspelt(upper);
}

function named(upper: string): number | undefined {
  return months.get(upper) ?? beginnings.get(upper);
}

/** "FEBUARY": the month of the first letters, unless one more is another month's ("MARRASKUTA" is no March). */
function misspelt(upper: string): number {
  if (!/^[A-Z]{4,}$/.test(upper)) return 0;
  const month = named(upper.slice(0, SHORTEST)) ?? 0;
  return (named(upper.slice(0, SHORTEST + 1)) ?? month) === month ? month : 0;
}
