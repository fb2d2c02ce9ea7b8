/** Written before a name. */
export const TITLES = new Set("MR MRS MISS MS MX MASTER DR PROF PROFESSOR REV REVD REVEREND SIR DAME LADY LORD HERR FRAU MME MLLE MONSIEUR MADAME SRA SENOR SENORA DHR MEVR".split(" "));
/** Written after it, as "Jr" is. */
export const GENERATIONS = new Set("JR JNR JUNIOR SR SNR SENIOR II III IV".split(" "));
/** Degrees and honours that follow a name, without those that are forenames or initials too (MD, MA, BA, JP). */
export const DEGREES = new Set("BSC MSC MBA PHD DPHIL LLB LLM MBBS MBCHB FRCS FRCP MRCP MBE OBE CBE KBE DBE ESQ ESQUIRE".split(" "));
