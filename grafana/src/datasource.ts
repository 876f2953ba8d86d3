/** The data source that the reader chose: a dashboard that names one by itself works on one installation only. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;
