/** What may stand in the field for no data, as its `pattern`: a number, nan, or nothing. */
export const NODATA_PATTERN = String.raw`\s*(-?(\d+\.?\d*|\.\d+)(e[+\-]?\d+)?|-?Infinity|nan|NaN)?\s*`;

export const nodataText = (nodata: number | null) => (nodata === null ? '' : String(nodata));

export const nodataOf = (text: string) => (text.trim() === '' ? null : Number(text));
