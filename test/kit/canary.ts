/** The word that every password of a stage contains, and that nothing pgvigil writes or serves may. */
export const CANARY = 'C4n4ry';
