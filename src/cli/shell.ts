const PLAIN = /^[\w@%+=:,./-]+$/;

/** A text between single quotes of a POSIX shell, bash and zsh. */
export const inQuotes = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A text as a word of a POSIX shell. */
export const inShell = (text: string): string => (PLAIN.test(text) ? text : inQuotes(text));
